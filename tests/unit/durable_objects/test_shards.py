"""When a hot code has helpers, what its owner collects from them, and when it has none any more."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace

import pytest

from durable_objects.shards import BUSY_NOTED_SECONDS, CLOSED_AFTER_SECONDS, QUIET_SECONDS, SHARDS, Shards
from sharelinks.projection import journal_name, shard_name
from sql_port import migrate
from sql_port.sqlite import SqliteDatabase

NOW = 1_700_000_000.0
CODE = "cat"
PAGE = 2


class Keeper:
    """Keeps batches in memory as a `ClickShard` does, in pages of two, and counts its calls."""

    def __init__(self):
        self.batches = {}
        self.calls = Counter()

    async def pending(self, _code, after):
        self.calls["pending"] += 1
        return [[one, self.batches[one]] for one in sorted(self.batches) if one > after][:PAGE]

    async def forget(self, batch_ids):
        self.calls["forget"] += 1
        for one in batch_ids:
            del self.batches[one]


class World:
    """An owner's `Shards` beside the objects it asks."""

    def __init__(self):
        self.keepers = {}
        self.database = SqliteDatabase()
        self.counted = []

    def keeper(self, name):
        return self.keepers.setdefault(name, Keeper())

    def shards(self):
        return Shards(self.database, SimpleNamespace(CLICK_SHARD=SimpleNamespace(getByName=self.keeper)))

    def collect(self, shards, now=NOW, outcome="recorded"):
        def record(_code, batch_id, payload):
            self.counted.append(batch_id)
            return outcome if payload == "odd" else "recorded"

        for keeper in self.keepers.values():
            keeper.calls.clear()
        asyncio.run(shards.collect(CODE, record, now))
        return sum(keeper.calls["pending"] for keeper in self.keepers.values())


@pytest.fixture
def world():
    world = World()
    yield world
    world.database.close()


def test_a_code_that_was_never_hot_asks_its_journal_alone_and_writes_nothing(world):
    assert world.shards().wanted(NOW) == 0
    assert world.collect(world.shards()) == 1
    assert list(world.keepers) == [journal_name(CODE)]
    assert world.database.execute("SELECT name FROM sqlite_master") == []


def test_a_hot_code_has_helpers_also_after_its_object_began_anew(world):
    world.shards().open(NOW)
    assert world.shards().wanted(NOW + 1) == SHARDS
    assert world.collect(world.shards()) == 1 + SHARDS


def test_a_code_that_is_hot_no_longer_is_asked_for_straight_and_its_helpers_are_still_read(world):
    shards = world.shards()
    shards.open(NOW)
    quiet = NOW + QUIET_SECONDS
    assert (shards.wanted(quiet - 1), shards.wanted(quiet)) == (SHARDS, 0)
    world.keeper(shard_name(CODE, 3)).batches = {"b1": ""}
    world.collect(shards, quiet)
    assert world.counted == ["b1"]


def test_helpers_are_closed_once_everybody_has_forgotten_them_and_what_they_kept_is_counted(world):
    shards = world.shards()
    shards.open(NOW)
    closed = NOW + CLOSED_AFTER_SECONDS
    assert world.collect(shards, closed - 1) == 1 + SHARDS
    world.keeper(shard_name(CODE, 7)).batches = {"b1": ""}
    world.collect(shards, closed)
    assert world.counted == ["b1"]
    assert world.collect(shards, closed) == 1
    assert world.collect(world.shards(), closed) == 1


def test_a_code_that_stays_hot_keeps_its_helpers_and_one_that_is_hot_again_gets_them_back(world):
    shards = world.shards()
    shards.open(NOW)
    shards.open(NOW + BUSY_NOTED_SECONDS - 1)
    assert shards.wanted(NOW + QUIET_SECONDS) == 0, "noting it more often would write a row a call"
    shards.open(NOW + BUSY_NOTED_SECONDS)
    assert shards.wanted(NOW + QUIET_SECONDS) == SHARDS
    later = NOW + 2 * CLOSED_AFTER_SECONDS
    world.collect(shards, later)
    assert world.collect(shards, later) == 1
    shards.open(later)
    assert world.shards().wanted(later) == SHARDS


def test_what_is_not_counted_stays_with_its_keeper_and_the_rest_is_read_once(world):
    journal = world.keeper(journal_name(CODE))
    journal.batches = {"b1": "odd", "b2": "odd", "b3": "", "b4": "odd", "b5": ""}
    for outcome in ("stale", "refused"):
        world.counted.clear()
        world.collect(world.shards(), outcome=outcome)
        assert set(journal.batches) == {"b1", "b2", "b4"}
    world.collect(world.shards(), outcome="repeated")
    assert journal.batches == {}


def test_a_database_of_before_helpers_could_close_closes_them(world):
    migrate(world.database, "click_shards", Shards.MIGRATIONS[:1])
    world.database.execute("INSERT INTO click_shards (id, number) VALUES (1, 8)")
    shards = world.shards()
    assert shards.wanted(NOW) == 0
    assert world.collect(shards) == 1 + SHARDS
    assert world.collect(shards) == 1
