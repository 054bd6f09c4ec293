"""Records whose answer may be prepared once and given to everybody for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redirecting.forwarding import is_web
from sharelinks.record import ACTIVE, REDIRECT

if TYPE_CHECKING:
    from sharelinks.record import LinkRecord


def is_plain(record: LinkRecord) -> bool:
    """Tell whether all people who enter one code get the same answer at a given moment.

    That answer is what `decide` says; kept under the code that was entered, it holds until `good_until`. It
    is not for visits with a path tail, nor for bots that unfurl.
    """
    return (
        record.state == ACTIVE
        and record.mode == REDIRECT
        and not record.rules
        and not record.split
        and not record.password
        and record.max_clicks is None
        and not record.forward_query
        and not record.forward_path
        and is_web(record.target)
    )


def good_until(record: LinkRecord, now: float) -> float | None:
    """Return the next moment after `now` at which a plain record's answer changes, None if there is none."""
    moments = (record.starts_at, record.expires_at, record.renamed_until)
    return min((moment for moment in moments if moment is not None and moment > now), default=None)
