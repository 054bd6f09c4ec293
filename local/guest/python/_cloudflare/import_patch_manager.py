"""Runs registered context managers around the import of named modules, until requests are served."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    Around = Callable[[Any], AbstractContextManager[Any]]
    Handler = Callable[[ModuleType], None]


@dataclass
class _Patch:
    """What to do around one module."""

    create: Around = nullcontext
    execute: Around = nullcontext
    before_first_request: Handler | None = None


_patches: dict[str, _Patch] = {}
_waiting: list[Callable[[], None]] = []
_blocked: dict[str, ModuleType] = {}
_serving = False


def _register(name: str, field: str, value: Any) -> Any:  # noqa: ANN401 - also a decorator
    if value is None:
        return partial(_register, name, field)
    setattr(_patches.setdefault(name, _Patch()), field, value)
    return value


def register_create_patch(name: str, context_manager: Around | None = None) -> Any:  # noqa: ANN401
    """Wrap the creation of module `name`; works as a call or as a decorator."""
    return _register(name, "create", context_manager)


def register_exec_patch(name: str, context_manager: Around | None = None) -> Any:  # noqa: ANN401
    """Wrap the execution of module `name`; works as a call or as a decorator."""
    return _register(name, "execute", context_manager)


def register_before_first_request(name: str, handler: Handler | None = None) -> Any:  # noqa: ANN401
    """Call `handler` with module `name`, if it was imported, before the first request."""
    return _register(name, "before_first_request", handler)


def register_after_snapshot(name: str, handler: Handler | None = None) -> Any:  # noqa: ANN401
    """Accept a snapshot handler: this engine takes no snapshot, so it is never called."""
    return partial(register_after_snapshot, name) if handler is None else handler


class _PatchLoader:
    """The module's own loader, inside the registered context managers."""

    def __init__(self, loader: Loader, patch: _Patch) -> None:
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - passes everything else through
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        with self._patch.create(spec):
            return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if self._patch.before_first_request is not None:
            _waiting.append(partial(self._patch.before_first_request, module))
        with self._patch.execute(module):
            self._loader.exec_module(module)


class _PatchFinder:
    """First on the meta path: hands patched modules to `_PatchLoader`, leaves the rest alone."""

    def invalidate_caches(self) -> None:
        """Nothing is cached here."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a patched module, found by the finders behind this one."""
        patch = _patches.get(name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _PatchLoader(spec.loader, patch)  # type: ignore[assignment]
                return spec
        return None


class _BlockedModule:
    """A module whose functions refuse to run before requests are served."""

    def __init__(self, module: ModuleType, allowlist: Sequence[str]) -> None:
        super().__setattr__("_module", module)
        super().__setattr__("_allowlist", allowlist)

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - stands in for any module
        module = super().__getattribute__("_module")
        value = getattr(module, name)
        if _serving or not callable(value) or name in super().__getattribute__("_allowlist"):
            return value

        @wraps(value)
        def refuse_until_serving(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            if not _serving:
                raise RuntimeError(f"Cannot use {module.__name__}.{name}() outside of request context")
            return value(*args, **kwargs)

        return refuse_until_serving

    def __setattr__(self, name: str, value: Any) -> None:  # noqa: ANN401
        setattr(super().__getattribute__("_module"), name, value)

    def __dir__(self) -> list[str]:
        return dir(super().__getattribute__("_module"))


def block_calls(module: ModuleType, *, allowlist: Sequence[str] = ()) -> None:
    """Make the functions of `module`, but those in `allowlist`, refuse to run until requests are served."""
    _blocked[module.__name__] = module
    sys.modules[module.__name__] = _BlockedModule(module, allowlist)  # type: ignore[assignment]


_finder = _PatchFinder()


def install() -> None:
    """Start patching imports."""
    sys.meta_path.insert(0, _finder)


def start_serving() -> None:
    """Stop patching, give blocked modules back, and run what waited for the first request."""
    global _serving  # noqa: PLW0603 - one interpreter, one life
    _serving = True
    sys.meta_path.remove(_finder)
    sys.modules.update(_blocked)
    for run in _waiting:
        run()
