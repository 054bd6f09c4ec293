"""Whom an address stands for."""

from __future__ import annotations

UNKNOWN = "unknown"
_GROUPS = 8
_NETWORK_GROUPS = 4


def address_block(address: str | None) -> str:
    """Return what to count requests of an address under.

    An IPv4 address counts by itself, an IPv6 address by its /64: that is what one customer gets, who could
    otherwise take a new address for every request. Requests without an address share one name. The address
    must come from the platform, in its usual spelling; nothing here checks that it is one.
    """
    if not address:
        return UNKNOWN
    if ":" not in address or "." in address:
        return address
    before, gap, after = address.lower().partition("::")
    groups = before.split(":") if before else []
    if gap:
        rest = after.split(":") if after else []
        groups += ["0"] * (_GROUPS - len(groups) - len(rest)) + rest
    network = ":".join(group.lstrip("0") or "0" for group in groups[:_NETWORK_GROUPS])
    return f"{network}::/64"
