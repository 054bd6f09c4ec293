"""What the news of links say, and for which copies they speak."""

from __future__ import annotations

import math

import pytest

from sharelinks.errors import WireFormatError
from sharelinks.news import NO_NEWS, SETTLING_SECONDS, News

NOW = 1_000_000.0


def test_they_speak_for_what_was_fetched_long_enough_after_its_change():
    news = News(NOW - 300, {"cat": NOW - 100})
    settled = NOW - 100 + SETTLING_SECONDS
    assert news.speak_for("cat", "cat", settled)
    assert not news.speak_for("cat", "cat", settled - 0.1)
    assert news.speak_for("dog", "dog", settled - 0.1)
    assert not news.speak_for("nick", "cat", settled - 0.1), "the link of an alias changed"
    assert not news.speak_for("cat", "dog", settled - 0.1), "the alias changed"


def test_they_speak_for_nothing_that_is_older_than_they_reach():
    news = News(NOW, {})
    assert news.speak_for("cat", "cat", NOW + SETTLING_SECONDS)
    assert not news.speak_for("cat", "cat", NOW + SETTLING_SECONDS - 0.1)
    assert not NO_NEWS.speak_for("cat", "cat", NOW * 2)


def test_what_was_dropped_from_a_cache_has_nobody_who_speaks_for_it():
    assert not News(0, {}).speak_for("cat", "cat", -math.inf)


def test_their_plain_form_makes_no_change_older():
    news = News(NOW + 0.2, {"cat": NOW + 0.5, "dog": NOW})
    wire = news.to_wire()
    assert wire == {"since": NOW + 1, "changed": {"cat": NOW + 1, "dog": NOW}}
    assert News.from_wire(wire) == News(NOW + 1, {"cat": NOW + 1, "dog": NOW})


@pytest.mark.parametrize(
    "wire",
    [None, "news", [], {}, {"since": 0}, {"since": "0", "changed": {}}, {"since": 0, "changed": []}]
    + [{"since": 0, "changed": {"cat": moment}} for moment in (None, "1", [1])],
)
def test_what_is_no_news_is_refused(wire):
    with pytest.raises(WireFormatError):
        News.from_wire(wire)
