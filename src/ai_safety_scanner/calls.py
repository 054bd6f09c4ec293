"""Scans as calls and as steps without I/O, so that the blocking scanners and the edge share every rule."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ai_safety_scanner.contract import (
    build_image_moderation_request,
    build_text_moderation_request,
    parse_image_moderation_response,
    parse_text_moderation_response,
)
from ai_safety_scanner.images import Sample, image_samples
from ai_safety_scanner.judge import judge, merge_results
from ai_safety_scanner.results import SafetyScanResult, ScanError, failed
from ai_safety_scanner.text import text_pieces, upload_text
from outbound import Call, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

    from ai_safety_scanner.contract import Endpoint
    from outbound import HttpResponse

ScanCall = Call[SafetyScanResult]
RETRY = RetryPolicy()
"""As the official client: 408, 409, 429 and 5xx twice, 0.5 to 8 s, the server's own wish first."""


def text_calls(endpoint: Endpoint, text: str) -> list[ScanCall]:
    """Return the calls that judge a text; raise ScanError when it or the key cannot be sent."""
    pieces = text_pieces(text)
    request = build_text_moderation_request(endpoint, pieces)
    return [Call(request, partial(_judge_texts, len(pieces)), RETRY)]


def image_calls(endpoint: Endpoint, samples: Sequence[Sample], *, check_nsfw: bool = True) -> list[ScanCall]:
    """Return one call for each picture; raise ScanError when the key cannot be sent."""
    return [
        Call(
            build_image_moderation_request(endpoint, sample.data_uri),
            partial(_judge_image, check_nsfw),
            RETRY,
        )
        for sample in samples
    ]


def _judge_texts(expected: int, response: HttpResponse) -> SafetyScanResult:
    try:
        answers = parse_text_moderation_response(response, expected)
    except ScanError as error:
        return failed(error)
    return merge_results([judge(answer) for answer in answers], expected)


def _judge_image(check_nsfw: bool, response: HttpResponse) -> SafetyScanResult:
    try:
        return judge(parse_image_moderation_response(response), check_nsfw=check_nsfw)
    except ScanError as error:
        return failed(error)


def text_steps(
    endpoint: Endpoint, text: str
) -> Generator[ScanCall, SafetyScanResult | None, SafetyScanResult]:
    """Yield the calls that scan a text; return the verdict.

    Each call is answered with its result, or None when no answer came.
    """
    try:
        calls = text_calls(endpoint, text)
    except ScanError as error:
        return failed(error)
    return (yield from _merged(calls))


def image_steps(
    endpoint: Endpoint, read: Callable[[], bytes], *, check_nsfw: bool = True
) -> Generator[ScanCall, SafetyScanResult | None, SafetyScanResult]:
    """Yield the calls that scan the file that `read` gives, as `text_steps`; `read` may raise ScanError."""
    try:
        samples = image_samples(read())
    except ScanError as error:
        return failed(error)
    return (yield from sample_steps(endpoint, samples, check_nsfw=check_nsfw))


def sample_steps(
    endpoint: Endpoint, samples: Sequence[Sample], *, check_nsfw: bool = True
) -> Generator[ScanCall, SafetyScanResult | None, SafetyScanResult]:
    """Yield one call for each picture, as `text_steps`: for callers that have to know how many there are."""
    try:
        calls = image_calls(endpoint, samples, check_nsfw=check_nsfw)
    except ScanError as error:
        return failed(error)
    result = yield from _merged(calls)
    result.metadata["description"] = _describe(result, len(samples))
    if "error" not in result.metadata:
        result.metadata["frames_scanned"] = [sample.frame for sample in samples if sample.frame is not None]
    return result


def upload_steps(
    endpoint: Endpoint,
    read: Callable[[], bytes] | None = None,
    title: str = "",
    tags: Iterable[str] | str | None = None,
    description: str = "",
) -> Generator[ScanCall, SafetyScanResult | None, dict[str, SafetyScanResult]]:
    """Yield the calls that scan an upload; return "text" always and "visual" when there is a file.

    An upload without words is judged by its file alone. One with neither is not safe: nothing was scanned.
    """
    text = upload_text(title, tags, description)
    results: dict[str, SafetyScanResult] = {}
    if text or read is None:
        results["text"] = yield from text_steps(endpoint, text)
    else:
        results["text"] = SafetyScanResult(is_safe=True, confidence=1.0, metadata={"skipped": "no_text"})
    if read is not None:
        results["visual"] = yield from image_steps(endpoint, read)
    return results


def _merged(calls: Sequence[ScanCall]) -> Generator[ScanCall, SafetyScanResult | None, SafetyScanResult]:
    results: list[SafetyScanResult] = []
    for call in calls:
        result = yield call
        results.append(result if result is not None else failed(ScanError("service_unreachable")))
        if "error" in results[-1].metadata:
            # The verdict is a failure whatever the rest says; a service in trouble is left alone.
            break
    return merge_results(results, len(calls))


def _describe(result: SafetyScanResult, pictures: int) -> str:
    """Return a sentence for people; the endpoint judges pictures but does not describe them."""
    looked_at = "1 picture" if pictures == 1 else f"{pictures} pictures"
    if "error" in result.metadata:
        return f"The scan of {looked_at} failed."
    if result.is_safe:
        return f"Nothing unsafe found in {looked_at}."
    return f"Unsafe content found in {looked_at}: {', '.join(result.categories_flagged)}."
