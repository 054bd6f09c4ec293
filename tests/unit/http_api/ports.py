"""The API's ports in process: the same stores that the objects use, on sqlite3."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Literal

import httpx

from analytics.click_reports import DIMENSIONS
from analytics.click_store import ClickStore
from analytics.clicks import Click
from assets.judged import Judged
from assets.projection import library_entry as asset_entry
from assets.record import AssetRecord
from assets.references import Reference
from assets.states import APPROVED
from delivery.signing import read_signer
from http_api.app import create_app
from http_api.incidents import Incidents
from http_api.services import ApiLimit, Services, UnavailableError
from library import CodePage, LibraryStore, Miss
from library.assets import AssetIndex, AssetPage, AssetTotals
from oembed.description import Preview
from ratelimit import Decision, RateLimitConfig, RateLimitStore
from sharelinks.changes import changed
from sharelinks.passwords import make_line
from sharelinks.projection import library_entry
from sharelinks.record import LinkRecord
from sharelinks.store import ShareLinkStore, StoredLink
from sql_port import in_process
from tests.unit.http_api.asset_ports import AssetOwners, EdgeCopies
from tests.unit.http_api.moderation_ports import KEYS, LedgerNamespace, Queue, StoredMedia, ledger_over

TOKEN = "operator-token-of-the-tests"
BASE_URL = "https://gif.example.com"
T0 = 1_800_000_000.0


class Clock:
    """Time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> float:
        return self.now


class Owners:
    """Every code's owner. `failing` holds codes whose owner does not answer, "*" all of them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._links = ShareLinkStore(in_process())
        self._clicks: dict[str, ClickStore] = {}
        self._batches = count()
        self.failing: set[str] = set()
        self.interfering: list[dict[str, Any]] = []

    async def claim(self, record: LinkRecord) -> bool:
        await self._meet(record.code)
        return self._links.claim(LinkRecord.from_wire(record.to_wire()))

    async def read(self, code: str) -> StoredLink | None:
        await self._meet(code)
        stored = self._links.get(code)
        return None if stored is None else StoredLink(stored.record, self._total(code))

    async def change(
        self, code: str, changes: Mapping[str, Any], expected_version: int | None
    ) -> StoredLink | Literal["unknown", "conflict"]:
        await self._meet(code)
        if self.interfering:
            self.hold(code, **self.interfering.pop())
        stored = self._links.get(code)
        if stored is None:
            return "unknown"
        if expected_version not in (None, stored.record.version):
            return "conflict"
        return StoredLink(self.hold(code, **changes), self._total(code))

    async def statistics(self, code: str) -> dict[str, Any] | None:
        await self._meet(code)
        if self._links.get(code) is None:
            return None
        store = self._store(code)
        return {
            **store.summary(self._clock()),
            "last_click_at": store.totals()["last_click_at"],
            "by_dimension": {name: store.by_dimension(name) for name in DIMENSIONS},
            "recent": store.recent(),
        }

    def hold(self, code: str, **changes: Any) -> LinkRecord:
        """Change a record behind the API's back, as moderation does."""
        stored = self._links.get(code)
        assert stored is not None
        record = changed(stored.record, changes, self._clock())
        assert self._links.replace(record, stored.record.version) is not None
        return record

    def record(self, code: str) -> LinkRecord:
        stored = self._links.get(code)
        assert stored is not None
        return stored.record

    def click(self, code: str, times: int) -> None:
        self._store(code).record_batch(
            f"b{next(self._batches)}", [Click(self._clock())] * times, self._clock()
        )

    def _total(self, code: str) -> int:
        return self._store(code).totals()["total_clicks"]

    def _store(self, code: str) -> ClickStore:
        return self._clicks.setdefault(code, ClickStore(in_process()))

    async def _meet(self, code: str) -> None:
        await asyncio.sleep(0)
        if self.failing & {code, "*"}:
            raise UnavailableError(f"the owner of {code} does not answer")


