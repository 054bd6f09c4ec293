"""Bundle all Workers and check them (`dry`), or check and deploy them to an environment.

    python tools/deploy.py dry [--list]
    python tools/deploy.py staging

Both go the same way: pywrangler, in the folder that `tools/deploy_tree.py` makes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.bundles import Bundle, measure, objections, table  # noqa: E402 - the path comes first
from tools.deploy_tree import stage  # noqa: E402 - see above
from tools.errors import ToolError  # noqa: E402 - see above
from tools.wrangler_configs import (  # noqa: E402 - see above
    PLACEHOLDER_ID,
    WorkerConfig,
    environments,
    namespace_uses,
    read_configs,
)
from tools.wrangler_runs import pywrangler, pywrangler_on_terminal  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DRY_ENVIRONMENT = "production"


def in_order(configs: Sequence[WorkerConfig], environment: str) -> list[WorkerConfig]:
    """Return the Workers as they must be deployed.

    A binding to an object needs the Worker that exports its class, so those come first; a binding to a
    service needs that Worker, so those follow. Consumers of queues come next: they must understand a message
    before anybody else sends it.
    """
    tables = {config.worker: config.within(environment) for config in configs}
    bindings = [
        binding for at in tables.values() for binding in at.get("durable_objects", {}).get("bindings", [])
    ]
    hosts = {binding.get("script_name") for binding in bindings}
    services = {binding.get("service") for at in tables.values() for binding in at.get("services", [])}

    def rank(config: WorkerConfig) -> tuple[int, str]:
        at = tables[config.worker]
        if at.get("name") in hosts:
            return 0, config.worker
        if at.get("name") in services:
            return 1, config.worker
        return (2 if at.get("queues", {}).get("consumers") else 3), config.worker

    return sorted(configs, key=rank)


def refuse_placeholders(configs: Sequence[WorkerConfig], environment: str) -> None:
    """Raise a ToolError while a KV id of the environment does not name a real namespace yet."""
    for use in namespace_uses(configs):
        if use.environment == environment and PLACEHOLDER_ID.fullmatch(use.id):
            raise ToolError(
                f"{use.config.file.name} has no real id for {use.binding} in {environment}; "
                f"run npm run cf:setup first"
            )


def bundle_all(root: Path, tree: Path, configs: Sequence[WorkerConfig], environment: str) -> list[Bundle]:
    """Let wrangler write what it would upload, to `dist/deploy/<worker>`, and measure it."""
    bundles = []
    for config in configs:
        target = root / "dist" / "deploy" / config.worker
        shutil.rmtree(target, ignore_errors=True)
        arguments = ["deploy", "--dry-run", "--outdir", str(target), "--config", config.file.name]
        outcome = pywrangler(root, tree, [*arguments, "--env", environment])
        if outcome.status != 0 or not target.is_dir():
            sys.stderr.write(outcome.output)
            raise ToolError(f"{config.worker} could not be bundled: {outcome.reason}")
        bundles.append(measure(config.worker, target))
    return bundles


def check(root: Path, configs: Sequence[WorkerConfig], bundles: Sequence[Bundle], *, listed: bool) -> None:
    """Print the bundles; raise a ToolError when one must not be deployed."""
    if listed:
        for bundle in bundles:
            sys.stdout.writelines(f"{bundle.worker}/{module}\n" for module in bundle.modules)
    sys.stdout.write(f"{table(bundles)}\n")
    sys.stdout.flush()
    found = [
        sentence
        for config, bundle in zip(configs, bundles, strict=True)
        for sentence in objections(bundle, root, Path(config.top["main"]))
    ]
    if found:
        raise ToolError("\n".join(found))


@contextlib.contextmanager
def secrets_arguments(required: Sequence[str], variables: Mapping[str, str]) -> Iterator[list[str]]:
    """Hand over a Worker's required secrets that the environment holds; Cloudflare keeps the others.

    A Worker's first deployment must bring all of them along, which wrangler takes from a file only.
    """
    given = {name: variables[name] for name in required if variables.get(name)}
    if not given:
        yield []
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "secrets.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(given), encoding="utf-8")
        yield ["--secrets-file", str(file)]


def deploy_all(root: Path, tree: Path, configs: Sequence[WorkerConfig], environment: str) -> None:
    """Deploy one Worker after the other; stop at the first that fails."""
    done: list[str] = []
    for config in configs:
        sys.stdout.write(f"\n{config.worker} to {environment}\n")
        sys.stdout.flush()
        required = config.within(environment).get("secrets", {}).get("required", [])
        with secrets_arguments(required, os.environ) as secrets:
            arguments = ["deploy", "--config", config.file.name, "--env", environment, *secrets]
            status = pywrangler_on_terminal(root, tree, arguments)
        if status != 0:
            before = f"deployed before it: {', '.join(done)}" if done else "nothing was deployed"
            raise ToolError(f"{config.worker} could not be deployed to {environment}; {before}")
        done.append(config.worker)
    sys.stdout.write(f"\ndeployed to {environment}: {', '.join(done)}\n")


def run(root: Path, target: str, *, listed: bool) -> None:
    """Check all Workers and, unless this is a dry run, deploy them."""
    dry = target == "dry"
    environment = DRY_ENVIRONMENT if dry else target
    configs = in_order(read_configs(root), environment)
    if not dry:
        refuse_placeholders(configs, environment)
    tree = stage(root)
    check(root, configs, bundle_all(root, tree, configs, environment), listed=listed)
    if not dry:
        deploy_all(root, tree, configs, environment)


def main() -> int:
    """Do what the arguments ask for; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    try:
        targets = ["dry", *environments(read_configs(ROOT))]
        parser.add_argument("target", choices=targets, help="the environment, or dry to deploy nothing")
        parser.add_argument("--list", action="store_true", help="name every module that would be uploaded")
        arguments = parser.parse_args()
        run(ROOT, arguments.target, listed=arguments.list)
    except ToolError as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
