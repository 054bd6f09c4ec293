"""Two thin runners: they carry the steps of a scan over a driver and add no rule of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from outbound import CallFailed

if TYPE_CHECKING:
    from collections.abc import Generator

    from ai_safety_scanner.calls import ScanCall
    from ai_safety_scanner.results import SafetyScanResult
    from outbound import AsyncSender
    from outbound.drivers import SyncDriver

Verdict = TypeVar("Verdict")


def scan(driver: SyncDriver, steps: Generator[ScanCall, SafetyScanResult | None, Verdict]) -> Verdict:
    """Run `text_steps`, `image_steps` or `upload_steps` to their verdict."""
    try:
        call = next(steps)
        while True:
            try:
                result = driver.send(call)
            except CallFailed:
                result = None
            call = steps.send(result)
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict


async def async_scan(
    driver: AsyncSender, steps: Generator[ScanCall, SafetyScanResult | None, Verdict]
) -> Verdict:
    """Run `text_steps`, `image_steps` or `upload_steps` to their verdict, at the edge."""
    try:
        call = next(steps)
        while True:
            try:
                result = await driver.send(call)
            except CallFailed:
                result = None
            call = steps.send(result)
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict
