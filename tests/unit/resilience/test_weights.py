"""The estimate is an upper one, and not far off."""

from __future__ import annotations

import json
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from resilience.weights import weigh

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def measured(value: Any) -> int:
    inside = (
        [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    )
    return sys.getsizeof(value) + sum(map(measured, inside))


@given(PLAIN)
def test_nothing_takes_much_more_than_it_is_said_to(value: Any) -> None:
    assert measured(json.loads(json.dumps(value))) <= 1.5 * weigh(value) + 64


def test_texts_weigh_about_what_they_take() -> None:
    for text in ("x" * 10_000, "ü" * 10_000, "猫" * 10_000, "😺" * 10_000):
        assert measured(text) <= weigh(text) <= 4.2 * measured(text)
