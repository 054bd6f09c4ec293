"""What this package raises; every class is a ValueError with a stable `code`."""

from __future__ import annotations


class ShareLinkError(ValueError):
    """A value that cannot become part of a share link; `code` is stable."""

    code = "invalid_share_link"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code


class InvalidAssetError(ShareLinkError):
    """An asset id, asset type or content hash that cannot name an asset."""

    code = "invalid_asset"


class InvalidTitleError(ShareLinkError):
    """A title that is not text, too long, or holds control characters."""

    code = "invalid_title"


class InvalidTagsError(ShareLinkError):
    """Tags that are not a list of short texts."""

    code = "invalid_tags"


class InvalidCodeError(ShareLinkError):
    """A code or custom slug that breaks the syntax or is reserved."""

    code = "invalid_code"


class CodesExhaustedError(ShareLinkError):
    """Every random code tried was taken."""

    code = "codes_exhausted"


class InvalidUrlError(ShareLinkError):
    """A URL that is not a usable http(s) URL; the instance's `code` says which rule it breaks."""

    code = "invalid_url"


class RefusedTargetError(InvalidUrlError):
    """A well-formed URL that a link must not lead to; the instance's `code` says why."""

    code = "refused_target"


class WireFormatError(ShareLinkError):
    """A record from storage or RPC that does not have the expected shape."""

    code = "invalid_record"
