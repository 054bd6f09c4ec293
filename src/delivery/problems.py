"""Answers that are no media: `application/problem+json`, kept by no cache."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from moderating.grounds import ground_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdn.verification import Verdict

_TITLES = {
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    412: "Precondition Failed",
    416: "Range Not Satisfiable",
    429: "Too Many Requests",
    451: "Unavailable For Legal Reasons",
    503: "Service Unavailable",
}


MEDIA_TYPE = "application/problem+json"


class Problem(NamedTuple):
    """A refusal: `members` are further members of its document."""

    status: int
    code: str
    detail: str
    members: Mapping[str, str | bool] = {}

    def headers(self) -> dict[str, str]:
        """Return the headers it is sent with; scripts of other sites may read it."""
        return {
            "content-type": MEDIA_TYPE,
            "cache-control": "private, no-store",
            "access-control-allow-origin": "*",
            "x-content-type-options": "nosniff",
        }

    def text(self) -> str:
        """Return the document."""
        return json.dumps(
            {
                "type": "about:blank",
                "title": _TITLES[self.status],
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
                **self.members,
            }
        )


UNKNOWN_ASSET = Problem(404, "unknown_asset", "There is no such asset.")
IN_REVIEW = Problem(404, "asset_in_review", "The asset is not published yet.")
REFUSED = Problem(451, "asset_rejected", "The asset was not accepted.")
GONE = Problem(410, "asset_taken_down", "The asset was taken down.")
UNAVAILABLE = Problem(503, "unavailable", "The asset could not be looked up just now.")
TOO_MANY = Problem(429, "rate_limited", "Too many requests for assets that are not there.")
NO_VARIANT = Problem(404, "variant_unavailable", "The asset has no such format, or not yet.")
NOT_ALLOWED = Problem(405, "method_not_allowed", "Assets are only read.")
BY_CONDITION = {
    412: Problem(
        412, "precondition_failed", "The asset is not what If-Match or If-Unmodified-Since asks for."
    ),
    416: Problem(416, "range_not_satisfiable", "Nothing of the asset lies in this range."),
}
"""Why what a request asks for is not sent, by the status."""


def withheld(problem: Problem, reason: str, decided_at: float | None) -> Problem:
    """Return a refusal of moderation with its statement of reasons."""
    ground = ground_of(reason)
    members: dict[str, str | bool] = {"reason": ground.text, "automated": ground.is_automatic}
    if decided_at is not None:
        members["decided_at"] = datetime.fromtimestamp(decided_at, UTC).isoformat(timespec="seconds")
    return problem._replace(members=members)


def appealable(problem: Problem, appeal_to: str | None) -> Problem:
    """Return a refusal that names who takes appeals, if it is one of moderation and there is somebody."""
    if appeal_to is None or problem.code not in (REFUSED.code, GONE.code):
        return problem
    return problem._replace(members={**problem.members, "appeal_to": appeal_to})


def refused_url(verdict: Verdict) -> Problem:
    """Return the answer to a signed URL that is not valid."""
    reason = "" if verdict.refusal is None else verdict.refusal.value
    return Problem(403, "signed_url_refused", f"{verdict.message}.", {"reason": reason})
