from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharelinks import InvalidUrlError, is_valid_url, normalize_url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com/"),
        ("  https://example.com  ", "https://example.com"),
        ("HTTPS://EXAMPLE.com/Path?Q=1#Frag", "https://example.com/Path?Q=1#Frag"),
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:443", "https://example.com"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("http://example.com:/x", "http://example.com/x"),
        ("http://example.com:00080/x", "http://example.com/x"),
        ("https://example.com:65535", "https://example.com:65535"),
        ("https://example.com./", "https://example.com/"),
        ("example.com", "https://example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("example.com?x=1", "https://example.com?x=1"),
        ("//example.com/x", "https://example.com/x"),
        ("[2606:4700::1]:8080/x", "https://[2606:4700::1]:8080/x"),
        ("https://b\u00fccher.de/", "https://xn--bcher-kva.de/"),
        ("https://B\u00dcCHER.de/", "https://xn--bcher-kva.de/"),
        ("https://xn--bcher-kva.de/", "https://xn--bcher-kva.de/"),
        ("https://stra\u00dfe.de/", "https://xn--strae-oqa.de/"),
        ("https://example\u3002com/", "https://example.com/"),
        ("https://my_host.example.com/", "https://my_host.example.com/"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://example.com/\u00fc?q=\u00fc#\u00fc", "https://example.com/%C3%BC?q=%C3%BC#%C3%BC"),
        ("https://example.com/%2f%zz%", "https://example.com/%2f%zz%"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/%2E%2e/c/..", "https://example.com/"),
        ("https://example.com/../..", "https://example.com/"),
        ("https://example.com/a/.", "https://example.com/a/"),
        ("https://example.com/a//b/", "https://example.com/a//b/"),
        ("https://example.com/?x=../a", "https://example.com/?x=../a"),
        ("https://example.com/?", "https://example.com/?"),
        ("https://example.com/#", "https://example.com/#"),
        ("https://example.com/?a[]=1&b='2'", "https://example.com/?a[]=1&b='2'"),
        ('https://example.com/<">`{|}^', "https://example.com/%3C%22%3E%60%7B%7C%7D%5E"),
        ("https://example.com/?a\\b", "https://example.com/?a%5Cb"),
        ("https://example.com/a?x=http://other.example/", "https://example.com/a?x=http://other.example/"),
        ("https://localhost:8787/x", "https://localhost:8787/x"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7F.1/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://1.256/", "http://1.0.1.0/"),
        ("http://1.2.65535/", "http://1.2.255.255/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
        ("http://[2001:DB8::A]/", "http://[2001:db8::a]/"),
        (f"https://example.com/{'x' * 2028}", f"https://example.com/{'x' * 2028}"),
    ],
)
def test_a_url_has_one_normal_form(url, normal):
    assert normalize_url(url) == normal
    assert normalize_url(normal) == normal
    assert is_valid_url(normal)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "invalid_url"),
        ("invalid-url", "invalid_url"),
        ("not-a-url", "invalid_url"),
        ("/relative/path", "invalid_url"),
        ("?x=1", "invalid_url"),
        ("http:example.com", "invalid_url"),
        ("http:/example.com", "invalid_url"),
        ("javascript:alert(1)", "invalid_url"),
        ("mailto:a@example.com", "invalid_url"),
        ("data:text/html,x", "invalid_url"),
        ("tel:5551234", "invalid_url"),
        ("localhost:8000", "invalid_url"),
        ("ftp://example.com", "invalid_scheme"),
        ("javascript://example.com/%0aalert(1)", "invalid_scheme"),
        ("file:///etc/passwd", "invalid_scheme"),
        ("https://", "invalid_host"),
        ("https:///example.com", "invalid_host"),
        ("https://?x", "invalid_host"),
        ("https://.", "invalid_host"),
        ("https://a..b", "invalid_host"),
        ("https://example.com..", "invalid_host"),
        ("https://-a.com", "invalid_host"),
        ("https://a-.com", "invalid_host"),
        ("https://a b.com", "invalid_host"),
        ("https://exa%6dple.com", "invalid_host"),
        ("https://exa<mple.com", "invalid_host"),
        (f"https://{'a' * 64}.com", "invalid_host"),
        (f"https://{'a.' * 127}com", "invalid_host"),
        ("https://" + "\u00fc" * 70 + ".com", "invalid_host"),
        ("https://xn--99999999.com", "invalid_host"),
        ("https://xn--127-.com", "invalid_host"),
        ("https://xn--\u00fc.com", "invalid_host"),
        ("https://\u2764.example", "invalid_host"),
        ("https://[::1", "invalid_host"),
        ("https://[]", "invalid_host"),
        ("https://[::1]x", "invalid_host"),
        ("https://[fe80::1%25eth0]/", "invalid_host"),
        ("https://[1.2.3.4]/", "invalid_host"),
        ("https://::1/", "invalid_host"),
        ("https://1.2.3.4.5/", "invalid_host"),
        ("https://1.2.3.256/", "invalid_host"),
        ("https://256.1.1.1/", "invalid_host"),
        ("https://1.2.65536/", "invalid_host"),
        ("https://4294967296/", "invalid_host"),
        ("https://08.1/", "invalid_host"),
        ("https://a.0x1g.1/", "invalid_host"),
        ("https://a.1/", "invalid_host"),
        ("https://1..1/", "invalid_host"),
        ("https://example.com:0", "invalid_port"),
        ("https://example.com:65536", "invalid_port"),
        ("https://example.com:x", "invalid_host"),
        ("https://example.com:-1", "invalid_host"),
        ("https://example.com:999999", "invalid_host"),
        ("https://example.com:\u0661", "invalid_host"),
        ("https://user@example.com", "url_credentials"),
        ("https://user:pass@example.com", "url_credentials"),
        ("https://example.com@evil.example", "url_credentials"),
        ("https://evil.example\\@example.com", "invalid_url"),
        ("https://example.com\\evil", "invalid_url"),
        ("https:\\\\example.com", "invalid_url"),
        ("https://example.com/a\r\nSet-Cookie: x", "invalid_url"),
        ("https://example.com/\x00", "invalid_url"),
        ("https://exam\tple.com/", "invalid_url"),
        ("https://example.com/\x85", "invalid_url"),
        ("https://example.com/\u2028", "invalid_url"),
        ("\nhttps://example.com/", "invalid_url"),
        ("https://example.com/\ud800", "invalid_url"),
        (f"https://example.com/{'x' * 2029}", "url_too_long"),
        ("https://example.com/" + "\u00fc" * 400, "url_too_long"),
        (None, "invalid_url"),
        (5, "invalid_url"),
        (b"https://example.com", "invalid_url"),
    ],
)
def test_what_is_no_http_url_is_refused_with_its_reason(url, code):
    with pytest.raises(InvalidUrlError) as caught:
        normalize_url(url)
    assert caught.value.code == code
    assert isinstance(caught.value, ValueError)
    assert not is_valid_url(url)


@pytest.mark.parametrize("url", ["example.com", "//example.com", "example.com:80/x"])
def test_a_valid_url_names_its_scheme(url):
    assert not is_valid_url(url)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_every_text_is_normalised_or_refused(text):
    for url in (text, f"https://{text}", f"https://example.com/{text}", f"https://example.com/?{text}"):
        try:
            normal = normalize_url(url)
        except InvalidUrlError:
            continue
        assert normal.isascii()
        assert normal.isprintable()
        assert " " not in normal
        assert normalize_url(normal) == normal
        assert is_valid_url(normal)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]), st.integers(1, 4))
def test_every_notation_of_an_ipv4_address_gives_the_dotted_one(number, form, parts):
    octets = number.to_bytes(4, "big")
    heads, rest = octets[: parts - 1], octets[parts - 1 :]
    host = ".".join(form.format(part) for part in (*heads, int.from_bytes(rest, "big")))
    assert normalize_url(f"http://{host}/") == f"http://{'.'.join(map(str, octets))}/"
