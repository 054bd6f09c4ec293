"""What every store promises, as plain functions that run on CPython and inside a Durable Object.

Each module here holds functions named `case_…` that take an empty `Database`. They use bare asserts and
`raises` below, because there is no pytest inside a Worker; `test_stores.py` runs them on sqlite3, and the
edge lane runs the same functions on `ctx.storage.sql`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sql_port import Database

Case = Callable[[Database], None]


@contextmanager
def raises(kind: type[BaseException]) -> Iterator[None]:
    """Assert that the block raises `kind`."""
    try:
        yield
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was not raised")


def all_cases() -> dict[str, Case]:
    """Return every case by `module.case_name`."""
    found: dict[str, Case] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for name, value in vars(module).items():
            if name.startswith("case_"):
                found[f"{module_info.name}.{name}"] = value
    return found
