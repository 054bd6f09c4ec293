"""The text format that Prometheus scrapes, version 0.0.4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from observability.metrics import MetricsSnapshot
    from observability.series import SeriesKey, Tags

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_QUANTILES = (("0.5", "median"), ("0.95", "p95"), ("0.99", "p99"))


class _Names:
    """Hands out names that the format allows, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str, suffix: str = "", also: tuple[str, ...] = ()) -> str:
        base = re.sub(r"[^a-zA-Z0-9_:]", "_", name)
        if not re.match(r"[a-zA-Z_:]", base):
            base = f"_{base}"
        base = base.removesuffix(suffix) if suffix else base
        candidate, number = base + suffix, 2
        while not self._taken.isdisjoint({candidate, *(candidate + more for more in also)}):
            candidate, number = f"{base}_{number}{suffix}", number + 1
        self._taken |= {candidate, *(candidate + more for more in also)}
        return candidate


def _escape(text: str, *, quotes: bool = True) -> str:
    # A lone surrogate has no UTF-8, and one would spoil the whole answer.
    text = text.encode("utf-8", "replace").decode().replace("\\", r"\\").replace("\n", r"\n")
    return text.replace('"', r"\"") if quotes else text


def _pairs(tags: Tags, reserved: str = "") -> list[tuple[str, str]]:
    used, pairs = {reserved}, []
    for key, value in tags:
        name = re.sub(r"[^a-zA-Z0-9_]", "_", key)
        if not name or name[0].isdigit() or name.startswith("__"):
            name = f"tag_{name}"
        while name in used:
            name = f"{name}_"
        used.add(name)
        pairs.append((name, value))
    return pairs


def _labels(pairs: list[tuple[str, str]]) -> str:
    inner = ",".join(f'{name}="{_escape(value)}"' for name, value in pairs)
    return f"{{{inner}}}" if inner else ""


def _families(keys: Iterable[SeriesKey]) -> dict[str, list[SeriesKey]]:
    families: dict[str, list[SeriesKey]] = {}
    for key in keys:
        families.setdefault(key.name, []).append(key)
    return families


def _head(name: str, original: str, kind: str) -> list[str]:
    return [f"# HELP {name} {_escape(original, quotes=False)}", f"# TYPE {name} {kind}"]


def render_prometheus(snapshot: MetricsSnapshot) -> str:
    """Return all metrics as exposition text: counters end in `_total`, histograms are summaries.

    Characters the format does not allow become underscores; should two names then coincide, the second gets
    a number, and the HELP line tells the original.
    """
    names, lines = _Names(), []
    numbers = (("counter", "_total", dict(snapshot.counters)), ("gauge", "", dict(snapshot.gauges)))
    for kind, suffix, values in numbers:
        for original, keys in _families(values).items():
            name = names.take(original, suffix)
            lines += _head(name, original, kind)
            lines += [f"{name}{_labels(_pairs(key.tags))} {values[key]!r}" for key in keys]
    histograms = dict(snapshot.histograms)
    for original, keys in _families(histograms).items():
        name = names.take(original, also=("_sum", "_count"))
        lines += _head(name, original, "summary")
        for key in keys:
            stats, pairs = histograms[key], _pairs(key.tags, reserved="quantile")
            figures = cast("dict[str, float]", stats)
            lines += [
                f"{name}{_labels([*pairs, ('quantile', quantile)])} {figures[figure]!r}"
                for quantile, figure in _QUANTILES
            ]
            lines += [
                f"{name}_sum{_labels(pairs)} {stats['sum']!r}",
                f"{name}_count{_labels(pairs)} {stats['count']}",
            ]
    return "".join(f"{line}\n" for line in lines)
