"""Visits in vain are noted for the account they concern, and no cut-off request ends that for good."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from runtime.misses import MAX_CODES, MissLog

FLUSH_SECONDS = 0.01


class Libraries:
    """Accounts' libraries in this process; those of broken accounts fail."""

    def __init__(self):
        self.noted = {}

    def getByName(self, account_id):  # noqa: N802 - the binding's name
        async def note_misses(misses):
            if account_id.startswith("broken"):
                raise RuntimeError("no library")
            self.noted.setdefault(account_id, []).extend((one["code"], one["count"]) for one in misses)

        return SimpleNamespace(note_misses=note_misses)


def noting(visits, *, cut_off=0):
    """Note `(account, code, now)`, cut the first flushes off, and return what libraries have, and flushes."""
    libraries = Libraries()
    flushes = []

    def wait_until(flush):
        if len(flushes) < cut_off:
            flush.close()
        flushes.append(flush)

    async def run():
        log = MissLog(SimpleNamespace(LIBRARY=libraries), FLUSH_SECONDS)
        for account_id, code, now in visits:
            log.note(account_id, code, now, SimpleNamespace(waitUntil=wait_until))
        await asyncio.gather(*flushes[cut_off:])

    asyncio.run(run())
    return libraries.noted, len(flushes)


def test_each_account_gets_its_own_in_one_call():
    noted, flushes = noting([("ann", "a", 1.0), ("bob", "b", 1.0), ("ann", "a", 1.0), ("ann", "c", 1.0)])
    assert noted == {"ann": [("a", 2), ("c", 1)], "bob": [("b", 1)]}
    assert flushes == 1


def test_a_flush_that_was_cut_off_is_made_up_for_by_a_later_visit():
    visits = [("ann", "a", 1.0), ("ann", "a", 1.0 + FLUSH_SECONDS), ("ann", "b", 1.0 + 2 * FLUSH_SECONDS)]
    assert noting(visits, cut_off=1) == ({"ann": [("a", 2), ("b", 1)]}, 2)


def test_a_full_log_is_handed_on_too():
    many = [("ann", f"code-{number}", 1.0) for number in range(MAX_CODES)]
    noted, flushes = noting([*many, ("ann", "one too many", 2.0)], cut_off=1)
    assert (len(noted["ann"]), flushes) == (MAX_CODES, 2)


def test_a_library_that_fails_takes_nothing_from_the_others(capsys):
    noted, _ = noting([("broken", "a", 1.0), ("bob", "b", 1.0)])
    assert noted == {"bob": [("b", 1)]}
    assert "misses_not_noted" in capsys.readouterr().out
