"""The edge Worker's variables, as the wrangler file has them and with values that are wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runtime.edge_settings import read_settings

CONFIG = tomllib.loads((Path(__file__).resolve().parents[3] / "wrangler.toml").read_text())
ENVIRONMENTS = [CONFIG, *CONFIG["env"].values()]


def environment(config: dict[str, Any] = CONFIG, **changed: str) -> SimpleNamespace:
    return SimpleNamespace(**{**config["vars"], "LINK_PEPPER": "pepper", **changed})


@pytest.mark.parametrize("config", ENVIRONMENTS, ids=["local", *CONFIG["env"]])
def test_the_wrangler_file_says_what_the_documents_say(config: dict[str, Any]) -> None:
    settings = read_settings(environment(config))
    assert (settings.fresh_seconds, settings.ageing_seconds) == (20, 10)
    assert (settings.flush_clicks, settings.flush_seconds) == (500, 1)
    assert not settings.ignores_case


def test_an_operator_may_choose_shorter_times() -> None:
    settings = read_settings(environment(REMEMBER_SECONDS="3", FLUSH_MS="200"))
    assert (settings.fresh_seconds, settings.ageing_seconds, settings.flush_seconds) == (3, 1.5, 0.2)


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("", None),
        (" ", None),
        ("https://example.com/appeals?x=1", "https://example.com/appeals?x=1"),
        ("appeals@example.com", "mailto:appeals@example.com"),
        ("mailto:appeals@example.com?subject=appeal", "mailto:appeals@example.com?subject=appeal"),
    ],
)
def test_whoever_takes_appeals_is_named_by_a_url_or_a_mail_address(given: str, contact: str | None) -> None:
    assert read_settings(environment(APPEAL_CONTACT=given)).appeal_contact == contact


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMEMBER_SECONDS", "0"),
        ("REMEMBER_SECONDS", "21"),
        ("REMEMBER_SECONDS", "1.5"),
        ("REMEMBER_SECONDS", ""),
        ("FLUSH_MS", "10001"),
        ("FLUSH_CLICKS", "-1"),
        ("CODE_CASE", "upper"),
        ("APPEAL_CONTACT", "javascript:alert"),
        ("APPEAL_CONTACT", "our office"),
        ("APPEAL_CONTACT", "https:///appeals"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be .* not '{value}'$"):
        read_settings(environment(**{name: value}))
