"""Export and import: what leaves can come back, row by row."""

from __future__ import annotations

import csv
import io
import json

import pytest

from http_api.links import transfer
from tests.unit.http_api.ports import T0, World

LINKS = "/api/v1/links"


def export(world: World, **query):
    answer = world.request("GET", f"{LINKS}/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def put(world: World, data: str | bytes, **query):
    return world.request("POST", f"{LINKS}/import", params=query, content=data)


def fill(world: World):
    world.create(code="plain")
    world.clock.now += 5
    world.create(
        code="rich",
        target="https://example.com/a,b",
        title="=1+1",
        description="Zwei\nZeilen",
        tags=["süß", "b"],
        metadata={"a": [1, {"b": None}]},
        status=307,
        max_clicks=9,
        expires_at=T0 + 100,
        utm={"utm_source": "x"},
        forward_query=True,
    )
    world.owners.click("rich", 4)
    world.clock.now += 5
    world.create(code="off")
    world.request("POST", f"{LINKS}/off/disable")


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
def test_what_is_exported_is_imported_again(world: World, format_):
    fill(world)
    file = export(world, format=format_)
    assert file.headers["content-disposition"] == f'attachment; filename="links.{format_}"'
    assert "link" not in file.headers
    other = World()
    other.clock.now = T0 + 1_000
    answer = put(other, file.content, format=format_)
    assert answer.status_code == 200, answer.text
    assert answer.json()["created"] == 3
    for code in ("plain", "rich", "off"):
        before, after = world.get(code), other.get(code)
        changing = {"clicks", "max_clicks", "metadata", "version", "updated_at"}
        assert {name: after[name] for name in after if name not in changing} == {
            name: before[name] for name in before if name not in changing
        }
    assert other.get("rich")["metadata"] == {"a": [1, {"b": None}], "imported_clicks": 4}
    assert other.get("rich")["max_clicks"] == 5
    assert other.get("plain")["metadata"] == {}


def test_a_csv_has_a_row_for_each_link_newest_first(world: World):
    fill(world)
    rows = list(csv.DictReader(io.StringIO(export(world).text)))
    assert [(row["code"], row["clicks"]) for row in rows] == [("off", "0"), ("rich", "4"), ("plain", "0")]
    assert export(world).headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(("format_", "links"), [("csv", None), ("json", []), ("jsonl", None)])
def test_an_account_without_links_has_an_empty_file(world: World, format_, links):
    text = export(world, format=format_).text
    if links is not None:
        assert json.loads(text) == {"version": 1, "links": links}
    else:
        assert text.count("\n") == (1 if format_ == "csv" else 0)


def test_many_links_come_in_pieces_and_pages(world: World, monkeypatch):
    monkeypatch.setattr(transfer, "_LINKS_PER_PIECE", 10)
    monkeypatch.setattr(transfer, "_CODES_PER_CALL", 7)
    items = [{"target": f"https://example.com/{place}", "code": f"c{place:03}"} for place in range(105)]
    world.request("POST", f"{LINKS}/bulk", json={"links": items})
    world.owners.hold("c050", state="deleted")
    address, codes = f"{LINKS}/export?format=json&limit=50", []
    while address:
        answer = world.request("GET", address)
        codes += [link["code"] for link in json.loads(answer.text)["links"]]
        address = answer.links.get("next", {}).get("url")
    assert codes == [f"c{place:03}" for place in reversed(range(105)) if place != 50]


def test_an_export_never_has_a_password_nor_opens_what_it_closed(world: World):
    world.create(code="closed", password="secret")
    text = export(world, format="jsonl").text
    assert "secret" not in text
    assert "pbkdf2" not in text
    other = World()
    (result,) = put(other, text, format="jsonl").json()["results"]
    assert result["left_out"] == ["password"]
    assert other.get("closed")["state"] == "disabled"
    told = text.replace('"has_password":true', '"password":"a new one"')
    assert put(third := World(), told, format="jsonl").json()["created"] == 1
    assert (third.get("closed")["state"], third.get("closed")["has_password"]) == ("active", True)


def test_an_owner_that_fails_at_once_is_503(world: World):
    fill(world)
    world.owners.failing.add("rich")
    assert world.request("GET", f"{LINKS}/export").status_code == 503


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
def test_an_export_that_breaks_off_does_not_look_whole(world: World, monkeypatch, format_):
    monkeypatch.setattr(transfer, "_LINKS_PER_PIECE", 1)
    fill(world)
    world.owners.failing.add("plain")
    text = export(world, format=format_).text
    assert "incomplete" in text
    assert world.incidents.counts == {"export_incomplete": 1}
    again = put(World(), text, format=format_)
    assert again.status_code in {207, 422}, again.text


def test_a_renamed_link_leaves_under_the_code_people_see(world: World):
    world.create(code="old")
    world.request("POST", f"{LINKS}/old/rename", json={"code": "new"})
    assert [link["code"] for link in json.loads(export(world, format="json").text)["links"]] == ["new"]


@pytest.mark.parametrize("format_", ["csv", "json", "jsonl"])
def test_all_codes_of_a_link_move_with_it_and_end_when_they_did(world: World, format_):
    world.create(code="first")
    for code in ("nick", "gone"):
        world.request("POST", f"{LINKS}/first/aliases", json={"code": code})
    world.request("DELETE", f"{LINKS}/first/aliases/gone")
    world.request("POST", f"{LINKS}/first/rename", json={"code": "second", "grace_seconds": 100})
    world.clock.now += 50
    world.request("POST", f"{LINKS}/first/rename", json={"code": "third", "grace_seconds": 100})
    other = World()
    results = put(other, export(world, format=format_).content, format=format_).json()
    assert (results["created"], results["failed"]) == (1, 0)
    link = results["results"][0]["link"]
    assert (link["code"], sorted(link["aliases"])) == ("third", ["first", "nick", "second"])
    assert other.get("nick")["code"] == "third"
    ends = {code: other.owners.record(code).expires_at for code in ("first", "nick", "second")}
    assert ends == {"first": T0 + 100, "nick": None, "second": T0 + 150}
    assert other.libraries.of("operator").totals() == {"links": 1}
    assert sorted(other.get("third")["aliases"]) == ["first", "nick", "second"]


def test_an_alias_that_is_not_free_does_not_cost_the_link(world: World):
    world.create(code="taken")
    world.owners.failing.add("mute")
    links = [
        {
            "target": "https://example.com/",
            "code": "one",
            "aliases": ["taken", "two", "mute", "both", "mine"],
        },
        {"target": "https://example.com/", "code": "two", "aliases": {"both": None, "one": None}},
        {"target": "https://example.com/", "code": "bad", "aliases": ["x", "api"] + ["y"] * 1},
    ]
    for dry_run in ("true", "false"):
        answer = put(world, json.dumps({"version": 1, "links": links}), dry_run=dry_run)
        first, second, bad = answer.json()["results"]
        assert first["left_out"] == ["aliases.taken", "aliases.two", "aliases.mute"]
        assert second["left_out"] == ["aliases.both", "aliases.one"]
        codes = {error["code"] for error in bad["problem"]["errors"]}
        assert (bad["status"], codes) == (422, {"invalid_code", "reserved_code"})
    assert (first["link"]["aliases"], second["link"]["aliases"]) == (["both", "mine"], [])
    assert world.get("both")["code"] == "one"
    assert world.incidents.counts["alias_not_created"] == 2


def test_aliases_have_the_spelling_of_the_deployment():
    world = World(code_case="insensitive")
    put(world, '{"target":"https://example.com/","code":"Home","aliases":["Nick"]}', format="jsonl")
    assert world.get("NICK")["aliases"] == ["nick"]


def test_very_many_aliases_make_a_file_shorter_and_never_longer_than_may_come_back(world: World, monkeypatch):
    monkeypatch.setattr(transfer, "_CODES_PER_CALL", 2)
    monkeypatch.setattr(transfer, "MAX_CODES", 8)
    for place in range(4):
        world.clock.now += 1
        world.create(code=f"home{place}")
        for name in range(place % 2 * 2):
            world.request("POST", f"{LINKS}/home{place}/aliases", json={"code": f"nick{place}{name}"})
    address, files = f"{LINKS}/export?format=json&limit=4", []
    while address:
        answer = world.request("GET", address)
        files.append([link["code"] for link in json.loads(answer.text)["links"]])
        assert put(World(), answer.content).status_code == 200
        address = answer.links.get("next", {}).get("url")
    assert files == [["home3", "home2", "home1", "home0"]]
    monkeypatch.setattr(transfer, "MAX_CODES", 7)
    answer = world.request("GET", f"{LINKS}/export?format=json&limit=4")
    assert [link["code"] for link in json.loads(answer.text)["links"]] == ["home3", "home2"]
    assert "next" in answer.links
    refused = put(World(), files_of(8))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_many_rows")


def files_of(codes: int) -> str:
    link = {"target": "https://example.com/", "aliases": [f"nick{place}" for place in range(codes - 1)]}
    return json.dumps({"version": 1, "links": [link]})


def test_rows_fail_by_themselves_and_say_where(world: World):
    world.create(code="taken")
    text = (
        "target,code,password\r\n"
        "https://example.com/1,one,\r\n"
        "https://10.0.0.1/,two,\r\n"
        "https://example.com/3\r\n"
        "https://example.com/4,taken,\r\n"
        "https://example.com/5,,pass\r\n"
    )
    answer = put(world, text)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [(result["row"], result["status"]) for result in results] == [
        (2, 201),
        (3, 422),
        (4, 422),
        (5, 409),
        (6, 201),
    ]
    assert results[1]["problem"]["errors"] == [
        {"field": "row.target", "code": "private_target", "message": "10.0.0.1 is not a public address"}
    ]
    assert results[2]["problem"]["code"] == "invalid_row"
    assert results[2]["problem"]["errors"][0]["code"] == "ragged_row"
    assert results[4]["link"]["has_password"]


def test_a_dry_run_tells_what_would_happen_and_does_nothing(world: World):
    world.create(code="taken")
    text = "target,code\nhttps://example.com/1,one\nhttps://example.com/2,taken\nnonsense,\nhttps://example.com/3,\n"
    results = put(world, text, dry_run="true").json()
    assert [result["status"] for result in results["results"]] == [200, 409, 422, 200]
    assert (results["created"], results["failed"]) == (0, 2)
    assert world.libraries.of("operator").totals() == {"links": 1}


def test_an_import_keeps_age_and_end_but_invents_no_future(world: World):
    links = [
        {"target": "https://example.com/", "code": "past", "created_at": T0 - 100, "expires_at": T0 - 50},
        {"target": "https://example.com/", "code": "future", "created_at": T0 + 100},
    ]
    assert put(world, json.dumps({"version": 1, "links": links})).json()["created"] == 2
    assert world.get("past")["created_at"] == "2027-01-15T07:58:20.000Z"
    assert world.get("past")["expires_at"] == "2027-01-15T07:59:10.000Z"
    assert world.get("future")["created_at"] == "2027-01-15T08:00:00.000Z"


def test_an_export_of_another_product_is_told_by_its_columns(world: World):
    answer = put(
        world,
        "keyword,url,title,timestamp,ip,clicks\nabc,https://example.com/,Cat,2024-01-02 03:04:05,1.2.3.4,7\n",
    )
    assert answer.json()["created"] == 1, answer.text
    assert world.get("abc")["metadata"] == {"imported_clicks": 7}


def test_what_a_link_cannot_hold_is_named(world: World):
    links = {"links": [{"slug": "abc", "url": "https://example.com/", "apple": "https://apps.example.com/"}]}
    result = put(world, json.dumps({"version": "1.0", "exportedAt": "2026-01-01"} | links)).json()["results"][
        0
    ]
    assert (result["status"], result["left_out"]) == (201, ["apple"])


@pytest.mark.parametrize(
    ("data", "query", "status", "code"),
    [
        (b"\x00\x01\x02", {}, 415, "unknown_format"),
        (b"", {}, 415, "unknown_format"),
        (b"target\n", {"format": "xml"}, 422, "invalid_request"),
        (b"[1", {"format": "json"}, 422, "invalid_request"),
        (b"colour,target\n1,https://example.com/\n", {"format": "csv"}, 422, "invalid_request"),
        (b"target\n" + b"https://example.com/\n" * 5001, {}, 413, "too_many_rows"),
        (b"x" * (10 * 1024 * 1024 + 1), {"format": "csv"}, 413, "body_too_large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(world: World, data, query, status, code):
    answer = put(world, data, **query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert world.libraries.of("operator").totals() == {"links": 0}


@pytest.mark.parametrize("query", ["format=xml", "cursor=nonsense", "limit=0", "limit=5001"])
def test_an_export_that_makes_no_sense_names_its_parameter(world: World, query):
    answer = world.request("GET", f"{LINKS}/export?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == f"query.{query.partition('=')[0]}"
