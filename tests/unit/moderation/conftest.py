"""A pipeline on a real database, with a fixed clock and counted ids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from moderation import ContentScanner, ModerationPipeline
from sql_port.sqlite import SqliteDatabase
from tests.stubs.visual_scanner import Eyes, Seen
from tests.unit.moderation.helpers import Make


@pytest.fixture
def database() -> Iterator[SqliteDatabase]:
    opened = SqliteDatabase()
    yield opened
    opened.close()


@pytest.fixture
def make(database: SqliteDatabase) -> Make:
    ids = count(1)

    def build(seen: Seen | Exception | None = None, **options: Any) -> ModerationPipeline:
        eyes = Eyes(seen) if seen is not None else None
        options.setdefault("scanner", ContentScanner(visual_scanner=eyes))
        options.setdefault("clock", lambda: 1_767_225_600.5)
        return ModerationPipeline(
            database=database, token_hex=lambda size: f"{next(ids):0{2 * size}x}", **options
        )

    return build
