from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import InvalidUrlError, RefusedTargetError, check_target, is_safe_url, points_back


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:8080/a?b#c",
        "https://8.8.8.8/",
        "https://9.255.255.255/",
        "https://11.0.0.0/",
        "https://100.63.255.255/",
        "https://100.128.0.0/",
        "https://172.15.255.255/",
        "https://172.32.0.0/",
        "https://192.167.255.255/",
        "https://192.169.0.0/",
        "https://223.255.255.255/",
        "https://[2606:4700::1111]/",
        "https://localhost.example.com/",
        "https://mylocal.example/",
        "https://internal.example.com/",
    ],
)
def test_public_addresses_are_accepted(url):
    assert check_target(url) == url
    assert is_safe_url(url)


def test_the_target_is_returned_in_normal_form():
    assert check_target(" EXAMPLE.com:443/a/../b ") == "https://example.com/b"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "app.localhost",
        "printer.local",
        "metadata.google.internal",
        "router.lan",
        "x.home.arpa",
        "x.corp",
        "intranet",
        "metadata",
        "127.0.0.1",
        "127.255.255.255",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "0",
        "0.0.0.0",  # noqa: S104 - a target to refuse, nothing binds to it
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[4000::1]",
    ],
)
def test_private_addresses_are_refused_in_every_notation(host):
    url = f"http://{host}:8080/latest/meta-data"
    with pytest.raises(RefusedTargetError) as caught:
        check_target(url)
    assert caught.value.code == "private_target"
    assert isinstance(caught.value, InvalidUrlError)
    assert not is_safe_url(url)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_python_calls_private_is_refused(number):
    address = ipaddress.IPv4Address(number)
    if address.is_private or address.is_multicast or address.is_reserved or address.is_link_local:
        assert not is_safe_url(f"http://{number}/")
        assert not is_safe_url(f"http://[::ffff:{address}]/")


@settings(deadline=None)
@given(st.integers(0, 2**128 - 1))
def test_what_python_does_not_call_global_is_refused_in_ipv6(number):
    address = ipaddress.IPv6Address(number)
    if not address.is_global or address.is_multicast:
        assert not is_safe_url(f"http://[{address}]/")


OWN = ("gifdist.io", "localhost:8787", "b\u00fccher.example")


@pytest.mark.parametrize(
    "url",
    [
        "https://gifdist.io/s/Ab12Cd34",
        "http://GIFDIST.IO.:8080/",
        "gifdist.io/a/x",
        "https://g\uff49fdist.io/",
        "http://localhost/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_our_own_hosts_are_recognised_in_every_spelling(url):
    assert points_back(url, OWN)


@pytest.mark.parametrize(
    "url", ["https://gifdist.io.example.com/", "https://www.gifdist.io/", "https://example.com/gifdist.io"]
)
def test_other_hosts_are_not_ours(url):
    assert not points_back(url, OWN)
    assert not points_back(url, ())


def test_a_target_on_our_own_host_is_refused():
    with pytest.raises(RefusedTargetError) as caught:
        check_target("https://gifdist.io/s/Ab12Cd34", OWN)
    assert caught.value.code == "own_target"
    assert check_target("https://example.com/", OWN) == "https://example.com/"


def test_what_is_no_url_is_refused_and_not_safe():
    for url in ("javascript:alert(1)", "invalid-url", None):
        with pytest.raises(InvalidUrlError):
            check_target(url)
        with pytest.raises(InvalidUrlError):
            points_back(url, OWN)
        assert not is_safe_url(url)
