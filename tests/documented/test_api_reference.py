"""Every name, parameter and default in the API references of the two given documents."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import typing
from collections.abc import Callable
from enum import Enum
from types import ModuleType
from typing import Any

import pytest

from analytics import AnalyticsTracker, EventType, Platform
from cdn import CachePolicy
from media_jobs import JobPriority, JobStatus
from moderation import ModerationPipeline
from observability import MetricsCollector
from ratelimit import RateLimitStrategy
from tests.documented.markdown import HERE, READMES, Entry, api_entries

# Where the documents' own imports find it, or where a careful reader would look.
PACKAGE = {
    "ShareLinkGenerator": "sharelinks",
    "AnalyticsTracker": "analytics",
    "EventType": "analytics",
    "Platform": "analytics",
    "CDNHelper": "cdn",
    "CachePolicy": "cdn",
    "RangeRequest": "cdn",
    "SignedURL": "cdn",
    "RateLimiter": "ratelimit",
    "RateLimitConfig": "ratelimit",
    "RateLimitStrategy": "ratelimit",
    "ObservabilityStack": "observability",
    "StructuredLogger": "observability",
    "MetricsCollector": "observability",
    "Tracer": "observability",
    "Span": "observability",
    "AISafetyPipeline": "ai_safety_scanner",
    "OpenAIModerationScanner": "ai_safety_scanner",
    "OpenAIVisionScanner": "ai_safety_scanner",
    "SafetyScanResult": "ai_safety_scanner",
    "ModerationPipeline": "moderation",
    "ModerationDecision": "moderation",
    "ContentCategory": "moderation",
    "ContentScanner": "moderation",
    "MediaJobQueue": "media_jobs",
    "FFmpegRuntime": "media_jobs",
    "MediaJob": "media_jobs",
}
FUNCTIONS = {"Utility Functions": "sharelinks", "Job Helper Functions": "media_jobs"}
# What a default in the documents may name.
SCOPE: dict[str, object] = {
    "CachePolicy": CachePolicy,
    "LONG_CACHE": CachePolicy.LONG_CACHE,
    "Platform": Platform,
    "JobPriority": JobPriority,
}
# The attributes whose text lists the members of an enum.
LISTED: dict[str, type[Enum]] = {
    "RateLimitConfig.strategy": RateLimitStrategy,
    "MediaJob.status": JobStatus,
    "MediaJob.priority": JobPriority,
}
# The documented kinds as types.
KINDS = {"bool": bool, "float": float, "list": list, "dict": dict}
ENTRIES = [entry for name in READMES for entry in api_entries(HERE / name)]


def _owner(entry: Entry) -> type | ModuleType:
    if entry.owner in FUNCTIONS:
        return importlib.import_module(FUNCTIONS[entry.owner])
    owner: type = getattr(importlib.import_module(PACKAGE[entry.owner]), entry.owner)
    return owner


def _documented(arguments: str) -> dict[str, inspect.Parameter]:
    """Return the documented parameters as a signature would hold them."""
    tree = ast.parse(f"def documented({arguments}): ...")
    for node in ast.walk(tree):
        # Literals and names of SCOPE only; a document is no program.
        assert not isinstance(node, ast.Call), arguments
    names: dict[str, Any] = {}
    exec(compile(tree, "<documented>", "exec"), dict(SCOPE), names)  # noqa: S102 - a signature without calls
    return dict(inspect.signature(names["documented"]).parameters)


def _real(entry: Entry) -> list[inspect.Parameter]:
    """Return the parameters a caller sees."""
    function: Callable[..., object] = getattr(_owner(entry), entry.name)
    found = list(inspect.signature(function).parameters.values())
    return found[1:] if found and found[0].name == "self" else found


def test_both_references_are_read_to_the_end() -> None:
    counts = {name: sum(entry.document == name for entry in ENTRIES) for name in READMES}
    assert counts == {"readme_000.md": 65, "readme_001.md": 122}


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.arguments is not None], ids=str)
def test_a_call_has_the_documented_parameters(entry: Entry) -> None:
    documented, real = _documented(entry.arguments or ""), _real(entry)
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    ours = [(p.name, p.kind, p.default) for p in real if p.kind is not keyword_only]
    assert ours == [(p.name, p.kind, p.default) for p in documented.values()]
    # 1 == 1.0 == True: a default must also be of the documented type.
    assert [type(default) for _, _, default in ours] == [type(p.default) for p in documented.values()]
    assert all(p.default is not inspect.Parameter.empty for p in real if p.kind is keyword_only)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.arguments is None], ids=str)
def test_an_attribute_exists(entry: Entry) -> None:
    owner = _owner(entry)
    assert isinstance(owner, type)
    if issubclass(owner, Enum):
        assert entry.name in owner.__members__
    elif dataclasses.is_dataclass(owner):
        assert entry.name in {field.name for field in dataclasses.fields(owner)}
    else:
        assert hasattr(owner, entry.name)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.kind], ids=str)
def test_an_attribute_has_the_documented_type(entry: Entry) -> None:
    hint = typing.get_type_hints(_owner(entry))[entry.name]
    assert issubclass(typing.get_origin(hint) or hint, KINDS[entry.kind or ""])


@pytest.mark.parametrize("key", LISTED)
def test_an_attribute_takes_the_documented_values(key: str) -> None:
    entry = next(e for e in ENTRIES if f"{e.owner}.{e.name}" == key)
    assert set(re.findall(r"[A-Z_]{3,}", entry.text)) == set(LISTED[key].__members__)


@pytest.mark.parametrize(
    "name", ["EventType", "Platform", "RateLimitStrategy", "ModerationDecision", "ContentCategory"]
)
def test_an_enum_has_no_other_members(name: str) -> None:
    documented = {e.name for e in ENTRIES if e.owner == name}
    assert documented == set(getattr(importlib.import_module(PACKAGE[name]), name).__members__)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("IMMUTABLE_CACHE", 365 * 86400), ("LONG_CACHE", 86400), ("SHORT_CACHE", 3600), ("NO_CACHE", 0)],
)
def test_a_cache_duration_is_as_long_as_documented(name: str, seconds: int) -> None:
    assert getattr(CachePolicy, name) == seconds


def _metrics() -> dict[str, Any]:
    tracker = AnalyticsTracker()
    tracker.track_event("abc123def456", EventType.VIEW)
    return tracker.get_asset_metrics("abc123def456")


def _platform_metrics() -> dict[str, Any]:
    tracker = AnalyticsTracker()
    tracker.track_event("abc123def456", EventType.VIEW)
    return tracker.get_platform_metrics("abc123def456")[Platform.WEB.value]


def _histogram() -> dict[str, Any]:
    collector = MetricsCollector()
    collector.record_histogram("request.duration", 123.45)
    return dict(collector.get_histogram_stats("request.duration") or {})


@pytest.mark.parametrize(
    ("owner", "name", "answer"),
    [
        ("AnalyticsTracker", "get_asset_metrics", _metrics),
        ("AnalyticsTracker", "get_platform_metrics", _platform_metrics),
        ("MetricsCollector", "get_histogram_stats", _histogram),
        ("ModerationPipeline", "get_statistics", lambda: ModerationPipeline().get_statistics()),
    ],
)
def test_an_answer_has_the_documented_keys(
    owner: str, name: str, answer: Callable[[], dict[str, Any]]
) -> None:
    text = next(e.text for e in ENTRIES if (e.owner, e.name) == (owner, name))
    listed = re.search(r"\(([\w, ]+)\)", text.replace(" per platform", ""))
    assert listed is not None
    assert set(listed[1].split(", ")) <= set(answer())


@pytest.mark.parametrize("metric", ["views", "plays", "clicks", "ctr", "play_rate"])
def test_the_top_assets_can_be_asked_for_by(metric: str) -> None:
    tracker = AnalyticsTracker()
    for kind in EventType:
        tracker.track_event("abc123def456", kind)
    (top,) = tracker.get_top_assets(metric=metric)
    assert top["asset_id"] == "abc123def456"
    assert top[metric] > 0
