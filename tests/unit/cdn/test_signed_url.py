from __future__ import annotations

import math
import string
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn import Refusal, SignedURL, SigningError, Verdict
from cdn.signed_url import MAX_LIFETIME_SECONDS

NOW = 1_800_000_000
BASE = "https://gifdist.io/a/abc123def456"


def signer(now=NOW, secret="secret", **options):
    return SignedURL(secret, clock=lambda: now, **options)


def refusal(url, now=NOW, **options):
    return signer(now, **options).check(url).refusal


def code_of(call):
    with pytest.raises(SigningError) as caught:
        call()
    assert isinstance(caught.value, ValueError)
    return caught.value.code


def test_a_signed_url_is_valid_with_the_real_clock():
    signed = SignedURL("your-secret-key")
    url = signed.generate_signed_url(BASE)
    assert signed.validate_signed_url(url) == (True, None)
    assert signed.check(url).message is None


def test_the_url_keeps_its_parameters_in_order_and_ends_with_the_envelope():
    url = signer().generate_signed_url(f"{BASE}?z=1", 60, {"b": 2, "a": "x y"})
    query = parse_qs(urlsplit(url).query)
    assert query["z"] == ["1"]
    assert query["b"] == ["2"]
    assert query["a"] == ["x y"]
    assert query["expires"] == [str(NOW + 60)]
    assert [pair.partition("=")[0] for pair in urlsplit(url).query.split("&")] == [
        *("a", "b", "z"),
        *("expires", "kid", "signature"),
    ]


def test_an_expiry_is_exact_and_a_fraction_is_rounded_up():
    url = signer(NOW + 0.25).generate_signed_url(BASE, 1)
    assert f"expires={NOW + 2}" in url
    assert refusal(url, NOW + 1.999) is None
    assert refusal(url, NOW + 2) is Refusal.EXPIRED
    assert signer(NOW + 2).validate_signed_url(url) == (False, "URL has expired")
    assert signer(NOW + 2).check(url) == Verdict(Refusal.EXPIRED, NOW + 2)
    assert signer(NOW).check(url) == Verdict(None, NOW + 2)


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf, MAX_LIFETIME_SECONDS + 1, True, "60", None])
def test_an_impossible_lifetime_is_refused(seconds):
    assert code_of(lambda: signer().generate_signed_url(BASE, seconds)) == "invalid_lifetime"


def test_the_longest_lifetime_is_accepted_when_made_and_when_checked():
    for now in (NOW, NOW + 0.5):
        url = signer(now).generate_signed_url(BASE, MAX_LIFETIME_SECONDS)
        assert refusal(url, now) is None
        assert refusal(url, now, clock_skew_seconds=0) is None
        assert refusal(url, now, max_lifetime_seconds=3600) is Refusal.LIFETIME_EXCEEDED
    strict = {"clock_skew_seconds": 0, "max_lifetime_seconds": 100}
    url = signer().generate_signed_url(BASE, 102)
    assert refusal(url, NOW + 1, **strict) is None
    assert refusal(url, NOW + 0.999, **strict) is Refusal.LIFETIME_EXCEEDED


def test_a_start_is_honoured_with_the_allowance():
    url = signer().generate_signed_url(BASE, 3600, not_before=NOW + 600)
    assert refusal(url, NOW + 539) is Refusal.NOT_YET_VALID
    assert refusal(url, NOW + 540) is None
    assert refusal(url, NOW + 599, clock_skew_seconds=0) is Refusal.NOT_YET_VALID
    assert refusal(url, NOW + 600, clock_skew_seconds=0) is None
    assert refusal(url, NOW + 3600) is Refusal.EXPIRED


@pytest.mark.parametrize("start", [0, -5, 1.5, True, NOW + 3600, 10**12])
def test_an_impossible_start_is_refused(start):
    assert code_of(lambda: signer().generate_signed_url(BASE, 3600, not_before=start)) == "invalid_lifetime"


def test_a_start_just_before_the_end_is_possible():
    assert "sig_from" in signer().generate_signed_url(BASE, 3600, not_before=NOW + 3599)


