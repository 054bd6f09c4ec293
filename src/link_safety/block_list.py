"""The operator's list of blocked domains as a file.

    file    := line*                UTF-8, with or without a byte order mark
    line    := [domain] ["#" anything]
    domain  := at least two labels, in any case, internationalised in either form; or an IP address

A domain stands for itself and everything below it, an address for itself. Names of one label (top-level
domains) are refused: a slip of the hand would block half the web.
"""

from __future__ import annotations

from typing import Final

from sharelinks.errors import InvalidUrlError
from sharelinks.hosts import canonical_host

MAX_DOMAINS: Final = 1_000_000
MAX_SHOWN_FAULTS: Final = 20


class BlockListError(ValueError):
    """A file that is refused as a whole, because half a list would look like a whole one.

    `faults` are (line number, sentence) of every bad line.
    """

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        shown = [f"line {number}: {fault}" for number, fault in faults[:MAX_SHOWN_FAULTS]]
        more = len(faults) - len(shown)
        super().__init__("; ".join(shown) + (f"; and {more} more" if more else ""))
        self.faults = faults


def parse_block_list(content: bytes) -> list[str]:
    """Return the canonical names, sorted, without those that another one covers; raise BlockListError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad_line = content[: error.start].count(b"\n") + 1
        raise BlockListError([(bad_line, "the file is not UTF-8")]) from error
    names: set[str] = set()
    faults: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        try:
            names.add(_name(entry))
        except ValueError as error:
            faults.append((number, str(error)))
        if len(names) > MAX_DOMAINS:
            faults.append((number, f"the list has more than {MAX_DOMAINS} domains"))
            break
    if faults:
        raise BlockListError(faults)
    return sorted(name for name in names if not any(parent in names for parent in parents(name)))


def parents(name: str) -> list[str]:
    """Return the domains above a name, nearest first, down to two labels; an address has none."""
    labels = name.split(".")
    if is_address(name):
        return []
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def is_address(host: str) -> bool:
    """Tell whether a canonical host is an IP address."""
    return host.startswith("[") or host.rpartition(".")[2].isdigit()


def _name(entry: str) -> str:
    if entry.startswith(("*.", ".")):
        raise ValueError(f"{entry!r}: write the domain alone, what is below it is included")
    try:
        name = canonical_host(entry)
    except InvalidUrlError as error:
        raise ValueError(f"{entry!r} is not a domain") from error
    if "." not in name and not is_address(name):
        raise ValueError(f"{entry!r} has one label only")
    return name
