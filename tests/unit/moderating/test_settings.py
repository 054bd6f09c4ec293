"""What operators may set: the defaults hold, and every wrong value is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from link_safety import WIDELY_IMITATED
from moderating.settings import DEFAULTS, Settings, Unseen, read_settings

DOCS = Path(__file__).parents[3] / "docs" / "moderation-pipeline.md"


def test_without_variables_everything_has_its_default() -> None:
    found = read_settings({})
    assert (found.openai, found.safe_browsing) == (None, None)
    assert found.protected.domains == WIDELY_IMITATED
    assert found.unseen_pictures is Unseen.FLAG
    plain = Settings()
    for name in ("openai_calls_per_day", "thresholds", "scan_timeout_seconds"):
        assert getattr(found, name) == getattr(plain, name)


def test_every_variable_is_read() -> None:
    found = read_settings(
        {
            "OPENAI_API_KEY": " sk-1\n",
            "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
            "OPENAI_CALLS_PER_DAY": "0",
            "UNSEEN_PICTURES": "approve",
            "MODERATION_APPROVE": "0.9",
            "MODERATION_REJECT": "1",
            "SAFE_BROWSING_KEY": "AIza",
            "SAFE_BROWSING_BASE_URL": "http://127.0.0.1:2",
            "PROTECTED_DOMAINS": "bank.example, bücher.example",
            "PUBLIC_BASE_URL": "https://gifdist.io/",
            "SCAN_TIMEOUT_SECONDS": "2.5",
        }
    )
    assert found.openai is not None
    assert found.safe_browsing is not None
    assert (found.openai.api_key, found.openai.base_url) == ("sk-1", "http://127.0.0.1:1/v1")
    assert (found.safe_browsing.api_key, found.safe_browsing.base_url) == ("AIza", "http://127.0.0.1:2")
    assert (found.openai_calls_per_day, found.scan_timeout_seconds) == (0, 2.5)
    assert (found.thresholds.approve, found.thresholds.reject) == (0.9, 1.0)
    assert found.unseen_pictures is Unseen.APPROVE
    assert found.protected.domains == ("bank.example", "xn--bcher-kva.example", "gifdist.io")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8787", "http://[::1]:8787", ""])
def test_an_address_of_our_own_is_no_name_to_imitate(url: str) -> None:
    assert read_settings({"PUBLIC_BASE_URL": url}).protected.domains == WIDELY_IMITATED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OPENAI_API_KEY", "sk 1"),
        ("OPENAI_API_KEY", "schlüssel"),
        ("OPENAI_BASE_URL", "api.openai.com"),
        ("OPENAI_BASE_URL", ""),
        ("OPENAI_CALLS_PER_DAY", ""),
        ("OPENAI_CALLS_PER_DAY", "-1"),
        ("OPENAI_CALLS_PER_DAY", "1e3"),
        ("OPENAI_CALLS_PER_DAY", "10000001"),
        ("OPENAI_CALLS_PER_DAY", "9" * 5_000),
        ("OPENAI_CALLS_PER_DAY", "٣"),
        ("UNSEEN_PICTURES", "yes"),
        ("MODERATION_APPROVE", "1.1"),
        ("MODERATION_APPROVE", "nan"),
        ("MODERATION_REJECT", "high"),
        ("MODERATION_REJECT", "-0.1"),
        ("SAFE_BROWSING_KEY", "a b"),
        ("SAFE_BROWSING_BASE_URL", "ftp://example.com"),
        ("PROTECTED_DOMAINS", "not_a/domain"),
        ("PUBLIC_BASE_URL", "gifdist.io"),
        ("SCAN_TIMEOUT_SECONDS", "0"),
        ("SCAN_TIMEOUT_SECONDS", "601"),
        ("SCAN_TIMEOUT_SECONDS", "inf"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_variable(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}"):
        read_settings({name: text})


def test_a_wrong_key_is_not_told() -> None:
    with pytest.raises(ValueError, match="OPENAI_API_KEY") as caught:
        read_settings({"OPENAI_API_KEY": "sk-secret secret"})
    assert "secret" not in str(caught.value)
    assert "sk-1" not in repr(read_settings({"OPENAI_API_KEY": "sk-1"}))


def test_the_documentation_names_every_variable_and_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S.*?) \|", DOCS.read_text(), re.MULTILINE))
    assert rows == {name: f"`{text}`" if text else "empty" for name, text in DEFAULTS.items()}
