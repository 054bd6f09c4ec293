"""What the SDK does around each request, and what of it a request can do without.

The platform makes an entrypoint for every request. The SDK's constructor prepares context and bindings for
it, and whatever a handler returns is examined on its way out. Both cross to JavaScript several times, which
is felt in a redirect that an isolate answers from memory (docs/decisions.md has figures).
"""

from __future__ import annotations

from typing import Any, TypeVar

from workers.rpc import _BindingWrapper

from workers import WorkerEntrypoint

EntrypointT = TypeVar("EntrypointT", bound=WorkerEntrypoint)


def takes_in_late(cls: type[EntrypointT]) -> type[EntrypointT]:
    """Let the SDK construct an entrypoint on the first use of `self.ctx` or `self.env`, and not before.

    The SDK wraps a constructor that is in the body of a class; this one comes in afterwards. Should it be
    wrapped all the same one day, both are prepared twice, which changes nothing.
    """
    setattr(cls, "__init__", _keep)  # noqa: B010 - to mypy a constructor is a method, which cannot be assigned
    for name in ("ctx", "env"):
        setattr(cls, name, _Late(name))
    return cls


def as_it_is(response: Any) -> Any:  # noqa: ANN401 - a JS object
    """Return a JavaScript response as a handler may return it for the SDK to hand it over unexamined.

    It is what the SDK itself makes of bindings, and the only kind of value that it does not look into. The
    name is private: where another version of the SDK does not have it, this module cannot be imported.
    """
    return _BindingWrapper(response)


def _keep(entrypoint: Any, ctx: Any, env: Any) -> None:  # noqa: ANN401 - the runtime's objects
    entrypoint.given = ctx, env


class _Late:
    """An attribute that the SDK's constructor sets, and which then stands before this one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, entrypoint: Any, _owner: Any = None) -> Any:  # noqa: ANN401 - the runtime's objects
        if entrypoint is None:
            return self
        WorkerEntrypoint.__init__(entrypoint, *entrypoint.given)
        return vars(entrypoint)[self._name]
