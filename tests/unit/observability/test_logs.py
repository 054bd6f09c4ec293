"""JSON lines: shape, trace ids, redaction, bounds, and that logging never raises."""

from __future__ import annotations

import enum
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability import LogLevel, StructuredLogger, Tracer
from observability.logs import MAX_LINE
from observability.plain import (
    MAX_ITEMS,
    MAX_STRING,
    REDACTED,
    is_secret_key,
    iso_utc,
    plain_fields,
    to_plain,
)

METHODS = ["debug", "info", "warning", "error", "critical"]


def logger_of(**more: Any) -> tuple[StructuredLogger, list[str]]:
    lines: list[str] = []
    options: dict[str, Any] = {"min_log_level": LogLevel.DEBUG, "sink": lines.append, "clock": lambda: 0.25}
    return StructuredLogger("svc", **{**options, **more}), lines


def test_an_entry_is_one_json_line_and_the_same_object_in_get_logs() -> None:
    logger, lines = logger_of()
    logger.info("Processing\nasset", asset_id="abc123", duration_ms=5000)
    (line,) = lines
    assert "\n" not in line
    assert json.loads(line) == {
        "timestamp": "1970-01-01T00:00:00.250Z",
        "level": "INFO",
        "service": "svc",
        "message": "Processing\nasset",
        "trace_id": None,
        "span_id": None,
        "metadata": {"asset_id": "abc123", "duration_ms": 5000},
    }
    assert logger.get_logs() == [json.loads(line)]


@pytest.mark.parametrize("minimum", LogLevel)
def test_entries_below_the_minimum_are_neither_written_nor_counted(minimum: LogLevel) -> None:
    logger, lines = logger_of(min_log_level=minimum)
    for method in METHODS:
        getattr(logger, method)("x")
    expected = [level.name for level in LogLevel if level >= minimum]
    assert [json.loads(line)["level"] for line in lines] == expected
    assert logger.summary()["total"] == len(expected)


def test_a_level_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(ValueError, match="not a valid LogLevel"):
        StructuredLogger("svc", "INFO")  # type: ignore[arg-type]


def test_metadata_may_have_the_names_of_an_entrys_own_fields() -> None:
    logger, _ = logger_of()
    logger.info("x", level="high", timestamp="never", trace_id="t", metadata=1)
    (entry,) = logger.get_logs()
    assert entry["level"] == "INFO"
    assert entry["metadata"] == {"level": "high", "timestamp": "never", "trace_id": "t", "metadata": 1}


def test_logs_are_written_to_standard_error_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    StructuredLogger("svc").warning("careful")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["message"] == "careful"
    assert captured.err.endswith("}\n")


def test_logs_in_a_trace_carry_its_ids_and_can_be_asked_for() -> None:
    logger, _ = logger_of()
    tracer = Tracer()
    logger.info("before")
    root = tracer.start_trace("one")
    logger.info("in root")
    child = tracer.start_span("child", root)
    logger.info("in child")
    child.finish()
    logger.info("in root again")
    root.finish()
    logger.info("after")
    entries = {entry["message"]: (entry["trace_id"], entry["span_id"]) for entry in logger.get_logs()}
    assert entries == {
        "before": (None, None),
        "in root": (root.trace_id, root.span_id),
        "in child": (root.trace_id, child.span_id),
        "in root again": (root.trace_id, root.span_id),
        "after": (None, None),
    }
    of_trace = [entry["message"] for entry in logger.get_logs(trace_id=root.trace_id)]
    assert of_trace == ["in root", "in child", "in root again"]
    assert logger.get_logs(trace_id="unknown") == []


def test_only_the_newest_entries_are_kept_but_all_are_counted() -> None:
    logger, _ = logger_of(max_entries=3)
    for index in range(5):
        logger.info("x", index=index)
    assert [entry["metadata"]["index"] for entry in logger.get_logs()] == [2, 3, 4]
    assert logger.summary() == {
        "total": 5,
        "by_level": {"DEBUG": 0, "INFO": 5, "WARNING": 0, "ERROR": 0, "CRITICAL": 0},
        "kept": 3,
        "sink_failures": 0,
    }
    logger.clear_logs()
    assert logger.get_logs() == []
    assert (logger.summary()["total"], logger.summary()["kept"]) == (0, 0)


def test_changing_what_was_logged_or_returned_does_not_change_the_log() -> None:
    logger, _ = logger_of()
    tags = ["a"]
    logger.info("x", tags=tags)
    tags.append("b")
    logger.get_logs()[0]["metadata"]["tags"].append("c")
    assert logger.get_logs()[0]["metadata"] == {"tags": ["a"]}


def test_a_sink_that_fails_costs_a_line_and_not_the_request() -> None:
    def closed(line: str) -> None:
        raise OSError("broken pipe")

    logger, _ = logger_of(sink=closed)
    logger.error("x")
    assert logger.summary()["sink_failures"] == 1
    assert logger.get_logs()[0]["message"] == "x"
    logger.clear_logs()
    assert logger.summary()["sink_failures"] == 0


