"""The operator's file, its shards, and the one read that answers."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from link_safety import (
    BlockListError,
    Listed,
    block_list,
    compile_shards,
    find_listed,
    listed_in,
    parse_block_list,
    shard_key,
)
from link_safety.shards import SHARDS

SRC = Path(__file__).resolve().parents[3] / "src"
FILE = """\ufeff# what we do not link to
evil.example          # a comment behind an entry
  Sub.Evil.Example.   # covered by the line above
\tBÜCHER.example\r
xn--bcher-kva.example
deep.below.good.example

203.0.113.9
[2001:DB8::1]
""".encode()
NAMES = ["203.0.113.9", "[2001:db8::1]", "deep.below.good.example", "evil.example", "xn--bcher-kva.example"]


def test_a_file_becomes_canonical_names_without_what_is_covered() -> None:
    assert parse_block_list(FILE) == NAMES


def test_an_empty_file_is_an_empty_list() -> None:
    assert parse_block_list(b"") == parse_block_list(b"# nothing\n\n") == []


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("com", "one label"),
        ("localhost", "one label"),
        ("*.evil.example", "what is below it is included"),
        (".evil.example", "what is below it is included"),
        ("https://evil.example/", "not a domain"),
        ("0.0.0.0 evil.example", "not a domain"),
        ("evil..example", "not a domain"),
        ("xn--0.example", "not a domain"),
    ],
)
def test_an_entry_that_is_no_domain_is_refused_with_its_line(entry: str, told: str) -> None:
    with pytest.raises(BlockListError, match=told) as caught:
        parse_block_list(f"good.example\n{entry}\n".encode())
    assert [number for number, _ in caught.value.faults] == [2]


def test_every_bad_line_is_told_but_only_so_many_are_shown() -> None:
    with pytest.raises(BlockListError) as caught:
        parse_block_list(b"a\n" * 50)
    assert [number for number, _ in caught.value.faults] == list(range(1, 51))
    assert str(caught.value).endswith("; and 30 more")


def test_a_file_that_is_not_utf8_is_refused_with_its_line() -> None:
    with pytest.raises(BlockListError, match="line 3: the file is not UTF-8"):
        parse_block_list(b"a.example\n\nb\xff.example\n")


def test_a_list_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_list, "MAX_DOMAINS", 3)
    assert len(parse_block_list(b"a.example\nb.example\nc.example\nc.example\n")) == 3
    with pytest.raises(BlockListError, match="line 4: the list has more than 3 domains"):
        parse_block_list(b"a.example\nb.example\nc.example\nd.example\ne.example\n")


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("a.b.c.example", ["b.c.example", "c.example"]),
        ("evil.example", []),
        ("203.0.113.9", []),
        ("[2001:db8::1]", []),
    ],
)
def test_what_lies_above_a_name(name: str, above: list[str]) -> None:
    assert block_list.parents(name) == above


class Store:
    """A key-value store that counts its reads."""

    def __init__(self, content: bytes) -> None:
        self.values = compile_shards(content)
        self.reads: list[str] = []

    async def get(self, key: str) -> str | None:
        self.reads.append(key)
        return self.values.get(key)

    def find(self, host: str) -> str | None:
        self.reads.clear()
        listed = asyncio.run(find_listed(host, self.get))
        assert len(self.reads) == 1
        return listed.domain if listed else None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("evil.example", "evil.example"),
        ("a.b.c.evil.example", "evil.example"),
        ("notevil.example", None),
        ("evil.example.com", None),
        ("example", None),
        ("good.example", None),
        ("below.good.example", None),
        ("x.deep.below.good.example", "deep.below.good.example"),
        ("shop.xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.90", None),
        ("9.203.0.113", None),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("[2001:db8::11]", None),
        ("block-list-1", None),
    ],
)
def test_one_read_tells_whether_a_host_or_anything_above_it_is_listed(host: str, domain: str | None) -> None:
    assert Store(FILE).find(host) == domain


labels = st.text("ab", min_size=1, max_size=2)
hosts = st.lists(labels, min_size=2, max_size=5).map(lambda parts: ".".join([*parts, "example"]))


@given(st.lists(hosts, max_size=12), st.lists(hosts, min_size=1, max_size=8))
def test_the_shards_say_what_the_list_says(listed: list[str], asked: list[str]) -> None:
    store = Store("\n".join(listed).encode())
    for host in asked:
        covering = [name for name in listed if host == name or host.endswith(f".{name}")]
        found = store.find(host)
        assert (found is None) == (not covering)
        assert found is None or found in covering


def test_every_load_writes_every_shard_so_that_nothing_old_stays() -> None:
    first, second = compile_shards(FILE), compile_shards(b"")
    assert first.keys() == second.keys()
    assert len(first) == SHARDS
    assert listed_in(first[shard_key("evil.example")], "evil.example") is not None
    assert listed_in(second[shard_key("evil.example")], "evil.example") is None


def test_a_verdict_names_the_list_it_comes_from() -> None:
    def verdict(content: bytes) -> Listed | None:
        return listed_in(compile_shards(content)[shard_key("evil.example")], "www.evil.example")

    first, same, other = verdict(FILE), verdict(FILE + b"# more words\n"), verdict(b"evil.example")
    assert first
    assert other
    assert first == same
    assert first.list_digest != other.list_digest


def test_the_key_of_a_host_is_part_of_the_stored_form() -> None:
    assert shard_key("a.evil.example") == shard_key("evil.example") == "blocked-domains:48"


def test_without_a_list_nothing_is_listed() -> None:
    assert listed_in(None, "evil.example") is None


@pytest.mark.parametrize("shard", ["", "block-list-1", "block-list-1 \n", "block-list-2 abc\nevil.example\n"])
def test_a_shard_of_unknown_form_lets_nothing_pass(shard: str) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        listed_in(shard, "good.example")


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "link_safety", *arguments],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_what_the_bulk_upload_takes(tmp_path: Path) -> None:
    path = tmp_path / "domains.txt"
    path.write_bytes(FILE)
    done = command(str(path))
    assert done.returncode == 0, done.stderr
    assert {pair["key"]: pair["value"] for pair in json.loads(done.stdout)} == compile_shards(FILE)


def test_the_command_tells_what_is_wrong_and_prints_nothing(tmp_path: Path) -> None:
    path = tmp_path / "domains.txt"
    path.write_text("good.example\ncom\n")
    refused = command(str(path))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "line 2: 'com' has one label only" in refused.stderr
    assert command(str(tmp_path / "missing")).returncode == 1
    assert command().returncode == 2
