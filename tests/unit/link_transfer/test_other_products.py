from __future__ import annotations

from pathlib import Path

import pytest

from link_transfer import Format, LinkDraft, RowDraft, RowError, read
from link_transfer.carried import code_of

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "link_transfer"


def results(name, kind):
    return list(read((CORPUS / name).read_bytes(), kind))


def test_bitlys_api():
    first, second = results("bitly_api.json", Format.BITLY_JSON)
    assert first == RowDraft(
        1,
        LinkDraft(
            "https://tickets.example.com/2024?hall=1",
            code="tickets",
            title="Tickets",
            tags=("events",),
            metadata={"imported_aliases": ["our-tickets", "3aAaAaA"]},
            created_at=1706933106.0,
        ),
    )
    assert second.draft.code == "3bBbBbB"
    assert second.draft.archived
    assert not second.draft.disabled
    assert second.left_out == ("deeplinks",)


def test_bitlys_api_without_its_envelope_and_without_custom_links():
    (link,) = read(
        b'[{"id":"bit.ly/a","long_url":"https://example.com","custom_bitlinks":null}]', Format.BITLY_JSON
    )
    assert link.draft == LinkDraft("https://example.com", code="a")


def test_bitlys_table():
    first, second = results("bitly_export.csv", Format.BITLY_CSV)
    assert first.draft == LinkDraft(
        "https://shop.example.com/winter?from=mail",
        code="winter-sale",
        title="Winter sale",
        tags=("sale", "winter"),
        created_at=1732780800.0,
        clicks=1532,
    )
    assert second.draft == LinkDraft(
        "https://shop.example.com/returns", code="3xYzAbC", clicks=7, archived=True
    )
    assert second.left_out == ("created",)


def test_bitlys_table_with_custom_links():
    first, second = results("bitly_custom_links.csv", Format.BITLY_CSV)
    assert first.draft.code == "menu"
    assert first.draft.metadata == {"imported_aliases": ["4aBcDeF"]}
    assert second.draft == LinkDraft("https://cafe.example.com/jobs", code="4hIjKlM")


def test_dubs_api():
    first, second = results("dub_api.json", Format.DUB_JSON)
    assert first == RowDraft(
        1,
        LinkDraft(
            "https://app.example.com/beta?utm_source=letter&utm_medium=mail",
            code="beta",
            title="Join the beta",
            description="Be among the first.",
            tags=("beta",),
            metadata={"comment": "Ask Ben before changing.", "external_id": "crm-77"},
            created_at=1749283750.123,
            expires_at=1798761600.0,
            password="swordfish",
            utm={"utm_source": "letter", "utm_medium": "mail"},
            clicks=48,
        ),
        left_out=("expiredUrl", "geo"),
    )
    assert second.draft.code == ""
    assert second.draft.disabled
    assert second.draft.archived


def test_dubs_tags_may_be_names_and_must_be_a_list():
    named, wrong, nameless = read(
        b'{"links":[{"url":"https://example.com","tags":["a"],"shortLink":"https://d.to/x"},'
        b'{"url":"https://example.com","tags":"a"},{"url":"https://example.com","tags":[{}]}]}',
        Format.DUB_JSON,
    )
    assert named.draft == LinkDraft("https://example.com", code="x", tags=("a",))
    assert (wrong.code, nameless.code) == ("invalid_tags", "invalid_tags")


def test_dubs_table():
    first, second, third = results("dub_export.csv", Format.DUB_CSV)
    assert first.draft == LinkDraft(
        "https://app.example.com/beta?utm_source=x",
        code="beta",
        tags=("beta", "app"),
        created_at=1749283750.123,
        clicks=48,
    )
    assert (second.draft.code, second.draft.tags, second.draft.archived) == ("start", ("-old",), True)
    assert second.draft.clicks == 0
    assert third.draft.code == ""


def test_sinks_export():
    first, hashed, plain = results("sink_export.json", Format.SINK_JSON)
    assert first == RowDraft(
        1,
        LinkDraft(
            "https://blog.example.com/how-we-moved",
            code="moved",
            title="How we moved",
            description="A story in three parts",
            tags=("blog",),
            metadata={"comment": "linked from the footer"},
            created_at=1750000000,
            expires_at=1850000000,
            forward_query=True,
        ),
        left_out=("geo",),
    )
    assert isinstance(hashed, RowError)
    assert hashed.code == "unreadable_password"
    assert "sink-pwd" not in hashed.message
    assert plain.draft.password == "plain word"


def test_a_link_never_loses_the_password_that_sink_masked():
    data = (
        b'{"version":"1.0","links":[{"url":"https://example.com","slug":"a","password":"__SINK_MASKED__x"}]}'
    )
    (found,) = read(data, Format.SINK_JSON)
    assert found.code == "unreadable_password"


@pytest.mark.parametrize("version", [b'"2.0"', b"1", b"null"])
def test_another_version_of_sink_is_refused(version):
    (found,) = read(b'{"version":' + version + b',"links":[]}', Format.SINK_JSON)
    assert (found.row, found.code) == (0, "unsupported_version")


