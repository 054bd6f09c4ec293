"""GIF as an upload finds what the walker of `gif` finds, and is only stricter behind the trailer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gif import GifError, GifInfo, walk
from gif.errors import MESSAGES as GIF_MESSAGES
from tests.corpus.uploads.good import GOOD
from tests.corpus.uploads.hostile import HOSTILE
from tests.unit.gif.strategies import gifs, mutated
from tests.unit.uploads.outcomes import SHORT_HEAD, head_of, in_pieces, outcome
from uploads import DEFAULT_LIMITS, MESSAGES, Inspection

CORPUS = {
    name: data
    for name, (data, code) in {**GOOD, **HOSTILE}.items()
    if data.startswith((b"GIF87a", b"GIF89a"))
    and code not in {"html_polyglot", "zip_polyglot", "pdf_polyglot"}
}


def walked(data: bytes) -> GifInfo | str:
    try:
        return walk(data)
    except GifError as error:
        return error.code


def assert_agree(data: bytes, told: Inspection | str) -> None:
    found = walked(data)
    if isinstance(told, Inspection):
        assert isinstance(found, GifInfo)
        assert (told.content_type, told.extension) == ("image/gif", "gif")
        assert (told.width, told.height, told.frames) == (found.width, found.height, found.frames)
        moving = (found.duration_ms, found.loop_count) if found.frames > 1 else (None, None)
        assert (told.duration_ms, told.loop_count) == moving
        assert (told.bytes, found.trailing_bytes) == (found.end, 0)
    elif isinstance(found, GifInfo):
        dropped = sum(span.end - span.start for span in found.dropped)
        strict = {"too_much_metadata"} if dropped > DEFAULT_LIMITS.max_metadata_bytes else set()
        strict |= {"trailing_data", "zip_polyglot", "html_polyglot"} if found.trailing_bytes else set()
        assert told in strict
    elif found == "not_a_gif":
        assert told in {"unsupported_type", "empty_file"}
    elif data[:6] in {b"GIF87a", b"GIF89a"}:
        assert told == found
    else:
        assert (told, found) == ("unsupported_type", "truncated")


@pytest.mark.parametrize("name", CORPUS)
def test_on_the_corpus(name: str) -> None:
    assert_agree(CORPUS[name], outcome([CORPUS[name]]))


def test_the_corpus_has_accepted_and_refused_files() -> None:
    kinds = {isinstance(outcome([data]), str) for data in CORPUS.values()}
    assert (kinds, len(CORPUS) >= 25) == ({True, False}, True)


@settings(deadline=None)
@given(gifs().map(bytes), st.integers(1, 64))
def test_on_any_animation(data: bytes, size: int) -> None:
    with head_of(SHORT_HEAD):
        told = outcome(in_pieces(data, size))
    assert isinstance(told, Inspection)
    assert_agree(data, told)


@settings(deadline=None)
@given(mutated(), st.integers(1, 64))
def test_on_any_damaged_animation(data: bytes, size: int) -> None:
    with head_of(SHORT_HEAD):
        assert_agree(data, outcome(in_pieces(data, size)))


def test_every_code_of_the_walker_is_one_of_uploads() -> None:
    assert set(GIF_MESSAGES) - set(MESSAGES) == {"not_a_gif", "bad_image_data"}


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("max_screen_pixels", 11, "too_many_pixels"),
        ("max_animation_frames", 2, "too_many_frames"),
        ("max_animation_pixels", 35, "too_many_pixels"),
    ],
)
def test_the_limits_of_uploads_hold(limit: str, value: int, code: str) -> None:
    data, _ = GOOD["gif loop"]
    assert isinstance(outcome([data], replace(DEFAULT_LIMITS, **{limit: value + 1})), Inspection)
    assert outcome([data], replace(DEFAULT_LIMITS, **{limit: value})) == code
