"""`tools/cloudflare.py` with the real wrangler and a stub of Cloudflare's API, on copies of the files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stubs.cloudflare_api import ACCOUNT, CloudflareApi, envelope
from tests.stubs.http_server import Reply

ROOT = Path(__file__).resolve().parents[3]
BUCKETS = ["gif-distributor-media-staging", "gif-distributor-media"]
QUEUES = [
    "gif-distributor-clicks-staging",
    "gif-distributor-clicks",
    "gif-distributor-moderation-staging",
    "gif-distributor-moderation",
    "gif-distributor-clicks-staging-dead",
    "gif-distributor-clicks-dead",
    "gif-distributor-moderation-staging-dead",
    "gif-distributor-moderation-dead",
    "gif-distributor-notices-staging",
    "gif-distributor-notices",
    "gif-distributor-notices-staging-dead",
    "gif-distributor-notices-dead",
    "gif-distributor-publishing-staging",
    "gif-distributor-publishing",
    "gif-distributor-publishing-staging-dead",
    "gif-distributor-publishing-dead",
]
NAMESPACES = ["gif-distributor-metadata-staging", "gif-distributor-metadata"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the real wrangler and copies of what the command reads and writes."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.glob("wrangler*.toml"):
        shutil.copyfile(file, tmp_path / file.name)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


@pytest.fixture
def cloudflare() -> Iterator[CloudflareApi]:
    with CloudflareApi() as stub:
        yield stub


def run(project: Path, cloudflare: CloudflareApi, what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/cloudflare.py", what],
        cwd=project,
        env={**os.environ, **cloudflare.environment()},
        capture_output=True,
        text=True,
        check=False,
    )


def files(project: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in project.glob("wrangler*.toml")}


def ids(project: Path, environment: str | None) -> set[str]:
    tops = [tomllib.loads(text) for text in files(project).values()]
    tables = [top["env"][environment] if environment else top for top in tops]
    return {entry["id"] for table in tables for entry in table.get("kv_namespaces", [])}


def test_a_first_run_creates_everything_and_a_second_changes_nothing(
    project: Path, cloudflare: CloudflareApi
) -> None:
    before = files(project)
    first = run(project, cloudflare, "all")
    assert (first.returncode, first.stderr) == (0, "")
    assert cloudflare.buckets == BUCKETS
    assert sorted(cloudflare.queues) == sorted(QUEUES)
    assert sorted(cloudflare.namespaces) == sorted(NAMESPACES)
    assert "bucket gif-distributor-media-staging: created\n" in first.stdout
    assert "queue gif-distributor-moderation-dead: created\n" in first.stdout

    staging, production = (cloudflare.namespaces[title] for title in NAMESPACES)
    assert ids(project, "staging") == {staging}
    assert ids(project, "production") == {production}
    assert ids(project, None) == {"00000000000000000000000000000001"}
    undone = {
        name: text.replace(staging, "0" * 31 + "2").replace(production, "0" * 31 + "3")
        for name, text in files(project).items()
    }
    assert undone == before

    created, written = len(cloudflare.requests), files(project)
    second = run(project, cloudflare, "all")
    assert (second.returncode, second.stderr) == (0, "")
    assert "created" not in second.stdout
    assert "is now" not in second.stdout
    assert files(project) == written
    assert cloudflare.buckets == BUCKETS
    assert len(cloudflare.queues) == len(QUEUES)
    assert len(cloudflare.namespaces) == len(NAMESPACES)
    asked_again = [f"{request.method} {request.path}" for request in cloudflare.requests[created:]]
    assert f"POST /accounts/{ACCOUNT}/storage/kv/namespaces" not in asked_again


def test_a_run_that_stopped_half_way_is_completed(project: Path, cloudflare: CloudflareApi) -> None:
    staging = "b" * 32
    cloudflare.namespaces["gif-distributor-metadata-staging"] = staging
    cloudflare.buckets.append("gif-distributor-media-staging")
    cloudflare.queues.append("gif-distributor-moderation-staging-dead")
    edge = project / "wrangler.toml"
    edge.write_text(edge.read_text().replace("0" * 31 + "2", staging))
    done = run(project, cloudflare, "all")
    assert (done.returncode, done.stderr) == (0, "")
    assert "bucket gif-distributor-media-staging: exists\n" in done.stdout
    assert "queue gif-distributor-moderation-staging-dead: exists\n" in done.stdout
    assert f"KV namespace gif-distributor-metadata-staging: exists, id {staging}\n" in done.stdout
    assert "wrangler.toml: METADATA in staging is now" not in done.stdout
    assert "wrangler.objects.toml: METADATA in staging is now" in done.stdout
    assert ids(project, "staging") == {staging}
    assert ids(project, "production") == {cloudflare.namespaces["gif-distributor-metadata"]}
    assert sorted(cloudflare.buckets) == sorted(BUCKETS)
    assert sorted(cloudflare.queues) == sorted(QUEUES)


@pytest.mark.parametrize(
    ("what", "path", "sentence"),
    [
        ("buckets", "/r2/buckets", "the bucket gif-distributor-media-staging could not be created: "),
        ("queues", "/queues", "the queue gif-distributor-publishing-staging could not be created: "),
        ("kv", "/namespaces", "the KV namespace gif-distributor-metadata could not be created: "),
    ],
)
def test_a_token_that_may_not_create_is_reported_in_one_sentence(
    project: Path, cloudflare: CloudflareApi, what: str, path: str, sentence: str
) -> None:
    cloudflare.namespaces["gif-distributor-metadata-staging"] = "c" * 32
    cloudflare.forbidden.add(("POST", path))
    before = files(project)
    done = run(project, cloudflare, what)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert "Authentication error" in done.stderr
    assert done.stderr.count("\n") == 1
    assert files(project) == before


def test_a_token_that_may_not_even_read_is_reported_in_one_sentence(
    project: Path, cloudflare: CloudflareApi
) -> None:
    cloudflare.forbidden.add(("GET", "/namespaces"))
    done = run(project, cloudflare, "kv")
    assert done.returncode == 1
    assert done.stderr.startswith("the KV namespaces could not be listed: ")
    assert "Authentication error" in done.stderr
    assert done.stderr.count("\n") == 1
    assert cloudflare.writes() == []


def test_an_empty_list_that_is_not_true_cannot_replace_an_id(
    project: Path, cloudflare: CloudflareApi
) -> None:
    """Wrangler takes a page of HTML for an empty list; Cloudflare then refuses a second namespace."""
    cloudflare.namespaces |= dict.fromkeys(NAMESPACES, "d" * 32)
    cloudflare.script(Reply(200, (("content-type", "text/html"),), b"<html>maintenance</html>"))
    before = files(project)
    done = run(project, cloudflare, "kv")
    assert done.returncode == 1
    assert done.stderr.startswith(f"the KV namespace {NAMESPACES[0]} could not be created: ")
    assert "already exists" in done.stderr
    assert files(project) == before


def test_a_namespace_that_is_not_listed_yet_writes_no_id(project: Path, cloudflare: CloudflareApi) -> None:
    nothing, created = envelope([]), envelope({"id": "e" * 32, "title": "new"})
    cloudflare.script(nothing, created, created, nothing)
    before = files(project)
    done = run(project, cloudflare, "kv")
    assert done.returncode == 1
    assert done.stderr == (
        f"Cloudflare created the KV namespace {NAMESPACES[0]} but does not list it yet; try again\n"
    )
    assert files(project) == before


def test_line_ends_stay_as_they_are(project: Path, cloudflare: CloudflareApi) -> None:
    for file in project.glob("wrangler*.toml"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert run(project, cloudflare, "kv").returncode == 0
    edge = (project / "wrangler.toml").read_bytes()
    assert cloudflare.namespaces["gif-distributor-metadata"].encode() in edge
    assert edge.count(b"\r\n") == edge.count(b"\n")


def test_an_unknown_word_is_refused(project: Path, cloudflare: CloudflareApi) -> None:
    done = run(project, cloudflare, "buckts")
    assert done.returncode == 2
    assert "invalid choice: 'buckts'" in done.stderr
    assert cloudflare.requests == []
