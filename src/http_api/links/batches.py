"""Many links in one request: each succeeds or fails by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from http_api.concurrency import map_concurrently
from http_api.errors import ApiError, unavailable
from http_api.links.asset_targets import AssetTargets
from http_api.links.creation import announce, create_link, plan_link
from http_api.links.imported_names import Names, Wanted, give_aliases
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
    model: type[LinkCreate] = LinkCreate
    may_be_past: bool = False
    created_at: float | None = None


class Created(NamedTuple):
    """A link that was created, or, its record being None, that would have been."""

    record: LinkRecord | None
    names: Names


async def create_links(
    items: Iterable[Item | ApiError], caller: Caller, *, dry_run: bool = False
) -> list[Created | ApiError]:
    """Create every link that can be created; return what became of each, in their order.

    An item may be an error already. With `dry_run` nothing is claimed. All links have their own codes before
    any of them gets an alias.
    """
    ports = caller.ports
    plans = _plans(items, caller)
    targets = AssetTargets(caller.account_id, ports)

    async def take(plan: Plan | ApiError) -> LinkRecord | ApiError | None:
        try:
            if isinstance(plan, ApiError):
                return plan
            await targets.check(plan.wire, plan.place)
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
    return await _with_aliases(plans, outcomes, ports)


def item_results(
    outcomes: Sequence[Created | ApiError], labels: Sequence[ItemResult], ports: Services
) -> ItemResults:
    """Return what became of each item; `labels` say which it is and what of it is left out already."""
    results: list[ItemResult] = []
    for outcome, label in zip(outcomes, labels, strict=True):
        if isinstance(outcome, ApiError):
            results.append({**label, "status": outcome.status, "problem": outcome.document()})
            continue
        left_out = [*label.get("left_out", ()), *(f"aliases.{code}" for code in outcome.names.refused)]
        result: ItemResult = {**label, "left_out": left_out} if left_out else {**label}
        if outcome.record is None:
            results.append({**result, "status": 200})
        else:
            view = link_view(StoredLink(outcome.record, 0), outcome.names.given, ports)
            results.append({**result, "status": 201, "link": view})
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
            item.model, item.value, caller.ports, may_be_past=item.may_be_past, place=item.place
        )
        return plan_link(wanted, caller, item.place, item.created_at)
    except ApiError as error:
        return error


async def _with_aliases(
    plans: Sequence[Plan | ApiError], outcomes: Sequence[LinkRecord | ApiError | None], ports: Services
) -> list[Created | ApiError]:
    fine = [
        (plan, outcome)
        for plan, outcome in zip(plans, outcomes, strict=True)
        if not isinstance(plan, ApiError) and not isinstance(outcome, ApiError)
    ]
    slugs = {plan.slug for plan, _ in fine if plan.slug is not None}
    names = iter(await give_aliases([Wanted(record, plan.aliases) for plan, record in fine], slugs, ports))
    return [
        outcome if isinstance(outcome, ApiError) else Created(outcome, next(names)) for outcome in outcomes
    ]


async def _check_free(plan: Plan, ports: Services) -> None:
    if plan.slug is not None and await ports.links.read(plan.slug) is not None:
        raise _taken()


def _taken() -> ApiError:
    return ApiError(409, "code_taken", "This code is taken.")
