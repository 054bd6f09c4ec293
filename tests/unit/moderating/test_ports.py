"""What calls the ledger and what answers agree on every call."""

from __future__ import annotations

import inspect
from typing import Any

from moderating import ports
from runtime.ledger_calls import Ledger
from tests.unit.http_api.moderation_ports import object_class


def calls_of(kind: Any) -> dict[str, list[str]]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: list(inspect.signature(one).parameters) for name, one in found if not name.startswith("_")}


def test_the_port_its_adapter_and_the_object_have_the_same_calls() -> None:
    assert calls_of(ports.Ledger) == calls_of(Ledger) == calls_of(object_class())
