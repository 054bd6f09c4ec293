"""A tab as a person has it: it goes to a page, reads, clicks and types, and keeps what was complained of."""

from __future__ import annotations

import json
from typing import Any

from tests.browser.devtools import DevTools, DevToolsError, Event
from tests.harness.local_edge import eventually

_BAD = {"error", "warning", "assert"}


class Tab:
    """Its context shares no cookies, storage or permissions with another's."""

    def __init__(self, devtools: DevTools) -> None:
        self._devtools = devtools
        self._context = devtools.ask("Target.createBrowserContext")["browserContextId"]
        target = devtools.ask("Target.createTarget", url="about:blank", browserContextId=self._context)
        attached = devtools.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = str(attached["sessionId"])
        self._frames: dict[str, str] = {}
        self._documents: set[str] = set()
        self._complaints: list[tuple[str, str, str]] = []
        self._listen(self._session)
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to the tab's own page."""
        return self._devtools.ask(method, self._session, **parameters)

    def go(self, url: str) -> int:
        """Open a page, wait until it is loaded with what is in it, and return its status."""
        answer = self.ask("Page.navigate", url=url)
        if "errorText" in answer:
            raise DevToolsError(f"{url}: {answer['errorText']}")
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")
        return self.status()

    def complaints(self) -> list[str]:
        """Return the errors and warnings of all pages so far and of the frames in them.

        That is what scripts and policies said and what could not be loaded, but for the status of a page
        itself, which its test knows.
        """
        self.read("0")
        return [
            f"{source}: {text} ({url})"
            for source, text, url in self._complaints
            if source != "network" or url not in self._documents
        ]

    def status(self) -> int:
        """Return the status of the page that is shown."""
        return int(self.read("performance.getEntriesByType('navigation')[0].responseStatus"))

    def read(self, expression: str, frame: str | None = None) -> Any:
        """Return the value of a JavaScript expression, awaited; `frame` is one out of `frame()`."""
        answer = self._devtools.ask(
            "Runtime.evaluate",
            frame or self._session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in answer:
            raise DevToolsError(f"{expression}: {json.dumps(answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def wait_for(self, expression: str, frame: str | None = None) -> Any:
        """Return the first true value of an expression; between two pages there is none."""

        return eventually(lambda: self._glance(expression, frame))

    def frame(self, url: str) -> str:
        """Return the frame that shows a URL."""

        def found() -> str | None:
            self.read("0")
            sessions = list(self._frames)
            return next((one for one in sessions if self._glance("location.href", one) == url), None)

        return str(eventually(found))

    def text(self, frame: str | None = None) -> str:
        """Return what there is to read."""
        return str(self.read("document.body.innerText", frame))

    def click(self, selector: str) -> None:
        """Click with the mouse in the middle of an element, as far as it is there to be clicked."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait_for(f"{found} !== null && {found}.checkVisibility()")
        self.read(f"{found}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        middle = "({x, y, width, height}) => [x + width / 2, y + height / 2]"
        x, y = self.read(f"({middle})({found}.getBoundingClientRect())")
        press = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, **press)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self.ask("Input.insertText", text=text)

    def allow(self, origin: str, *permissions: str) -> None:
        """Grant a site permissions, as a person does who is asked."""
        self._devtools.ask(
            "Browser.grantPermissions",
            origin=origin,
            browserContextId=self._context,
            permissions=list(permissions),
        )

    def close(self) -> None:
        """Close the tab and forget all it kept."""
        for session in (self._session, *self._frames):
            self._devtools.listeners.pop(session, None)
        self._devtools.ask("Target.disposeBrowserContext", browserContextId=self._context)

    def _glance(self, expression: str, frame: str | None = None) -> Any:
        """Return what `read` does, None where there is no page to read at the moment."""
        try:
            return self.read(expression, frame)
        except DevToolsError:
            return None

    def _listen(self, session: str) -> None:
        self._devtools.listeners[session] = self._note
        for method in ("Page.enable", "Runtime.enable", "Log.enable"):
            self._devtools.tell(method, session)
        # A frame waits until it is listened to, so that none of its complaints is missed.
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self._devtools.tell("Target.setAutoAttach", session, **attach)
        self._devtools.tell("Runtime.runIfWaitingForDebugger", session)

    def _note(self, event: Event) -> None:
        told = event["params"]
        match event["method"]:
            case "Target.attachedToTarget":
                self._frames[told["sessionId"]] = told["targetInfo"]["url"]
                self._listen(told["sessionId"])
            case "Target.detachedFromTarget":
                self._frames.pop(told["sessionId"], None)
            case "Page.frameNavigated":
                self._documents.add(told["frame"]["url"])
            case "Log.entryAdded" if told["entry"]["level"] in _BAD:
                entry = told["entry"]
                self._complaints.append((entry["source"], entry["text"], entry.get("url", "")))
            case "Runtime.exceptionThrown":
                self._complaints.append(("exception", json.dumps(told["exceptionDetails"]), ""))
            case "Runtime.consoleAPICalled" if told["type"] in _BAD:
                self._complaints.append(("console", json.dumps(told["args"]), ""))
