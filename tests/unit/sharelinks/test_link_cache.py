from __future__ import annotations

from dataclasses import replace

from sharelinks import LinkRecord
from sharelinks.link_cache import MAX_BYTES, Freshness, LinkCache
from sharelinks.news import News

NOW = 1_000.0
RECORD = LinkRecord("abc", "https://example.com/", NOW)


def cache(max_links=3):
    return LinkCache(max_links, 20, 10, 3_600, kept_seconds=120)


def test_an_entry_ages_and_the_first_to_ask_then_is_told_to_refresh():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    assert links.get("abc") is entry
    assert links.freshness(entry, NOW + 19.9) is Freshness.FRESH
    assert links.freshness(entry, NOW + 20) is Freshness.AGEING
    assert links.freshness(entry, NOW + 20) is Freshness.FRESH
    assert links.freshness(entry, NOW + 29.9) is Freshness.FRESH
    assert links.freshness(entry, NOW + 30) is Freshness.STALE
    assert links.bridges(entry, NOW + 3_599)
    assert not links.bridges(entry, NOW + 3_600)


def test_an_entry_nobody_used_while_it_aged_is_stale():
    links = cache()
    assert links.freshness(links.put("abc", RECORD, NOW), NOW + 31) is Freshness.STALE


def test_an_equal_record_keeps_what_was_prepared_and_another_does_not():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    entry.prepared, entry.is_full = "response", True
    again = links.put("abc", replace(RECORD), NOW + 25)
    assert again.prepared == "response"
    assert not again.is_full
    assert links.freshness(again, NOW + 44) is Freshness.FRESH
    assert links.put("abc", replace(RECORD, version=2), NOW + 26).prepared is None


def test_two_records_of_one_version_are_not_taken_for_each_other():
    links = cache()
    entry = links.put("nick", replace(RECORD, version=2), NOW)
    entry.prepared = "response"
    gone = replace(RECORD, code="nick", alias_of="abc", state="deleted", version=2)
    assert links.put("nick", gone, NOW + 25).prepared is None
    assert links.get("nick").record == gone
    assert entry.fresh_until == 0.0


def test_the_link_unused_for_longest_makes_room():
    links = cache(max_links=2)
    links.put("abc", RECORD, NOW)
    links.put("def", RECORD, NOW)
    links.get("abc")
    links.put("ghi", RECORD, NOW)
    assert len(links) == 2
    assert links.get("def") is None
    assert links.get("abc") is not None


def test_a_forgotten_link_is_gone():
    links = cache()
    links.put("abc", RECORD, NOW)
    links.forget("abc")
    links.forget("abc")
    assert links.get("abc") is None


def test_a_link_that_is_used_without_asking_stays():
    links = cache(max_links=2)
    links.put("abc", RECORD, NOW)
    links.put("def", RECORD, NOW)
    dropped = links.put("ghi", RECORD, NOW)
    assert links.get("abc") is None
    kept = links.get("def")
    kept.uses = 1
    links.put("jkl", RECORD, NOW)
    assert links.get("ghi") is None
    assert dropped.fresh_until == 0.0, "whoever still holds it asks again"
    assert links.get("def") is kept


def test_an_entry_that_was_replaced_or_forgotten_is_fresh_for_nobody():
    links = cache()
    old = links.put("abc", RECORD, NOW)
    new = links.put("abc", replace(RECORD, version=2), NOW)
    assert (old.fresh_until, new.fresh_until) == (0.0, NOW + 20)
    links.forget("abc")
    assert new.fresh_until == 0.0


def test_a_link_is_forgotten_under_all_its_codes_and_no_other_is():
    links = cache()
    entries = [links.put(name, RECORD, NOW) for name in ("abc", "alias")]
    other = links.put("other", replace(RECORD, code="other"), NOW)
    links.forget_link("abc")
    assert [links.get(name) for name in ("abc", "alias", "other")] == [None, None, other]
    assert [entry.fresh_until for entry in entries] == [0.0, 0.0]


def test_an_entry_that_bridges_a_failure_is_asked_for_beside_the_answer_and_not_before_it():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    assert links.freshness(entry, NOW + 31) is Freshness.STALE
    links.bridge("abc", NOW + 31)
    assert links.freshness(entry, NOW + 35.9) is Freshness.FRESH
    assert links.freshness(entry, NOW + 36) is Freshness.AGEING
    assert links.freshness(entry, NOW + 45.9) is Freshness.FRESH
    assert links.freshness(entry, NOW + 46) is Freshness.STALE
    links.put("abc", RECORD, NOW + 46)
    assert links.freshness(entry, NOW + 65.9) is Freshness.FRESH


def test_no_entry_bridges_longer_than_is_allowed_and_none_that_is_gone():
    links = cache()
    old = links.put("abc", RECORD, NOW)
    links.bridge("abc", NOW + 3_599)
    assert links.freshness(old, NOW + 3_599.9) is Freshness.FRESH
    assert links.freshness(old, NOW + 3_600) is Freshness.STALE
    links.put("abc", replace(RECORD, version=2), NOW)
    links.bridge("abc", NOW)
    links.bridge("def", NOW)
    assert old.fresh_until == 0.0


