"""What the commands in `tools/` raise when something is wrong."""


class ToolError(Exception):
    """Something the user can mend; the message is one sentence that names it."""
