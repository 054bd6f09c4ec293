"""Uploads: inspect media while they stream, read multipart forms, and keep books of resumable uploads."""

from uploads.errors import MESSAGES, UploadError
from uploads.inspector import Inspection, Inspector, inspect
from uploads.limits import DEFAULT_LIMITS, UploadLimits

__all__ = [
    "DEFAULT_LIMITS",
    "MESSAGES",
    "Inspection",
    "Inspector",
    "UploadError",
    "UploadLimits",
    "inspect",
]
