"""The hash chain of the audit trail: what is hashed, and how a chain is proved. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
"""What the first record names as its predecessor."""
SCAN, REVIEW, REDACTION = "scan", "review", "redaction"
INDEXED = ("asset_id", "decision")
"""Payload fields that stand in columns too, for looking up."""
UNREADABLE = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)
"""What reading a record raises that somebody wrote past this code: such a record is broken, no failure."""


@dataclass(frozen=True)
class Head:
    """A checkpoint: how far the chain reached and the hash it had there. Keep it outside the database."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """The proof, or the first record that breaks it and how. `records` counts those that hold."""

    ok: bool
    records: int
    broken_seq: int | None = None
    problem: str = ""


def canonical_json(value: object) -> str:
    """Return one spelling of a JSON value: sorted keys, no spaces, ASCII; raise ValueError or TypeError."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def record_hash(record: Mapping[str, Any]) -> str:
    """Return the hash of a record: over its place, time, kind, event id, payload hash and predecessor."""
    header = {
        name: record[name] for name in ("seq", "at", "kind", "event_id", "payload_hash", "previous_hash")
    }
    return digest(canonical_json(header))


class ChainCheck:
    """Walks the records in order; `result` is the proof.

    A redacted record has no payload, and a later redaction record must name it. Memory grows with the number
    of redacted records only.
    """

    def __init__(self) -> None:
        self.head = Head(0, GENESIS)
        self.problem: Verification | None = None
        self._redacted: set[int] = set()
        self._named: set[int] = set()

    def feed(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Check the next records; nothing is looked at after the first that is broken."""
        for record in records:
            if self.problem:
                return
            expected = self.head.seq + 1
            try:
                problem = self._check(record, expected)
            except UNREADABLE as error:
                problem = f"the record cannot be read: {error!r}"
            if problem:
                self.problem = Verification(False, self.head.seq, expected, problem)
                return
            self.head = Head(expected, str(record["hash"]))

    def result(self) -> Verification:
        """Return the proof of what was fed."""
        if self.problem:
            return self.problem
        unnamed = self._redacted - self._named
        if unnamed:
            first = min(unnamed)
            return Verification(
                False, first - 1, first, "the payload is gone and no redaction record says so"
            )
        return Verification(True, self.head.seq)

    def _check(self, record: Mapping[str, Any], expected: int) -> str:
        if record["seq"] != expected:
            return f"record {expected} is missing; the next one is {record['seq']}"
        if record["previous_hash"] != self.head.hash:
            return "the record does not follow the one before it"
        if record["hash"] != record_hash(record):
            return "the record's fields do not match its hash"
        return self._check_payload(record, expected)

    def _check_payload(self, record: Mapping[str, Any], expected: int) -> str:
        payload = record["payload"]
        if payload is None:
            self._redacted.add(expected)
            indexed = any(record[name] is not None for name in INDEXED)
            return "a redacted record is still indexed" if indexed else ""
        if not isinstance(payload, str) or digest(payload) != record["payload_hash"]:
            return "the payload does not match its hash"
        fields = json.loads(payload)
        if any(record[name] != fields.get(name) for name in INDEXED):
            return "the index columns do not match the payload"
        return self._check_redaction(fields) if record["kind"] == REDACTION else ""

    def _check_redaction(self, fields: Mapping[str, Any]) -> str:
        if any(last > self.head.seq for _, last in fields["redacted"]):
            return "the record says that it redacted records after it"
        named = expand_ranges(fields["redacted"])
        if not named <= self._redacted:
            return f"record {min(named - self._redacted)} was redacted here and has a payload again"
        self._named |= named
        return ""


def compress_ranges(numbers: Iterable[int]) -> list[list[int]]:
    """Return ascending numbers as [first, last] pairs."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges


def expand_ranges(ranges: Iterable[Iterable[int]]) -> set[int]:
    """Return the numbers that [first, last] pairs stand for."""
    return {number for first, last in ranges for number in range(first, last + 1)}