def test_rotation_keeps_old_urls_valid_until_the_old_key_is_dropped():
    url = signer(secret="old", key_id="k1").generate_signed_url(BASE)
    rotated = {"secret": "new", "key_id": "k2"}
    assert refusal(url, **rotated, previous_keys={"k1": "old"}) is None
    assert refusal(url, **rotated) is Refusal.UNKNOWN_KEY
    assert refusal(url, **rotated, previous_keys={"k1": "wrong"}) is Refusal.BAD_SIGNATURE
    assert "kid=k2" in signer(**rotated, previous_keys={"k1": "old"}).generate_signed_url(BASE)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"secret_key": ""}, "invalid_key"),
        ({"secret_key": None}, "invalid_key"),
        ({"secret_key": "\ud800"}, "invalid_key"),
        ({"secret_key": "s", "key_id": ""}, "invalid_key"),
        ({"secret_key": "s", "key_id": "a b"}, "invalid_key"),
        ({"secret_key": "s", "key_id": "x" * 33}, "invalid_key"),
        ({"secret_key": "s", "previous_keys": {"k0": ""}}, "invalid_key"),
        ({"secret_key": "s", "previous_keys": {"k1": "other"}}, "invalid_key"),
        ({"secret_key": "s", "previous_keys": {5: "other"}}, "invalid_key"),
        ({"secret_key": "s", "max_lifetime_seconds": 0}, "invalid_lifetime"),
        ({"secret_key": "s", "clock_skew_seconds": -1}, "invalid_lifetime"),
    ],
)
def test_unusable_keys_and_limits_are_refused(arguments, code):
    assert code_of(lambda: SignedURL(**arguments)) == code


def test_the_smallest_limits_and_the_longest_key_id_are_usable():
    tight = signer(key_id="x" * 32, max_lifetime_seconds=1, clock_skew_seconds=0)
    assert tight.check(tight.generate_signed_url(BASE, 1)).refusal is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gifdist.io/a/x",
        "/a/x",
        "ftp://gifdist.io/a/x",
        "https://",
        "https:///a/x",
        "https://user:pass@gifdist.io/a/x",
        "https://gifdist.io/a/x#top",
        "https://gifdist.io/a\\x",
        "https://gifdist.io\\a/x",
        "https://gifdist.io/a/x\n",
        "https://gifdist.io/a/\x00",
        "https://gif dist.io/a/x",
        "https://gifdist.io/a/../b",
        "https://gifdist.io/a/.",
        "https://gifdist.io/%2E%2e/b",
        "https://gifdist.io/a?x=1&&y=2",
        "https://gifdist.io/a?x=1&",
        "https://gifdist.io/\ud800",
        None,
        b"https://gifdist.io/a/x",
    ],
)
def test_what_cannot_be_signed_is_refused(url):
    assert code_of(lambda: signer().generate_signed_url(url)) == "invalid_url"


@pytest.mark.parametrize(
    ("url", "additional", "code"),
    [
        (f"{BASE}?a=1&a=2", None, "duplicate_parameter"),
        (f"{BASE}?a=1&%61=2", None, "duplicate_parameter"),
        (f"{BASE}?a=1", {"a": "2"}, "duplicate_parameter"),
        (f"{BASE}?expires=1", None, "reserved_parameter"),
        (f"{BASE}?%65xpires=1", None, "reserved_parameter"),
        (BASE, {"signature": "x"}, "reserved_parameter"),
        (BASE, {"kid": "x"}, "reserved_parameter"),
        (BASE, {"sig_country": "DE"}, "reserved_parameter"),
        (BASE, {f"p{place}": "" for place in range(61)}, "too_many_parameters"),
        (f"{BASE}/{'x' * 8192}", None, "url_too_long"),
    ],
)
def test_parameters_that_would_be_ambiguous_are_refused(url, additional, code):
    assert code_of(lambda: signer().generate_signed_url(url, 60, additional)) == code


