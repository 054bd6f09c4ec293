from __future__ import annotations

import asyncio
import hashlib

import pytest

from sharelinks.passwords import ITERATIONS, make_line, matches, peppered, read_line

SALT = b"0123456789abcdef"


async def derive(material, salt, iterations):
    return hashlib.pbkdf2_hmac("sha256", material, salt, iterations)


def line(password="open sesame", pepper="pepper"):
    return asyncio.run(make_line(password, pepper, SALT, derive))


def check(kept, password, pepper="pepper"):
    return asyncio.run(matches(kept, password, pepper, derive))


def test_the_right_password_matches_and_no_other_does():
    kept = line()
    assert check(kept, "open sesame")
    assert not check(kept, "open sesame ")
    assert not check(kept, "")
    assert not check(kept, "open sesame", pepper="another")
    assert not check(kept, "open sesame" + "x" * 200)


def test_the_line_tells_neither_the_password_nor_its_length():
    assert "sesame" not in line()
    assert len(line("x")) == len(line("x" * 128))
    parts = read_line(line())
    assert parts is not None
    assert (parts.iterations, parts.salt, len(parts.key)) == (ITERATIONS, SALT, 32)


def test_the_pepper_is_a_key_and_not_a_prefix():
    assert peppered("ab", "c") != peppered("a", "bc")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "x",
        "plain$1$a$b",
        "pbkdf2-sha256$x$AA==$AA==",
        "pbkdf2-sha256$1$!!$AA==",
        "pbkdf2-sha256$1$AA==$AA==",
        "pbkdf2-sha256$100001$AA==$" + "A" * 43 + "=",
        "pbkdf2-sha256$0$AA==$" + "A" * 43 + "=",
    ],
)
def test_a_line_that_cannot_be_read_matches_nothing(kept):
    assert read_line(kept) is None
    assert not check(kept, "x")
