"""The exposition text, line by line."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from observability import MetricsCollector, render_prometheus
from observability.prometheus import CONTENT_TYPE


def rendered(metrics: MetricsCollector) -> list[str]:
    return render_prometheus(metrics.snapshot()).splitlines()


def test_counters_gauges_and_summaries_are_written_as_the_format_says() -> None:
    metrics = MetricsCollector()
    metrics.increment_counter("asset.uploads", 3, tags={"status": "success"})
    metrics.increment_counter("asset.uploads", tags={"status": "error", "http-code": "500"})
    metrics.set_gauge("active_connections", 42)
    for value in range(1, 102):
        metrics.record_histogram("request.duration", value, tags={"endpoint": "/upload"})
    assert rendered(metrics) == [
        "# HELP asset_uploads_total asset.uploads",
        "# TYPE asset_uploads_total counter",
        'asset_uploads_total{http_code="500",status="error"} 1.0',
        'asset_uploads_total{status="success"} 3.0',
        "# HELP active_connections active_connections",
        "# TYPE active_connections gauge",
        "active_connections 42.0",
        "# HELP request_duration request.duration",
        "# TYPE request_duration summary",
        'request_duration{endpoint="/upload",quantile="0.5"} 51.0',
        'request_duration{endpoint="/upload",quantile="0.95"} 96.0',
        'request_duration{endpoint="/upload",quantile="0.99"} 100.0',
        'request_duration_sum{endpoint="/upload"} 5151.0',
        'request_duration_count{endpoint="/upload"} 101',
    ]
    assert CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


def test_nothing_collected_is_an_empty_text() -> None:
    assert render_prometheus(MetricsCollector().snapshot()) == ""


def test_values_are_escaped_and_can_be_encoded() -> None:
    metrics = MetricsCollector()
    metrics.set_gauge("g", 1, tags={"path": 'C:\\temp\n"x"', "odd": "\ud800"})
    text = render_prometheus(metrics.snapshot())
    assert text.splitlines()[-1] == r'g{odd="?",path="C:\\temp\n\"x\""} 1.0'
    assert text.encode()


def test_names_and_labels_become_what_the_format_allows() -> None:
    metrics = MetricsCollector()
    metrics.set_gauge("2nd größe!", 1, tags={"1st": "a", "__internal": "b", "": "c", "a-b": "d", "a.b": "e"})
    metrics.record_histogram("ms", 1, tags={"quantile": "mine"})
    text = rendered(metrics)
    assert text[0] == "# HELP _2nd_gr__e_ 2nd größe!"
    assert text[2] == '_2nd_gr__e_{tag_="c",tag_1st="a",tag___internal="b",a_b="d",a_b_="e"} 1.0'
    assert text[5] == 'ms{quantile_="mine",quantile="0.5"} 1.0'
    assert text[8:] == ['ms_sum{quantile_="mine"} 1.0', 'ms_count{quantile_="mine"} 1']


def test_names_that_coincide_are_told_apart() -> None:
    metrics = MetricsCollector()
    metrics.increment_counter("a.b")
    metrics.increment_counter("a_b_total")
    metrics.set_gauge("a_b_total", 1)
    metrics.set_gauge("ms_count", 1)
    metrics.record_histogram("ms", 1)
    kinds = [line for line in rendered(metrics) if line.startswith("# TYPE")]
    assert kinds == [
        "# TYPE a_b_total counter",
        "# TYPE a_b_2_total counter",
        "# TYPE a_b_total_2 gauge",
        "# TYPE ms_count gauge",
        "# TYPE ms_2 summary",
    ]


LABEL = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(rf"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{{{LABEL}(?:,{LABEL})*\}})? (\S+)", re.ASCII)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["increment_counter", "set_gauge", "record_histogram"]),
            st.text(max_size=6) | st.sampled_from(["a", "a_sum", "a_count", "a_total", "a.b", "a-b"]),
            st.floats(0, 1e300),
            st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=3),
        ),
        max_size=12,
    )
)
@settings(deadline=None)
def test_any_metrics_make_valid_text_without_a_series_twice(
    recordings: list[tuple[str, str, float, dict[str, str]]],
) -> None:
    metrics = MetricsCollector()
    for method, name, value, tags in recordings:
        getattr(metrics, method)(name, value, tags=tags)
    text = render_prometheus(metrics.snapshot())
    text.encode()
    series = []
    types = []
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            types.append(line.split(" ")[2])
            continue
        matched = SAMPLE.fullmatch(line)
        assert matched, line
        float(matched[3])
        series.append(matched[1] + (matched[2] or ""))
    assert len(series) == len(set(series))
    assert len(types) == len(set(types))
    assert not text or text.endswith("\n")