def test_as_many_parameters_as_fit_are_signed():
    url = signer().generate_signed_url(BASE, 60, {f"p{place}": "" for place in range(60)}, not_before=NOW - 1)
    assert refusal(url) is None
    assert refusal(url.replace("?", "?a=&")) is Refusal.MALFORMED


def test_the_length_limit_is_the_same_for_signing_and_checking():
    short = signer().generate_signed_url(BASE, 60)
    room = 8192 - len(short.removeprefix("https://gifdist.io").replace("?", ""))
    longest = signer().generate_signed_url(BASE + "x" * room, 60)
    assert refusal(longest) is None
    assert code_of(lambda: signer().generate_signed_url(BASE + "x" * (room + 1), 60)) == "url_too_long"
    assert refusal(longest.replace("/a/", "/a/y")) is Refusal.MALFORMED


@pytest.mark.parametrize(
    ("base", "on_the_wire"),
    [
        ("https://gifdist.io", "https://gifdist.io/?"),
        ("https://gifdist.io?x=1", "https://gifdist.io/?x=1&"),
        ("https://gifdist.io/a?", "https://gifdist.io/a?expires"),
        ("HTTP://gifdist.io:8080/a", "HTTP://gifdist.io:8080/a?"),
        ("https://gifdist.io/ü 1%20%zz", "https://gifdist.io/%C3%BC%201%20%25zz?"),
        ("https://gifdist.io/it's", "https://gifdist.io/it's?"),
        ("https://gifdist.io/a?q=it's[1]", "https://gifdist.io/a?q=it%27s%5B1%5D&"),
        ("https://gifdist.io/a/...", "https://gifdist.io/a/...?"),
        ("https://gifdist.io/a/.hidden", "https://gifdist.io/a/.hidden?"),
    ],
)
def test_text_is_escaped_once_and_the_rest_kept(base, on_the_wire):
    url = signer().generate_signed_url(base, 60)
    assert url.startswith(on_the_wire)
    assert refusal(url) is None


def test_a_verifier_with_a_list_accepts_only_what_it_lists():
    listed = {"allowed_parameters": {"download"}}
    url = signer().generate_signed_url(BASE, 60, {"download": "cat.gif"})
    assert refusal(url, **listed) is None
    other = signer().generate_signed_url(BASE, 60, {"utm": "x"})
    assert refusal(other) is None
    assert refusal(other, **listed) is Refusal.UNKNOWN_PARAMETER
    assert (
        code_of(lambda: signer(**listed).generate_signed_url(BASE, 60, {"utm": "x"})) == "unknown_parameter"
    )
    assert "download=1" in signer(**listed).generate_signed_url(BASE, 60, {"download": 1})
    assert refusal(signer(**listed).generate_signed_url(BASE, 60, not_before=NOW), **listed) is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda url: url.replace("expires=", "expires=0"), Refusal.MALFORMED),
        (lambda url: url.replace("expires=1", "expires="), Refusal.BAD_SIGNATURE),
        (lambda url: url.replace("expires=", "expires=x"), Refusal.MALFORMED),
        (lambda url: url.replace("expires=", "expires=1234"), Refusal.MALFORMED),
        (lambda url: url.replace("expires=", "Expires="), Refusal.MISSING_PARAMETER),
        (lambda url: url.replace("&kid=k1", ""), Refusal.MISSING_PARAMETER),
        (lambda url: url.replace("kid=k1", "kid="), Refusal.MALFORMED),
        (lambda url: url.replace("kid=k1", "kid=a.b"), Refusal.MALFORMED),
        (lambda url: url.replace("signature=v1.", "signature="), Refusal.BAD_SIGNATURE),
        (lambda url: url[: url.index("signature=")] + "signature=", Refusal.BAD_SIGNATURE),
        (lambda url: url[: url.index("signature=")] + "signature", Refusal.NOT_CANONICAL),
        (lambda url: url + "=", Refusal.BAD_SIGNATURE),
        (lambda url: url + "%3D", Refusal.BAD_SIGNATURE),
        (lambda url: url + "&", Refusal.MALFORMED),
        (lambda url: url + "#x", Refusal.MALFORMED),
        (lambda url: url + "'", Refusal.MALFORMED),
        (lambda url: url.replace("abc", "%61bc"), Refusal.BAD_SIGNATURE),
        (lambda url: url.replace("?", "??"), Refusal.MISSING_PARAMETER),
        (lambda url: url.replace("kid=", "kid=k1&kid="), Refusal.DUPLICATE_PARAMETER),
        (lambda url: url.replace("kid=", "k%69d=k1&kid="), Refusal.DUPLICATE_PARAMETER),
        (lambda url: url.replace("kid=", "%6Bid="), Refusal.NOT_CANONICAL),
        (lambda url: url.replace("https://gifdist.io", ""), Refusal.MALFORMED),
        (lambda url: url.replace("https://", "https://x@"), Refusal.MALFORMED),
        (lambda url: url.replace("?", "?sig_=1&"), Refusal.UNKNOWN_PARAMETER),
        (lambda url: url.replace("?", "?s%69g_new=1&"), Refusal.UNKNOWN_PARAMETER),
        (lambda url: url.replace("?", "?sig_from=x&"), Refusal.MALFORMED),
        (lambda url: url.replace("?", "?sig_from=1&"), Refusal.BAD_SIGNATURE),
        (lambda url: url.replace("?", "?a+b=1&"), Refusal.BAD_SIGNATURE),
    ],
)
def test_every_tampering_has_its_reason(change, expected):
    url = signer().generate_signed_url(BASE, 3600)
    changed = change(url)
    assert changed != url
    assert refusal(changed) is expected
    ok, message = signer().validate_signed_url(changed)
    assert not ok
    assert message


