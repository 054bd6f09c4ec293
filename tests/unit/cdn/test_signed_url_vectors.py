"""The published vectors, checked against the library and against a second reading of the specification."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from cdn import Client, Refusal, SignedURL

DOCS = Path(__file__).resolve().parents[3] / "docs"
SPECIFICATION = (DOCS / "signed-urls.md").read_text("utf-8")
VECTORS = json.loads((DOCS / "signed-url-vectors.json").read_text("utf-8"))


def table(*columns):
    """Return the rows of the table with these columns first, as dicts."""
    head, _, *rows = next(
        block.splitlines()
        for block in SPECIFICATION.split("\n\n")
        if block.startswith(f"| {' | '.join(columns)} |")
    )
    names = cells(head)
    return [dict(zip(names, cells(row), strict=True)) for row in rows]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def plain_hmac(secret: str, text: str) -> str:
    """HMAC-SHA-256 spelled out, so that the vectors do not lean on the code they check."""
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + text.encode("ascii")).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    return "v1." + base64.urlsafe_b64encode(outer).decode().rstrip("=")


def code(cell):
    return cell.strip("`")


ROWS = table("name", "key id")


def test_the_specification_has_the_vectors_of_the_file():
    assert [row["name"] for row in ROWS] == [vector["name"] for vector in VECTORS["signed"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_each_row_of_the_specification_signs_as_it_says(row):
    parameters = [code(cell) for cell in row["parameters"].split(" ") if cell != "—"]
    text = "\n".join(
        (
            "v1",
            code(row["key id"]),
            code(row["signed path"]),
            code(row["expires"]),
            "&".join(sorted(parameters)),
        )
    )
    secret = VECTORS["keys"][code(row["key id"])]
    assert f"`{code(row['key id'])}` is `{secret}`" in SPECIFICATION
    assert plain_hmac(secret, text) == code(row["signature"])
    query = "&".join(
        (
            *parameters,
            f"expires={code(row['expires'])}",
            f"kid={code(row['key id'])}",
            f"signature={code(row['signature'])}",
        )
    )
    signer = SignedURL(secret, key_id=code(row["key id"]), clock=lambda: int(code(row["expires"])) - 1)
    client = Client("2001:db8:7::1" if "2001:" in query else "203.0.113.7", "DE")
    assert signer.check_parts(code(row["signed path"]), query, client).refusal is None


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda vector: vector["name"])
def test_the_library_makes_the_published_urls(vector):
    signer = SignedURL(
        VECTORS["keys"][vector["key_id"]], key_id=vector["key_id"], clock=lambda: VECTORS["signed_at"]
    )
    made = signer.generate_signed_url(
        vector["url"],
        vector["expiration_seconds"],
        vector["additional_params"],
        not_before=vector["not_before"],
        prefix=vector.get("prefix"),
        network=vector.get("network"),
        countries=vector.get("countries"),
    )
    assert made == vector["signed_url"]
    assert plain_hmac(VECTORS["keys"][vector["key_id"]], vector["canonical"]) == vector["signature"]
    signed_path = vector.get("prefix") or vector["path"]
    assert vector["canonical"] == "\n".join(
        ("v1", vector["key_id"], signed_path, str(vector["expires"]), "&".join(vector["parameters"]))
    )


@pytest.mark.parametrize("vector", VECTORS["judged"], ids=lambda vector: vector["name"])
def test_the_library_judges_as_published(vector):
    current = VECTORS["current_key_id"]
    verifier = SignedURL(
        VECTORS["keys"][current],
        key_id=current,
        previous_keys={name: secret for name, secret in VECTORS["keys"].items() if name != current},
        max_lifetime_seconds=VECTORS["max_lifetime_seconds"],
        clock_skew_seconds=VECTORS["clock_skew_seconds"],
        clock=lambda: vector["now"],
    )
    refusal = verifier.check(vector["url"], Client(**vector.get("client", {}))).refusal
    assert (refusal.value if refusal else None) == vector["refusal"]


def test_the_published_limits_are_the_defaults():
    current = VECTORS["current_key_id"]
    default = SignedURL(VECTORS["keys"][current], key_id=current, clock=lambda: VECTORS["signed_at"])
    for vector in VECTORS["judged"]:
        if vector["refusal"] in ("lifetime_exceeded", "not_yet_valid"):
            assert default.check(vector["url"]).refusal is not None
    default.generate_signed_url("https://gifdist.io/a/x", VECTORS["max_lifetime_seconds"])


def test_every_reason_is_documented_and_has_a_vector():
    reasons = {reason.value for reason in Refusal}
    assert {code(row["reason"]) for row in table("reason")} == reasons
    assert {vector["refusal"] for vector in VECTORS["judged"]} - {None} == reasons


def test_the_example_url_is_one_of_the_vectors():
    assert f"\n{VECTORS['signed'][1]['signed_url']}\n" in SPECIFICATION
