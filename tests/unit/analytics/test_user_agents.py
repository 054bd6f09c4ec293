from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import Platform
from analytics.user_agent_tables import APPS, BOTS, BROWSERS, SYSTEMS
from analytics.user_agents import (
    BROWSER_NAMES,
    DEVICE_TYPES,
    MAX_READ_CHARACTERS,
    SYSTEM_NAMES,
    UserAgent,
    parse_user_agent,
)

HERE = Path(__file__).parent
CASES = [
    line.split("\t")
    for line in (HERE / "user_agents.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
TOKENS = [row[0] for table in (BOTS, APPS, BROWSERS, SYSTEMS) for row in table]


def assert_from_closed_sets(agent: UserAgent) -> None:
    assert agent.browser in BROWSER_NAMES
    assert agent.os in SYSTEM_NAMES
    assert agent.device_type in DEVICE_TYPES
    assert agent.platform in Platform
    assert agent.is_bot == (agent.device_type == "bot")
    assert agent.is_bot or not agent.is_unfurler


def test_the_table_covers_the_field() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize(
    ("browser", "system", "device", "kind", "platform", "header"), CASES, ids=[case[5][:80] for case in CASES]
)
def test_a_real_header_is_recognised(
    browser: str, system: str, device: str, kind: str, platform: str, header: str
) -> None:
    assert parse_user_agent(header) == UserAgent(
        browser=browser,
        os=system,
        device_type=device,
        is_bot=kind != "person",
        platform=Platform(platform),
        is_unfurler=kind == "unfurler",
    )


@pytest.mark.parametrize("header", [None, "", "   ", "\t\n"])
def test_a_missing_header_is_unknown_and_no_bot(header: str | None) -> None:
    assert parse_user_agent(header) == ("other", "other", "other", False, Platform.OTHER, False)


@pytest.mark.parametrize("character", ["x", "(", "\x00", "İ", "\ud800", "🎬"])
def test_ten_kilobytes_of_garbage_are_unknown(character: str) -> None:
    assert parse_user_agent(character * 10_240).browser == "other"


def test_only_the_beginning_of_a_long_header_is_read() -> None:
    padding = "x" * MAX_READ_CHARACTERS
    assert not parse_user_agent(padding + " Discordbot/2.0").is_bot
    assert parse_user_agent("Discordbot/2.0 " + padding).is_bot


def test_a_brand_that_sounds_like_a_bot_does_not_hide_one() -> None:
    assert parse_user_agent("Mozilla/5.0 (Linux; Android 10; CUBOT X30) somebot/1.0").is_bot


@settings(deadline=None)
@given(st.text(max_size=2_000))
def test_any_text_gives_an_answer_from_the_closed_sets(header: str) -> None:
    assert_from_closed_sets(parse_user_agent(header))


@settings(deadline=None)
@given(st.lists(st.sampled_from([*TOKENS, "Mozilla/5.0 ", " Mobile", "bot", "; "]), max_size=12))
def test_any_mixture_of_known_words_gives_an_answer_from_the_closed_sets(words: list[str]) -> None:
    header = "".join(words)
    agent = parse_user_agent(header)
    assert_from_closed_sets(agent)
    assert parse_user_agent(header.upper()) == agent


def test_tokens_are_in_the_case_in_which_they_are_looked_for() -> None:
    assert [token for token in TOKENS if token != token.lower()] == []


def test_no_token_is_hidden_by_an_earlier_one() -> None:
    for table in (BOTS, APPS, BROWSERS, SYSTEMS):
        tokens = [(row[0], row[1]) for row in table]
        for index, (token, name) in enumerate(tokens):
            hiding = [early for early, other in tokens[:index] if early in token and other != name]
            assert not hiding, f"{token!r} can never be met behind {hiding}"


def test_the_redirect_path_loads_nothing_heavy() -> None:
    script = (
        "import __future__, dataclasses, enum, functools, importlib, sys, typing\n"
        "before = set(sys.modules)\n"
        "import analytics.clicks, analytics.referrers, analytics.user_agents\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    path = str(HERE.parents[2] / "src")
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "analytics",
        "analytics.clicks",
        "analytics.errors",
        "analytics.kinds",
        "analytics.referrers",
        "analytics.user_agent_tables",
        "analytics.user_agents",
    ]
