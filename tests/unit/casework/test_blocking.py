from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.blocking import MOST_BITS, BlockList, distance
from casework.trail import Trail
from sql_port import Row, SqlValue
from sql_port.sqlite import SqliteDatabase

PICTURES = st.integers(0, 2**64 - 1)
FLIPS = st.lists(st.integers(0, 63), max_size=10)


@settings(max_examples=60, deadline=None)
@given(st.lists(PICTURES, min_size=1, max_size=8), FLIPS, st.integers(0, MOST_BITS), st.data())
def test_the_indexes_find_what_looking_at_everything_finds(
    blocked: list[int], flips: list[int], most_bits: int, data: st.DataObject
) -> None:
    listed = BlockList(Trail(SqliteDatabase(), lambda: 0.0))
    for picture in blocked:
        listed.block(f"{picture:016x}", "", "mo")
    looked_for = data.draw(st.sampled_from(blocked))
    for bit in flips:
        looked_for ^= 1 << bit
    nearest = min((picture ^ looked_for).bit_count() for picture in blocked)
    match = listed.match("5a" * 32, f"{looked_for:016x}", most_bits)
    assert (match and match["distance"]) == (nearest if nearest <= most_bits else None)


class Recorder(SqliteDatabase):
    def execute(self, statement: str, *parameters: SqlValue) -> list[Row]:
        self.last = (statement, parameters)
        return super().execute(statement, *parameters)


def test_the_indexes_are_used() -> None:
    database = Recorder()
    BlockList(Trail(database, lambda: 0.0)).match("5a" * 32, "0" * 16)
    statement, parameters = database.last
    plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", *parameters)
    used = [row["detail"] for row in plan]
    assert sum("USING INDEX blocked_hashes_byte_" in detail for detail in used) == 8
    assert not [detail for detail in used if detail.startswith("SCAN")]


def test_a_distance_is_a_number_of_bits() -> None:
    assert distance("0" * 16, "f" * 16) == 64
    assert distance("0" * 15 + "8", "0" * 16) == 1
