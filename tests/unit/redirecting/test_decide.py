from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redirecting import Kind, Outcome, decide
from sharelinks.record import REDIRECT_STATUSES, STATES
from sharelinks.routing import Rule, Variant
from tests.unit.redirecting.visits import CRAWLER, DISCORD, IPHONE, NOW, TARGET, WINDOWS, record, visit

BASE = "https://gifdist.io"
GERMAN, MOBILE = "https://example.com/de", "https://example.com/mobile"
A, B = "https://a.example/", "https://b.example/"
NO_STORE = "private, no-store"
REVALIDATED = "private, no-cache, max-age=0"


def answer(link, request, *, draw=0.0, unlocked=False):
    return decide(link, request, draw=draw, base_url=BASE, unlocked=unlocked)


@pytest.mark.parametrize(
    ("status", "cache_control"),
    [
        (301, REVALIDATED),
        (302, NO_STORE),
        (303, NO_STORE),
        (307, NO_STORE),
        (308, REVALIDATED),
    ],
)
def test_an_active_link_redirects_with_its_status_and_no_cache_hides_clicks(status, cache_control):
    assert answer(record(status=status), visit()) == Outcome(
        Kind.REDIRECT, status, location=TARGET, cache_control=cache_control, counts=True
    )


@pytest.mark.parametrize(
    ("changes", "kind", "status", "code"),
    [
        ({"state": "disabled"}, Kind.NOT_FOUND, 404, "disabled"),
        ({"state": "deleted"}, Kind.NOT_FOUND, 404, "deleted"),
        ({"state": "pending"}, Kind.PENDING, 404, "pending"),
        ({"state": "taken_down"}, Kind.GONE, 410, "taken_down"),
        ({"state": "rejected"}, Kind.BLOCKED, 451, "rejected"),
        ({"state": "of a newer version"}, Kind.NOT_FOUND, 404, "disabled"),
        ({"starts_at": NOW + 1}, Kind.NOT_YET, 404, "not_started"),
        ({"expires_at": NOW}, Kind.EXPIRED, 410, "expired"),
        ({"expires_at": NOW - 1}, Kind.EXPIRED, 410, "expired"),
        ({"renamed_to": "new", "renamed_until": NOW}, Kind.GONE, 410, "renamed"),
        ({"password": "pbkdf2"}, Kind.PASSWORD, 200, "password_required"),
        ({"target": "asset"}, Kind.NOT_FOUND, 404, "no_target"),
        ({"target": "javascript:alert(1)"}, Kind.NOT_FOUND, 404, "no_target"),
        ({"target": "https:///example.com"}, Kind.NOT_FOUND, 404, "no_target"),
    ],
)
def test_a_link_that_leads_nowhere_says_why_and_leaks_no_target(changes, kind, status, code):
    assert answer(record(**changes), visit()) == Outcome(kind, status, code)


def test_a_code_without_a_record_is_unknown():
    assert answer(None, visit()) == Outcome(Kind.NOT_FOUND, 404, "unknown_link")


@pytest.mark.parametrize("state", ["rejected", "taken_down"])
def test_restricted_content_comes_with_the_statement_of_reasons(state):
    told = answer(record(state=state, reason="Depicts violence."), visit())
    assert told == Outcome(Kind.BLOCKED, 451, state, reason="Depicts violence.")


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": NOW},
        {"expires_at": NOW + 0.001},
        {"renamed_to": "new", "renamed_until": NOW + 0.001},
        {"renamed_to": "new"},
        {"renamed_until": NOW - 1},
    ],
)
def test_dates_and_the_grace_of_a_rename_are_exact(changes):
    assert answer(record(**changes), visit()).kind is Kind.REDIRECT


def test_the_new_code_of_a_renamed_link_outlives_the_grace():
    link = record(renamed_to="new", renamed_until=NOW - 1)
    assert answer(link, visit(entered_by="new")).kind is Kind.REDIRECT
    assert answer(link, visit(entered_by="abc")).code == "renamed"


EVERYTHING = {
    "state": "disabled",
    "renamed_to": "new",
    "renamed_until": NOW,
    "starts_at": NOW + 2,
    "expires_at": NOW + 1,
    "password": "pbkdf2",
    "max_clicks": 1,
    "rules": (Rule("javascript:0"),),
}


@pytest.mark.parametrize(
    ("mended", "code"),
    [
        ((), "disabled"),
        (("state",), "renamed"),
        (("state", "renamed_to"), "no_such_path"),
        (("state", "renamed_to", "path"), "not_started"),
        (("state", "renamed_to", "path", "starts_at", "expires_at"), "password_required"),
        (("state", "renamed_to", "path", "starts_at", "expires_at", "password"), "no_target"),
        (
            ("state", "renamed_to", "path", "starts_at", "expires_at", "password", "rules"),
            "owner_unavailable",
        ),
    ],
)
def test_the_first_check_that_applies_answers(mended, code):
    link = record(**{name: value for name, value in EVERYTHING.items() if name not in mended})
    tail = "" if "path" in mended else "/docs"
    assert answer(link, visit(path_tail=tail)).code == code


