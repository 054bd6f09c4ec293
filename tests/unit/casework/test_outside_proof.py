"""What leaves the ledger can be proved by whoever holds it, with the standard library alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import tracemalloc
from typing import Any

from casework import LedgerStore, json_lines, prove, records, sign_head
from sql_port.sqlite import SqliteDatabase

SHA = "5a" * 32
KEY = "a secret of the tests"


def ledger(cases: int) -> LedgerStore:
    made = LedgerStore(SqliteDatabase(), clock=lambda: 1_767_225_600.0)

    def fill() -> None:
        for number in range(cases):
            made.open(f"event-{number}", f"asset:{number}", "ann", SHA)

    made.database.transaction(fill)
    return made


def sha256_of(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_export_proves_itself_as_the_docs_say() -> None:
    made = ledger(3)
    sign_head(made.trail, "k1", KEY)
    previous = "0" * 64
    for line in json_lines(records(made.trail.audit)):
        record = json.loads(line)
        payload = json.dumps(record["payload"], sort_keys=True, separators=(",", ":"))
        assert record["payload_hash"] == sha256_of(payload)
        header = {name: value for name, value in record.items() if name not in ("payload", "hash")}
        assert record["hash"] == sha256_of(header)
        assert record["previous_hash"] == previous
        previous = record["hash"]


def test_a_checkpoint_is_an_hmac_that_anybody_with_the_key_can_make() -> None:
    made = sign_head(ledger(1).trail, "k1", KEY)
    assert made is not None
    purpose = "gif-distributor/moderation-ledger/checkpoint/1"
    said = json.dumps([purpose, made["seq"], made["hash"], made["at"], "k1"], separators=(",", ":"))
    assert made["signature"] == hmac.new(KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def peak_of(made: LedgerStore) -> tuple[int, int]:
    """Return the most memory that an export and a proof take."""
    tracemalloc.start()
    try:
        for _ in json_lines(records(made.trail.audit)):
            pass
        exported = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        assert prove(made.trail, {}).ok
        return exported, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_exports_and_proofs_take_the_memory_of_a_page_however_long_the_trail_is() -> None:
    small, large = peak_of(ledger(1_000)), peak_of(ledger(4_000))
    assert large[0] < 1.5 * small[0]
    assert large[1] < 1.5 * small[1]
