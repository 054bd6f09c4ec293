"""What people are told of a refusal: sentences instead of the codes that a look records.

Scores, the words that matched and names of lists stay in the ledger: they help to get around a check.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_CATEGORIES: Final[dict[str, str]] = {
    "sexual/minors": "sexual content about minors",
    "sexual": "sexual content",
    "violence/graphic": "graphic violence",
    "violence": "violence",
    "hate/threatening": "threats against a group",
    "hate": "hate",
    "harassment/threatening": "threats",
    "harassment": "harassment",
    "self-harm/intent": "self-harm",
    "self-harm/instructions": "instructions for self-harm",
    "self-harm": "self-harm",
    "illicit/violent": "violent crime",
    "illicit": "crime",
    "nsfw": "adult content",
    "hate_speech": "hate speech",
    "graphic_violence": "graphic violence",
    "illegal": "something illegal",
    "spam": "spam",
}
_FOUND: Final[dict[str, str]] = {
    "text_rules": "Its title, tags or description",
    "target_rules": "The address it leads to",
    "unsafe_text": "Its words",
    "unsure_text": "Its words",
    "unsafe_picture": "Its pictures",
    "unsure_picture": "Its pictures",
}
_SENTENCES: Final[dict[str, str]] = {
    "blocked_domain": "It leads to a site that this service does not link to.",
    "threat": "Google Safe Browsing lists an address it leads to as unsafe.",
    "blocked_hash": "This file was blocked by a moderator before.",
    **dict.fromkeys(
        ("lookalike", "embedded_domain", "mixed_scripts", "unusual_script", "mixed_numbers", "invalid_idn"),
        "The name of the site it leads to could be taken for another one.",
    ),
    "unseen_picture": "Its pictures could not be checked automatically.",
}
_UNCHECKED: Final = "It could not be checked automatically."
_NO_WORDS: Final = "The content breaks the rules of this service."
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+|lookalike|threat")
_NAMED = re.compile(r"([a-z][a-z_/-]*) \((?:'|\"|[01]\.[0-9])")


class Ground(NamedTuple):
    """Why content is withheld, and whether a check without a person found that."""

    text: str
    is_automatic: bool


def ground_of(reason: str) -> Ground:
    """Return the ground of a recorded reason. What a moderator wrote is told as it is.

    A reason of a look is told as the look's, also where a moderator let it stand.
    """
    parts = [part.partition(":") for part in reason.split("; ")]
    if not _CODE.fullmatch(parts[0][0]):
        return Ground(reason or _NO_WORDS, is_automatic=False)
    told = dict.fromkeys(_sentence(code, detail) for code, _, detail in parts if _CODE.fullmatch(code))
    said = [one for one in told if one != _UNCHECKED]
    return Ground(" ".join(said or [_UNCHECKED]), is_automatic=True)


def _sentence(code: str, detail: str) -> str:
    what = _FOUND.get(code)
    if what is None:
        return _SENTENCES.get(code, _UNCHECKED)
    names = dict.fromkeys(_CATEGORIES[name] for name in _NAMED.findall(detail) if name in _CATEGORIES)
    verb = (
        "may contain" if code.startswith("unsure_") else "contains" if code == "target_rules" else "contain"
    )
    return f"{what} {verb} {', '.join(names) or 'what the rules of this service do not allow'}."
