"""The API's ports over the bindings of the api Worker."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from http_api.services import Services
from runtime.owners import ShortLinkOwners
from runtime.queues import ModerationMessages
from sharelinks.codes import generate_short_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from fastapi import FastAPI


def services_from(env: Any) -> Services:  # noqa: ANN401 - the Worker's bindings
    """Return the ports of one environment."""
    return Services(
        links=ShortLinkOwners(env.SHORT_LINK),
        moderation=ModerationMessages(env.MODERATION),
        operator_token=env.ADMIN_TOKEN,
        public_base_url=env.PUBLIC_BASE_URL,
        now=time.time,
        new_code=generate_short_code,
    )


class WithServices:
    """The app with each request's ports in its scope; the SDK's adapter puts the bindings there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Any],
    ) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            scope["services"] = services_from(scope["env"])
        await self._app(scope, receive, send)
