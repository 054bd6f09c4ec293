"""What a signed URL may be bound to: paths below a prefix, an address range, countries.

The values are compared as they stand, so each has one spelling: a signer that writes another is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdn.canonical import DOT_SEGMENT, NAMESPACE
from cdn.errors import SigningError
from cdn.values import as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = f"{NAMESPACE}prefix"
NETWORK = f"{NAMESPACE}net"
COUNTRIES = f"{NAMESPACE}country"
NAMES = (PREFIX, NETWORK, COUNTRIES)

MAX_COUNTRIES = 50

# No character that a query or a browser treats differently from a path.
_PREFIX_SYNTAX = re.compile(r"/(?:[A-Za-z0-9\-._~!$()*,;:@/]|%[0-9A-Fa-f]{2})+")
_COUNTRY_SYNTAX = re.compile(r"[A-Z][A-Z0-9](?:,[A-Z][A-Z0-9])*")


@dataclass(frozen=True, slots=True)
class Client:
    """Who presents a URL, as the platform knows it; what is unknown meets no restriction."""

    address: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What a URL is bound to; None where it is not."""

    prefix: str | None = None
    network: str | None = None
    countries: tuple[str, ...] | None = None

    def parameters(self) -> list[str]:
        """Return the restrictions as raw query parameters."""
        written = {
            PREFIX: self.prefix,
            NETWORK: self.network,
            COUNTRIES: None if self.countries is None else ",".join(self.countries),
        }
        return [f"{name}={value}" for name, value in written.items() if value is not None]


def read_restrictions(values: Mapping[str, str]) -> Restrictions | None:
    """Return the restrictions among raw query values, or None if one is not in its one spelling."""
    prefix, network, countries = (values.get(name) for name in NAMES)
    if prefix is not None and not _is_prefix(prefix):
        return None
    if network is not None and _network_text(network) != network:
        return None
    if countries is not None and _country_text(countries.split(",")) != countries:
        return None
    return Restrictions(prefix, network, None if countries is None else tuple(countries.split(",")))


def make_restrictions(
    path: str, prefix: str | None, network: str | None, countries: Iterable[str] | None
) -> Restrictions:
    """Return restrictions in their one spelling, or raise SigningError.

    `network` is an address or a range in CIDR notation, `countries` are ISO 3166 codes in capitals.
    """
    if prefix is not None and not (_is_prefix(as_text(prefix)) and covers(prefix, path)):
        raise SigningError("invalid_restriction", "prefix must be a raw path above that of the URL, not /")
    made_network = None if network is None else _network_text(as_text(network))
    if network is not None and made_network is None:
        raise SigningError(
            "invalid_restriction", "network must be an IP address or range such as 192.0.2.0/24"
        )
    if countries is None:
        return Restrictions(prefix, made_network)
    made_countries = _country_text(as_text(country) for country in countries)
    if made_countries is None:
        raise SigningError(
            "invalid_restriction", f"countries must be 1 to {MAX_COUNTRIES} two-letter codes such as DE"
        )
    return Restrictions(prefix, made_network, tuple(made_countries.split(",")))


def covers(prefix: str, path: str) -> bool:
    """Tell whether a path is the prefix, lies below it, or is it with an extension."""
    if not path.startswith(prefix):
        return False
    return path == prefix or prefix.endswith("/") or path[len(prefix)] in "/."


def is_inside(network: str, address: str | None) -> bool:
    """Tell whether an address belongs to a range; one that is unknown or malformed does not."""
    import ipaddress  # noqa: PLC0415 - few URLs are bound to addresses, and every start would pay

    try:
        found = ipaddress.ip_address(as_text(address))
    except ValueError:
        return False
    four = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (four or found) in ipaddress.ip_network(network)


def _is_prefix(text: str) -> bool:
    return _PREFIX_SYNTAX.fullmatch(text) is not None and not DOT_SEGMENT.search(text)


def _network_text(text: str) -> str | None:
    import ipaddress  # noqa: PLC0415 - as above

    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return None if "%" in text else str(network)


def _country_text(countries: Iterable[str]) -> str | None:
    known = sorted(set(countries))
    text = ",".join(known)
    return text if len(known) <= MAX_COUNTRIES and _COUNTRY_SYNTAX.fullmatch(text) else None