def test_a_password_opens_the_link_and_not_its_other_conditions():
    link = record(password="pbkdf2", rules=(Rule(GERMAN, country=("DE",)),))
    assert answer(link, visit(), unlocked=True).location == GERMAN
    assert answer(dataclasses.replace(link, expires_at=NOW), visit(), unlocked=True).kind is Kind.EXPIRED
    assert answer(dataclasses.replace(link, max_clicks=1), visit(), unlocked=True).kind is Kind.LIMITED


@pytest.mark.parametrize(
    ("request_", "location"),
    [
        (visit(), GERMAN),
        (visit(country="AT"), TARGET),
        (visit(IPHONE), GERMAN),
        (visit(IPHONE, country="AT"), MOBILE),
        (visit(IPHONE, country="XX"), MOBILE),
    ],
)
def test_the_first_rule_that_fits_decides(request_, location):
    rules = (Rule(GERMAN, country=("DE",)), Rule(MOBILE, device=("mobile",)))
    assert answer(record(rules=rules), request_).location == location


def test_a_rule_comes_before_the_split_and_the_split_before_the_target():
    split = (Variant(A, 1), Variant(B, 1))
    link = record(rules=(Rule(GERMAN, country=("DE",)),), split=split)
    assert answer(link, visit()).location == GERMAN
    assert answer(link, visit(country="AT", visitor=""), draw=0.4).location == A
    assert answer(link, visit(country="AT", visitor=""), draw=0.6).location == B


def test_a_visitor_meets_the_same_variant_under_every_name_of_a_link():
    split = (Variant(A, 1), Variant(B, 1))
    alias = record(code="other", alias_of="abc", split=split)
    for number in range(50):
        person = visit(visitor=str(number))
        expected = answer(record(split=split), person).location
        assert answer(record(split=split), person._replace(entered_by="other"), draw=0.9).location == expected
        assert answer(alias, person, draw=0.9).location == expected


@pytest.mark.parametrize(
    ("changes", "tail", "query", "location"),
    [
        ({}, "", "a=1", TARGET),
        ({}, "/", "a=1", TARGET),
        ({"forward_query": True}, "", "a=1", f"{TARGET}?a=1"),
        ({"forward_query": True}, "/", "", TARGET),
        ({"forward_path": True}, "/docs", "a=1", f"{TARGET}/docs"),
        ({"forward_path": True}, "", "a=1", TARGET),
        ({"forward_path": True, "forward_query": True}, "/docs", "a=1", f"{TARGET}/docs?a=1"),
        ({"utm": {"utm_source": "x"}}, "", "utm_source=y", f"{TARGET}?utm_source=x"),
        (
            {"rules": (Rule(f"{GERMAN}#top"),), "utm": {"utm_source": "x"}, "forward_query": True},
            "",
            "a=1",
            f"{GERMAN}?utm_source=x&a=1#top",
        ),
    ],
)
def test_only_what_the_link_allows_is_forwarded(changes, tail, query, location):
    assert answer(record(**changes), visit(path_tail=tail, query=query)).location == location


@pytest.mark.parametrize(
    ("changes", "tail", "query"),
    [
        ({}, "/docs", ""),
        ({"forward_query": True}, "/docs", ""),
        ({"forward_path": True}, "/../docs", ""),
        ({"forward_path": True}, "//evil.example", ""),
        ({"forward_query": True}, "", "a=\r\nx"),
        ({"forward_path": True, "max_clicks": 5}, "/..", ""),
    ],
)
def test_an_address_that_cannot_be_forwarded_is_not_found(changes, tail, query):
    link = record(**changes)
    assert answer(link, visit(path_tail=tail, query=query)) == Outcome(Kind.NOT_FOUND, 404, "no_such_path")


def test_an_asset_is_reached_on_our_own_address_and_takes_nothing_along():
    link = record(target="asset:Cat_1", utm={"utm_source": "x"}, forward_path=True, forward_query=True)
    assert answer(link, visit(path_tail="/..", query="signature=x")) == Outcome(
        Kind.REDIRECT, 302, location=f"{BASE}/a/Cat_1", counts=True, asset_id="Cat_1"
    )


@pytest.mark.parametrize(
    ("target", "location", "asset_id"),
    [("asset:Cat_1", f"{BASE}/a/Cat_1", "Cat_1"), (TARGET, f"{TARGET}?a=1", None)],
)
def test_a_link_in_page_mode_shows_a_page_that_leads_on(target, location, asset_id):
    link = record(target=target, mode="page", status=301, forward_query=True)
    assert answer(link, visit(query="a=1")) == Outcome(
        Kind.PAGE, 200, location=location, counts=True, asset_id=asset_id
    )


