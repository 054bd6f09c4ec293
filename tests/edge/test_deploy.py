"""`tools/deploy.py` as it is run, with the real pywrangler and wrangler, in a copy of the project.

The dry run has no network. The deployments go to a stub of Cloudflare's API.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stubs.cloudflare_api import CloudflareApi
from tools.bundles import KIB, measure
from tools.deploy_tree import stage
from tools.wrangler_runs import environment, pywrangler

ROOT = Path(__file__).resolve().parents[2]
COPIED_FOLDERS = ("src", "durable_objects", "workers", "tools")
COPIED_FILES = ("pyproject.toml", "pylock.toml", "requirements.txt", "package.json")
# A registry or an API on a port where nothing answers: whoever asks there fails.
NOWHERE = "http://127.0.0.1:9"
OFFLINE = {
    "npm_config_registry": NOWHERE,
    "CLOUDFLARE_API_BASE_URL": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "HTTP_PROXY": NOWHERE,
}

SECRETS = {
    "LINK_PEPPER": "pepper",
    "SIGNING_SECRET": "secret",
    "PREVIOUS_SIGNING_KEYS": "{}",
    "LEDGER_KEY": "ledger key",
    "PREVIOUS_LEDGER_KEYS": "{}",
    "MODERATION_WEBHOOK_SECRET": "none",
    "OPENAI_API_KEY": "none",
    "SAFE_BROWSING_KEY": "none",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in COPIED_FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (*(ROOT / name for name in COPIED_FILES), *ROOT.glob("wrangler*.toml")):
        shutil.copyfile(file, tmp_path / file.name)
    for folder in ("node_modules", "python_modules"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


@pytest.fixture
def objects_alone(project: Path) -> Path:
    """The project with one Worker, for what is the same with four."""
    for file in project.glob("wrangler*.toml"):
        if file.name != "wrangler.objects.toml":
            file.unlink()
    return project


@pytest.fixture
def cloudflare() -> Iterator[CloudflareApi]:
    with CloudflareApi() as stub:
        yield stub


def run(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "ADMIN_TOKEN"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=project,
        env={**inherited, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def dry_run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(project, "tools/deploy.py", "dry", *options, **OFFLINE)


def uploaded(cloudflare: CloudflareApi) -> list[str]:
    """The Workers in the order of their uploads."""
    upload = re.compile(r"PUT .*/workers/scripts/([^/]+)|POST .*/workers/scripts/([^/]+)/versions")
    found = [upload.fullmatch(line) for line in cloudflare.writes()]
    return [match[1] or match[2] for match in found if match]


def test_a_dry_run_without_a_network_bundles_all_workers_within_their_budgets(project: Path) -> None:
    done = dry_run(project, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    *listed, head, objects, edge, moderator, api = done.stdout.splitlines()
    assert head.split() == ["worker", "modules", "total", "gzip", "budget"]
    assert [line.split()[0] for line in (objects, edge, moderator, api)] == [
        "objects",
        "edge",
        "moderator",
        "api",
    ]
    ours = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.py")} | {
        f"durable_objects/{path.name}" for path in (ROOT / "durable_objects").glob("*.py")
    }
    for row in (objects, edge, moderator, api):
        worker, modules = row.split()[:2]
        names = {line.partition("/")[2] for line in listed if line.startswith(f"{worker}/")}
        assert len(names) == int(modules)
        assert {name for name in names if not name.startswith("python_modules/")} == ours | {f"{worker}.py"}
        assert "python_modules/workers/__init__.py" in names
    assert "edge/python_modules/pydantic/main.py" not in listed
    assert "api/python_modules/pydantic/main.py" in listed


def test_our_figures_agree_with_wranglers(objects_alone: Path) -> None:
    tree, target = stage(objects_alone), objects_alone / "out"
    arguments = ["deploy", "--dry-run", "--config", "wrangler.objects.toml", "--env", "staging"]
    outcome = pywrangler(objects_alone, tree, [*arguments, "--outdir", str(target)])
    said = re.search(r"Total Upload: ([\d.]+) KiB / gzip: ([\d.]+) KiB", outcome.output)
    assert said, outcome.output
    measured = measure("objects", target)
    assert measured.total_bytes / KIB == pytest.approx(float(said[1]), abs=0.01)
    assert measured.gzip_bytes / KIB == pytest.approx(float(said[2]), rel=0.02)
    counted = re.search(r"Total \((\d+) modules\)", outcome.output)
    assert counted
    assert len(measured.modules) == int(counted[1]) + 1, "wrangler does not count the entry"


def test_the_wrangler_that_pywrangler_finds_is_the_locked_one(project: Path) -> None:
    locked = json.loads((ROOT / "package.json").read_text())["devDependencies"]["wrangler"]
    command = ["npx", "--yes", "wrangler", "--version"]
    found = subprocess.run(
        command, cwd=stage(project), env=environment(project), capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [locked]


def test_a_test_module_that_got_in_fails_the_run(objects_alone: Path) -> None:
    (objects_alone / "src" / "cdn" / "tests").mkdir()
    (objects_alone / "src" / "cdn" / "tests" / "test_ranges.py").write_text("")
    done = dry_run(objects_alone)
    assert done.returncode == 1
    assert done.stderr.startswith("objects: cdn/tests/test_ranges.py must not be deployed: only src/, ")
    assert done.stderr.count("\n") == 1


def test_a_module_root_that_takes_in_everything_fails_the_run(objects_alone: Path) -> None:
    config = objects_alone / "wrangler.objects.toml"
    config.write_text(config.read_text().replace('base_dir = "dist/modules"', 'base_dir = "."'))
    done = dry_run(objects_alone)
    assert done.returncode == 1
    assert re.search(r"^objects: .* and \d+ more must not be deployed", done.stderr, re.MULTILINE), (
        done.stderr
    )


def test_a_module_that_the_build_loses_fails_the_run(objects_alone: Path) -> None:
    config = objects_alone / "wrangler.objects.toml"
    command = "python3 tools/bundle.py && rm dist/modules/cdn/ranges.py"
    config.write_text(config.read_text().replace("python3 tools/bundle.py", command))
    done = dry_run(objects_alone)
    assert done.returncode == 1
    assert done.stderr == "objects: cdn/ranges.py is missing from the bundle\n"


def test_a_bundle_over_its_budget_fails_the_run(objects_alone: Path) -> None:
    noise = random.Random(3).randbytes(1_200_000)
    (objects_alone / "src" / "cdn" / "table.py").write_text(f'TABLE = "{noise.hex()}"\n')
    done = dry_run(objects_alone)
    assert done.returncode == 1
    assert re.fullmatch(r"objects: 1\.\d\d MiB compressed is over its budget of 1\.00 MiB\n", done.stderr)
    assert done.stdout.startswith("worker")


def test_a_build_that_fails_is_reported_with_its_output(objects_alone: Path) -> None:
    (objects_alone / "tools" / "bundle.py").write_text("raise SystemExit('the build says no')")
    done = dry_run(objects_alone)
    assert done.returncode == 1
    assert "the build says no" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("objects could not be bundled: ")


def test_nothing_is_sent_before_the_namespaces_exist(project: Path, cloudflare: CloudflareApi) -> None:
    done = run(project, "tools/deploy.py", "staging", **cloudflare.environment())
    assert done.returncode == 1
    assert "has no real id for METADATA in staging; run npm run cf:setup first" in done.stderr
    assert cloudflare.requests == []


def test_set_up_and_two_deployments(project: Path, cloudflare: CloudflareApi) -> None:
    there = cloudflare.environment()
    assert run(project, "tools/cloudflare.py", "all", **there).returncode == 0
    first = run(project, "tools/deploy.py", "staging", ADMIN_TOKEN="first $token", **SECRETS, **there)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.endswith("deployed to staging: objects, edge, moderator, api\n")
    names = [f"gif-distributor-{worker}-staging" for worker in ("objects", "edge", "moderator", "api")]
    assert uploaded(cloudflare) == names

    bindings = {
        name: {binding["name"]: binding for binding in script["metadata"]["bindings"]}
        for name, script in cloudflare.scripts.items()
    }
    objects, edge, moderator, api = names
    namespace = cloudflare.namespaces["gif-distributor-metadata-staging"]
    assert bindings[edge]["METADATA"]["namespace_id"] == namespace
    assert bindings[objects]["METADATA"]["namespace_id"] == namespace
    assert bindings[edge]["SHORT_LINK"]["script_name"] == objects
    assert [name for name in names if "ADMIN_TOKEN" in bindings[name]] == [api]
    assert bindings[api]["ADMIN_TOKEN"]["text"] == "first $token"
    assert "first $token" not in first.stdout + first.stderr
    assert cloudflare.scripts[objects]["metadata"]["main_module"] == "objects.py"
    assert cloudflare.scripts[objects]["metadata"]["migrations"]["new_tag"]
    assert "short_link.py" not in cloudflare.scripts[edge]["modules"]
    assert "durable_objects/short_link.py" in cloudflare.scripts[objects]["modules"]
    [consumer] = cloudflare.consumers["id-of-gif-distributor-moderation-staging"]
    assert consumer["script_name"] == moderator
    assert consumer["dead_letter_queue"] == "gif-distributor-moderation-staging-dead"

    second = run(project, "tools/deploy.py", "staging", **there)
    assert second.returncode == 0, second.stdout + second.stderr
    assert uploaded(cloudflare) == names * 2
    assert "migrations" not in cloudflare.scripts[objects]["metadata"], "they were made the first time"
    kept = {binding["name"]: binding for binding in cloudflare.scripts[api]["metadata"]["bindings"]}
    assert kept["ADMIN_TOKEN"] == {"name": "ADMIN_TOKEN", "type": "inherit"}


def test_a_deployment_stops_at_the_first_worker_that_is_refused(
    project: Path, cloudflare: CloudflareApi
) -> None:
    there = cloudflare.environment()
    cloudflare.buckets.append("gif-distributor-media")
    purposes = ("moderation", "publishing", "notices", "clicks")
    cloudflare.queues += [f"gif-distributor-{one}{dead}" for one in purposes for dead in ("", "-dead")]
    assert run(project, "tools/cloudflare.py", "kv", **there).returncode == 0
    cloudflare.forbidden.add(("PUT", "/workers/scripts/gif-distributor-moderator"))
    done = run(project, "tools/deploy.py", "production", ADMIN_TOKEN="token", **SECRETS, **there)
    assert done.returncode == 1
    assert "Authentication error [code: 10000]" in done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == (
        "moderator could not be deployed to production; deployed before it: objects, edge"
    )
    assert list(cloudflare.scripts) == ["gif-distributor-objects", "gif-distributor-edge"]


def test_an_unknown_environment_is_refused(project: Path) -> None:
    done = run(project, "tools/deploy.py", "prodution")
    assert done.returncode == 2
    assert "invalid choice: 'prodution'" in done.stderr
