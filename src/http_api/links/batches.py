"""Many links in one request: each succeeds or fails by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError, unavailable
from http_api.links.creation import announce, create_link, plan_link
from http_api.links.validating import validated
from http_api.schemas.links import LinkCreate
from http_api.schemas.views import ItemResult, ItemResults, link_view
from sharelinks.record import LinkRecord
from sharelinks.store import StoredLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from http_api.auth import Caller
    from http_api.links.creation import Plan
    from http_api.services import Services

ANNOUNCED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Item:
    """One link of many: the request as JSON values, and where it stands in the list of bad fields."""

    value: Any
    place: tuple[object, ...]
    may_be_past: bool = False
    created_at: float | None = None


async def create_links(
    items: Iterable[Item | ApiError], caller: Caller, *, dry_run: bool = False
) -> list[LinkRecord | ApiError | None]:
    """Create every link that can be created; return a record or an error for each, in their order.

    An item may be an error already. With `dry_run` nothing is claimed, and None stands for what would be.
    """
    ports = caller.ports
    plans = _plans(items, caller)

    async def take(plan: Plan | ApiError) -> LinkRecord | ApiError | None:
        try:
            if isinstance(plan, ApiError):
                return plan
            return await (_check_free(plan, ports) if dry_run else create_link(plan, ports))
        except ApiError as error:
            return error
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must hear of the other links
            ports.incidents.note("link_not_created", error)
            return unavailable()

    outcomes = await map_concurrently(take, plans)
    created = [outcome for outcome in outcomes if isinstance(outcome, LinkRecord)]
    for start in range(0, len(created), ANNOUNCED_AT_ONCE):
        await announce(created[start : start + ANNOUNCED_AT_ONCE], ports)
    return outcomes


def item_results(
    outcomes: Sequence[LinkRecord | ApiError | None], labels: Sequence[ItemResult], ports: Services
) -> ItemResults:
    """Return what became of each item; `labels` say which it is."""
    results: list[ItemResult] = []
    for outcome, label in zip(outcomes, labels, strict=True):
        if isinstance(outcome, ApiError):
            results.append({**label, "status": outcome.status, "problem": outcome.document()})
        elif outcome is None:
            results.append({**label, "status": 200})
        else:
            results.append({**label, "status": 201, "link": link_view(StoredLink(outcome, 0), (), ports)})
    failed = sum(isinstance(outcome, ApiError) for outcome in outcomes)
    return {"created": sum("link" in result for result in results), "failed": failed, "results": results}


def _plans(items: Iterable[Item | ApiError], caller: Caller) -> list[Plan | ApiError]:
    """Check the items; of several with one slug the first is meant, however fast the others are."""
    plans: list[Plan | ApiError] = []
    slugs: set[str] = set()
    for item in items:
        plan = item if isinstance(item, ApiError) else _plan(item, caller)
        slug = None if isinstance(plan, ApiError) else plan.slug
        plans.append(_taken() if slug in slugs else plan)
        if slug is not None:
            slugs.add(slug)
    return plans


def _plan(item: Item, caller: Caller) -> Plan | ApiError:
    try:
        wanted = validated(
            LinkCreate, item.value, caller.ports, may_be_past=item.may_be_past, place=item.place
        )
        return plan_link(wanted, caller, item.place, item.created_at)
    except ApiError as error:
        return error


async def _check_free(plan: Plan, ports: Services) -> None:
    if plan.slug is not None and await ports.links.read(plan.slug) is not None:
        raise _taken()


def _taken() -> ApiError:
    return ApiError(409, "code_taken", "This code is taken.")
