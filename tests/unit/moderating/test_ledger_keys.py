from __future__ import annotations

import pytest

from moderating.ledger_keys import read_ledger_keys

KEY = "a key of the tests"
FORMER = "an earlier key of the tests"


def test_the_key_signs_and_former_ones_prove() -> None:
    keys = read_ledger_keys(KEY, "k2", f'{{"k1": "{FORMER}"}}')
    assert (keys.key_id, keys.key, keys.keys) == ("k2", KEY, {"k1": FORMER, "k2": KEY})
    assert KEY not in repr(keys)


@pytest.mark.parametrize("key", [None, "", "none"])
def test_a_deployment_may_sign_nothing(key: str | None) -> None:
    keys = read_ledger_keys(key, "k1", None)
    assert (keys.key, keys.keys) == (None, {})


@pytest.mark.parametrize(
    ("key", "key_id", "previous", "words"),
    [
        (KEY, "", "", "LEDGER_KEY_ID is empty"),
        ("short", "k1", "", "LEDGER_KEY has fewer than 16 characters"),
        (KEY, "k1", f'{{"k1": "{FORMER}"}}', "PREVIOUS_LEDGER_KEYS has 'k1' too"),
        (KEY, "k1", '{"k0": "short"}', "PREVIOUS_LEDGER_KEYS.k0 has fewer"),
        (KEY, "k1", "[]", "PREVIOUS_LEDGER_KEYS must be a JSON object"),
        (KEY, "k1", '{"k0": 1}', "PREVIOUS_LEDGER_KEYS must be a JSON object"),
        (KEY, "k1", "[" * 100_000, "PREVIOUS_LEDGER_KEYS must be a JSON object"),
    ],
)
def test_a_wrong_variable_is_named(key: str, key_id: str, previous: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_ledger_keys(key, key_id, previous)