def test_shlinks_api():
    first, second = results("shlink_api.json", Format.SHLINK_JSON)
    assert first == RowDraft(
        1,
        LinkDraft(
            "https://www.example.com/about/team",
            code="team",
            title="Our team",
            tags=("people",),
            created_at=1680667628.0,
            starts_at=1682892000.0,
            max_clicks=100,
            forward_query=True,
            clicks=91,
        ),
        left_out=("hasRedirectRules",),
    )
    assert second.draft.expires_at == 1704063600.0
    assert (second.draft.max_clicks, second.draft.clicks) == (40, 40)
    assert first.draft.to_request()["max_clicks"] == 9
    assert second.draft.to_request()["disabled"]
    assert second.left_out == ()


def test_a_short_url_of_shlink_without_visits_or_code():
    data = b'{"shortUrl":"https://s.test/a","longUrl":"https://example.com","meta":{"maxVisits":3}}'
    found, second = read(b"[" + data + b',{"longUrl":"x"}]', Format.SHLINK_JSON)
    assert second.draft == LinkDraft("x")
    assert found.draft == LinkDraft("https://example.com", code="a", max_clicks=3)


def test_a_limit_of_shlink_that_is_no_number_is_an_error():
    for limit in ('"few"', '3},"visitsCount":"many","x":{'):
        data = f'[{{"longUrl":"https://example.com","meta":{{"maxVisits":{limit}}}}}]'.encode()
        (found,) = read(data, Format.SHLINK_JSON)
        assert found.code == "invalid_number"


def test_the_table_of_shlinks_web_client():
    first, second = results("shlink_web_client.csv", Format.SHLINK_CSV)
    assert first.draft == LinkDraft(
        "https://www.example.com/about/team",
        code="team",
        title='Our "team"',
        tags=("people", "about"),
        created_at=1680667628.0,
        clicks=91,
    )
    assert second.draft.clicks == 0
    assert second.draft.title == ""


def test_the_table_that_shlinks_importer_takes():
    (found,) = results("shlink_importer.csv", Format.SHLINK_CSV)
    assert found.draft.code == "café"
    assert found.draft.tags == ("food", "town")


def test_yourls_statistics():
    first, second = results("yourls_stats.json", Format.YOURLS_JSON)
    assert first == RowDraft(
        1,
        LinkDraft(
            "https://help.example.com/faq",
            code="faq",
            title="Questions & answers",
            created_at=1565157904.0,
            clicks=250,
        ),
    )
    assert second.draft.title == ""
    assert "192.0.2" not in repr([first, second])


def test_yourls_without_links():
    (found,) = read(b'{"stats":{"total_links":0},"statusCode":"200"}', Format.YOURLS_JSON)
    assert (found.row, found.code) == (0, "no_links")


def test_the_list_action_of_a_yourls_plugin():
    (found,) = read(b'{"result":[{"keyword":"a","url":"https://example.com"}]}', Format.YOURLS_JSON)
    assert found.draft == LinkDraft("https://example.com", code="a")


def test_the_table_of_yourls_links():
    from_table = [result.draft for result in results("yourls_table.csv", Format.YOURLS_CSV)]
    from_api = [result.draft for result in results("yourls_stats.json", Format.YOURLS_JSON)]
    assert from_table == from_api


def test_the_export_plugin_of_yourls():
    first, second = results("yourls_import_export.csv", Format.YOURLS_CSV)
    assert first.draft == LinkDraft("https://help.example.com/faq", code="faq", clicks=250)
    assert second.draft == LinkDraft("https://help.example.com/?a,b", code="a1", clicks=0)


def test_apostrophes_stay_where_the_product_put_them():
    (found,) = read(b"keyword,url,title\na,https://example.com,'-quoted-'\n", Format.YOURLS_CSV)
    assert found.draft.title == "'-quoted-'"


def test_columns_without_a_name_are_ignored():
    (found,) = read(b"keyword,url,,\na,https://example.com,1,2\n", Format.YOURLS_CSV)
    assert found.draft == LinkDraft("https://example.com", code="a")


@pytest.mark.parametrize("kind", [one for one in Format if one.endswith("_csv")])
def test_a_table_that_lacks_what_it_should_have_gives_an_error_for_each_row(kind):
    found = list(read(b"foo,bar\n1,2\n3\n", kind))
    assert [(one.row, one.code) for one in found] == [(2, "missing_target"), (3, "ragged_row")]


@pytest.mark.parametrize("kind", [one for one in Format if one.endswith("_json")])
@pytest.mark.parametrize(
    "value", [b"5", b"{}", b"[5]", b'{"links":[{"title":[]}],"shortUrls":5}', b'"links"']
)
def test_json_of_another_shape_is_an_error(kind, value):
    found = list(read(value, kind))
    assert found
    assert all(isinstance(one, RowError) for one in found)


@pytest.mark.parametrize(
    ("short_url", "code"),
    [
        ("https://bit.ly/abc", "abc"),
        ("http://bit.ly/abc/", "abc"),
        ("bit.ly/abc?x=/y#/z", "abc"),
        ("//s.test/a/b/c", "c"),
        ("s.test:8080/abc", "abc"),
        ("https://s.test", ""),
        ("https://s.test/", ""),
        ("s.test", ""),
        ("", ""),
        (" https://s.test/%E2%98%95 ", "☕"),
        ("https://s.test/%2Fx", "/x"),
        (None, ""),
        (5, ""),
    ],
)
def test_the_last_segment_of_a_short_urls_path_is_the_code(short_url, code):
    assert code_of(short_url) == code
