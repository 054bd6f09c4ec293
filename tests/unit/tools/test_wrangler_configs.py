"""The wrangler files agree with each other, and every environment says all that the top level says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pywrangler.metadata import PYTHON_COMPAT_VERSIONS

from tools.errors import ToolError
from tools.wrangler_configs import (
    PLACEHOLDER_ID,
    NamespaceUse,
    WorkerConfig,
    bucket_names,
    environments,
    namespace_uses,
    queue_names,
    read_configs,
    with_namespace_id,
)

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = read_configs(ROOT)
DEPLOYED = [(config, name) for config in CONFIGS for name in ("staging", "production")]
PER_ENVIRONMENT = {
    "id",
    "bucket_name",
    "queue",
    "dead_letter_queue",
    "script_name",
    "service",
    "PUBLIC_BASE_URL",
    "APPEAL_CONTACT",
}
"""Keys whose values are meant to differ from one environment to the next."""
INHERITED = {
    "name",
    "main",
    "compatibility_date",
    "compatibility_flags",
    "base_dir",
    "routes",
    "workers_dev",
    "observability",
    "build",
    "python_modules",
}
"""What wrangler takes from the top level, or what an environment must say in its own way."""


def name_of(value: Any) -> str | None:
    return value.file.name if isinstance(value, WorkerConfig) else None


def shape(value: Any) -> Any:
    """What must be the same everywhere: everything but the values that belong to one environment."""
    match value:
        case dict():
            return {key: "…" if key in PER_ENVIRONMENT else shape(part) for key, part in value.items()}
        case list():
            return [shape(part) for part in value]
    return value


def tables(environment: str) -> list[dict[str, Any]]:
    return [config.within(environment) for config in CONFIGS]


def found(table: dict[str, Any], *path: str) -> list[dict[str, Any]]:
    value: Any = table
    for key in path:
        value = value.get(key, {})
    return list(value or [])


def test_there_is_a_file_for_each_of_the_four_workers() -> None:
    assert {config.worker for config in CONFIGS} == {"edge", "api", "objects", "moderator"}
    entries = {path.stem for path in (ROOT / "workers").glob("*.py")}
    assert {config.worker for config in CONFIGS} == entries
    assert environments(CONFIGS) == ("staging", "production")


@pytest.mark.parametrize(
    "key", ["compatibility_date", "compatibility_flags", "base_dir", "build", "observability"]
)
def test_what_concerns_all_workers_is_the_same_in_every_file(key: str) -> None:
    assert [config.top[key] for config in CONFIGS] == [CONFIGS[0].top[key]] * len(CONFIGS)


def test_no_environment_overrides_the_runtime() -> None:
    for config, environment in DEPLOYED:
        overridden = set(config.within(environment)) & (INHERITED - {"name", "routes", "workers_dev"})
        assert not overridden, (config.file.name, environment)


def test_the_compatibility_date_runs_python_3_14() -> None:
    date = datetime.strptime(CONFIGS[0].top["compatibility_date"], "%Y-%m-%d")  # noqa: DTZ007 - compared as dates
    flags = CONFIGS[0].top["compatibility_flags"]
    chosen = [
        known.version
        for known in PYTHON_COMPAT_VERSIONS
        if known.compat_flag in flags or (known.compat_date and date >= known.compat_date)
    ]
    assert max(chosen) == "3.14"


@pytest.mark.parametrize(("config", "environment"), DEPLOYED, ids=name_of)
def test_an_environment_declares_what_the_top_level_declares(config: WorkerConfig, environment: str) -> None:
    table = config.within(environment)
    top = {key: value for key, value in config.top.items() if key not in INHERITED | {"env"}}
    assert shape({key: value for key, value in table.items() if key not in INHERITED}) == shape(top)
    assert ("routes" in table) == ("routes" in config.top)
    # Without routes nothing may reach a Worker from outside: its workers.dev address must be off.
    assert ("routes" in table) or table["workers_dev"] is False


@pytest.mark.parametrize("environment", ["staging", "production"])
class TestWithinOneEnvironment:
    def test_workers_have_names_of_their_own_that_follow_one_rule(self, environment: str) -> None:
        suffix = {"staging": "-staging", "production": ""}[environment]
        assert [table["name"] for table in tables(environment)] == [
            f"gif-distributor-{config.worker}{suffix}" for config in CONFIGS
        ]

    def test_every_script_name_is_the_worker_that_exports_the_class(self, environment: str) -> None:
        exported = {
            (table["name"], name)
            for table in tables(environment)
            for migration in found(table, "migrations")
            for name in migration["new_sqlite_classes"]
        }
        for table in tables(environment):
            for binding in found(table, "durable_objects", "bindings"):
                script = binding.get("script_name", table["name"])
                assert (script, binding["class_name"]) in exported, (table["name"], binding)

    def test_every_queue_has_a_producer_and_a_consumer_with_dead_letters(self, environment: str) -> None:
        produced = {
            queue["queue"] for table in tables(environment) for queue in found(table, "queues", "producers")
        }
        consumers = [queue for table in tables(environment) for queue in found(table, "queues", "consumers")]
        dead = {queue["dead_letter_queue"] for queue in consumers if "dead_letter_queue" in queue}
        consumed = [queue["queue"] for queue in consumers]
        assert set(consumed) - dead == produced
        # The last stop has nowhere to pass a message on to, so it is patient instead.
        last_stops = [queue for queue in consumers if "dead_letter_queue" not in queue]
        assert {queue["queue"] for queue in last_stops} <= dead
        assert {queue["max_retries"] for queue in last_stops} <= {100}
        assert len(consumed) == len(set(consumed)), "Cloudflare allows one consumer a queue"

    @pytest.mark.parametrize(
        ("kind", "key"), [("kv_namespaces", "id"), ("r2_buckets", "bucket_name")], ids=["kv", "r2"]
    )
    def test_a_binding_means_the_same_in_every_worker(self, environment: str, kind: str, key: str) -> None:
        meanings = {
            (entry["binding"], entry[key]) for table in tables(environment) for entry in found(table, kind)
        }
        assert len({binding for binding, _ in meanings}) == len(meanings)

    def test_a_variable_means_the_same_in_every_worker(self, environment: str) -> None:
        meanings = {item for table in tables(environment) for item in table["vars"].items()}
        assert len({name for name, _ in meanings}) == len(meanings)


def test_the_owners_of_content_can_ask_for_a_look_in_every_environment() -> None:
    asking = [
        (table["name"], queue["queue"])
        for environment in ("staging", "production")
        for table in tables(environment)
        for queue in found(table, "queues", "producers")
        if queue["binding"] == "MODERATION" and "objects" in table["name"]
    ]
    assert asking == [
        ("gif-distributor-objects-staging", "gif-distributor-moderation-staging"),
        ("gif-distributor-objects", "gif-distributor-moderation"),
    ]


def test_environments_share_no_resource() -> None:
    def resources(environment: str) -> Iterator[str]:
        for table in tables(environment):
            yield table["name"]
            yield from (entry["id"] for entry in found(table, "kv_namespaces"))
            yield from (entry["bucket_name"] for entry in found(table, "r2_buckets"))
            for queue in (*found(table, "queues", "producers"), *found(table, "queues", "consumers")):
                yield from (queue[key] for key in ("queue", "dead_letter_queue") if key in queue)

    assert set(resources("staging")).isdisjoint(resources("production"))


def test_entry_files_cannot_be_mistaken_for_packages() -> None:
    packages = {path.stem for path in (ROOT / "src").iterdir()}
    assert packages.isdisjoint({path.stem for path in (ROOT / "workers").glob("*.py")})
    assert not (ROOT / "workers" / "__init__.py").exists(), "it would shadow the SDK's workers"


WRANGLER_FILE = """\
name = "shop-till"
main = "workers/till.py"

