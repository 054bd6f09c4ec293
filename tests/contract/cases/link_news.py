"""The links that changed lately, as the object that keeps them promises."""

from __future__ import annotations

from sharelinks.news import News
from sharelinks.news_store import NewsStore
from sql_port import Database

T0 = 1_700_000_000.0


def case_news_begin_when_they_are_first_asked_for(database: Database) -> None:
    assert NewsStore(database).read(T0) == News(T0, {})
    assert NewsStore(database).read(T0 + 10) == News(T0, {})


def case_news_begin_with_the_first_change(database: Database) -> None:
    NewsStore(database).note("cat", T0)
    assert NewsStore(database).read(T0 + 10) == News(T0, {"cat": T0})


def case_each_link_has_its_last_change(database: Database) -> None:
    store = NewsStore(database)
    for code, moment in (("cat", T0), ("dog", T0 + 1), ("cat", T0 + 3), ("cat", T0 + 2)):
        store.note(code, moment)
    assert store.read(T0 + 10).changed == {"cat": T0 + 3, "dog": T0 + 1}


def case_what_is_out_of_reach_is_forgotten_and_the_news_say_so(database: Database) -> None:
    store = NewsStore(database, reach_seconds=100)
    store.note("cat", T0)
    store.note("dog", T0 + 50)
    assert store.read(T0 + 99) == News(T0, {"cat": T0, "dog": T0 + 50})
    assert store.read(T0 + 120) == News(T0 + 20, {"dog": T0 + 50})
    assert store.read(T0 + 500) == News(T0 + 400, {})


def case_of_too_many_changes_the_last_are_kept_and_the_news_reach_less_far(database: Database) -> None:
    store = NewsStore(database, max_changes=3)
    for number in range(5):
        store.note(f"code{number}", T0 + number)
    assert store.read(T0 + 10) == News(T0 + 1, {f"code{number}": T0 + number for number in (2, 3, 4)})
    assert store.read(T0 + 11).since == T0 + 1


def case_changes_of_one_moment_are_kept_or_forgotten_together(database: Database) -> None:
    store = NewsStore(database, max_changes=2)
    for code in ("cat", "dog", "cow"):
        store.note(code, T0)
    store.note("owl", T0 + 1)
    assert store.read(T0 + 10) == News(T0, {"owl": T0 + 1})
