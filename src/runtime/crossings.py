"""Several answers of a JavaScript object for one crossing.

Between two requests each step from Python to JavaScript and back costs some ten microseconds, whatever it
asks. JavaScript's own functions, bound to one another at import, ask for several things at a step; nothing of
ours runs there, and nothing is evaluated.
"""

from __future__ import annotations

from typing import Any

from js import JSON, Array, Function, Headers
from pyodide.ffi import to_js

_join: Any = Function.prototype.call.bind(Array.prototype.join)
_method_and_url: Any = to_js(["method", "url"])
_describe: Any = JSON.stringify

SEPARATOR = "\n"
"""Cannot be in a header's value."""
MAX_WORDS = 512
"""The longest `method_and_url` that is worth remembering: a client writes some of it."""


def method_and_url(request: Any) -> str:  # noqa: ANN401 - a JS object
    """Return a text that requests have in common exactly if their method and URL are the same."""
    text: str = _describe(request, _method_and_url)
    return text


class HeaderValues:
    """Reads some headers of a request at once."""

    def __init__(self, *names: str) -> None:
        # Headers.get for each name in turn; that it is told the number of the name too does not matter to it.
        self._collect: Any = Array.prototype.map.bind(to_js(list(names)), Headers.prototype.get)
        self.nothing = SEPARATOR.join("" for _ in names)
        """What `read` returns where none of them is there."""

    def read(self, headers: Any) -> str:  # noqa: ANN401 - a JS object
        """Return the values in the order of their names, a separator between; one not there is empty."""
        values: str = _join(self._collect(headers), SEPARATOR)
        return values
