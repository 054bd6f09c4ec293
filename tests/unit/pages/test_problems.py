from __future__ import annotations

import pytest

from moderating.grounds import ground_of
from pages.problems import blocked, busy, expired, gone, not_found, problem, too_many
from pages.wording import count, moment, wait
from tests.unit.pages.reader import read


def main(page):
    return read(page.text).one("main")


@pytest.mark.parametrize(
    ("reason", "heading"),
    [
        ("unknown_link", "Link not found"),
        ("disabled", "Link switched off"),
        ("not_started", "Link not open yet"),
        ("pending", "Link under review"),
        ("deleted", "Link not found"),
        ("no_such_path", "Link not found"),
    ],
)
def test_a_link_that_leads_nowhere_has_one_page_and_a_sentence_for_each_reason(reason, heading):
    page = not_found("Ab12Cd34", reason)
    assert page.status == 404
    assert main(page).one("h1").text == heading
    assert main(page).one("code").text == "Ab12Cd34"
    assert len({not_found("Ab12Cd34", one).text for one in ("unknown_link", "deleted", "other")}) == 1


def test_what_can_be_no_code_is_not_repeated():
    assert main(not_found(None)).all("code") == []


def test_a_link_that_is_over_is_gone():
    assert (expired("abc").status, main(expired("abc")).one("h1").text) == (410, "Link expired")
    assert (gone("abc").status, main(gone("abc")).one("h1").text) == (410, "Link removed")
    assert (gone("abc", "renamed").status, main(gone("abc", "renamed")).one("h1").text) == (410, "Link moved")


def test_a_blocked_link_says_what_why_and_how_to_appeal():
    page = blocked(
        "abc",
        ground_of("Phishing, reported twice"),
        decided_at=1_800_000_000,
        appeal_to="mailto:appeals@example.com",
    )
    assert page.status == 451
    parts = main(page).one("dl")
    names = [node.text for node in parts.all("dt")]
    assert names == ["What was restricted", "Reason", "Who found it", "Decided", "How to appeal"]
    what, why, who, when, how = parts.all("dd")
    assert what.text == "The short link abc"
    assert why.text == "Phishing, reported twice"
    assert who.text == "A person who decides for this service."
    assert when.text == "2027-01-15 08:00 UTC"
    assert how.one("a").attributes == {"href": "mailto:appeals@example.com"}
    assert how.text.endswith("name the short link: appeals@example.com")


def test_a_link_that_was_taken_down_has_the_same_statement():
    ground = ground_of("unsafe_picture: sexual (0.99)")
    page = blocked("abc", ground, status=410, is_about_asset=True)
    assert (page.status, main(page).one("h1").text) == (410, "Link removed")
    what, why, who, _ = main(page).all("dd")
    assert what.text == "What is behind the short link abc"
    assert why.text == "Its pictures contain sexual content."
    assert who.text == "An automated check of this service."


def test_a_blocked_link_without_reason_or_address_still_has_both():
    _, why, _, how = main(blocked("abc", ground_of(""))).all("dd")
    assert "rules of this service" in why.text
    assert "write to the operator" in how.text


def test_who_must_wait_is_told_how_long():
    page = busy()
    assert (page.status, page.headers["retry-after"]) == (503, "5")
    assert "try again in 5 seconds" in main(page).text
    page = too_many(179.5)
    assert (page.status, page.headers["retry-after"]) == (429, "180")
    assert "try again in 3 minutes" in main(page).text


def test_any_other_problem_has_its_own_words_and_headers():
    page = problem(405, "Not like this", "Only GET is known here.", {"allow": "GET, HEAD"})
    assert (page.status, page.headers["allow"]) == (405, "GET, HEAD")
    assert main(page).text == "Not like thisOnly GET is known here."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 second"),
        (1, "1 second"),
        (1.5, "2 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (121, "3 minutes"),
        (3_600, "1 hour"),
        (3_601, "61 minutes"),
        (7_201, "3 hours"),
    ],
)
def test_a_wait_is_told_in_the_unit_people_use(seconds, words):
    assert wait(seconds) == words


def test_numbers_and_times_read_well():
    assert [count(number, "click") for number in (0, 1, 1_200)] == ["0 clicks", "1 click", "1,200 clicks"]
    node = read(moment(1_800_000_000.9)).one("time")
    assert node.text == "2027-01-15 08:00 UTC"
    assert node.attributes == {"datetime": "2027-01-15T08:00:00+00:00"}
    for beyond in (1e300, float("nan"), float("inf"), -1e15):
        assert moment(beyond) == "a date beyond the calendar"
