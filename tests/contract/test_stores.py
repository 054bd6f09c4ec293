"""Runs every store's contract on sqlite3; `tests/edge` runs the same cases inside a Durable Object."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sql_port.sqlite import SqliteDatabase
from tests.contract.cases import Case, all_cases


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase(None if request.param == "memory" else str(tmp_path / "store.sqlite"))
    yield opened
    opened.close()


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in all_cases().items()])
def test_store_keeps_its_contract(case: Case, database: SqliteDatabase) -> None:
    case(database)
