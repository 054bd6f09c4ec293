"""Several answers of a JavaScript request for one crossing.

Between two requests each step from Python to JavaScript and back costs some ten microseconds, most of it for
the objects that it hands over. JavaScript's own `JSON.stringify` tells any number of things in one text. It
asks an object what it wants to be in the text, by the name it has there: `Headers`, asked under a header's
name, answer with that header's value, and a request shows its headers under those names.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from js import JSON, Headers, Object, Reflect, Request
from pyodide.ffi import to_js

MAX_WORDS = 512
"""The longest `asked` that is worth remembering: a client writes some of it."""
_USER_AGENT = ',"user-agent":'
_ADDRESS = ',"cf-connecting-ip":"'
_NO_ADDRESS = ',"cf-connecting-ip":null}'


class Glance(NamedTuple):
    """What a request says in pieces of JSON: quotes in a value are escaped, so no value can fake a mark."""

    asked: str
    """Its method and URL."""
    given: str
    """User agent, referrer and country, which visitors may have in common."""
    address: str
    """The visitor's address, empty if the platform told none."""

    def method_and_url(self) -> tuple[str, str]:
        """Take `asked` apart."""
        told = json.loads(self.asked + "}")
        return told["method"], told["url"]


def read_given(given: str) -> tuple[str, str, str]:
    """Return user agent, referrer and country; what was not there is empty."""
    agent, referrer, country = json.loads(f'{{"user-agent":{given}}}').values()
    return agent or "", referrer or "", country or ""


class Glances:
    """Takes a glance at requests. Made for the first of them: a snapshot of the Worker cannot hold one."""

    def __init__(self) -> None:
        headers = ("user-agent", "referer", "cf-ipcountry", "cf-connecting-ip")
        self._words = RequestWords(*headers, own=("method", "url"))

    def look(self, request: Any) -> tuple[str, str, str]:  # noqa: ANN401 - a JS object
        """Return what a request says, for one crossing: the fields of a `Glance`, which few requests need."""
        asked, _, told = self._words.of(request).partition(_USER_AGENT)
        given, mark, address = told.rpartition(_ADDRESS)
        if not mark:
            return asked, told.removesuffix(_NO_ADDRESS), ""
        return asked, given, address[:-2]


class RequestWords:
    """Some headers of requests as one text, those of a request's own properties first that are asked for."""

    def __init__(self, *headers: str, own: tuple[str, ...] = ()) -> None:
        _show(headers)
        self._names: Any = to_js([*own, *headers])
        self._describe: Any = JSON.stringify
        self.without_headers: str = json.dumps(dict.fromkeys(headers), separators=(",", ":"))
        """The text where none of the headers is there, nor anything else asked for."""

    def of(self, request: Any) -> str:  # noqa: ANN401 - a JS object
        """Return the text, in the order of the names."""
        text: str = self._describe(request, self._names)
        return text


def _show(names: tuple[str, ...]) -> None:
    """Let every request show its headers under the names of some of them, for `JSON.stringify`."""
    descriptor = JSON.parse('{"configurable": true}')
    descriptor.get = Object.getOwnPropertyDescriptor(Request.prototype, "headers").get
    for name in names:
        Reflect.defineProperty(Request.prototype, name, descriptor)
    Headers.prototype.toJSON = Headers.prototype.get
