"""The fuzzer itself: a short run finds nothing, and it does find what it is to find."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.corpus.uploads.good import GOOD
from tests.fuzz import uploads as fuzzing
from tests.fuzz.mutations import with_checksums
from uploads import MESSAGES, Inspection, inspect


@pytest.mark.no_cover
def test_a_short_run_finds_nothing(tmp_path: Path) -> None:
    report = fuzzing.fuzz(random.Random(5), lambda done: done < 5_000, tmp_path)
    told = report.told
    assert told.total() == 5_000
    assert {"image/gif", "image/png", "video/mp4", "video/webm", "form", "truncated"} <= set(told)
    assert {code for code in told if "/" not in code} <= {*MESSAGES, "form"}
    assert report.slowest
    assert not list(tmp_path.iterdir())


def test_a_crash_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_pieces: object) -> Inspection:
        raise ZeroDivisionError

    monkeypatch.setattr(fuzzing, "outcome", broken)
    with pytest.raises(ZeroDivisionError):
        fuzzing.fuzz(random.Random(5), lambda done: done < 50, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_cut_that_matters_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "outcome", lambda pieces: "one" if len(list(pieces)) == 1 else "more")
    with pytest.raises(fuzzing.FoundError, match="the cut"):
        fuzzing.check_file(random.Random(5), b"abc")


@pytest.mark.parametrize("name", ["gif loop", "webm", "apng"])
def test_a_wrong_fact_is_found(name: str) -> None:
    data, _ = GOOD[name]
    fuzzing.check_accepted(data, inspect(data))
    with pytest.raises(fuzzing.FoundError, match="hash"):
        fuzzing.check_accepted(data[:-1], inspect(data))


def test_checksums_are_mended() -> None:
    data, _ = GOOD["apng"]
    assert with_checksums(data) == data
    damaged = data.replace(b"acTL\0\0\0\3\0\0\0\2", b"acTL\0\0\0\3\0\0\0\7")
    assert inspect(with_checksums(damaged)).loop_count == 7
