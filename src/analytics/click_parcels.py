"""How the clicks of a flush travel: a code with many straight to its owner, many codes with few together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from analytics.click_wire import texts
from sharelinks.projection import journal_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from analytics.click_wire import NotedClick

FEW_CODES = 8
"""Up to so many codes are no crowd: each goes straight to its owner."""
THIN_CLICKS = 20
"""In a crowd, codes with at most so many clicks travel together: a call each would cost most of all."""
MAX_LETTERS = 500


class Letter(NamedTuple):
    """One batch of one code; its owner counts an id once."""

    code: str
    batch_id: str
    payload: str
    clicks: int


class Parcel(NamedTuple):
    """What one call carries: a letter to its owner, or letters of several codes to the journal they share."""

    journal: str | None
    letters: tuple[Letter, ...]

    @property
    def clicks(self) -> int:
        """Return how many clicks it holds."""
        return sum(letter.clicks for letter in self.letters)


def parcels(taken: Mapping[str, Sequence[NotedClick]], new_id: Callable[[], str]) -> Iterator[Parcel]:
    """Return the parcels of a flush."""
    thin = {code for code, clicks in taken.items() if len(clicks) <= THIN_CLICKS}
    together = thin if len(thin) > FEW_CODES else set()
    journals: dict[str, list[Letter]] = {}
    for code, clicks in taken.items():
        for number, text in texts(clicks):
            letter = Letter(code, new_id(), text, number)
            if code in together:
                journals.setdefault(journal_name(code), []).append(letter)
            else:
                yield Parcel(None, (letter,))
    for journal, letters in journals.items():
        for start in range(0, len(letters), MAX_LETTERS):
            yield Parcel(journal, tuple(letters[start : start + MAX_LETTERS]))
