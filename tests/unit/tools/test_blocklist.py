"""`npm run blocklist` with the real wrangler, a stub of Cloudflare's API, and copies of the files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from link_safety import listed_in, shard_key
from tests.stubs.cloudflare_api import CloudflareApi
from tools.wrangler_configs import namespace_uses, read_configs, with_namespace_id

ROOT = Path(__file__).resolve().parents[3]
KV_ID = "1234567890abcdef1234567890abcdef"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("tools", "src"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("wrangler*.toml"):
        shutil.copyfile(file, tmp_path / file.name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (tmp_path / "list.txt").write_text("# ours\nphish.example\n")
    return tmp_path


@pytest.fixture
def cloudflare() -> Iterator[CloudflareApi]:
    with CloudflareApi() as stub:
        yield stub


def run(project: Path, *arguments: str, api: CloudflareApi | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/blocklist.py", *arguments],
        cwd=project,
        env={**os.environ, **(api.environment() if api else {})},
        capture_output=True,
        text=True,
        check=False,
    )


def named(project: Path, environment: str) -> None:
    """Give the moderator's namespace an id, as `cf:kv:create` does."""
    for use in namespace_uses(read_configs(project)):
        if (use.config.worker, use.environment) == ("moderator", environment):
            file = use.config.file
            file.write_text(with_namespace_id(file.read_text(), use, KV_ID))


@pytest.mark.parametrize("where", [(), ("--local",)])
def test_a_list_is_left_where_the_dev_command_finds_it(project: Path, where: tuple[str, ...]) -> None:
    done = run(project, "list.txt", *where)
    assert (done.returncode, done.stderr) == (0, "")
    pairs = json.loads((project / ".local" / "block-list.json").read_text())
    shards = {pair["key"]: pair["value"] for pair in pairs}
    assert len(shards) == 256
    assert listed_in(shards[shard_key("www.phish.example")], "www.phish.example") is not None
    assert [file.name for file in (project / ".local").iterdir()] == ["block-list.json"]


def test_a_list_with_a_bad_line_is_refused_whole(project: Path) -> None:
    (project / "list.txt").write_text("phish.example\ncom\n")
    done = run(project, "list.txt")
    assert (done.returncode, "2" in done.stderr) == (1, True)
    assert not (project / ".local").exists()
    assert run(project, "no-such-file").returncode == 1


def test_a_list_goes_into_the_namespace_of_an_environment(project: Path, cloudflare: CloudflareApi) -> None:
    named(project, "staging")
    done = run(project, "list.txt", "--env", "staging", api=cloudflare)
    assert (done.returncode, done.stderr) == (0, "")
    stored = cloudflare.values[KV_ID]
    assert len(stored) == 256
    assert listed_in(stored[shard_key("phish.example")], "phish.example") is not None


def test_what_stands_in_the_way_is_named(project: Path, cloudflare: CloudflareApi) -> None:
    assert "cf:kv:create" in run(project, "list.txt", "--env", "staging", api=cloudflare).stderr
    assert "no environment moon" in run(project, "list.txt", "--env", "moon", api=cloudflare).stderr
    named(project, "production")
    cloudflare.forbidden.add(("PUT", "/bulk"))
    refused = run(project, "list.txt", "--env", "production", api=cloudflare)
    assert (refused.returncode, "10000" in refused.stderr) == (1, True)
    assert cloudflare.values == {}