@pytest.mark.parametrize("url", [None, 5, b"https://x/y", "", "\ud800", "https://x/\ud800?a", "x" * 100_000])
def test_what_is_no_url_is_malformed(url):
    assert signer().check(url) == Verdict(Refusal.MALFORMED)
    assert signer().validate_signed_url(url) == (False, "Malformed URL")


def test_every_single_character_change_is_refused():
    url = signer().generate_signed_url(f"{BASE}?a=1", 3600)
    start = url.index("/a/")
    for place in range(start, len(url)):
        for replacement in string.ascii_letters + string.digits + "-_.%&=?/":
            if replacement != url[place]:
                changed = url[:place] + replacement + url[place + 1 :]
                assert refusal(changed) is not None, changed


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
PARAMETERS = st.dictionaries(TEXT.filter(lambda name: name and not name.startswith("sig_")), TEXT, max_size=5)


@settings(deadline=None)
@given(PARAMETERS, st.floats(0.001, MAX_LIFETIME_SECONDS), st.floats(0, 2**33))
def test_whatever_is_signed_is_valid_until_it_expires(parameters, seconds, now):
    names = {"expires", "kid", "signature"}
    parameters = {name: value for name, value in parameters.items() if name not in names}
    url = signer(now).generate_signed_url(BASE, seconds, parameters)
    assert refusal(url, now) is None
    assert refusal(url, now + seconds + 1) is Refusal.EXPIRED
    sent = {**parse_qs(urlsplit(url).query, keep_blank_values=True)}
    assert {name: values[0] for name, values in sent.items() if name not in names} == parameters


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_raises_when_checked(path, query):
    for url in (path, f"https://x/{path}?{query}", f"https://x/a?{query}&expires=1&kid=k1&signature=v1.x"):
        assert signer().validate_signed_url(url)[0] is False
    assert signer().check_parts(path, query).refusal is not None


def test_different_secrets_paths_and_moments_sign_differently():
    urls = {
        signer(now, secret)
        .generate_signed_url(f"https://gifdist.io{path}", 60, parameters)
        .partition("signature=")[2]
        for now in (NOW, NOW + 1)
        for secret in ("one", "two")
        for path in ("/a", "/b", "/a/")
        for parameters in ({}, {"x": "1"}, {"x": ""})
    }
    assert len(urls) == 36


def test_the_secret_shows_nowhere():
    holder = signer(secret="hush-hush")
    assert "hush" not in repr(holder)
    assert "hush" not in str(holder.check(holder.generate_signed_url(BASE)))
