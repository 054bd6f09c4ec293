"""Is a link's target what it seems to be: an operator's block-list, deceptive names, Google Safe Browsing.

Nothing here does I/O or decides about content; findings are reasons for whoever decides.
"""

from link_safety.block_list import BlockListError, parse_block_list
from link_safety.brands import WIDELY_IMITATED
from link_safety.host_checks import Finding, host_findings
from link_safety.lookalikes import ProtectedNames
from link_safety.safe_browsing import (
    SafeBrowsingEndpoint,
    Threat,
    ThreatLookupError,
    threat_lookup_calls,
)
from link_safety.shards import Listed, compile_shards, find_listed, listed_in, shard_key
from link_safety.threat_cache import ThreatCache

__all__ = [
    "WIDELY_IMITATED",
    "BlockListError",
    "Finding",
    "Listed",
    "ProtectedNames",
    "SafeBrowsingEndpoint",
    "Threat",
    "ThreatCache",
    "ThreatLookupError",
    "compile_shards",
    "find_listed",
    "host_findings",
    "listed_in",
    "parse_block_list",
    "shard_key",
    "threat_lookup_calls",
]
