from __future__ import annotations

from dataclasses import replace

from ratelimit.charged_ahead import ChargedAhead
from ratelimit.decisions import Decision

NOW = 1_000_000
LASTS = 60_000
ALLOWED = Decision(True, 600, 594, 600, 0)


def test_what_was_charged_is_used_up_one_by_one_and_counts_as_remaining():
    charged = ChargedAhead()
    assert charged.take("k", NOW) is None
    assert charged.keep("k", ALLOWED, 2, NOW, LASTS) == replace(ALLOWED, remaining=596)
    assert charged.take("k", NOW + 100) == replace(ALLOWED, remaining=595, reset_after_ms=500)
    assert charged.take("k", NOW + 900) == replace(ALLOWED, remaining=594, reset_after_ms=0)
    assert charged.take("k", NOW + 900) is None
    assert charged.take("another", NOW) is None


def test_its_time_ends_and_so_it_does_when_the_clock_is_put_back():
    charged = ChargedAhead()
    charged.keep("k", ALLOWED, 5, NOW, LASTS)
    assert charged.take("k", NOW + LASTS) is None
    assert charged.take("k", NOW - 1) is None
    assert charged.take("k", NOW + LASTS - 1)


def test_questions_asked_at_the_same_time_add_up():
    charged = ChargedAhead()
    charged.keep("k", ALLOWED, 2, NOW, LASTS)
    assert charged.keep("k", replace(ALLOWED, remaining=588), 2, NOW + 1, LASTS).remaining == 592
    assert charged.keep("k", ALLOWED, 2, NOW + 2 * LASTS, LASTS).remaining == 596


def test_only_so_many_keys_are_remembered():
    charged = ChargedAhead(max_keys=2)
    for key in "abc":
        charged.keep(key, ALLOWED, 1, NOW, LASTS)
    assert [charged.take(key, NOW) is not None for key in "abc"] == [False, True, True]
