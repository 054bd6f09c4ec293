"""The stub service and scanners that speak to it without waiting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ai_safety_scanner import AISafetyPipeline, OpenAIModerationScanner, OpenAIVisionScanner
from tests.stubs.openai import API_KEY, OpenAIStub, Scores, png_pixels


def red_is_sexual(data: bytes) -> Scores:
    """Judge a PNG still by its mean colour; other pictures are safe."""
    if data[:4] != b"\x89PNG":
        return {}
    width, height, rgb = png_pixels(data)
    red, green = sum(rgb[0::3]) / (width * height), sum(rgb[1::3]) / (width * height)
    return {"sexual": 0.97} if red > 200 and green < 50 else {}


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    words = {"murder": {"violence": 0.91}, "slur": {"hate": 0.8, "harassment": 0.95}}
    with OpenAIStub(words, red_is_sexual) as server:
        yield server


@pytest.fixture
def waits() -> list[float]:
    """Return the list that the scanners' sleeps go to."""
    return []


@pytest.fixture
def text_scanner(stub: OpenAIStub, waits: list[float]) -> OpenAIModerationScanner:
    return OpenAIModerationScanner(API_KEY, base_url=stub.base_url, sleep=waits.append, timeout_seconds=20)


@pytest.fixture
def vision_scanner(stub: OpenAIStub, waits: list[float]) -> OpenAIVisionScanner:
    return OpenAIVisionScanner(API_KEY, base_url=stub.base_url, sleep=waits.append, timeout_seconds=20)


@pytest.fixture
def pipeline(stub: OpenAIStub, waits: list[float]) -> AISafetyPipeline:
    return AISafetyPipeline(API_KEY, base_url=stub.base_url, sleep=waits.append, timeout_seconds=20)
