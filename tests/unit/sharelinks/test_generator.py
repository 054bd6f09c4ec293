from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sharelinks import CodesExhaustedError, LinkRecord, ShareLinkGenerator, ShareLinkStore, parse_code
from sharelinks.codes import ALPHABET
from sql_port.sqlite import SqliteDatabase

SOURCE = Path(__file__).resolve().parents[3] / "src"


@pytest.fixture
def database():
    opened = SqliteDatabase()
    yield opened
    opened.close()


def drawing(*codes):
    """Return a randbelow that spells these codes one after the other."""
    numbers = iter([ALPHABET.index(character) for code in codes for character in code])
    return lambda limit: next(numbers)


def test_a_share_link_has_the_documented_shape(database):
    generator = ShareLinkGenerator(
        base_url="https://gifdist.io",
        database=database,
        clock=lambda: 1_800_000_000.25,
        randbelow=drawing("Ab12Cd34"),
    )
    assert generator.create_share_link(
        "abc123def456", title="Funny Cat GIF", tags=["cat", "funny", "pets"]
    ) == {
        "short_code": "Ab12Cd34",
        "short_url": "https://gifdist.io/s/Ab12Cd34",
        "canonical_url": "https://gifdist.io/a/abc123def456",
        "asset_id": "abc123def456",
        "title": "Funny Cat GIF",
        "tags": ["cat", "funny", "pets"],
        "created_at": "2027-01-15T08:00:00.250+00:00",
        "clicks": 0,
    }


def test_title_and_tags_are_optional_and_the_service_has_a_default_address():
    link = ShareLinkGenerator().create_share_link("abc")
    assert (link["title"], link["tags"]) == ("", [])
    assert link["short_url"] == f"https://gifdist.io/s/{link['short_code']}"
    assert len(link["short_code"]) == 8


def test_resolving_counts_and_returns_the_link():
    generator = ShareLinkGenerator("https://gifdist.io")
    link = generator.create_share_link("abc", "Cat", ["cat"])
    for clicks in (1, 2, 3):
        assert generator.resolve_short_link(link["short_code"]) == link | {"clicks": clicks}


@pytest.mark.parametrize(
    "code", ["Ab12Cd34", "", "api", "no such", "x" * 1000, "'; DROP TABLE share_links", None, 5]
)
def test_an_unknown_code_resolves_to_none(code):
    generator = ShareLinkGenerator("https://gifdist.io")
    assert generator.resolve_short_link(code) is None
    generator.create_share_link("abc")
    assert generator.resolve_short_link(code) is None


def test_a_stored_link_to_a_url_resolves_and_has_metadata(database):
    ShareLinkStore(database).claim(LinkRecord("Ab12Cd34", "https://example.com/cats", 0, title="Cats"))
    generator = ShareLinkGenerator(database=database)
    assert generator.resolve_short_link("Ab12Cd34") == {
        "short_code": "Ab12Cd34",
        "short_url": "https://gifdist.io/s/Ab12Cd34",
        "canonical_url": "https://example.com/cats",
        "asset_id": None,
        "title": "Cats",
        "tags": [],
        "created_at": "1970-01-01T00:00:00.000+00:00",
        "clicks": 1,
    }
    found = generator.get_share_metadata("Ab12Cd34")
    assert found is not None
    assert (found["og:title"], found["twitter:card"]) == ("Cats", "summary")
    assert "og:image" not in found


def test_sharing_an_asset_again_makes_a_link_of_its_own():
    generator = ShareLinkGenerator("https://gifdist.io")
    one, two = generator.create_share_link("abc"), generator.create_share_link("abc")
    assert one["short_code"] != two["short_code"]
    generator.resolve_short_link(one["short_code"])
    assert generator.resolve_short_link(two["short_code"])["clicks"] == 1


def test_a_disabled_link_does_not_resolve(database):
    ShareLinkStore(database).claim(LinkRecord("Ab12Cd34", "asset:abc", 0, state="disabled", asset_id="abc"))
    assert ShareLinkGenerator(database=database).resolve_short_link("Ab12Cd34") is None


def test_two_generators_on_one_database_share_their_links(database):
    link = ShareLinkGenerator(database=database).create_share_link("abc")
    later = ShareLinkGenerator(database=database)
    assert later.resolve_short_link(link["short_code"])["clicks"] == 1