class AccountLibraries:
    """Every account's library."""

    def __init__(self) -> None:
        self._stores: dict[str, LibraryStore] = {}
        self._assets: dict[str, AssetIndex] = {}
        self.is_failing = False

    def of(self, account_id: str) -> LibraryStore:
        return self._stores.setdefault(account_id, LibraryStore(in_process()))

    async def add(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        self._check()
        self.of(account_id).add(entries)

    async def page(self, account_id: str, query: Mapping[str, Any]) -> CodePage:
        self._check()
        return self.of(account_id).page(query)

    async def aliases(self, account_id: str, codes: Sequence[str]) -> dict[str, list[str]]:
        self._check()
        return self.of(account_id).aliases(codes)

    async def misses(self, account_id: str, limit: int) -> list[Miss]:
        self._check()
        return self.of(account_id).misses(limit)

    async def leading_to(
        self, account_id: str, asset_id: str, is_deleted: bool, cursor: str | None, limit: int
    ) -> CodePage:
        self._check()
        return self.of(account_id).leading_to(asset_id, is_deleted, cursor, limit)

    def assets_of(self, account_id: str) -> AssetIndex:
        return self._assets.setdefault(account_id, AssetIndex(in_process()))

    async def add_assets(self, account_id: str, entries: Sequence[Mapping[str, Any]]) -> None:
        self._check()
        self.assets_of(account_id).add(entries)

    async def asset_page(self, account_id: str, query: Mapping[str, Any]) -> AssetPage:
        self._check()
        return self.assets_of(account_id).page(query)

    async def asset_totals(self, account_id: str) -> AssetTotals:
        self._check()
        return self.assets_of(account_id).totals()

    def _check(self) -> None:
        if self.is_failing:
            raise UnavailableError("the library does not answer")


class Passwords:
    """Makes real lines."""

    async def hash(self, word: str) -> str:
        async def derive(secret: bytes, salt: bytes, iterations: int) -> bytes:
            return hashlib.pbkdf2_hmac("sha256", secret, salt, min(iterations, 10))

        return await make_line(word, "pepper", b"salt" * 4, derive)


class Previews:
    """What everybody may be told of links by their codes, and of assets by their ids and extensions."""

    def __init__(self) -> None:
        self.links: dict[str, Preview] = {}
        self.assets: dict[tuple[str, str | None], Preview] = {}
        self.is_failing = False

    async def of_link(self, code: str) -> Preview | None:
        self._check()
        return self.links.get(code)

    async def of_asset(self, asset_id: str, extension: str | None) -> Preview | None:
        self._check()
        return self.assets.get((asset_id, extension))

    def _check(self) -> None:
        if self.is_failing:
            raise UnavailableError("the edge Worker does not answer")


class Limits:
    """The limits of the API, small enough to be reached when a test asks for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._store = RateLimitStore(in_process())
        self.requests: dict[ApiLimit, int] = {}
        self.subjects: list[tuple[ApiLimit, str]] = []
        self.is_failing = False

    async def check(self, limit: ApiLimit, subject: str) -> Decision:
        if self.is_failing:
            raise ConnectionError("the limiter is down")
        self.subjects.append((limit, subject))
        config = RateLimitConfig(self.requests.get(limit, 10_000), 60)
        return self._store.decide([f"{limit}:{subject}"], config, round(self._clock() * 1000))


class World:
    """The API and everything around it; requests are made as the operator unless told otherwise."""

    def __init__(self, **services: Any) -> None:
        self.clock = Clock()
        self.owners = Owners(self.clock)
        self.assets = AssetOwners(self.clock)
        self.edge_copies = EdgeCopies()
        self.libraries = AccountLibraries()
        self.ledger_namespace = LedgerNamespace(self.clock)
        self.ledger = ledger_over(self.ledger_namespace)
        self.publishing = Queue()
        self.notices = Queue()
        self.stored_media = StoredMedia(self.assets.bytes_missing)
        self.limits = Limits(self.clock)
        self.previews = Previews()
        self.signer = read_signer("secret", "k2", '{"k1": "former secret"}', self.clock)
        self.log: list[str] = []
        self.incidents = Incidents(self.log.append)
        self._codes = count(1)
        self.services = Services(
            links=self.owners,
            assets=self.assets,
            edge_copies=self.edge_copies,
            libraries=self.libraries,
            ledger=self.ledger,
            publishing=self.publishing,
            notices=self.notices,
            stored_media=self.stored_media,
            reporter_key="a key for reporters",
            passwords=Passwords(),
            rate_limits=self.limits,
            previews=self.previews,
            signer=self.signer,
            incidents=self.incidents,
            operator_token=TOKEN,
            public_base_url=BASE_URL,
            now=self.clock,
            edge_health=self._edge_health,
            **{
                "code_case": "sensitive",
                "new_code": self._new_code,
                "ledger_keys": KEYS,
                "links_wait": False,
            }
            | services,
        )
        self._app = create_app()
        self.edge_breakers: dict[str, Any] | None = {"kv": {"state": "closed"}}

    async def _edge_health(self) -> dict[str, Any]:
        if self.edge_breakers is None:
            raise UnavailableError("the edge Worker does not answer")
        return {"breakers": self.edge_breakers}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {TOKEN}"} | options.pop("headers", {})
        return asyncio.run(self.send(method, path, headers=headers, **options))

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._served, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
            return await client.request(method, path, **options)

    def hold(self, asset_id: str, account_id: str = "operator", state: str = APPROVED, **words: Any) -> str:
        """Give an account an asset, as uploading and moderation do, and return its id."""
        record = AssetRecord(asset_id, asset_id.encode().hex().ljust(64, "0"), "image/gif", "gif", 70, T0)
        reference = Reference(account_id, self.clock(), **words)
        self.assets.file(record, reference)
        judged = Judged(account_id, reference.words)
        if asyncio.run(self.assets.decide(asset_id, state, "", None, None, judged)).outcome != "changed":
            asyncio.run(self.assets.confirm(asset_id, judged))
        self.tell_library(asset_id, account_id)
        return asset_id

    def tell_library(self, asset_id: str, account_id: str) -> None:
        """Bring an account's library up to date, as the asset's owner does."""
        stored = self.assets.stored(asset_id)
        mine = stored.reference_of(account_id)
        assert mine is not None
        self.libraries.assets_of(account_id).add([asset_entry(stored.record, mine)])

    def create(self, **fields: Any) -> dict[str, Any]:
        response = self.request("POST", "/api/v1/links", json={"target": "https://example.com/cat"} | fields)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def get(self, code: str) -> dict[str, Any]:
        response = self.request("GET", f"/api/v1/links/{code}")
        assert response.status_code == 200, response.text
        return dict(response.json())

    def belongs_to_another(self, code: str) -> LinkRecord:
        """Claim a code for another account."""
        record = LinkRecord(code, "https://example.com/theirs", T0, account_id="another")
        asyncio.run(self.owners.claim(record))
        self.libraries.of("another").add([library_entry(record)])
        return record

    async def _served(self, scope: Any, receive: Any, send: Any) -> None:
        scope["services"] = self.services
        await self._app(scope, receive, send)

    def _new_code(self, length: int) -> str:
        return f"r{next(self._codes):0{length - 1}}"
