"""The API's ports over the bindings of the api Worker."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from delivery.signing import read_signer
from http_api.incidents import Incidents
from http_api.services import Services
from http_api.uploads.held import HeldRoom
from http_api.uploads.ports import PORTS, UploadPorts
from moderating.ledger_keys import read_ledger_keys
from ratelimit.policy import read_policy
from resilience.circuit_breaker import CircuitBreaker
from runtime.api_limits import ApiLimits
from runtime.asset_owners import AssetOwners, EdgeCopies
from runtime.edge_previews import EdgePreviews
from runtime.ledger_calls import Ledger
from runtime.libraries import AccountLibraries
from runtime.object_calls import answer_of
from runtime.owners import ShortLinkOwners
from runtime.passwords import Passwords
from runtime.queues import QueueMessages
from runtime.rate_limits import RateLimiters
from runtime.stored_media import StoredMedia
from runtime.upload_books import AssetFilers, LibraryBooks
from runtime.upload_store import BucketStore
from sharelinks.codes import generate_short_code

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from fastapi import FastAPI


_UPLOAD_ID_BYTES = 16
_WAITING = {"yes": True, "no": False}


def services_from(env: Any) -> Services:  # noqa: ANN401 - the Worker's bindings
    """Return the ports of one environment; raise ValueError for a variable that makes no sense."""
    if env.CODE_CASE not in {"sensitive", "insensitive"}:
        raise ValueError(f'CODE_CASE must be "sensitive" or "insensitive", not {env.CODE_CASE!r}')
    if env.LINKS_WAIT not in _WAITING:
        raise ValueError(f'LINKS_WAIT must be "yes" or "no", not {env.LINKS_WAIT!r}')
    breaker = CircuitBreaker("rate_limiters", failures=5, window_ms=10_000, open_ms=5_000)
    return Services(
        links=ShortLinkOwners(env.SHORT_LINK),
        assets=AssetOwners(env.ASSET),
        edge_copies=EdgeCopies(env.EDGE),
        libraries=AccountLibraries(env.LIBRARY),
        ledger=Ledger(env.MODERATION_LEDGER),
        ledger_keys=read_ledger_keys(
            getattr(env, "LEDGER_KEY", None),
            env.LEDGER_KEY_ID,
            getattr(env, "PREVIOUS_LEDGER_KEYS", None),
        ),
        publishing=QueueMessages(env.PUBLISHING),
        notices=QueueMessages(env.NOTICES),
        stored_media=StoredMedia(env.MEDIA),
        passwords=Passwords(env.LINK_PEPPER),
        rate_limits=ApiLimits(RateLimiters(env.RATE_LIMITER, breaker), read_policy(env.RATE_LIMITS)),
        previews=EdgePreviews(env.EDGE),
        signer=read_signer(env.SIGNING_SECRET, env.SIGNING_KEY_ID, env.PREVIOUS_SIGNING_KEYS, time.time),
        incidents=Incidents(),
        operator_token=env.ADMIN_TOKEN,
        public_base_url=env.PUBLIC_BASE_URL.rstrip("/"),
        code_case=env.CODE_CASE,
        links_wait=_WAITING[env.LINKS_WAIT],
        reporter_key=env.LINK_PEPPER,
        now=time.time,
        new_code=generate_short_code,
        edge_health=lambda: answer_of(env.EDGE.health(), "the edge Worker"),
    )


def upload_ports_from(env: Any) -> UploadPorts:  # noqa: ANN401 - the Worker's bindings
    """Return the ports of uploads; what they hold in memory is bounded for all that share them."""
    return UploadPorts(
        books=LibraryBooks(env.LIBRARY),
        assets=AssetFilers(env.ASSET),
        store=BucketStore(env.MEDIA),
        room=HeldRoom(),
        new_id=lambda: secrets.token_urlsafe(_UPLOAD_ID_BYTES),
    )


class WithServices:
    """The app with the isolate's ports in each request's scope; whoever adapts it puts the bindings there."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._ports: tuple[Services, UploadPorts] | None = None

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Any],
    ) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            if self._ports is None:
                self._ports = services_from(scope["env"]), upload_ports_from(scope["env"])
            scope["services"], scope[PORTS] = self._ports
        await self._app(scope, receive, send)
