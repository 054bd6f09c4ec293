"""Reads the documents of this lane: fenced blocks by section, and the bullets of an API reference."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
READMES = ("readme_000.md", "readme_001.md")

_HEADING = re.compile(r"#{2,} (?P<title>.+)")
_FENCE = re.compile(r"```(?P<language>\w*)")
_CALL = re.compile(r"- `(?P<name>\w+)\((?P<arguments>.*)\)`: (?P<text>.+)")
_ATTRIBUTES = re.compile(r"- (?P<names>`\w+`(?:, `\w+`)*)(?: \((?P<kind>\w+)\))?: (?P<text>.+)")
_CONSTANTS = re.compile(r"- Cache duration constants: (?P<names>.+)")
_MEMBERS = re.compile(r"\*\*(?P<enum>\w+)\*\*: (?P<names>.+)")


@dataclass(frozen=True)
class Block:
    """A fenced block, the heading it stands under, and the line of its first line of code."""

    document: str
    heading: str
    language: str
    code: str
    line: int


@dataclass(frozen=True)
class Entry:
    """One documented name: `owner` is its class, enum or heading, `arguments` is set for what is called."""

    document: str
    owner: str
    name: str
    arguments: str | None = None
    kind: str | None = None
    text: str = ""

    def __str__(self) -> str:
        return f"{self.document}-{self.owner}.{self.name}"


def blocks(path: Path) -> list[Block]:
    """Return every fenced block of the file, in order."""
    found: list[Block] = []
    heading, language, start = "", None, 0
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines):
        if language is not None:
            if line.strip() == "```":
                code = "".join(lines[start:number])
                found.append(Block(path.name, heading, language, code, start + 1))
                language = None
        elif fence := _FENCE.match(line):
            language, start = fence["language"], number + 1
        elif title := _HEADING.match(line):
            heading = title["title"].strip()
    assert language is None, f"{path.name}: a block is not closed"
    return found


def imports_something(code: str) -> bool:
    """Tell whether a block brings its own names."""
    return any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.parse(code).body)


def stories(path: Path) -> list[list[Block]]:
    """Return the Python blocks, each together with the blocks after it that import nothing and go on."""
    found: list[list[Block]] = []
    for block in blocks(path):
        if block.language != "python":
            continue
        if found and not imports_something(block.code):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def api_entries(path: Path) -> list[Entry]:
    """Return every name of the API reference; a bullet that cannot be read fails the test run."""
    _, _, reference = path.read_text(encoding="utf-8").partition("\n## API Reference\n")
    found: list[Entry] = []
    owner = ""
    for line in filter(None, map(str.strip, reference.splitlines())):
        if title := _HEADING.fullmatch(line):
            owner = re.sub(r" \(.*\)", "", title["title"])
        elif members := _MEMBERS.fullmatch(line):
            found += [Entry(path.name, members["enum"], name) for name in _quoted(members["names"])]
        elif constants := _CONSTANTS.fullmatch(line):
            found += [Entry(path.name, owner, name) for name in _quoted(constants["names"])]
        elif call := _CALL.fullmatch(line):
            found.append(
                Entry(path.name, owner, call["name"], arguments=call["arguments"], text=call["text"])
            )
        elif attributes := _ATTRIBUTES.fullmatch(line):
            kind, text = attributes["kind"], attributes["text"]
            names = _quoted(attributes["names"])
            found += [Entry(path.name, owner, name, kind=kind, text=text) for name in names]
        else:
            raise AssertionError(f"{path.name}: cannot read {line!r}")
    return found


def _quoted(text: str) -> list[str]:
    return re.findall(r"`(\w+)`", text)
