"""The decisions of the deployment; the whole of it runs in tests/edge/test_deploy.py."""

from __future__ import annotations

import json
import stat
from importlib.metadata import version
from pathlib import Path

import pytest

from tools.deploy import in_order, refuse_placeholders, secrets_arguments
from tools.deploy_tree import stage
from tools.errors import ToolError
from tools.wrangler_configs import WorkerConfig, read_configs
from tools.wrangler_runs import Outcome, wrangler

ROOT = Path(__file__).resolve().parents[3]


def test_the_objects_come_first_then_services_then_consumers_then_the_rest() -> None:
    for environment in ("staging", "production"):
        order = [config.worker for config in in_order(read_configs(ROOT), environment)]
        assert order == ["objects", "edge", "moderator", "api"]


def test_the_order_follows_the_bindings_and_not_the_names() -> None:
    def config(worker: str, **table: object) -> WorkerConfig:
        top = {"main": f"workers/{worker}.py", "env": {"test": {"name": f"shop-{worker}", **table}}}
        return WorkerConfig(Path(f"wrangler.{worker}.toml"), top)

    till = config("till", durable_objects={"bindings": [{"name": "CART", "script_name": "shop-warehouse"}]})
    desk = config("desk", queues={"producers": [{"binding": "JOBS"}]})
    packer = config("packer", queues={"consumers": [{"queue": "jobs"}]})
    warehouse = config("warehouse")
    clerk = config("clerk", services=[{"binding": "SCALE", "service": "shop-scale"}])
    scale = config("scale")
    order = in_order([till, desk, packer, warehouse, clerk, scale], "test")
    assert [config.worker for config in order] == ["warehouse", "scale", "packer", "clerk", "desk", "till"]


def test_an_environment_without_namespaces_is_refused() -> None:
    with pytest.raises(
        ToolError, match=r"^wrangler.*\.toml has no real id for METADATA in staging; run npm run"
    ):
        refuse_placeholders([config_with_id("00000000000000000000000000000002")], "staging")
    refuse_placeholders([config_with_id("0f2ac74b498b48028cb68387c421e279")], "staging")


def test_the_placeholder_of_another_environment_does_not_matter() -> None:
    refuse_placeholders([config_with_id("00000000000000000000000000000002")], "production")


def config_with_id(value: str) -> WorkerConfig:
    staging = {"name": "shop-till-staging", "kv_namespaces": [{"binding": "METADATA", "id": value}]}
    return WorkerConfig(
        Path("wrangler.toml"), {"main": "till.py", "env": {"staging": staging, "production": {}}}
    )


def test_secrets_of_the_environment_go_through_a_file_that_only_we_can_read() -> None:
    variables = {"ADMIN_TOKEN": 'a "quoted" $token', "EMPTY": "", "OTHER": "not asked for"}
    with secrets_arguments(["ADMIN_TOKEN", "EMPTY", "MISSING"], variables) as arguments:
        option, name = arguments
        assert option == "--secrets-file"
        assert json.loads(Path(name).read_text()) == {"ADMIN_TOKEN": 'a "quoted" $token'}
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    assert not Path(name).exists()


def test_without_secrets_in_the_environment_cloudflare_keeps_what_it_has() -> None:
    with secrets_arguments(["ADMIN_TOKEN"], {"ADMIN_TOKEN": ""}) as arguments:
        assert arguments == []


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (
            Outcome(
                1, "", "✘ [ERROR] A request to the Cloudflare API failed.\n\n  Not allowed [code: 10000]\n"
            ),
            "Not allowed [code: 10000]",
        ),
        (Outcome(1, "✘ [ERROR] Not logged in.\n✘ [ERROR] Not logged in.\n", ""), "Not logged in."),
        (Outcome(3, "something else", ""), "it ended with status 3"),
    ],
)
def test_the_reason_of_a_failure_is_one_line(outcome: Outcome, reason: str) -> None:
    assert outcome.reason == reason


def test_a_code_counts_only_in_a_failure() -> None:
    assert Outcome(1, "taken [code: 10004]", "").refused_with(10004)
    assert not Outcome(1, "taken [code: 100041]", "").refused_with(10004)
    assert not Outcome(0, "taken [code: 10004]", "").refused_with(10004)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (
        "src/cdn/a.py",
        "src/cdn/__pycache__/a.pyc",
        "durable_objects/b.py",
        "workers/edge.py",
        "python_modules/asgi.py",
        "tools/bundle.py",
        "tools/deploy.py",
        "tests/test_a.py",
        "pyproject.toml",
        "pylock.toml",
        "requirements.txt",
        "wrangler.toml",
        "wrangler.api.toml",
        "dist/staged/from_before.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_the_deploy_folder_holds_what_is_deployed_and_nothing_else(project: Path) -> None:
    tree = stage(project)
    files = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert files == {
        "src/cdn/a.py",
        "durable_objects/b.py",
        "workers/edge.py",
        "python_modules/asgi.py",
        "python_modules/.synced",
        ".venv-workers/.synced",
        "tools/bundle.py",
        "pyproject.toml",
        "pylock.toml",
        "wrangler.toml",
        "wrangler.api.toml",
    }


def test_the_stamps_make_pywrangler_believe_what_is_true(project: Path) -> None:
    tree = stage(project)
    newest = max((tree / name).stat().st_mtime for name in ("pyproject.toml", "pylock.toml"))
    for name in ("python_modules/.synced", ".venv-workers/.synced"):
        assert (tree / name).read_text() == version("workers-py")
        assert (tree / name).stat().st_mtime >= newest


def test_what_set_up_has_not_made_yet_is_named(project: Path) -> None:
    (project / "python_modules" / "asgi.py").unlink()
    (project / "python_modules").rmdir()
    with pytest.raises(ToolError, match="python_modules/ is missing; run npm run setup first"):
        stage(project)
    with pytest.raises(ToolError, match="wrangler is not installed; run npm run setup first"):
        wrangler(project, ["--version"])
