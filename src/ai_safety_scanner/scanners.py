"""The documented scanners and the pipeline: blocking, over the shared steps."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ai_safety_scanner.calls import image_steps, text_steps, upload_steps
from ai_safety_scanner.contract import DEFAULT_BASE_URL, Endpoint
from ai_safety_scanner.images import MAX_FILE_BYTES
from ai_safety_scanner.judge import overall
from ai_safety_scanner.results import SafetyScanResult, ScanError
from ai_safety_scanner.runners import scan
from outbound import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from ai_safety_scanner.calls import ScanCall
    from outbound.drivers import SyncDriver

Verdict = TypeVar("Verdict")


class _Scanner:
    """What the three have in common: the key, the endpoint, and a driver to carry calls."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        driver: SyncDriver | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        timeout_seconds: float = 30.0,
    ) -> None:
        key = os.environ.get("OPENAI_API_KEY", "") if api_key is None else api_key
        url = base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_BASE_URL
        self._endpoint = Endpoint(key, url, timeout_seconds)
        self._driver = driver
        self._clock = clock
        self._sleep = sleep

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._endpoint.base_url!r})"

    def _run(self, steps: Generator[ScanCall, SafetyScanResult | None, Verdict]) -> Verdict:
        if self._driver is not None:
            return scan(self._driver, steps)
        # Loaded late: the edge scans over its own driver and never needs the blocking client.
        import httpx  # noqa: PLC0415 - see above

        from outbound.drivers import SyncDriver  # noqa: PLC0415 - see above

        # One client for a scan: its calls share a connection.
        with httpx.Client(follow_redirects=False) as client:
            connection = Connection(now=self._clock, jitter=random.random)
            return scan(SyncDriver(client, connection, self._sleep), steps)


class OpenAIModerationScanner(_Scanner):
    """Scans text. Without `api_key` the key is OPENAI_API_KEY at construction; `base_url` likewise."""

    def scan_text(self, text: str) -> SafetyScanResult:
        """Return the verdict; an empty text, a missing key and every failure are not safe."""
        return self._run(text_steps(self._endpoint, text))


class OpenAIVisionScanner(_Scanner):
    """Scans pictures: GIF by up to ten still frames; PNG, JPEG and WebP as they are."""

    def scan_image(self, file_path: str | os.PathLike[str], check_nsfw: bool = True) -> SafetyScanResult:
        """Return the verdict; a file that cannot be read or judged, and every failure, are not safe.

        `check_nsfw=False` lets sexual content pass, and nothing else.
        """
        return self._run(image_steps(self._endpoint, lambda: read_file(file_path), check_nsfw=check_nsfw))


class AISafetyPipeline(_Scanner):
    """Scans uploads: words, and with `enable_vision` the file too."""

    def __init__(
        self,
        api_key: str | None = None,
        enable_vision: bool = True,
        *,
        base_url: str | None = None,
        driver: SyncDriver | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        timeout_seconds: float = 30.0,
    ) -> None:
        super().__init__(
            api_key,
            base_url=base_url,
            driver=driver,
            clock=clock,
            sleep=sleep,
            timeout_seconds=timeout_seconds,
        )
        self._enable_vision = enable_vision

    def scan_upload(
        self,
        file_path: str | os.PathLike[str] | None = None,
        title: str = "",
        tags: Iterable[str] | None = None,
        description: str = "",
    ) -> dict[str, SafetyScanResult]:
        """Return the results by kind: "text" always, "visual" when there is a file and vision is enabled.

        With a file and no words, "text" is safe and marked skipped; with nothing to scan it is not safe. With
        vision disabled the file is not looked at: the words alone decide.
        """
        read = None
        if file_path is not None and self._enable_vision:
            path = file_path

            def read() -> bytes:
                return read_file(path)

        return self._run(upload_steps(self._endpoint, read, title, tags, description))

    def is_safe(self, scan_results: Mapping[str, SafetyScanResult] | None) -> tuple[bool, list[str], float]:
        """Return (is_safe, violations, confidence); no results, or anything but sound ones, are not safe."""
        return overall(list(scan_results.values()) if isinstance(scan_results, Mapping) else [])


def read_file(file_path: str | os.PathLike[str]) -> bytes:
    """Return the content of a regular file of bounded size; raise ScanError."""
    try:
        path = Path(file_path)
        # A named pipe without a writer would hold the scan for ever.
        if not path.is_file():
            raise ScanError("unreadable_file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError, TypeError) as error:
        raise ScanError("unreadable_file") from error
    if len(data) > MAX_FILE_BYTES:
        raise ScanError("file_too_large")
    return data
