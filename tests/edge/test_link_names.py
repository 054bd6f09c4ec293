"""The codes of a link: aliases, other names, words nobody gets, and whether case matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.edge.link_calls import LINKS, bad_fields, call, create, problem, projected, read
from tests.edge.links import TARGET, clicks, new_code, visit
from tests.harness.local_edge import LocalEdge, eventually

HOST = "gif.example.com"
FORGOTTEN_WITHIN = 20.0
"""Many times what the isolates of these tests remember a link for."""


@pytest.fixture(scope="module")
def folding_engine() -> Iterator[LocalEdge]:
    engine = LocalEdge(vars={"CODE_CASE": "insensitive", "PUBLIC_BASE_URL": f"https://{HOST}"})
    yield engine
    engine.close()


@pytest.fixture
def folding(folding_engine: LocalEdge) -> LocalEdge:
    """The four Workers of a deployment with a public name, whose codes have no case."""
    folding_engine.reset()
    return folding_engine


def alias(product: LocalEdge, code: str, name: str) -> str:
    answer = call(product, "POST", f"{LINKS}/{code}/aliases", json={"code": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


def rename(product: LocalEdge, code: str, name: str, grace_seconds: int) -> None:
    body = {"code": name, "grace_seconds": grace_seconds}
    answer = call(product, "POST", f"{LINKS}/{code}/rename", json=body)
    assert answer.status_code == 200, answer.text


def test_an_alias_leads_where_its_link_leads_counts_there_and_is_never_given_away(product: LocalEdge) -> None:
    home, other = create(product)["code"], create(product)["code"]
    nick, gone = (alias(product, home, new_code()) for _ in range(2))
    assert sorted(read(product, nick)["aliases"]) == sorted([nick, gone])
    assert [visit(product, code).status_code for code in (nick, home, nick)] == [302] * 3
    assert eventually(lambda: read(product, home)["clicks"] == 3)
    assert call(product, "DELETE", f"{LINKS}/{home}/aliases/{gone}").status_code == 204
    projected(product, gone, state="deleted")
    assert visit(product, gone).status_code == 404
    stolen = call(product, "POST", f"{LINKS}/{other}/aliases", json={"code": gone})
    assert problem(stolen, 409)["code"] == "code_taken"
    assert problem(call(product, "DELETE", f"{LINKS}/{nick}"), 409)["code"] == "alias_of_link"


def test_an_alias_that_was_used_ends_when_it_is_deleted_and_leads_on_when_it_is_given_back(
    product: LocalEdge,
) -> None:
    home = create(product)["code"]
    assert call(product, "PATCH", f"{LINKS}/{home}", json={"title": "Cat"}).status_code == 200
    nick = alias(product, home, new_code())
    projected(product, home, version=2)
    projected(product, nick)
    assert visit(product, nick).status_code == 302
    assert call(product, "DELETE", f"{LINKS}/{home}/aliases/{nick}").status_code == 204
    # Both records have the same version now, and the isolate has seen both under one code.
    projected(product, nick, state="deleted", version=2)
    projected(product, home, version=2)
    assert eventually(lambda: visit(product, nick).status_code == 404, within=FORGOTTEN_WITHIN)
    assert alias(product, home, nick) == nick
    assert eventually(lambda: visit(product, nick).status_code == 302, within=FORGOTTEN_WITHIN)


def test_a_renamed_link_is_shown_under_its_new_code_and_the_old_one_leads_on(product: LocalEdge) -> None:
    old, new = create(product)["code"], new_code()
    rename(product, old, new, grace_seconds=100_000)
    projected(product, old, renamed_to=new)
    assert [visit(product, code).headers["location"] for code in (old, new)] == [TARGET] * 2
    found = read(product, old)
    assert (found["code"], found["renamed_from"]) == (new, old)
    assert found["short_url"].endswith(f"/s/{new}")
    assert found == {**read(product, new), "clicks": found["clicks"]}
    assert eventually(lambda: clicks(product, old) == 2)


def test_an_old_code_ends_with_its_grace_period_even_while_it_is_cached(product: LocalEdge) -> None:
    first = create(product)["code"]
    second, third = new_code(), new_code()
    rename(product, first, second, grace_seconds=3)
    rename(product, second, third, grace_seconds=3)
    for code in (first, second):
        assert eventually(lambda code=code: visit(product, code).status_code == 410)
        assert "location" not in visit(product, code).headers
    assert visit(product, third).headers["location"] == TARGET


def test_of_many_links_that_want_one_name_exactly_one_gets_it(product: LocalEdge) -> None:
    wanted = new_code()
    codes = [create(product)["code"] for _ in range(10)]

    def take(place: int) -> int:
        path, body = ("rename", {"code": wanted}) if place % 2 else ("aliases", {"code": wanted})
        return call(product, "POST", f"{LINKS}/{codes[place]}/{path}", json=body).status_code

    with ThreadPoolExecutor(10) as pool:
        outcomes = Counter(pool.map(take, range(10)))
    assert outcomes[409] == 9
    holder = product.object("ShortLink", wanted, "read", wanted)["record"]["alias_of"]
    assert wanted in [read(product, holder)["code"], *read(product, holder)["aliases"]]
    assert [code for code in codes if read(product, code)["renamed_from"]] in ([], [holder])


@pytest.mark.parametrize("word", ["api", "LOGIN", "Healthz", "sign-in", "null"])
def test_no_link_can_pose_as_a_page_of_ours(product: LocalEdge, word: str) -> None:
    code = create(product)["code"]
    for path, field in (
        (LINKS, "code"),
        (f"{LINKS}/{code}/aliases", "code"),
        (f"{LINKS}/{code}/rename", "code"),
        ("/api/v1/shorten", "custom_code"),
    ):
        body = {field: word} | ({"target": TARGET} if path == LINKS else {})
        body |= {"original_url": TARGET} if field == "custom_code" else {}
        assert bad_fields(call(product, "POST", path, json=body)) == {f"body.{field}": "reserved_code"}
    assert visit(product, word).status_code == 404
    tables = product.sql("ShortLink", word, "SELECT name FROM sqlite_master WHERE type = 'table'")
    assert [row["name"] for row in tables if not row["name"].startswith("_")] == []


def test_case_matters_by_default(product: LocalEdge) -> None:
    code = f"{new_code()}-cat"
    create(product, code=code)
    other = create(product, code=code.upper(), target="https://example.com/upper")["code"]
    assert other == code.upper() != code
    assert visit(product, code).headers["location"] == TARGET
    assert visit(product, other).headers["location"] == "https://example.com/upper"
    assert visit(product, code.replace("cat", "Cat")).status_code == 404


def test_case_may_be_told_not_to_matter(folding: LocalEdge) -> None:
    code = new_code()
    made = create(folding, code=code.upper())
    assert (made["code"], made["short_url"]) == (code, f"https://{HOST}/s/{code}")
    taken = call(folding, "POST", LINKS, json={"target": TARGET, "code": code.title()})
    assert problem(taken, 409)["code"] == "code_taken"
    assert {visit(folding, spelling).status_code for spelling in (code, code.upper(), code.title())} == {302}
    assert eventually(lambda: read(folding, code.title())["clicks"] == 3)
    nick = alias(folding, code.upper(), new_code().upper())
    assert nick == nick.lower()
    assert visit(folding, nick.upper()).headers["location"] == TARGET
    random = create(folding)["code"]
    assert random == random.lower()


OWN_HOSTS = [
    f"https://{HOST}/s/abc",
    f"http://{HOST}",
    f"https://{HOST.upper()}/a/b",
    f"https://{HOST}./s/abc",
    f"https://{HOST}:443/",
    f"https://{HOST}:8443/s/abc",
    f"HTTPS://{HOST.title()}.:443?x",
    f"//{HOST}/s/abc",
    f"{HOST}/s/abc",
    "https://gif%2eexample.com/",
    "https://\uff47\uff49\uff46.example.com/",
    "https://gif\u3002example\u3002com/s/abc",
]


def test_a_link_must_not_lead_back_to_us_however_we_are_spelled(folding: LocalEdge) -> None:
    code = create(folding)["code"]
    for target in OWN_HOSTS:
        # An escape is no part of a host name: browsers would undo it, so it is refused as such.
        expected = "invalid_host" if "%" in target else "own_target"
        body = {
            "target": target,
            "rules": [{"target": target}],
            "split": [{"target": target, "weight": 1}],
        }
        fields = {"body.target": expected, "body.rules.0.target": expected, "body.split.0.target": expected}
        assert bad_fields(call(folding, "POST", LINKS, json=body)) == fields, target
        assert bad_fields(call(folding, "PATCH", f"{LINKS}/{code}", json=body)) == fields, target
        shortened = call(folding, "POST", "/api/v1/shorten", json={"original_url": target})
        assert bad_fields(shortened) == {"body.original_url": expected}, target
    file = "target\n" + "".join(f"{target}\n" for target in OWN_HOSTS)
    imported = call(folding, "POST", f"{LINKS}/import?format=csv", content=file.encode()).json()
    assert (imported["created"], imported["failed"]) == (0, len(OWN_HOSTS))
    for target in (f"https://{HOST}.example.org/", f"https://www.{HOST}/", f"https://example.com/?u={HOST}"):
        assert create(folding, target=target)["target"] == target
