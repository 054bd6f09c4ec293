"""The judgement over a bundle: its modules and its weight."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from tools.bundles import GZIP_BUDGETS_MIB, KIB, MIB, Bundle, measure, objections, own_modules, table

ENTRY = Path("workers/edge.py")
INTENDED = (
    "cdn/__init__.py",
    "cdn/ranges.py",
    "durable_objects/short_link.py",
    "edge.py",
    "python_modules/asgi.py",
)


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"# {name}\n")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "src/cdn/__init__.py", "src/cdn/ranges.py", "durable_objects/short_link.py")
    write(tmp_path, "workers/edge.py", "workers/api.py", "python_modules/asgi.py", "tests/test_ranges.py")
    return tmp_path


def bundle(*modules: str, worker: str = "edge", gzip_bytes: int = 1) -> Bundle:
    return Bundle(worker, tuple(sorted(modules)), gzip_bytes, gzip_bytes)


def test_a_bundle_is_measured_without_wranglers_note(tmp_path: Path) -> None:
    noise = random.Random(7).randbytes(3000)
    write(tmp_path, "README.md", "cdn/README.md")
    (tmp_path / "edge.py").write_bytes(noise)
    measured = measure("edge", tmp_path)
    assert measured.modules == ("cdn/README.md", "edge.py")
    assert measured.total_bytes == 3000 + len("# cdn/README.md\n")
    assert measured.gzip_bytes == len(gzip.compress(b"# cdn/README.md\n" + noise))


def test_the_same_bundle_weighs_the_same(tmp_path: Path) -> None:
    write(tmp_path, "edge.py")
    assert measure("edge", tmp_path) == measure("edge", tmp_path)


def test_exactly_the_intended_modules_pass(project: Path) -> None:
    assert own_modules(project, ENTRY) == set(INTENDED) - {"python_modules/asgi.py"}
    assert objections(bundle(*INTENDED), project, ENTRY) == []


@pytest.mark.parametrize(
    "module",
    [
        "tests/test_ranges.py",
        "test_ranges.py",
        "api.py",
        "workers/edge.py",
        "src/cdn/ranges.py",
        "node_modules/wrangler/index.js",
        ".venv/lib/python3.11/site-packages/httpx/__init__.py",
        "python_modules/not_vendored.py",
        "python_modules/pkg/tests/test_pkg.py",
        "python_modules/../tests/test_ranges.py",
        "cdn/tests/test_ranges.py",
        "README.rst",
    ],
)
def test_a_foreign_module_is_named(project: Path, module: str) -> None:
    write(project, "src/cdn/tests/test_ranges.py", "python_modules/pkg/tests/test_pkg.py")
    own = own_modules(project, ENTRY) - {"cdn/tests/test_ranges.py"}
    found = objections(bundle(*own, module, "python_modules/asgi.py"), project, ENTRY)
    assert found[0].startswith(
        f"edge: {module} must not be deployed: only src/, durable_objects/, workers/edge.py"
    )


def test_many_foreign_modules_make_one_sentence(project: Path) -> None:
    [sentence] = objections(bundle(*INTENDED, *(f"tests/{number}.py" for number in range(9))), project, ENTRY)
    assert "tests/0.py, tests/1.py, tests/2.py, tests/3.py, tests/4.py and 4 more must not be" in sentence


def test_a_module_that_was_left_out_is_named(project: Path) -> None:
    rest = [name for name in INTENDED if name != "cdn/ranges.py"]
    assert objections(bundle(*rest), project, ENTRY) == ["edge: cdn/ranges.py is missing from the bundle"]


@pytest.mark.parametrize("worker", GZIP_BUDGETS_MIB)
def test_a_bundle_may_weigh_its_budget_and_not_a_byte_more(project: Path, worker: str) -> None:
    most = int(GZIP_BUDGETS_MIB[worker] * MIB)
    assert objections(bundle(*INTENDED, worker=worker, gzip_bytes=most), project, ENTRY) == []
    [sentence] = objections(bundle(*INTENDED, worker=worker, gzip_bytes=most + 1), project, ENTRY)
    assert sentence == (
        f"{worker}: {GZIP_BUDGETS_MIB[worker]:.2f} MiB compressed is over its budget of "
        f"{GZIP_BUDGETS_MIB[worker]:.2f} MiB"
    )


def test_the_budgets_keep_what_was_promised() -> None:
    assert GZIP_BUDGETS_MIB["edge"] <= 2.2
    assert GZIP_BUDGETS_MIB["api"] <= 8
    assert max(GZIP_BUDGETS_MIB.values()) < 10, "Cloudflare's own limit"


def test_a_worker_without_a_budget_is_refused(project: Path) -> None:
    found = objections(bundle(*INTENDED, worker="till"), project, ENTRY)
    assert found == ["till: this Worker has no size budget in tools/bundles.py"]


def test_the_table_is_aligned() -> None:
    lines = table([Bundle("edge", ("a", "b"), 3 * MIB, 512 * KIB), Bundle("till", (), 0, 0)]).splitlines()
    assert lines == [
        "worker  modules     total      gzip    budget",
        "edge          2  3.00 MiB  0.50 MiB  2.20 MiB",
        "till          0  0.00 MiB  0.00 MiB      none",
    ]
