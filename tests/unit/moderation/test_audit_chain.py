"""What a chain written by somebody else's code may hold."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.audit_chain import (
    GENESIS,
    REDACTION,
    ChainCheck,
    canonical_json,
    compress_ranges,
    digest,
    expand_ranges,
    record_hash,
)


def _record(seq: int, previous: str, payload: str | None, kind: str = "scan", **more: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "seq": seq,
        "at": "2026-01-01T00:00:00.000000Z",
        "kind": kind,
        "event_id": f"{seq}",
        "asset_id": None,
        "decision": None,
        "payload": payload,
        "payload_hash": digest(payload or ""),
        "previous_hash": previous,
        **more,
    }
    record["hash"] = record_hash(record)
    return record


def _check(*records: dict[str, Any]) -> tuple[bool, int | None, str]:
    check = ChainCheck()
    check.feed(records)
    check.feed(records)
    found = check.result()
    return found.ok, found.broken_seq, found.problem


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ("[]", "scan"),
        ("not json", "scan"),
        ("{}", REDACTION),
        ('{"redacted":7}', REDACTION),
        ('{"redacted":[["a","b"]]}', REDACTION),
        ('{"redacted":[[1,1000000000000]]}', REDACTION),
    ],
)
def test_a_well_hashed_record_of_nonsense_is_broken_and_does_not_crash(payload: str, kind: str) -> None:
    ok, broken, _ = _check(_record(1, GENESIS, payload, kind))
    assert (ok, broken) == (False, 1)


def test_a_record_without_its_columns_is_broken() -> None:
    ok, broken, problem = _check({"seq": 1})
    assert (ok, broken) == (False, 1)
    assert "cannot be read" in problem


def test_the_hash_is_a_published_vector() -> None:
    record = _record(1, GENESIS, canonical_json({"b": "ü", "a": [1, None]}))
    assert record["payload"] == '{"a":[1,null],"b":"\\u00fc"}'
    assert record["payload_hash"] == "e0cdee824cd756c78168d7aaabd92cc983a178a444bffd8597b2c61b51f4b1ce"
    assert record["hash"] == "a47321514a6463bf8c21e8b930d6d39e99d76fb39e8631d3f3d05015496fb8fe"


def test_ranges_fold_and_unfold() -> None:
    assert compress_ranges([1, 2, 3, 7, 9, 10]) == [[1, 3], [7, 7], [9, 10]]
    assert expand_ranges([[1, 3], [7, 7]]) == {1, 2, 3, 7}
    assert compress_ranges([]) == []
