"""Names that are written to be taken for another one.

Two labels look alike when their skeletons are equal. A skeleton is lower case without accents, with Cyrillic,
Greek, Armenian, Cherokee and odd Latin letters as the plain letters they resemble (the table of the text
rules), with figures as letters, and with pairs like "rn" as the one letter they pass for. Typing errors and
words added to a name ("paypal-help") are not look-alikes; other spellings of a word are too common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moderation.text.characters import fold
from sharelinks.hosts import canonical_host

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_LABEL_CHARACTERS: Final = 4
"""Shorter labels of plain letters and figures resemble each other by accident."""

_ONE_FOR_ONE = str.maketrans("0134578i|", "oleastbll")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(label: str) -> str:
    """Return what is left of a label to an inattentive eye; the skeleton of a skeleton is itself."""
    plain = fold(label.casefold()).lower().translate(_ONE_FOR_ONE)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


class ProtectedNames:
    """Domains that nobody else may seem to be: brands, and our own host."""

    def __init__(self, domains: Iterable[str]) -> None:
        self.domains = tuple(dict.fromkeys(canonical_host(domain) for domain in domains))
        self._by_skeleton: dict[str, str] = {}
        for domain in self.domains:
            self._by_skeleton.setdefault(_joined(domain.partition(".")[0]), domain)
        self._spelled = frozenset(domain.partition(".")[0] for domain in self.domains)
        self._in_words = [(_words(domain.split(".")), domain) for domain in self.domains]

    def owns(self, host: str) -> bool:
        """Tell whether a canonical host is one of the domains or lies below one."""
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)

    def imitated_by(self, label: str) -> str | None:
        """Return the domain whose first label another label looks like without being it."""
        if label in self._spelled:
            return None
        # A part that is spelled like the name is a word beside others; the whole without its hyphens is not.
        candidates = [
            label.replace("-", ""),
            *(part for part in label.split("-") if part not in self._spelled),
        ]
        telling = (one for one in candidates if len(one) >= MIN_LABEL_CHARACTERS or not one.isascii())
        return next(filter(None, map(self._by_skeleton.get, map(skeleton, telling))), None)

    def embedded_in(self, labels: Sequence[str]) -> str | None:
        """Return the domain that stands whole in front of another one: paypal.com.login.example."""
        words = _words(labels)
        for wanted, domain in self._in_words:
            size = len(wanted)
            if any(words[at : at + size] == wanted for at in range(len(words) - size)):
                return domain
        return None


def _joined(label: str) -> str:
    return skeleton(label.replace("-", ""))


def _words(labels: Sequence[str]) -> list[str]:
    """Return the skeletons of labels and their parts, because a hyphen passes for a dot."""
    return [skeleton(word) for label in labels for word in label.split("-")]
