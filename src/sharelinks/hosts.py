"""Hosts as browsers read them: one canonical spelling, and which of them are not public."""

from __future__ import annotations

import ipaddress
import re

from sharelinks.errors import InvalidUrlError

MAX_HOST_LENGTH = 253

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IPV4_DIGITS = {8: re.compile("[0-7]+"), 10: re.compile("[0-9]+"), 16: re.compile("[0-9a-f]+")}

# Names that resolvers answer locally, or that internal networks use by convention.
_PRIVATE_SUFFIXES = tuple(
    f".{name}"
    for name in (
        *("localhost", "localdomain", "local", "internal", "intranet"),
        *("private", "corp", "home", "lan", "home.arpa"),
    )
)

_PRIVATE_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT, and the metadata service of one cloud
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# Special uses inside the public block; 2001::/23 holds Teredo and 2002::/16 is 6to4, which both embed IPv4.
_PRIVATE_IPV6 = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def canonical_host(raw: str) -> str:
    """Return the one spelling of a host, or raise InvalidUrlError.

    Names become lower-case ASCII (IDNA 2008 with the UTS 46 mapping, not transitional) without a final dot.
    IPv4 in any notation that browsers take (octal, hexadecimal, fewer parts) becomes dotted decimal, IPv6
    its shortest form in brackets.
    """
    if raw.startswith("["):
        return _ipv6(raw)
    if not raw or len(raw) > MAX_HOST_LENGTH + 1:
        raise InvalidUrlError("the URL has no host or an overlong one", "invalid_host")
    host = (raw if raw.isascii() else _to_ascii(raw)).lower().removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(labels)
    if len(host) > MAX_HOST_LENGTH or not all(map(_is_label, labels)):
        raise InvalidUrlError(f"{raw!r} is not a host name", "invalid_host")
    return host


def is_public(host: str) -> bool:
    """Tell whether a canonical host can be on the public internet. Names are not resolved."""
    if host.startswith("["):
        six = ipaddress.IPv6Address(host[1:-1])
        return six in _PUBLIC_IPV6 and not any(six in network for network in _PRIVATE_IPV6)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        four = ipaddress.IPv4Address(host)
        return not any(four in network for network in _PRIVATE_IPV4)
    return "." in host and not host.endswith(_PRIVATE_SUFFIXES)


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if not label.startswith("xn--"):
        return True
    try:
        return not label[4:].encode("ascii").decode("punycode").isascii()
    except UnicodeError:
        return False


def _to_ascii(host: str) -> str:
    import idna  # noqa: PLC0415 - its tables are large and few hosts need them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise InvalidUrlError(f"{host!r} is not a host name: {error}", "invalid_host") from error


def _ipv6(raw: str) -> str:
    # Python reads a zone (%eth0); a URL must not name one.
    inner = raw[1:-1] if raw.endswith("]") and "%" not in raw else ""
    try:
        return f"[{ipaddress.IPv6Address(inner).compressed}]"
    except ValueError as error:
        raise InvalidUrlError(f"{raw!r} is not an IPv6 address", "invalid_host") from error


def _ipv4(labels: list[str]) -> str:
    """Return dotted decimal for one to four numbers, the last of which fills the remaining bytes."""
    numbers = [_ipv4_number(label) for label in labels]
    room = [256] * (len(labels) - 1) + [256 ** max(1, 5 - len(labels))]
    if len(labels) > 4 or any(not 0 <= number < limit for number, limit in zip(numbers, room, strict=True)):
        raise InvalidUrlError(f"{'.'.join(labels)!r} is not an IPv4 address", "invalid_host")
    *heads, last = numbers
    return str(ipaddress.IPv4Address(last + sum(head << 24 - 8 * place for place, head in enumerate(heads))))


def _ipv4_number(text: str) -> int:
    """Return the value of one number, or -1 if it is none."""
    if text.startswith("0x"):
        digits, base = text[2:] or "0", 16
    else:
        digits, base = text, 8 if text.startswith("0") else 10
    return int(digits, base) if _IPV4_DIGITS[base].fullmatch(digits) else -1
