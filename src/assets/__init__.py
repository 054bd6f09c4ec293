"""Assets: bytes that their content names, the accounts that hold them, and what may be done with them.

Everything here is pure or SQL; nothing of it is imported before it is used, because the edge needs little.
"""
