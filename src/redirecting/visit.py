"""A request for a short link, reduced to what the decision may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from analytics.user_agents import UserAgent


class Visit(NamedTuple):
    """Who asks for which code, and when.

    `country` is ISO 3166 in capitals, or `XX`; `query` is the raw text behind the `?`, and `path_tail` the
    raw text behind the code, such as `/docs/a`. `visitor` is an opaque hash, empty where there is none, and
    `entered_by` the code in the URL: the record's own one or an alias of it.
    """

    now: float
    country: str
    user_agent: UserAgent
    accept_language: str
    query: str
    path_tail: str
    visitor: str
    entered_by: str
