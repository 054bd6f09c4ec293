"""Reads the wrangler files: they are the only list of Workers, environments, bindings and resources."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Table = dict[str, Any]

# The ids that the files hold until a namespace exists: zeros and a small number that tells them apart.
PLACEHOLDER_ID = re.compile(r"0{24}[0-9a-f]{8}")


@dataclass(frozen=True)
class WorkerConfig:
    """One wrangler file."""

    file: Path
    top: Table

    @property
    def worker(self) -> str:
        """The Worker's short name: its entry file's, without the suffix."""
        return Path(self.top["main"]).stem

    @property
    def environments(self) -> tuple[str, ...]:
        """The names of the deployed environments; the top level is the local one."""
        return tuple(self.top.get("env", {}))

    def within(self, environment: str) -> Table:
        """Return what the file says for an environment; wrangler inherits no binding from the top level."""
        table: Table = self.top.get("env", {}).get(environment)
        if table is None:
            raise ToolError(f"{self.file.name} has no environment {environment}")
        return table


def read_configs(root: Path) -> list[WorkerConfig]:
    """Return every wrangler file of the project, by file name."""
    configs = []
    for file in sorted(root.glob("wrangler*.toml")):
        try:
            configs.append(WorkerConfig(file, tomllib.loads(file.read_text(encoding="utf-8"))))
        except tomllib.TOMLDecodeError as error:
            raise ToolError(f"{file.name} is no valid TOML: {error}") from error
    if not configs:
        raise ToolError(f"there is no wrangler file in {root}")
    return configs


def environments(configs: Iterable[WorkerConfig]) -> tuple[str, ...]:
    """Return the names of all deployed environments, in the order of the files."""
    return tuple(dict.fromkeys(name for config in configs for name in config.environments))


def bucket_names(configs: Iterable[WorkerConfig]) -> tuple[str, ...]:
    """Return the R2 buckets of all environments, each once."""
    tables = _bindings(configs, "r2_buckets")
    return tuple(dict.fromkeys(bucket["bucket_name"] for _, _, bucket in tables))


def queue_names(configs: Iterable[WorkerConfig]) -> tuple[str, ...]:
    """Return the queues of all environments, dead-letter queues included, each once."""
    named: dict[str, None] = {}
    for config in configs:
        for environment in config.environments:
            queues = config.within(environment).get("queues", {})
            for table in (*queues.get("producers", []), *queues.get("consumers", [])):
                named |= dict.fromkeys(table[key] for key in ("queue", "dead_letter_queue") if key in table)
    return tuple(named)


@dataclass(frozen=True)
class NamespaceUse:
    """A KV namespace as one file binds it in one environment."""

    config: WorkerConfig
    environment: str
    binding: str
    id: str
    title: str


def namespace_uses(configs: Iterable[WorkerConfig]) -> tuple[NamespaceUse, ...]:
    """Return every KV binding of all environments, with the title its namespace has at Cloudflare."""
    return tuple(
        NamespaceUse(
            config, environment, kv["binding"], kv["id"], _namespace_title(config, environment, kv["binding"])
        )
        for config, environment, kv in _bindings(configs, "kv_namespaces")
    )


def _bindings(configs: Iterable[WorkerConfig], kind: str) -> Iterator[tuple[WorkerConfig, str, Table]]:
    for config in configs:
        for environment in config.environments:
            for binding in config.within(environment).get(kind, []):
                yield config, environment, binding


def _namespace_title(config: WorkerConfig, environment: str, binding: str) -> str:
    """Return the Worker's own name with the binding in the Worker's place, as the buckets are named."""
    name = str(config.within(environment).get("name", ""))
    before, found, after = name.partition(f"-{config.worker}")
    if not found:
        raise ToolError(
            f"the name {name!r} in {config.file.name} does not hold the Worker's name {config.worker}"
        )
    return f"{before}-{binding.lower().replace('_', '-')}{after}"


def with_namespace_id(text: str, use: NamespaceUse, new_id: str) -> str:
    """Return a wrangler file's text with another id for one KV binding, everything else as it was."""
    header = re.compile(rf"^\[\[\s*env\.{re.escape(use.environment)}\.kv_namespaces\s*\]\]", re.MULTILINE)
    for start in [match.end() for match in header.finditer(text)]:
        following = re.compile(r"^\s*\[", re.MULTILINE).search(text, start)
        end = following.start() if following else len(text)
        if tomllib.loads(text[start:end]).get("binding") != use.binding:
            continue
        id_line = re.compile(r"""^(\s*id\s*=\s*)(["'])[^"']*\2""", re.MULTILINE)
        block, count = id_line.subn(rf'\g<1>"{new_id}"', text[start:end])
        if count == 1:
            return text[:start] + block + text[end:]
    raise ToolError(
        f"{use.config.file.name} must bind {use.binding} in a table of its own, "
        f"[[env.{use.environment}.kv_namespaces]], so that its id can be written"
    )
