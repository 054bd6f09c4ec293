"""Makes the standard library behave at global scope as it does on the platform: no entropy."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

from . import allow_entropy, import_patch_manager
from .allow_entropy import allow_bad_entropy_calls, raise_unless_entropy_allowed
from .import_patch_manager import block_calls, register_before_first_request, register_exec_patch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_real_urandom = os.urandom
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789_"
_restores: dict[str, Any] = {}


@wraps(_real_urandom)
def _urandom(*args: Any) -> bytes:  # noqa: ANN401 - keeps os.urandom's own checks
    raise_unless_entropy_allowed()
    return _real_urandom(*args)


@register_exec_patch("_random")
@contextmanager
def _around_c_random(module: ModuleType) -> Iterator[None]:
    yield
    seed = module.Random.seed

    @wraps(seed)
    def seed_with_a_value(self: Any, value: Any = None) -> Any:  # noqa: ANN401 - a C signature
        if value is None:
            raise_unless_entropy_allowed()
        return seed(self, value)

    _restores["seed"] = seed
    module.Random.seed = seed_with_a_value


@register_before_first_request("_random")
def _restore_c_random(module: ModuleType) -> None:
    module.Random.seed = _restores["seed"]


@register_exec_patch("random")
@contextmanager
def _around_random(module: ModuleType) -> Iterator[None]:
    # The module seeds its shared generator while it is imported, with ten reads.
    with allow_bad_entropy_calls(10):
        yield
    block_calls(module, allowlist=("Random", "SystemRandom"))


@register_before_first_request("random")
def _reseed_random(module: ModuleType) -> None:
    module.seed()


class _PredictableNames:
    """Temporary names without entropy; real ones return with the first request."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __iter__(self) -> _PredictableNames:
        return self

    def __next__(self) -> str:
        number = next(self._numbers)
        return "".join(_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(8))


@register_exec_patch("tempfile")
@contextmanager
def _around_tempfile(module: ModuleType) -> Iterator[None]:
    yield
    _restores["names"] = module._RandomNameSequence  # noqa: SLF001 - the only hook there is
    module._RandomNameSequence = _PredictableNames  # noqa: SLF001


@register_before_first_request("tempfile")
def _restore_tempfile(module: ModuleType) -> None:
    module._RandomNameSequence = _restores["names"]  # noqa: SLF001


@register_exec_patch("multiprocessing.process")
@contextmanager
def _around_multiprocessing(_module: ModuleType) -> Iterator[None]:
    # Reads a key for processes that cannot exist here.
    with allow_bad_entropy_calls(1):
        yield


def before_top_level() -> int:
    """Close the source of entropy; return where the host finds the counter of allowed reads.

    What the interpreter's own start has imported already is dropped, so that the Worker's import runs the
    patches too.
    """
    os.urandom = _urandom
    import_patch_manager.install()
    for name in ("random", "_random", "secrets", "tempfile"):
        sys.modules.pop(name, None)
    return allow_entropy.counter_address()


def before_first_request() -> None:
    """Open the source of entropy and reseed whoever read the fixed bytes."""
    allow_entropy.start_serving()
    os.urandom = _real_urandom
    import_patch_manager.start_serving()