def test_links_outlive_the_process_in_a_file(tmp_path):
    path = str(tmp_path / "links.sqlite")
    first = SqliteDatabase(path)
    link = ShareLinkGenerator(database=first).create_share_link("abc", "Cat")
    first.close()
    second = SqliteDatabase(path)
    assert ShareLinkGenerator(database=second).resolve_short_link(link["short_code"]) == link | {"clicks": 1}
    second.close()


def test_an_empty_store_has_no_first_link_and_a_used_one_its_oldest(database):
    store = ShareLinkStore(database)
    assert store.first() is None
    record = LinkRecord("Ab12Cd34", "https://example.com", 5.0, title="Cat")
    store.claim(record)
    store.claim(LinkRecord("Ef56Gh78", "https://example.com", 6.0))
    assert store.first().record == record


def test_each_collision_makes_the_next_code_longer(database):
    for taken in ("AAAAAAAA", "BBBBBBBBB"):
        ShareLinkStore(database).claim(LinkRecord(taken, "asset:x", 0, asset_id="x"))
    codes = ("AAAAAAAA", "BBBBBBBBB", "CCCCCCCCCC")
    for use in (
        lambda generator: generator.generate_short_code(),
        lambda generator: generator.create_share_link("abc")["short_code"],
    ):
        assert use(ShareLinkGenerator(database=database, randbelow=drawing(*codes))) == "CCCCCCCCCC"


def test_a_random_code_is_never_a_reserved_word(database):
    generator = ShareLinkGenerator(database=database, randbelow=drawing("Settings", "Settingsx"))
    assert generator.generate_short_code() == "Settingsx"


def test_when_every_attempt_collides_the_failure_is_plain(database):
    for length in range(8, 16):
        ShareLinkStore(database).claim(LinkRecord("0" * length, "asset:x", 0, asset_id="x"))
    generator = ShareLinkGenerator(database=database, randbelow=lambda limit: 0)
    for call in (generator.generate_short_code, lambda: generator.create_share_link("abc")):
        with pytest.raises(CodesExhaustedError) as caught:
            call()
        assert caught.value.code == "codes_exhausted"


def test_generated_codes_are_eight_characters_and_can_be_parsed():
    generator = ShareLinkGenerator()
    codes = {generator.generate_short_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 8 and parse_code(code) == code for code in codes)


def test_clicks_are_exact_under_many_threads():
    generator = ShareLinkGenerator("https://gifdist.io")
    codes = [generator.create_share_link("abc")["short_code"] for _ in range(2)]
    together = threading.Barrier(8)

    def click(worker):
        together.wait()
        return [generator.resolve_short_link(code)["clicks"] for _ in range(100) for code in codes]

    with ThreadPoolExecutor(8) as pool:
        seen = list(itertools.chain.from_iterable(pool.map(click, range(8))))
    assert sorted(seen) == sorted([*range(1, 801)] * 2)


def test_two_threads_never_get_the_same_code():
    """Few possible codes, so that the threads collide all the time."""
    lock, state = threading.Lock(), itertools.count()

    def randbelow(limit):
        with lock:
            return (next(state) // 7) % 3

    generator = ShareLinkGenerator("https://gifdist.io", randbelow=randbelow)

    def create(worker):
        made = []
        for _ in range(10):
            try:
                made.append(generator.create_share_link(f"asset{worker}"))
            except CodesExhaustedError:
                continue
        return made

    with ThreadPoolExecutor(8) as pool:
        links = list(itertools.chain.from_iterable(pool.map(create, range(8))))
    assert len(links) > 8
    assert len({link["short_code"] for link in links}) == len(links)
    for link in links:
        assert generator.resolve_short_link(link["short_code"])["asset_id"] == link["asset_id"]


PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
import sharelinks
print(" ".join(sorted(sys.modules)))
"""


def test_importing_the_package_draws_no_entropy_and_stays_light():
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(SOURCE)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "sharelinks.generator" in loaded
    heavy = {
        "pydantic",
        "httpx",
        "fastapi",
        "idna",
        "random",
        "secrets",
        "sqlite3",
        "asyncio",
        "socket",
        "ssl",
    }
    assert loaded & heavy == set()
