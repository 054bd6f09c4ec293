"""What is told about uploads that are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.quotas import Shortfall
from http_api.errors import ApiError
from library.uploads import TOO_MANY_SESSIONS

if TYPE_CHECKING:
    from uploads.errors import UploadError

_SHORTFALLS = {
    Shortfall.FILE_TOO_LARGE: (413, "The file is larger than the account may upload."),
    Shortfall.TOO_MANY_ASSETS: (413, "The account has as many assets as it may have."),
    Shortfall.STORAGE_FULL: (413, "The account has no room for this file."),
    TOO_MANY_SESSIONS: (409, "Too many uploads are under way; complete or abort some."),
}


def told(error: UploadError) -> ApiError:
    """Return the answer to a file that is refused."""
    text = str(error)
    return ApiError(error.status, error.code, f"{text[0].upper()}{text[1:]}.")


def short_of(code: str) -> ApiError:
    """Return the answer to an upload for which there is no room."""
    status, detail = _SHORTFALLS[code]
    return ApiError(status, code, detail)


def unknown_upload() -> ApiError:
    """Return the answer about an upload that the account does not have."""
    return ApiError(404, "unknown_upload", "No upload of yours has this id, or its time is over.")
