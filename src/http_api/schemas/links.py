"""Links as clients send and see them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sharelinks.codes import check_slug
from sharelinks.record import ASSET_SCHEME
from sharelinks.targets import check_target


def _check_target(text: str) -> str:
    return text if text.startswith(ASSET_SCHEME) else check_target(text)


class LinkCreate(BaseModel):
    """A request for a link."""

    model_config = ConfigDict(extra="forbid")

    target: Annotated[str, Field(max_length=2048), AfterValidator(_check_target)]
    code: Annotated[str, AfterValidator(check_slug)] | None = None
    title: Annotated[str, Field(max_length=200)] = ""


class LinkView(BaseModel):
    """A link as its owner sees it."""

    code: str
    short_url: str
    target: str
    title: str
    status: int
    state: str
    created_at: float
    clicks: int
