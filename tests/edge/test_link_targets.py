"""Where a link may lead, and to whom it leads where: rules, split, and what is forwarded."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.edge.assets import new_bytes, publish
from tests.edge.link_calls import LINKS, bad_fields, call, create
from tests.edge.links import TARGET, visit
from tests.harness.local_edge import LocalEdge, eventually

NOW = time.time()
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"

REFUSED = {
    "ftp://example.com/": "invalid_scheme",
    "javascript:alert(1)": "invalid_url",
    "data:text/html,x": "invalid_url",
    "https://user:word@example.com/": "url_credentials",
    "https://example.com:0/": "invalid_port",
    "https:///path": "invalid_host",
    "http://localhost/": "private_target",
    "http://intranet/": "private_target",
    "http://printer.local/": "private_target",
    "http://127.0.0.1:8787/s/abc": "private_target",
    "http://2130706433/": "private_target",
    "http://0x7f.1/": "private_target",
    "http://0177.0.0.1/": "private_target",
    "http://10.0.0.1/": "private_target",
    "http://172.16.3.4/": "private_target",
    "http://192.168.1.1/": "private_target",
    "http://169.254.169.254/latest/meta-data": "private_target",
    "http://100.100.100.200/": "private_target",
    "http://[::1]/": "private_target",
    "http://[::ffff:10.0.0.1]/": "private_target",
    "http://[fd00::1]/": "private_target",
    "http://[fe80::1]/": "private_target",
}


def test_a_target_is_a_public_web_address(product: LocalEdge) -> None:
    for target, code in REFUSED.items():
        body = {"target": target, "rules": [{"target": target}], "split": [{"target": target, "weight": 1}]}
        found = bad_fields(call(product, "POST", LINKS, json=body))
        assert set(found) == {"body.target", "body.rules.0.target", "body.split.0.target"}
        assert set(found.values()) == {code}, target
    assert product.object("Library", "operator", "totals")["links"] == 0


def rules(*rules_: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rules that each lead to a place of their own, numbered from 0."""
    return [{"target": f"https://example.com/rule/{place}", **rule} for place, rule in enumerate(rules_)]


@pytest.mark.parametrize(
    ("rule", "met", "missed"),
    [
        ({"country": ["de", "AT"]}, {"cf_ipcountry": "AT"}, {"cf_ipcountry": "CH"}),
        ({"country": ["DE"]}, {"cf_ipcountry": "DE"}, {"x_country": "DE"}),
        ({"device": ["mobile"]}, {"user_agent": IPHONE}, {"user_agent": WINDOWS}),
        ({"os": ["windows"]}, {"user_agent": WINDOWS}, {"user_agent": IPHONE}),
        ({"language": ["pt"]}, {"accept_language": "pt-BR,en;q=0.5"}, {"accept_language": "en,pt;q=0.5"}),
        ({"language": ["pt-BR"]}, {"accept_language": "pt-br"}, {"accept_language": "pt-PT"}),
        (
            {"country": ["DE"], "os": ["iOS"]},
            {"cf_ipcountry": "DE", "user_agent": IPHONE},
            {"cf_ipcountry": "DE", "user_agent": WINDOWS},
        ),
        ({"starts_at": NOW - 60, "ends_at": NOW + 9_000, "country": ["DE"]}, {"cf_ipcountry": "DE"}, {}),
    ],
)
def test_a_rule_leads_those_who_meet_it_elsewhere(
    product: LocalEdge, rule: dict[str, Any], met: dict[str, str], missed: dict[str, str]
) -> None:
    code = create(product, rules=rules(rule))["code"]
    assert visit(product, code, **missed).headers["location"] == TARGET
    assert visit(product, code, **met).headers["location"] == "https://example.com/rule/0"
    assert visit(product, code, **missed).headers["location"] == TARGET


def test_the_first_rule_that_fits_decides_and_a_window_that_is_not_open_fits_nobody(
    product: LocalEdge,
) -> None:
    over, later = {"ends_at": NOW - 60}, {"starts_at": NOW + 90_000}
    code = create(product, rules=rules(over, later, {"country": ["DE"]}, {}, {"device": ["mobile"]}))["code"]
    assert visit(product, code, cf_ipcountry="DE", user_agent=IPHONE).headers["location"].endswith("/2")
    assert visit(product, code, user_agent=IPHONE).headers["location"].endswith("/3")


def test_a_window_opens_and_closes_while_the_link_is_cached(product: LocalEdge) -> None:
    opens = create(product, rules=rules({"starts_at": time.time() + 3}))["code"]
    closes = create(product, rules=rules({"ends_at": time.time() + 3}))["code"]
    assert eventually(lambda: visit(product, opens).headers["location"].endswith("/rule/0"))
    assert eventually(lambda: visit(product, closes).headers["location"] == TARGET)


def test_a_rule_may_lead_to_an_asset(product: LocalEdge) -> None:
    asset_id = publish(product, new_bytes())
    code = create(product, rules=[{"target": f"asset:{asset_id}", "country": ["DE"]}])["code"]
    assert visit(product, code, cf_ipcountry="DE").headers["location"].endswith(f"/a/{asset_id}")
    assert visit(product, code, cf_ipcountry="AT").headers["location"] == TARGET


def test_a_split_sends_visitors_by_its_weights_and_every_visit_is_counted(product: LocalEdge) -> None:
    often, seldom = "https://a.example.com/", "https://b.example.com/"
    split = [{"target": often, "weight": 3}, {"target": seldom, "weight": 1}]
    code = create(product, split=split)["code"]
    visits = 240
    with ThreadPoolExecutor(4) as pool:
        found = Counter(pool.map(lambda _: visit(product, code).headers["location"], range(visits)))
    assert set(found) == {often, seldom}
    # 180 are expected; chance alone strays by more than 50 once in ten trillion runs.
    assert 130 < found[often] < 230

    def statistics() -> dict[str, Any]:
        return dict(call(product, "GET", f"{LINKS}/{code}/statistics").json())

    assert eventually(lambda: statistics()["total_clicks"] == visits)
    found_countries = statistics()["by_dimension"]["country"]
    assert sum(country["count"] for country in found_countries) == visits
    assert statistics()["recent"]


@pytest.mark.parametrize(
    ("link", "tail", "location"),
    [
        ({"forward_query": True}, "?x=1&y=ü", "https://example.com/cat?x=1&y=%C3%BC"),
        ({"forward_query": True, "target": f"{TARGET}?x=0#top"}, "?x=1&y=2", f"{TARGET}?x=0&y=2#top"),
        ({"forward_path": True}, "/docs/a?x=1", f"{TARGET}/docs/a"),
        ({"forward_path": True, "forward_query": True}, "/docs?x=1", f"{TARGET}/docs?x=1"),
        ({"utm": {"utm_source": "a b&c"}}, "?utm_source=mine", f"{TARGET}?utm_source=a%20b%26c"),
        ({"utm": {"utm_term": "x"}, "forward_query": True}, "?utm_term=y", f"{TARGET}?utm_term=x"),
        ({}, "?x=1", TARGET),
    ],
)
def test_what_a_link_forwards_is_what_it_was_told_to(
    product: LocalEdge, link: dict[str, Any], tail: str, location: str
) -> None:
    code = create(product, **link)["code"]
    assert visit(product, code, tail=tail).headers["location"] == location


def test_a_path_behind_a_link_that_forwards_none_is_404(product: LocalEdge) -> None:
    code = create(product, forward_query=True)["code"]
    assert visit(product, code, tail="/docs").status_code == 404
    assert visit(product, code, tail="/").headers["location"] == TARGET
