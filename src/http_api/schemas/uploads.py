"""Uploads as clients describe them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from http_api.schemas.assets import Visibility  # noqa: TC001 - pydantic reads annotations at run time
from http_api.schemas.fields import Description, Tags, Title  # noqa: TC001 - the same

_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


class UploadWords(BaseModel):
    """What an account says about a file: in a form, or in the query beside a raw body."""

    model_config = _CONFIG

    title: Title = ""
    description: Description = ""
    visibility: Visibility = "unlisted"
    tags: Tags = []


class UploadCreate(UploadWords):
    """A request for an upload in parts."""

    bytes: Annotated[int, Field(ge=1, description="The size of the whole file.")]


class PartView(TypedDict):
    """A part that arrived."""

    number: int
    bytes: int


class UploadView(TypedDict):
    """An upload in parts. Every part has `part_bytes` bytes, the last one what is left.

    `asset_id` is what became of one that is `done`, null while it is under way or if its file was refused.
    """

    upload_id: str
    state: str
    bytes: int
    part_bytes: int
    parts: int
    received: list[PartView]
    title: str
    tags: list[str]
    description: str
    visibility: str
    created_at: str | None
    expires_at: str | None
    asset_id: str | None


class UploadList(TypedDict):
    """The uploads in parts that are not done, oldest first."""

    items: list[UploadView]
