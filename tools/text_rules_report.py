"""Print how well the text rules do on the labelled titles: `python tools/text_rules_report.py`.

The rules were tuned on `dev` alone. `test` was written together with `dev`, before the rules, by the same
hand; `blind` was written after the rules were frozen, so it is the one to quote. A title counts as found in a
category when that is the category `ContentScanner.scan_metadata` names, at whatever confidence.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from moderation import ContentCategory, ContentScanner  # noqa: E402 - src/ must be on the path first
from moderation.model import UNSAFE_CATEGORIES  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterable

CORPUS = ROOT / "tests" / "corpus" / "titles.tsv"
REJECT = 0.80
SPLITS = ("dev", "test", "blind")


@dataclass(frozen=True)
class Title:
    """One labelled title."""

    split: str
    label: ContentCategory
    text: str


@dataclass(frozen=True)
class Judged:
    """A title and what the scanner said of it."""

    title: Title
    category: ContentCategory
    confidence: float


@dataclass(frozen=True)
class Score:
    """Right and wrong answers to one yes-or-no question."""

    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """How many of the alarms were right, 1.0 without alarms."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """How much of what was there was found, 1.0 when nothing was there."""
        return _share(self.hits, self.hits + self.misses)


def read_titles(path: Path = CORPUS) -> list[Title]:
    """Return the labelled titles of a corpus file."""
    lines = path.read_text(encoding="utf-8").split("\n")[1:]
    rows = [line.split("\t") for line in lines if line]
    return [Title(split, ContentCategory(label), text) for split, label, text in rows]


def judge(titles: Iterable[Title]) -> list[Judged]:
    """Return what the shipped rules say of each title."""
    scanner = ContentScanner()
    return [Judged(title, *scanner.scan_metadata(title.text)[:2]) for title in titles]


def category_score(judged: Iterable[Judged], category: ContentCategory) -> Score:
    """Score "is it of this category?"."""
    return _score((one.title.label is category, one.category is category) for one in judged)


def unsafe_score(judged: Iterable[Judged], at_least: float = 0.0) -> Score:
    """Score "is it unsafe?", counting only alarms of a confidence of `at_least`."""
    return _score(
        (
            one.title.label is not ContentCategory.SAFE,
            one.category is not ContentCategory.SAFE and one.confidence >= at_least,
        )
        for one in judged
    )


def report(judged: list[Judged], split: str) -> str:
    """Return the table for one part of the corpus."""
    mine = [one for one in judged if one.title.split == split]
    safe = sum(one.title.label is ContentCategory.SAFE for one in mine)
    lines = [
        f"split={split}: {len(mine)} titles, {safe} of them safe",
        f"{'':28}{'precision':>10}{'recall':>10}{'titles':>8}",
    ]
    lines += [_line(category.value, category_score(mine, category)) for category in UNSAFE_CATEGORIES]
    lines.append(_line("unsafe (flag or reject)", unsafe_score(mine)))
    lines.append(_line("unsafe (reject alone)", unsafe_score(mine, REJECT)))
    return "\n".join(lines)


def main() -> None:
    """Print the tables of every part, and the mistakes."""
    judged = judge(read_titles())
    print("\n\n".join(report(judged, split) for split in SPLITS))
    wrong = [one for one in judged if one.category is not one.title.label]
    print(f"\n{len(wrong)} titles named otherwise than labelled:")
    for one in wrong:
        print(f"  {one.title.split:6}{one.title.label.value:17}-> {one.category.value:17}{one.title.text}")


def _score(answers: Iterable[tuple[bool, bool]]) -> Score:
    pairs = list(answers)
    return Score(
        hits=sum(is_so and said for is_so, said in pairs),
        false_alarms=sum(said and not is_so for is_so, said in pairs),
        misses=sum(is_so and not said for is_so, said in pairs),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _line(name: str, score: Score) -> str:
    return f"{name:28}{score.precision:>10.1%}{score.recall:>10.1%}{score.hits + score.misses:>8}"


if __name__ == "__main__":
    main()