def test_what_is_due_is_what_was_used_and_ages_the_oldest_first_and_each_once():
    links = cache(max_links=10)
    entries = {
        name: links.put(name, replace(RECORD, code=name), NOW + age) for age, name in enumerate("abcde")
    }
    entries["b"].uses = 1
    for name in "acde":
        entries[name].uses = 2
    assert links.due(NOW + 19.9, 9) == {}
    assert list(links.due(NOW + 21.9, 1)) == ["a"]
    assert list(links.due(NOW + 22, 9)) == ["c"]
    assert links.due(NOW + 22, 9) == {}
    assert list(links.due(NOW + 33.5, 9)) == ["e"], "d is stale"
    links.put("a", entries["a"].record, NOW + 22)
    assert links.peek("a") is entries["a"]
    assert not entries["a"].uses
    links.get("a")
    links.get("a")
    assert list(links.due(NOW + 42, 9)) == ["a"]


def test_what_was_dropped_is_due_no_more():
    links = cache(max_links=1)
    links.put("abc", RECORD, NOW).uses = 2
    links.put("def", replace(RECORD, code="def"), NOW).uses = 2
    assert list(links.due(NOW + 20, 9)) == ["def"]
    links.put("ghi", replace(RECORD, code="ghi"), NOW).uses = 2
    links.forget("ghi")
    assert links.due(NOW + 20, 9) == {}


def test_the_newest_link_stays_though_all_others_were_used():
    links = cache(max_links=2)
    for name in ("abc", "def"):
        links.put(name, RECORD, NOW).uses = 2
    links.put("ghi", RECORD, NOW)
    assert [links.get(name) is None for name in ("abc", "def", "ghi")] == [True, False, False]


def test_large_records_make_room_before_they_fill_the_isolate():
    links = cache(max_links=10_000)
    large = replace(RECORD, metadata={f"key {number}": number for number in range(800)})
    entries = [links.put(f"code{number}", replace(large, code=f"code{number}"), NOW) for number in range(500)]
    assert sum(entry.weight for entry in entries if entry.fresh_until) <= MAX_BYTES
    assert 0 < len(links) < 500
    assert links.get("code499") is entries[-1]
    for number in range(500):
        links.forget(f"code{number}")
    assert (len(links), links._weight) == (0, 0)


def test_one_record_is_kept_however_large():
    links = cache()
    links.put("abc", replace(RECORD, metadata={"a": "x" * MAX_BYTES}), NOW)
    assert len(links) == 1
    links.put("def", RECORD, NOW)
    assert len(links) == 1
    assert links.get("def")


def test_ten_thousand_ordinary_links_have_room():
    links = cache(max_links=10_000)
    for number in range(10_000):
        links.put(f"code{number}", replace(RECORD, code=f"code{number}", title="A cat", tags=("cat",)), NOW)
    assert len(links) == 10_000


def heard(links, now, **changed):
    links.hear(News(0, changed), now)


def test_the_news_vouch_for_an_entry_until_they_are_old_themselves():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    assert not links.vouch(entry, NOW + 21), "nothing was heard"
    heard(links, NOW + 25)
    assert links.freshness(entry, NOW + 31) is Freshness.FRESH
    assert (entry.fresh_until, entry.stale_at) == (NOW + 45, NOW + 55)
    assert links.freshness(entry, NOW + 45) is Freshness.AGEING
    assert links.freshness(entry, NOW + 55) is Freshness.STALE


def test_nobody_vouches_for_an_entry_longer_than_it_is_kept():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    heard(links, NOW + 110)
    assert links.vouch(entry, NOW + 110)
    assert entry.fresh_until == NOW + 120
    assert links.freshness(entry, NOW + 120) is Freshness.AGEING
    assert links.freshness(entry, NOW + 130) is Freshness.STALE


def test_nobody_vouches_for_what_was_dropped_or_replaced():
    links = cache()
    old = links.put("abc", RECORD, NOW)
    new = links.put("abc", replace(RECORD, version=2), NOW)
    heard(links, NOW + 10)
    assert (links.vouch(old, NOW + 11), links.vouch(new, NOW + 11)) == (False, True)
    links.forget("abc")
    assert not links.vouch(new, NOW + 11)


def test_news_are_worth_asking_for_when_they_are_old_and_might_speak():
    links = cache()
    entry = links.put("abc", RECORD, NOW)
    assert links.may_be_vouched_for(entry, NOW + 20)
    heard(links, NOW + 20)
    assert not links.may_be_vouched_for(entry, NOW + 29.9)
    assert links.may_be_vouched_for(entry, NOW + 30)
    assert not links.may_be_vouched_for(entry, NOW + 120)


def test_what_the_news_vouch_for_is_due_late_and_what_changed_is_not():
    links = cache(max_links=10)
    for name in ("a", "b", "c"):
        links.put(name, replace(RECORD, code=name), NOW).uses = 2
    heard(links, NOW + 20, c=NOW)
    assert links.due(NOW + 119.9, 9) == {}
    assert list(links.due(NOW + 120, 9)) == ["a", "b"], "c is stale"
    links.put("c", replace(RECORD, code="c"), NOW).uses = 2
    assert list(links.due(NOW + 20, 9)) == ["c"]
