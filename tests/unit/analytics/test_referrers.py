from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import Platform, Referrer, parse_referrer
from analytics.referrers import click_platform, is_host_label, platform_of_host

SAFE = set(string.ascii_lowercase + string.digits + "-_.")


@pytest.mark.parametrize(
    ("header", "host", "platform"),
    [
        (None, "Direct", "web"),
        ("", "Direct", "web"),
        ("   ", "Direct", "web"),
        ("https://google.com", "google.com", "web"),
        ("https://www.google.com/search?q=cats#top", "google.com", "web"),
        ("HTTPS://WWW.Google.COM/", "google.com", "web"),
        (" https://example.com./path ", "example.com", "web"),
        ("http://user:secret@example.com:8080/a?b#c", "example.com", "web"),
        ("http://user@name@example.com/", "example.com", "web"),
        ("https://example.com:443", "example.com", "web"),
        ("https://example.com:", "example.com", "web"),
        ("https://example.com?x=1", "example.com", "web"),
        ("https://example.com\\@evil.example/", "example.com", "web"),
        ("https://localhost:3000/", "localhost", "web"),
        ("https://192.168.0.1/", "192.168.0.1", "web"),
        ("https://www.com/", "www.com", "web"),
        ("https://my_host.example/", "my_host.example", "web"),
        ("https://t.co/AbCdEf", "t.co", "twitter"),
        ("https://x.com/", "x.com", "twitter"),
        ("https://mobile.twitter.com/", "twitter.com", "twitter"),
        ("https://app.slack.com/client/T0/C0", "app.slack.com", "slack"),
        ("https://slack.com/", "slack.com", "slack"),
        ("https://slack-redir.net/link?url=x", "slack-redir.net", "slack"),
        ("https://discord.com/channels/@me", "discord.com", "discord"),
        ("https://canary.discordapp.com/", "canary.discordapp.com", "discord"),
        ("https://teams.microsoft.com/", "teams.microsoft.com", "teams"),
        ("https://statics.teams.cdn.office.net/", "statics.teams.cdn.office.net", "teams"),
        ("https://l.facebook.com/l.php?u=x", "facebook.com", "facebook"),
        ("https://m.facebook.com/", "facebook.com", "facebook"),
        ("https://www.messenger.com/t/1", "messenger.com", "facebook"),
        ("https://l.instagram.com/", "instagram.com", "web"),
        ("https://out.reddit.com/t3_x", "reddit.com", "web"),
        ("android-app://com.Slack/", "com.slack", "slack"),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "web"),
        ("https://microsoft.com/", "microsoft.com", "web"),
        ("https://notslack.com/", "notslack.com", "web"),
        ("https://slack.com.evil.example/", "slack.com.evil.example", "web"),
        ("https://bücher.example/lesen", "xn--bcher-kva.example", "web"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "web"),
        ("https://例え。テスト/", "xn--r8jz45g.xn--zckzah", "web"),
        ("google.com", "other", "web"),
        ("about:blank", "other", "web"),
        ("javascript:alert(1)", "other", "web"),
        ("javascript://example.com/%0aalert(1)", "other", "web"),
        ("data://text/html,<script>", "other", "web"),
        ("file:///etc/passwd", "other", "web"),
        ("https://", "other", "web"),
        ("https:///path", "other", "web"),
        ("https://<script>alert(1)</script>/", "other", "web"),
        ("https://a\"onload='x'.example/", "other", "web"),
        ("https://exa mple.com/", "other", "web"),
        ("https://example.com:80x/", "other", "web"),
        ("https://example.com:٣/", "other", "web"),
        ("https://[2001:db8::1]/", "other", "web"),
        ("https://a..b/", "other", "web"),
        ("https://.example.com/", "other", "web"),
        ("https://%65xample.com/", "other", "web"),
        ("https://" + "a" * 63 + ".example/", "a" * 63 + ".example", "web"),
        ("https://" + "a" * 64 + ".example/", "other", "web"),
        ("https://" + "a." * 127 + "b/", "other", "web"),
        ("https://" + "é" * 70 + ".example/", "other", "web"),
        ("https://" + "é" * 300 + "/", "other", "web"),
        ("https://\ud800.example/", "other", "web"),
        ("https://example.com/" + "x" * 100_000, "example.com", "web"),
    ],
)
def test_a_referrer_becomes_a_host_and_a_platform(header: str | None, host: str, platform: str) -> None:
    assert parse_referrer(header) == Referrer(host, Platform(platform))


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.builds("https://{}".format, st.text(max_size=300)),
        st.builds("http://{}.{}/{}".format, st.text(max_size=70), st.text(max_size=70), st.text(max_size=20)),
    )
)
def test_nothing_but_a_host_name_ever_comes_out(header: str) -> None:
    host, platform = parse_referrer(header)
    assert is_host_label(host)
    assert platform in Platform
    if host not in {"Direct", "other"}:
        assert set(host) <= SAFE
        assert len(host) <= 253
        assert parse_referrer(f"https://{host}/").host != "Direct"


@pytest.mark.parametrize("text", ["", "a b", "<b>", "EXAMPLE.com", "a..b", "x" * 254, "é.example"])
def test_what_no_referrer_yields_is_no_host_label(text: str) -> None:
    assert not is_host_label(text)


def test_a_platform_needs_its_whole_host_name() -> None:
    assert platform_of_host("com") is Platform.WEB
    assert platform_of_host("deep.down.in.slack.com") is Platform.SLACK


@pytest.mark.parametrize(
    ("agent", "header", "expected"),
    [
        (Platform.WEB, "https://discord.com/", Platform.DISCORD),
        (Platform.WEB, "https://example.com/", Platform.WEB),
        (Platform.WEB, None, Platform.WEB),
        (Platform.SLACK, "https://discord.com/", Platform.SLACK),
        (Platform.OTHER, "https://discord.com/", Platform.OTHER),
    ],
)
def test_an_app_names_its_platform_itself_and_a_browser_through_the_page_it_left(
    agent: Platform, header: str | None, expected: Platform
) -> None:
    assert click_platform(agent, parse_referrer(header)) is expected
