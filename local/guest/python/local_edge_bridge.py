"""The Python half of the local edge's handler bridge: what the platform does around every call.

Arguments pass through the SDK's `python_from_rpc`, results through `python_to_rpc`; only `fetch` and `test`
drop surplus arguments.
"""

from __future__ import annotations

import importlib
import sys
from inspect import Parameter, isawaitable, isclass, signature
from types import FunctionType
from typing import TYPE_CHECKING, Any

from pyodide.code import relaxed_call
from pyodide.ffi import to_js

from workers import DurableObject, WorkerEntrypoint, python_from_rpc, python_to_rpc

if TYPE_CHECKING:
    from types import CodeType, ModuleType

METADATA = "/session/metadata/"
_lines: dict[str, set[int]] = {}
_taken: dict[Any, int | None] = {}


def import_main(name: str) -> ModuleType:
    """Import the Worker's main module."""
    importlib.invalidate_caches()
    return importlib.import_module(name)


def exported_classes(module: ModuleType) -> Any:  # noqa: ANN401 - a JavaScript object
    """Return {"entrypoints": {class: methods}, "objects": {class: methods}} of the main module."""
    names = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    values = [getattr(module, name) for name in names]

    def subclasses(base: type) -> dict[str, list[str]]:
        found = [
            value for value in values if isclass(value) and issubclass(value, base) and value is not base
        ]
        return {value.__name__: _public_methods(value) for value in found}

    from js import Object  # noqa: PLC0415 - exists only inside a Worker

    return to_js(
        {"entrypoints": subclasses(WorkerEntrypoint), "objects": subclasses(DurableObject)},
        dict_converter=Object.fromEntries,
    )


def _public_methods(cls: type) -> list[str]:
    return sorted(
        name
        for name in dir(cls)
        if not name.startswith("_")
        and isinstance(next(b.__dict__[name] for b in cls.__mro__ if name in b.__dict__), FunctionType)
    )


async def call(relaxed: bool, instance: Any, method: str, *arguments: Any) -> Any:  # noqa: ANN401
    """Call a method as the platform does and return what may cross to JavaScript."""
    bound = getattr(instance, method)
    values = [python_from_rpc(argument) for argument in arguments]
    result = _call_relaxed(bound, values) if relaxed else bound(*values)
    if isawaitable(result):
        result = await result
    return python_to_rpc(result)


def _call_relaxed(bound: Any, values: list[Any]) -> Any:  # noqa: ANN401
    """Call with as many of the values as the function takes.

    Pyodide's own `relaxed_call` remembers signatures by bound method, and so none: every request has an
    instance of its own.
    """
    function = getattr(bound, "__func__", None)
    if function is None:
        return relaxed_call(bound, *values)
    if function not in _taken:
        _taken[function] = _positional(bound)
    return bound(*values[: _taken[function]])


def _positional(bound: Any) -> int | None:  # noqa: ANN401
    """Return how many values a callable takes by position, None for any number."""
    kinds = [parameter.kind for parameter in signature(bound).parameters.values()]
    if Parameter.VAR_POSITIONAL in kinds:
        return None
    return sum(kind in {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD} for kind in kinds)


def start_coverage() -> None:
    """Note every line of the Worker's own code that runs."""
    monitoring = sys.monitoring

    def note(code: CodeType, line: int) -> Any:  # noqa: ANN401 - the DISABLE sentinel
        file = code.co_filename
        if file.startswith(METADATA) and not file.startswith(METADATA + "python_modules/"):
            _lines.setdefault(file.removeprefix(METADATA), set()).add(line)
        return monitoring.DISABLE

    monitoring.use_tool_id(monitoring.COVERAGE_ID, "local edge")
    monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, note)
    monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)


def covered_lines() -> Any:  # noqa: ANN401 - a JavaScript object
    """Return the lines noted so far by file."""
    from js import Object  # noqa: PLC0415 - exists only inside a Worker

    return to_js({file: sorted(lines) for file, lines in _lines.items()}, dict_converter=Object.fromEntries)
