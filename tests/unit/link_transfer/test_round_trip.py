"""A link that leaves through the API and comes back through it leads where it led, whatever it is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.user_agents import DEVICE_TYPES, SYSTEM_NAMES
from tests.unit.http_api.ports import T0, World

LINKS = "/api/v1/links"
NOT_CARRIED = {"clicks", "version", "updated_at", "renamed_from", "renamed_until"}

PRINTABLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
TEXT = st.text(PRINTABLE, max_size=15) | st.text("=+-@'\";[]{} aé", max_size=10)
WORDS = TEXT.map(str.strip).filter(bool)
TARGETS = st.sampled_from(["https://example.com/a,b?q=1#f", "https://xn--bcher-kva.example/ü"])
MOMENTS = st.integers(0, 4 * 10**9).map(lambda number: number / 2)
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)


def some(values: Any) -> Any:
    return st.lists(st.sampled_from(values), max_size=2)


RULES = st.fixed_dictionaries(
    {"target": TARGETS},
    optional={
        "country": some(["DE", "at"]),
        "device": some(sorted(DEVICE_TYPES)),
        "os": some(sorted(SYSTEM_NAMES)),
        "language": some(["de", "pt-BR"]),
        "starts_at": MOMENTS.map(lambda moment: moment / 4),
        "ends_at": MOMENTS.map(lambda moment: 10**9 + moment / 4),
    },
)
CREATED = st.fixed_dictionaries(
    {"target": TARGETS},
    optional={
        "title": TEXT,
        "description": TEXT | st.just("two\nlines"),
        "tags": st.lists(WORDS.filter(lambda tag: "," not in tag), max_size=3),
        "metadata": st.dictionaries(TEXT, VALUES, max_size=2),
        "status": st.sampled_from([301, 302, 303, 307, 308]),
        "state": st.sampled_from(["active", "disabled"]),
        "starts_at": MOMENTS.map(lambda moment: moment / 4),
        "expires_at": MOMENTS.map(lambda moment: T0 + 1 + moment),
        "max_clicks": st.integers(1, 10**9),
        "forward_query": st.booleans(),
        "forward_path": st.booleans(),
        "utm": st.dictionaries(st.sampled_from(["utm_source", "utm_term"]), WORDS),
        "rules": st.lists(RULES, max_size=2),
        "split": st.lists(
            st.fixed_dictionaries({"target": TARGETS, "weight": st.integers(1, 1_000)}), max_size=2
        ),
        "mode": st.sampled_from(["redirect", "page"]),
    },
)


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
@settings(max_examples=15, deadline=None)
@given(links=st.lists(st.tuples(CREATED, st.integers(0, 2), st.booleans()), min_size=1, max_size=4))
def test_a_link_comes_back_as_it_left(format_: str, links: list[tuple[dict[str, Any], int, bool]]) -> None:
    before, after = World(), World()
    for place, (link, aliases, is_renamed) in enumerate(links):
        before.create(**link, code=f"link{place}")
        for number in range(aliases):
            before.request("POST", f"{LINKS}/link{place}/aliases", json={"code": f"nick{place}-{number}"})
        if is_renamed:
            before.request("POST", f"{LINKS}/link{place}/rename", json={"code": f"renamed{place}"})
    after.clock.now += 10
    file = before.request("GET", f"{LINKS}/export?format={format_}").content
    answer = after.request("POST", f"{LINKS}/import?format={format_}", content=file)
    assert answer.status_code == 200, answer.text
    assert not [result for result in answer.json()["results"] if "left_out" in result]
    for place, (_, _, is_renamed) in enumerate(links):
        code = f"renamed{place}" if is_renamed else f"link{place}"
        old, new = before.get(code), after.get(code)
        names = {*old.pop("aliases"), *([old["renamed_from"]] if is_renamed else [])}
        assert set(new.pop("aliases")) == names
        assert without(new) == without(old)
        assert {name: asyncio.run(end_of(after, name)) for name in names} == {
            name: old["renamed_until"] and T0 + 30 * 86_400 if name == old["renamed_from"] else None
            for name in names
        }
    again = after.request("GET", f"{LINKS}/export?format={format_}").content
    assert lines(again) == lines(file)


async def end_of(world: World, code: str) -> float | None:
    stored = await world.owners.read(code)
    assert stored is not None
    return stored.record.expires_at


def without(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name not in NOT_CARRIED}


def lines(file: bytes) -> list[str]:
    """Return a file's lines in no order: links of one moment are listed by their code."""
    return sorted(line.rstrip(",\r") for line in file.decode().split("\n"))
