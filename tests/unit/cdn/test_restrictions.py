from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn import Client, Refusal, SignedURL, SigningError
from cdn.restrictions import MAX_COUNTRIES, covers

NOW = 1_800_000_000
BASE = "https://gifdist.io/a/abc123def456"


def signer(**options):
    return SignedURL("secret", clock=lambda: NOW, **options)


def code_of(**restrictions):
    with pytest.raises(SigningError) as caught:
        signer().generate_signed_url(BASE, **restrictions)
    return caught.value.code


@pytest.mark.parametrize(
    ("prefix", "path", "covered"),
    [
        ("/a/abc", "/a/abc", True),
        ("/a/abc", "/a/abc.mp4", True),
        ("/a/abc", "/a/abc/x", True),
        ("/a/abc", "/a/abcd", False),
        ("/a/abc", "/a/abc%2Fx", False),
        ("/a/abc", "/a/ab", False),
        ("/a/", "/a/abc", True),
        ("/a/", "/a/", True),
        ("/a/", "/a", False),
        ("/a/", "/b/a/abc", False),
    ],
)
def test_a_prefix_covers_whole_names_only(prefix, path, covered):
    assert covers(prefix, path) is covered


@pytest.mark.parametrize("prefix", ["", "/", "a", "/a/other", "/a/abc", "/a/../a", "/a/'", "/a/b=c", "/ü", 5])
def test_a_prefix_that_does_not_cover_the_url_or_has_other_spellings_is_not_signed(prefix):
    assert code_of(prefix=prefix) == "invalid_restriction"


@pytest.mark.parametrize("network", ["", "203.0.113.0/33", "203.0.113", "example.com", "fe80::1%eth0", 5])
def test_an_impossible_range_is_not_signed(network):
    assert code_of(network=network) == "invalid_restriction"


@pytest.mark.parametrize("countries", [[], "DE", ["DEU"], ["D"], ["D1", ""], ["1D"], [5], ["ß"], ["de"]])
def test_impossible_countries_are_not_signed(countries):
    assert code_of(countries=countries) == "invalid_restriction"


def test_too_many_countries_are_not_signed():
    names = [f"{first}{second}" for first in "ABCDEF" for second in "ABCDEFGHIJ"]
    assert code_of(countries=names[: MAX_COUNTRIES + 1]) == "invalid_restriction"
    url = signer().generate_signed_url(BASE, countries=names[:MAX_COUNTRIES])
    assert signer().check(url, Client(country=names[0])).refusal is None


def test_ranges_and_countries_are_brought_into_their_one_spelling():
    url = signer().generate_signed_url(BASE, network="2001:0DB8::7/32", countries=["DE", "AT", "DE"])
    assert "sig_net=2001:db8::/32" in url
    assert "sig_country=AT,DE" in url
    assert signer().validate_signed_url(url, client=Client("2001:db8:1::1", "DE")) == (True, None)
    assert signer().validate_signed_url(url) == (False, "URL is not valid for this address")


def test_restrictions_are_no_parameters_of_the_list_and_cannot_be_given_as_such():
    listed = signer(allowed_parameters={"download"})
    url = listed.generate_signed_url(f"{BASE}?download", prefix="/a/abc123def456")
    assert listed.check(url).refusal is None
    with pytest.raises(SigningError) as caught:
        signer().generate_signed_url(BASE, 60, {"sig_prefix": "/a/"})
    assert caught.value.code == "reserved_parameter"


def test_a_full_query_still_leaves_room_for_every_restriction():
    restrictions = {"not_before": NOW, "prefix": "/a/", "network": "::/0", "countries": ["DE"]}
    parameters = {f"p{place}": "" for place in range(57)}
    url = signer().generate_signed_url(BASE, 60, parameters, **restrictions)
    assert signer().check(url, Client("::1", "DE")).refusal is None
    with pytest.raises(SigningError) as caught:
        signer().generate_signed_url(BASE, 60, {**parameters, "p57": ""}, **restrictions)
    assert caught.value.code == "too_many_parameters"


@given(
    address=st.one_of(st.ip_addresses(), st.text(max_size=50)).map(str),
    network=st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)),
    length=st.integers(0, 32),
)
def test_a_range_holds_whom_the_standard_library_says_it_holds(address, network, length):
    bound = ipaddress.ip_network(f"{network}/{length}", strict=False)
    url = signer().generate_signed_url(BASE, network=str(bound))
    refusal = signer().check(url, Client(address)).refusal
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        assert refusal is Refusal.WRONG_ADDRESS
        return
    known = getattr(known, "ipv4_mapped", None) or known
    assert (refusal is None) is (known in bound)
