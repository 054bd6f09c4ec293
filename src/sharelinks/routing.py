"""The parts of a record that choose among several targets: rules and weighted variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sharelinks.errors import WireFormatError

CONDITIONS = ("country", "device", "os", "language")


@dataclass(frozen=True, slots=True)
class Rule:
    """Leads visits that meet every condition it has to `target`; the first rule that fits decides.

    `country` holds ISO 3166 codes in capitals, `device` and `os` the labels of `parse_user_agent`, `language`
    lower-case tags or their first part. An empty tuple, or no date, is no condition.
    """

    target: str
    country: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    os: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    starts_at: float | None = None
    ends_at: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return the rule as a plain dict of JSON values."""
        wire: dict[str, Any] = {"target": self.target}
        wire |= {name: list(getattr(self, name)) for name in CONDITIONS if getattr(self, name)}
        dates = {"starts_at": self.starts_at, "ends_at": self.ends_at}
        return wire | {name: value for name, value in dates.items() if value is not None}

    @classmethod
    def from_wire(cls, wire: object) -> Rule:
        """Return the rule of a plain dict, or raise WireFormatError; unknown keys are refused.

        A condition that this version does not know must not be dropped: the rule would fit too often.
        """
        parts = _parts(wire)
        if set(parts) - {"target", *CONDITIONS, "starts_at", "ends_at"}:
            raise WireFormatError("a rule has a condition that is not known")
        country, device, system, language = (_labels(parts.get(name, ())) for name in CONDITIONS)
        dates = (_moment(parts.get("starts_at")), _moment(parts.get("ends_at")))
        return cls(parts["target"], country, device, system, language, *dates)


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several targets, chosen in proportion to `weight`."""

    target: str
    weight: int

    def to_wire(self) -> dict[str, Any]:
        """Return the variant as a plain dict."""
        return {"target": self.target, "weight": self.weight}

    @classmethod
    def from_wire(cls, wire: object) -> Variant:
        """Return the variant of a plain dict, or raise WireFormatError."""
        parts = _parts(wire)
        weight = parts.get("weight")
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight < 1 or weight % 1:
            raise WireFormatError("a weight is a whole number, 1 or more")
        return cls(parts["target"], int(weight))


def _parts(wire: object) -> Mapping[str, Any]:
    if not isinstance(wire, Mapping) or not isinstance(wire.get("target"), str):
        raise WireFormatError("a rule or variant needs a target")
    return wire


def _labels(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise WireFormatError("a condition is a list of texts")
    return tuple(value)


def _moment(value: object) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise WireFormatError("a date of a rule is a number of seconds")
    return value