@pytest.mark.parametrize("mode", ["redirect", "page"])
def test_a_limited_link_says_what_follows_once_the_owner_grants_a_click(mode):
    link = record(max_clicks=1_000, mode=mode, status=301)
    outcome = answer(link, visit())
    assert outcome._replace(then=None) == Outcome(Kind.LIMITED, 503, "owner_unavailable")
    unlimited = answer(dataclasses.replace(link, max_clicks=None), visit())
    assert outcome.then == unlimited._replace(counts=False)


def test_a_limit_of_nothing_is_a_limit():
    assert answer(record(max_clicks=0), visit()).kind is Kind.LIMITED


@pytest.mark.parametrize(
    ("changes", "location", "asset_id"),
    [
        ({}, TARGET, None),
        ({"target": "asset:Cat_1"}, f"{BASE}/a/Cat_1", "Cat_1"),
        ({"target": "asset:Cat_1", "mode": "page"}, f"{BASE}/a/Cat_1", "Cat_1"),
        ({"rules": (Rule(GERMAN),), "split": (Variant(A, 1),), "utm": {"utm_source": "x"}}, TARGET, None),
        ({"status": 301, "forward_query": True}, TARGET, None),
    ],
)
def test_a_preview_bot_reads_about_the_links_own_target_and_is_no_click(changes, location, asset_id):
    assert answer(record(**changes), visit(DISCORD, query="a=1")) == Outcome(
        Kind.UNFURL, 200, location=location, asset_id=asset_id
    )


@pytest.mark.parametrize(
    "changes", [{"password": "pbkdf2"}, {"max_clicks": 5}, {"password": "pbkdf2", "target": "asset:Cat_1"}]
)
def test_a_preview_bot_learns_nothing_of_a_protected_link(changes):
    assert answer(record(**changes), visit(DISCORD)) == Outcome(Kind.UNFURL, 200, "protected")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "rejected"}, "rejected"),
        ({"expires_at": NOW}, "expired"),
        ({"starts_at": NOW + 1}, "not_started"),
        ({"target": "javascript:0"}, "no_target"),
    ],
)
def test_a_preview_bot_sees_only_what_people_see(changes, code):
    assert answer(record(**changes), visit(DISCORD)).code == code


def test_any_other_bot_follows_like_a_person_and_cannot_get_around_a_limit():
    assert answer(record(), visit(CRAWLER)).location == TARGET
    assert answer(record(password="pbkdf2"), visit(CRAWLER)).kind is Kind.PASSWORD
    assert answer(record(max_clicks=5), visit(CRAWLER)) == Outcome(Kind.UNFURL, 200, "protected")


TEXTS = st.text(max_size=30) | st.sampled_from(["", "/", "/..", "//evil.example", "a=1", "@evil.example"])
TARGETS = st.sampled_from([TARGET, A, "https://user@host.example:81?x#y", "asset:Cat", "javascript:0", ""])
MOMENTS = st.none() | st.sampled_from([NOW - 1, NOW, NOW + 1])
RECORDS = st.builds(
    record,
    target=TARGETS,
    status=st.sampled_from(sorted(REDIRECT_STATUSES)),
    state=st.just("active") | st.sampled_from(sorted(STATES)),
    mode=st.sampled_from(["redirect", "page"]),
    starts_at=MOMENTS,
    expires_at=MOMENTS,
    renamed_to=st.none() | st.just("new"),
    renamed_until=MOMENTS,
    max_clicks=st.none() | st.integers(0, 2),
    password=st.sampled_from(["", "pbkdf2"]),
    forward_path=st.booleans(),
    forward_query=st.booleans(),
    utm=st.dictionaries(st.just("utm_source"), TEXTS),
    rules=st.lists(st.builds(Rule, TARGETS, country=st.just(()) | st.just(("DE",))), max_size=2).map(tuple),
    split=st.lists(st.builds(Variant, TARGETS, st.integers(1, 3)), max_size=2).map(tuple),
)
VISITS = st.builds(
    visit,
    st.sampled_from([WINDOWS, IPHONE, DISCORD, CRAWLER]),
    country=st.sampled_from(["DE", "XX"]),
    accept_language=TEXTS,
    query=TEXTS,
    path_tail=TEXTS,
    visitor=TEXTS,
    entered_by=st.sampled_from(["abc", "new"]),
)


@given(RECORDS, VISITS, st.booleans())
def test_whatever_is_asked_leads_only_where_the_record_leads(link, request_, unlocked):
    outcome = answer(link, request_, draw=0.5, unlocked=unlocked)
    shown = outcome.then or outcome
    named = [link.target, *(rule.target for rule in link.rules), *(one.target for one in link.split)]
    starts = [one.partition("?")[0] for one in named if one.startswith("https://")] + [f"{BASE}/a/Cat"]
    assert not shown.location or shown.location.startswith(tuple(starts))
    assert not (shown.location and link.password and not unlocked)
    assert not (shown.location and link.max_clicks is not None and outcome.kind is not Kind.LIMITED)
    assert (outcome.kind is Kind.LIMITED) == (outcome.then is not None)
    assert outcome.counts == (outcome.kind in (Kind.REDIRECT, Kind.PAGE))
