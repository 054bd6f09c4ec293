from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratelimit.addresses import address_block


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1"])
def test_an_ipv4_address_counts_by_itself(address):
    assert address_block(address) == address


@pytest.mark.parametrize("address", ["", None])
def test_requests_without_an_address_share_a_count(address):
    assert address_block(address) == "unknown"


def as_network(block):
    return ipaddress.ip_network(block.replace("::/64", ":0:0:0:0/64"))


@given(st.ip_addresses(v=6), st.sampled_from(["compressed", "exploded"]), st.booleans())
def test_an_ipv6_address_counts_with_its_64_bit_network_however_it_is_spelled(address, spelling, upper):
    written = getattr(address, spelling)
    block = address_block(written.upper() if upper else written)
    assert as_network(block) == ipaddress.ip_network((int(address) >> 64 << 64, 64))
    assert block == address_block(address.compressed)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_one_network_is_one_count(network, host, other):
    blocks = {address_block(str(ipaddress.IPv6Address((network << 64) + part))) for part in (host, other)}
    assert len(blocks) == 1
