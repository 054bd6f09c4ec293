"""The measured quality of the text rules may rise, never fall below what docs/text-rules.md records."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from moderation import ContentCategory
from moderation.model import UNSAFE_CATEGORIES
from tools.text_rules_report import (
    ROOT,
    SPLITS,
    Judged,
    Score,
    category_score,
    judge,
    read_titles,
    report,
    unsafe_score,
)

TITLES = read_titles()

# Floors: the figures of docs/text-rules.md, rounded down to a tenth of a percent. Raise them with the rules.
RECORDED = {
    ("dev", "unsafe"): (0.993, 1.0),
    ("dev", "illegal"): (1.0, 1.0),
    ("dev", "hate_speech"): (1.0, 1.0),
    ("dev", "graphic_violence"): (0.98, 1.0),
    ("dev", "nsfw"): (0.988, 1.0),
    ("dev", "spam"): (1.0, 1.0),
    ("test", "unsafe"): (0.988, 0.992),
    ("test", "illegal"): (1.0, 0.977),
    ("test", "hate_speech"): (1.0, 0.98),
    ("test", "graphic_violence"): (0.975, 1.0),
    ("test", "nsfw"): (0.985, 1.0),
    ("test", "spam"): (0.985, 1.0),
    ("blind", "unsafe"): (0.98, 0.757),
    ("blind", "illegal"): (1.0, 0.75),
    ("blind", "hate_speech"): (1.0, 0.6),
    ("blind", "graphic_violence"): (1.0, 0.75),
    ("blind", "nsfw"): (0.866, 0.722),
    ("blind", "spam"): (1.0, 0.857),
}


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(TITLES)


def test_the_corpus_is_large_and_mixed_enough() -> None:
    labels = Counter(title.label for title in TITLES)
    assert len(TITLES) >= 400
    assert labels[ContentCategory.SAFE] >= 200
    assert all(labels[category] >= 60 for category in UNSAFE_CATEGORIES)
    assert len({title.text for title in TITLES}) == len(TITLES)


def test_no_title_was_moved_into_or_out_of_the_test_half_by_hand() -> None:
    """Chance, by a hash, put a title in `test`; what was added later is `dev` or `blind` by its date."""
    assert {title.split for title in TITLES} == {"dev", "test", "blind"}
    for title in TITLES:
        even = hashlib.sha256(title.text.encode()).digest()[0] % 2 == 0
        assert not (title.split == "test" and even), title


def test_the_blind_part_is_the_one_that_was_measured() -> None:
    texts = "\n".join(f"{title.label.value}\t{title.text}" for title in TITLES if title.split == "blind")
    assert (
        hashlib.sha256(texts.encode()).hexdigest()
        == "2da5db652bf93a2455a38a6200283309bd900167b3f4899045ca6be4410acc02"
    )


@pytest.mark.parametrize(("split", "name"), RECORDED)
def test_precision_and_recall_do_not_fall(judged: list[Judged], split: str, name: str) -> None:
    mine = [one for one in judged if one.title.split == split]
    score = unsafe_score(mine) if name == "unsafe" else category_score(mine, ContentCategory(name))
    precision, recall = RECORDED[split, name]
    assert score.precision >= precision
    assert score.recall >= recall


def test_scores_count_as_they_should() -> None:
    assert (Score(3, 1, 0).precision, Score(3, 0, 1).recall) == (0.75, 0.75)
    assert (Score(0, 0, 0).precision, Score(0, 0, 0).recall) == (1.0, 1.0)


def test_the_report_can_be_run_from_anywhere(judged: list[Judged], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "text_rules_report.py")],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    printed = done.stdout.decode()
    for split in SPLITS:
        assert report(judged, split) in printed
