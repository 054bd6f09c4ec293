"""What is odd about a host name. Findings are for a person's eyes: none of them proves bad intent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from link_safety.block_list import is_address
from link_safety.scripts import Restriction, mixes_numbers, restriction_of
from sharelinks.hosts import canonical_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from link_safety.lookalikes import ProtectedNames

_PREFIX = "xn--"
_ODD_SCRIPTS = {Restriction.MIXED: "mixed_scripts", Restriction.UNUSUAL_SCRIPT: "unusual_script"}


@dataclass(frozen=True)
class Finding:
    """One oddity: a stable code, the label as people see it, and what it resembles.

    Codes: `invalid_idn` (an internationalised label that IDNA 2008 does not allow), `mixed_scripts`,
    `unusual_script`, `mixed_numbers`, `lookalike`, `embedded_domain`.
    """

    code: str
    label: str
    resembles: str = ""


def host_findings(host: str, protected: ProtectedNames) -> list[Finding]:
    """Return what is odd about a host in any spelling; raise InvalidUrlError if it is none.

    Addresses and hosts of the protected domains have nothing odd.
    """
    name = canonical_host(host)
    if is_address(name) or protected.owns(name):
        return []
    findings: list[Finding] = []
    shown = []
    for label in name.split("."):
        text, is_valid = displayed(label)
        shown.append(text)
        if not is_valid:
            findings.append(Finding("invalid_idn", text))
        findings += _oddities(text)
        imitated = protected.imitated_by(text)
        if imitated is not None:
            findings.append(Finding("lookalike", text, imitated))
    embedded = protected.embedded_in(shown)
    if embedded is not None:
        findings.append(Finding("embedded_domain", ".".join(shown), embedded))
    return findings


def displayed(label: str) -> tuple[str, bool]:
    """Return a canonical label as people see it, and whether IDNA 2008 allows it."""
    if not label.startswith(_PREFIX):
        return label, True
    import idna  # noqa: PLC0415 - its tables are large and few hosts need them

    try:
        return idna.ulabel(label), True
    except idna.IDNAError:
        return label.removeprefix(_PREFIX).encode().decode("punycode"), False


def _oddities(text: str) -> Iterator[Finding]:
    code = _ODD_SCRIPTS.get(restriction_of(text))
    if code:
        yield Finding(code, text)
    if mixes_numbers(text):
        yield Finding("mixed_numbers", text)