class Colour(enum.Enum):
    RED = "r"


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no")


class Shifting(dict[str, int]):
    def items(self) -> Iterator[Any]:  # type: ignore[override]
        raise RuntimeError("dictionary changed size during iteration")


def loop() -> list[Any]:
    own: list[Any] = []
    own.append(own)
    return own


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (LogLevel.ERROR, 40),
        (2**256 - 1, 2**256 - 1),
        (2**256, hex(2**256)),
        pytest.param(-(10**5000), hex(-(10**5000))[:MAX_STRING], id="beyond str()"),
        (0.5, 0.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("grüße", "grüße"),
        ("x" * MAX_STRING, "x" * MAX_STRING),
        ("x" * (MAX_STRING + 1), "x" * (MAX_STRING - 1) + "…"),
        (b"\xff", "b'\\xff'"),
        (Decimal("1.50"), "1.50"),
        (PurePosixPath("/a/b"), "/a/b"),
        (Colour.RED, "Colour.RED"),
        (ValueError("bad"), "ValueError: bad"),
        (Unprintable(), "<unprintable Unprintable>"),
        (Shifting(a=1), "<unreadable Shifting>"),
        ((1, "a", None), [1, "a", None]),
        ({3}, [3]),
        (frozenset(), []),
        ({1: {"b": (2,)}}, {"1": {"b": [2]}}),
        (list(range(MAX_ITEMS + 2)), [*range(MAX_ITEMS), "<2 more>"]),
        (loop(), [[[[[["<list of 1>"]]]]]]),
    ],
)
def test_every_value_becomes_json(value: object, plain: object) -> None:
    assert to_plain(value) == plain
    json.dumps(to_plain(value), allow_nan=False)


def test_a_mapping_with_too_many_fields_is_cut_and_says_so() -> None:
    plain = plain_fields({f"k{index}": index for index in range(MAX_ITEMS + 3)})
    assert len(plain) == MAX_ITEMS + 1
    assert plain["…"] == "<3 more>"


def test_a_line_that_would_be_too_long_loses_its_metadata_not_its_message() -> None:
    logger, lines = logger_of()
    logger.error("still here", **{f"k{index}": "x" * MAX_STRING for index in range(20)})
    assert len(lines[0]) < MAX_LINE
    entry = json.loads(lines[0])
    assert entry["message"] == "still here"
    assert list(entry["metadata"]) == ["dropped"]


@given(
    message=st.text(),
    metadata=st.dictionaries(
        st.text(min_size=1).filter(lambda name: name not in {"self", "message"}),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()),
            lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner)),
        ),
    ),
)
@settings(deadline=None)
def test_whatever_is_logged_is_one_line_of_valid_json(message: str, metadata: dict[str, Any]) -> None:
    logger, lines = logger_of()
    logger.info(message, **metadata)
    (line,) = lines
    assert line.isascii()
    assert len(line.splitlines()) == 1

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    assert json.loads(line, parse_constant=refuse)["message"] == (
        message if len(message) <= MAX_STRING else f"{message[: MAX_STRING - 1]}…"
    )


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("Password", True),
        ("user_password_hash", True),
        ("passwd", True),
        ("authorization", True),
        ("Proxy-Authorization", True),
        ("token", True),
        ("access_token", True),
        ("refreshToken", True),
        ("api_key", True),
        ("X-Api-Key", True),
        ("apiKey", True),
        ("client_secret", True),
        ("secret_key", True),
        ("Set-Cookie", True),
        ("cookie", True),
        ("private key", True),
        ("credentials", True),
        ("token_count", False),
        ("tokens", False),
        ("asset_id", False),
        ("author", False),
        ("key", False),
        ("pass_rate", False),
        ("", False),
    ],
)
def test_secrets_are_known_by_their_name_however_it_is_spelt(name: str, secret: bool) -> None:
    assert is_secret_key(name) is secret


def test_secrets_are_redacted_at_any_depth() -> None:
    logger, lines = logger_of()
    logger.info(
        "call", token="s3", request={"headers": [{"Authorization": "Bearer s3", "Accept": "*/*"}], "n": 1}
    )
    assert "s3" not in lines[0]
    assert logger.get_logs()[0]["metadata"] == {
        "token": REDACTED,
        "request": {"headers": [{"Authorization": REDACTED, "Accept": "*/*"}], "n": 1},
    }


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000.9996, "2023-11-14T22:13:21.000Z"),
        (1_700_000_000.123, "2023-11-14T22:13:20.123Z"),
        (-0.25, "1969-12-31T23:59:59.750Z"),
    ],
)
def test_times_are_iso_8601_in_utc(seconds: float, text: str) -> None:
    assert iso_utc(seconds) == text


def test_threads_lose_no_entry() -> None:
    logger, lines = logger_of(max_entries=100)
    together = threading.Barrier(6)

    def write() -> None:
        together.wait()
        for index in range(200):
            logger.info("x", index=index)

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines) == logger.summary()["total"] == 1200
    assert len(logger.get_logs()) == 100
