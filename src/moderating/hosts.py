"""Looking at where a link leads: the operator's block-list, and names that deceive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from link_safety import host_findings, listed_in, shard_key
from moderating.opinions import Opinion, flagged, rejected
from moderation import ModerationDecision
from sharelinks.errors import InvalidUrlError
from sharelinks.urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from link_safety import Finding, ProtectedNames
    from moderating.looking import BlockLists


async def judge_hosts(
    urls: Sequence[str], block_lists: BlockLists, protected: ProtectedNames
) -> list[Opinion]:
    """Return what is known against the hosts of URLs, each host once."""
    opinions: list[Opinion] = []
    hosts: dict[str, None] = {}
    for url in urls:
        try:
            hosts[parse_url(url).host] = None
        except InvalidUrlError:
            opinions.append(flagged("unreadable_target"))
    shards: dict[str, str | None] = {}
    for host in hosts:
        key = shard_key(host)
        if key not in shards:
            shards[key] = await block_lists.shard(key)
        opinions += _blocked(shards[key], host)
        opinions += map(_odd, host_findings(host, protected))
    return opinions


def _blocked(shard: str | None, host: str) -> Iterator[Opinion]:
    try:
        listed = listed_in(shard, host)
    except ValueError:
        yield flagged(f"block_list_unusable: {host}")
        return
    if listed is not None:
        detail = f"{host} is below {listed.domain}" if host != listed.domain else host
        yield rejected(f"blocked_domain: {detail} (list {listed.list_digest})", "blocked_domain")


def _odd(finding: Finding) -> Opinion:
    resembles = f" resembles {finding.resembles}" if finding.resembles else ""
    reason = f"{finding.code}: {finding.label}{resembles}"
    return Opinion(ModerationDecision.FLAGGED, reason, (finding.code,))
