"""The documented pipeline, and how results become one verdict."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ai_safety_scanner import (
    AISafetyPipeline,
    Endpoint,
    SafetyScanResult,
    async_scan,
    merge_results,
    upload_steps,
)
from outbound.drivers import AsyncDriver
from tests.stubs.openai import API_KEY, OpenAIStub
from tests.unit.ai_safety_scanner.pictures import RED, WHITE, animation

SAFE = SafetyScanResult(is_safe=True, confidence=0.9)
SAFER = SafetyScanResult(is_safe=True, confidence=0.99)
UNSAFE = SafetyScanResult(False, 0.8, ["hate (0.80)"], {"hate": 0.8})
WORSE = SafetyScanResult(False, 0.95, ["violence (0.95)"], {"violence": 0.95})
FAILED = SafetyScanResult(False, 0.0, ["scan failed: outage"], {}, {"error": "service_error"})


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    path = tmp_path / "cat.gif"
    path.write_bytes(animation(0, WHITE, 2))
    return path


def test_words_and_file_are_scanned_and_both_must_be_safe(
    pipeline: AISafetyPipeline, stub: OpenAIStub, gif: Path
) -> None:
    results = pipeline.scan_upload(
        file_path=gif, title="Funny Cat GIF", tags=["cat", "pets"], description="A cat doing backflips"
    )
    assert list(results) == ["text", "visual"]
    is_safe, violations, confidence = pipeline.is_safe(results)
    assert (is_safe, violations) == (True, [])
    assert confidence == pytest.approx(0.99)
    assert stub.texts == [["Funny Cat GIF\ncat, pets\nA cat doing backflips"]]
    assert len(stub.images) == 3


@pytest.mark.parametrize(
    ("title", "colours", "violations", "confidence"),
    [
        ("murder", (WHITE,), ["violence (0.91)"], 0.91),
        ("cat", (WHITE, RED), ["sexual (0.97)"], 0.97),
        ("murder", (RED,), ["violence (0.91)", "sexual (0.97)"], 0.97),
    ],
)
def test_one_unsafe_part_is_enough(
    pipeline: AISafetyPipeline,
    gif: Path,
    title: str,
    colours: tuple[int, ...],
    violations: list[str],
    confidence: float,
) -> None:
    gif.write_bytes(animation(*colours))
    assert pipeline.is_safe(pipeline.scan_upload(gif, title)) == (False, violations, confidence)


def test_a_file_without_words_is_judged_alone(
    pipeline: AISafetyPipeline, stub: OpenAIStub, gif: Path
) -> None:
    results = pipeline.scan_upload(gif)
    assert results["text"].metadata == {"skipped": "no_text"}
    assert pipeline.is_safe(results)[0] is True
    assert stub.texts == []


def test_words_without_a_file_have_no_visual_result(pipeline: AISafetyPipeline) -> None:
    results = pipeline.scan_upload(title="Cat")
    assert list(results) == ["text"]
    assert pipeline.is_safe(results)[0] is True


def test_an_upload_of_nothing_is_not_safe(pipeline: AISafetyPipeline, stub: OpenAIStub) -> None:
    results = pipeline.scan_upload()
    assert results["text"].metadata["error"] == "nothing_to_scan"
    assert pipeline.is_safe(results) == (False, ["scan failed: there was nothing to scan"], 0.0)
    assert stub.requests == []


def test_without_vision_the_file_is_not_looked_at_and_cannot_stand_for_words(
    stub: OpenAIStub, gif: Path
) -> None:
    pipeline = AISafetyPipeline(API_KEY, False, base_url=stub.base_url)
    assert list(pipeline.scan_upload(gif, "Cat")) == ["text"]
    assert stub.images == []
    assert pipeline.is_safe(pipeline.scan_upload(gif))[0] is False


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ({}, (False, ["scan failed: there was nothing to scan"], 0.0)),
        (None, (False, ["scan failed: there was nothing to scan"], 0.0)),
        ({"text": None}, (False, ["scan failed: not everything was scanned"], 0.0)),
        (
            {"text": SAFE, "visual": {"is_safe": True}},
            (False, ["scan failed: not everything was scanned"], 0.0),
        ),
        ({"text": SAFE}, (True, [], 0.9)),
        ({"text": SAFE, "visual": SAFER}, (True, [], 0.9)),
        ({"text": SAFE, "visual": UNSAFE}, (False, ["hate (0.80)"], 0.8)),
        ({"text": WORSE, "visual": UNSAFE}, (False, ["violence (0.95)", "hate (0.80)"], 0.95)),
        ({"text": SAFE, "visual": FAILED}, (False, ["scan failed: outage"], 0.0)),
        ({"text": WORSE, "visual": FAILED}, (False, ["violence (0.95)", "scan failed: outage"], 0.95)),
        ({"text": SafetyScanResult(True, 0.9, ["odd"])}, (False, ["odd"], 0.9)),
        (
            {"text": SafetyScanResult(True, 0.9, metadata={"error": "service_error"})},
            (False, ["scan failed: not everything was scanned"], 0.9),
        ),
        ({"text": SafetyScanResult("yes", 0.9, ["odd"])}, (False, ["odd"], 0.9)),  # type: ignore[arg-type]
        (
            {"text": SAFE, "visual": SafetyScanResult(True, math.nan)},
            (False, ["scan failed: not everything was scanned"], 0.0),
        ),
    ],
)
def test_the_verdict_over_several_results(
    pipeline: AISafetyPipeline, results: dict[str, SafetyScanResult], verdict: tuple[bool, list[str], float]
) -> None:
    assert pipeline.is_safe(results) == verdict


@pytest.mark.parametrize(
    ("results", "expected", "is_safe", "violations", "confidence", "error"),
    [
        ([], 0, False, ["scan failed: there was nothing to scan"], 0.0, "nothing_to_scan"),
        ([SAFE, SAFER], 2, True, [], 0.9, None),
        ([SAFE], 2, False, ["scan failed: not everything was scanned"], 0.0, "incomplete_scan"),
        ([], 1, False, ["scan failed: not everything was scanned"], 0.0, "incomplete_scan"),
        ([SAFE, UNSAFE, WORSE], 3, False, ["violence (0.95)", "hate (0.80)"], 0.95, None),
        ([SAFE, FAILED], 3, False, ["scan failed: outage"], 0.0, "service_error"),
        ([UNSAFE, FAILED, FAILED], 3, False, ["hate (0.80)", "scan failed: outage"], 0.8, "service_error"),
    ],
)
def test_pieces_merge_into_their_worst(
    results: list[SafetyScanResult],
    expected: int,
    is_safe: bool,
    violations: list[str],
    confidence: float,
    error: str | None,
) -> None:
    merged = merge_results(results, expected)
    assert (merged.is_safe, merged.violations, merged.confidence) == (is_safe, violations, confidence)
    assert merged.metadata.get("error") == error


def test_one_pipeline_serves_many_threads(pipeline: AISafetyPipeline, gif: Path) -> None:
    titles = ["cat", "murder"] * 8
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda title: pipeline.scan_upload(gif, title), titles))
    assert [pipeline.is_safe(result)[0] for result in results] == [title == "cat" for title in titles]


def test_the_edge_scans_an_upload_by_the_same_steps(
    pipeline: AISafetyPipeline, stub: OpenAIStub, gif: Path
) -> None:
    async def at_the_edge() -> dict[str, SafetyScanResult]:
        async with httpx.AsyncClient() as client:
            steps = upload_steps(
                Endpoint(API_KEY, stub.base_url, 20.0), gif.read_bytes, "Cat", ["a"], "murder"
            )
            return await async_scan(AsyncDriver(client), steps)

    edge = asyncio.run(at_the_edge())
    library = pipeline.scan_upload(gif, "Cat", ["a"], "murder")
    for results in (edge, library):
        for result in results.values():
            del result.metadata["answer_ids"]
    assert edge == library


def test_importing_loads_no_http_client_and_touches_no_environment() -> None:
    code = (
        "import os, sys\n"
        "os.environ.get = None\n"
        "import ai_safety_scanner\n"
        "assert 'httpx' not in sys.modules and 'asyncio' not in sys.modules, 'too much was loaded'\n"
    )
    source = Path(__file__).parents[3] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(source)},
    )
    assert (done.returncode, done.stderr) == (0, "")