[env.test]  # a comment that stays
name = "shop-till-test"

[[env.test.r2_buckets]]
binding = "FILES"
bucket_name = "shop-files-test"

[[env.test.kv_namespaces]]
id = "00000000000000000000000000000001"   # of OTHER
binding = "OTHER"

[[ env.test.kv_namespaces ]]
binding = "PRICE_LIST"
id = '00000000000000000000000000000001'

[[env.test.queues.producers]]
binding = "JOBS"
queue = "shop-jobs-test"

[[env.test.queues.consumers]]
queue = "shop-jobs-test"
dead_letter_queue = "shop-jobs-test-dead"

[[env.live.kv_namespaces]]
binding = "PRICE_LIST"
id = "00000000000000000000000000000001"

[env.live]
name = "shop-till"
"""


@pytest.fixture
def shop(tmp_path: Path) -> WorkerConfig:
    (tmp_path / "wrangler.toml").write_text(WRANGLER_FILE)
    [config] = read_configs(tmp_path)
    return config


def test_resources_are_those_of_the_environments_each_once(shop: WorkerConfig) -> None:
    assert bucket_names([shop, shop]) == ("shop-files-test",)
    assert queue_names([shop, shop]) == ("shop-jobs-test", "shop-jobs-test-dead")


def test_a_namespace_is_named_like_its_worker_with_the_binding_in_the_workers_place(
    shop: WorkerConfig,
) -> None:
    assert [(use.environment, use.title) for use in namespace_uses([shop])] == [
        ("test", "shop-other-test"),
        ("test", "shop-price-list-test"),
        ("live", "shop-price-list"),
    ]


def test_only_the_one_id_is_written(shop: WorkerConfig) -> None:
    use = next(use for use in namespace_uses([shop]) if use.title == "shop-price-list-test")
    changed = with_namespace_id(WRANGLER_FILE, use, "f" * 32)
    assert changed == WRANGLER_FILE.replace("'00000000000000000000000000000001'", f'"{"f" * 32}"')


@pytest.mark.parametrize(
    ("environment", "binding"), [("test", "SHOES"), ("staging", "OTHER"), ("te.t", "OTHER")]
)
def test_an_id_that_has_no_place_is_refused(shop: WorkerConfig, environment: str, binding: str) -> None:
    use = NamespaceUse(shop, environment, binding, "0", "title")
    with pytest.raises(ToolError, match=r"wrangler.toml must bind .* in a table of its own"):
        with_namespace_id(WRANGLER_FILE, use, "f" * 32)


def test_a_binding_without_an_id_line_is_refused(shop: WorkerConfig) -> None:
    use = next(use for use in namespace_uses([shop]) if use.title == "shop-other-test")
    text = WRANGLER_FILE.replace('id = "00000000000000000000000000000001"   # of OTHER', "preview_id = '1'")
    with pytest.raises(ToolError, match="so that its id can be written"):
        with_namespace_id(text, use, "f" * 32)


def test_writing_the_ids_of_the_projects_own_files_changes_nothing_else() -> None:
    for use in namespace_uses(CONFIGS):
        text = use.config.file.read_text()
        changed = with_namespace_id(text, use, "f" * 32)
        assert with_namespace_id(changed, use, use.id) == text
        assert changed.count("f" * 32) == 1


@pytest.mark.parametrize(
    ("value", "placeholder"),
    [
        ("00000000000000000000000000000002", True),
        ("0" * 31, False),
        ("0f2ac74b498b48028cb68387c421e279", False),
        ("000000000000000000000000000000022", False),
    ],
)
def test_a_placeholder_is_told_from_a_real_id(value: str, placeholder: bool) -> None:
    assert bool(PLACEHOLDER_ID.fullmatch(value)) is placeholder


def test_what_cannot_be_read_is_named(tmp_path: Path, shop: WorkerConfig) -> None:
    with pytest.raises(ToolError, match="has no environment moon"):
        shop.within("moon")
    with pytest.raises(ToolError, match="there is no wrangler file"):
        read_configs(tmp_path / "nowhere")
    (tmp_path / "wrangler.toml").write_text("name = ")
    with pytest.raises(ToolError, match=r"^wrangler.toml is no valid TOML: "):
        read_configs(tmp_path)


def test_a_name_that_does_not_hold_the_worker_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wrangler.toml").write_text(WRANGLER_FILE.replace("shop-till-test", "shop-desk"))
    with pytest.raises(
        ToolError, match=r"'shop-desk' in wrangler\.toml does not hold the Worker's name till"
    ):
        namespace_uses(read_configs(tmp_path))
