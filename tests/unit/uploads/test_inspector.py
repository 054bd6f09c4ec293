"""Every file of the corpus, good and hostile: what is found, what is refused, however the file is cut."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.uploads import writers as w
from tests.corpus.uploads.good import GOOD, fields
from tests.corpus.uploads.hostile import HOSTILE, ZIP
from tests.unit.uploads.forms import cut_at
from tests.unit.uploads.outcomes import SHORT_HEAD, head_of, in_pieces, outcome
from uploads import DEFAULT_LIMITS, MESSAGES, Inspection, Inspector, UploadError, inspect
from uploads.foreign import HEAD_BYTES, TAIL_BYTES

SHORT = {name: data for name, (data, _) in {**GOOD, **HOSTILE}.items() if len(data) <= 5_000}
QUICK = sorted(name for name in SHORT if name not in HOSTILE or HOSTILE[name][1] != "too_many_blocks")
LONG = {"webm of voids", "png of empty chunks", "mp4 of empty boxes"}
MAY_END_EARLY = {"webm recorded", "mp4 fragments", "mp4 fragments that tell", "mp4 fragments with a length"}
OF_THE_HEAD = {"pdf_polyglot", "html_polyglot", "pdf_file", "html_file", "svg_file"}
CUT = {"truncated", "unsupported_type", "empty_file", "box_missing", "media_outside_file", "no_frames"}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_described(name: str) -> None:
    data, found = GOOD[name]
    inspection = inspect(data)
    assert fields(inspection) == found
    assert (inspection.bytes, inspection.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    for head_bytes in (HEAD_BYTES, SHORT_HEAD):
        with head_of(head_bytes):
            assert outcome(in_pieces(data, 1)) == inspection
            assert outcome(in_pieces(data, 7)) == inspection


# A refusal at the millionth part runs the same lines again and again: noting them takes most of the time.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.no_cover if name in LONG else ()) for name in HOSTILE]
)
def test_a_hostile_file_is_refused(name: str) -> None:
    data, code = HOSTILE[name]
    assert outcome([data]) == code
    sizes = (1, 7) if name in QUICK else (65_521,)
    assert [outcome(in_pieces(data, size)) for size in sizes] == [code] * len(sizes)
    if name not in QUICK:
        return
    with head_of(SHORT_HEAD):
        walked = outcome([data])
        assert [outcome(in_pieces(data, size)) for size in sizes] == [walked] * len(sizes)
    assert walked == code or code in OF_THE_HEAD


def test_there_is_a_hostile_file_for_every_code_of_contents() -> None:
    told = {code for _, code in HOSTILE.values()}
    elsewhere = {code for code in MESSAGES if code.startswith("form_")} | {"file_too_large"}
    assert told == set(MESSAGES) - elsewhere


@settings(deadline=None)
@given(st.sampled_from(QUICK), st.data())
def test_the_cut_into_chunks_does_not_matter(name: str, draw: st.DataObject) -> None:
    data = SHORT[name]
    places = draw.draw(st.lists(st.integers(0, len(data)), max_size=12))
    with head_of(SHORT_HEAD):
        assert outcome(cut_at(data, places)) == outcome([data])


@settings(deadline=None)
@given(st.sampled_from(QUICK), st.data())
def test_nor_does_it_for_a_damaged_file(name: str, draw: st.DataObject) -> None:
    data = SHORT[name]
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = draw.draw(st.integers(start, min(start + 4, len(data))))
        data = data[:start] + draw.draw(st.binary(max_size=4)) + data[end:]
    places = draw.draw(st.lists(st.integers(0, len(data)), max_size=12))
    with head_of(SHORT_HEAD):
        assert outcome(cut_at(data, places)) == outcome([data])


@pytest.mark.parametrize("name", sorted(set(GOOD) - MAY_END_EARLY))
def test_a_file_cut_anywhere_is_refused(name: str) -> None:
    data, _ = GOOD[name]
    assert {outcome([data[:end]]) for end in range(len(data))} <= CUT


@pytest.mark.parametrize("name", sorted(MAY_END_EARLY))
def test_a_stream_without_an_end_tells_only_what_has_come(name: str) -> None:
    """Recorders write such files piece by piece; a player plays them up to where they stop."""
    data, found = GOOD[name]
    counts = []
    for end in range(len(data)):
        told = outcome([data[:end]])
        if isinstance(told, Inspection):
            counts.append(told.frames or 0)
        else:
            assert told in {*CUT, "ebml_missing", "trailing_data"}
    assert counts == sorted(counts)
    assert 0 < counts[0] <= counts[-1] <= (found.frames or 0)


@pytest.mark.parametrize("buffer", [bytes, bytearray, memoryview])
def test_any_buffer_is_read(buffer: type[bytes | bytearray | memoryview]) -> None:
    data, found = GOOD["gif loop"]
    assert fields(inspect(buffer(data))) == found


def test_a_file_may_be_as_large_as_the_limit() -> None:
    data, found = GOOD["png"]
    exact = replace(DEFAULT_LIMITS, max_bytes=len(data))
    assert fields(inspect(data, exact)) == found
    for size in (1, 7, len(data)):
        assert outcome(in_pieces(data, size), replace(exact, max_bytes=len(data) - 1)) == "file_too_large"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *(("truncated", 422), ("file_too_large", 413), ("form_field_too_large", 413)),
        *(("unsupported_type", 415), ("svg_file", 415), ("form_no_file", 400)),
    ],
)
def test_a_code_has_a_status(code: str, status: int) -> None:
    error = UploadError(code)
    assert (error.status, str(error)) == (status, MESSAGES[code])


def test_a_refusal_is_repeated() -> None:
    inspector = Inspector()
    for call in (
        lambda: inspector.feed(bytes(2000)),
        inspector.finish,
        lambda: inspector.feed(GOOD["png"][0]),
    ):
        with pytest.raises(UploadError) as caught:
            call()
        assert caught.value.code == "unsupported_type"


def test_a_file_that_ended_too_early_takes_no_more() -> None:
    inspector = Inspector()
    inspector.feed(GOOD["png"][0][:-1])
    with pytest.raises(UploadError):
        inspector.finish()
    with pytest.raises(UploadError) as caught:
        inspector.feed(GOOD["png"][0][-1:])
    assert caught.value.code == "truncated"


@pytest.mark.parametrize("size", [1_000, 65_536, TAIL_BYTES, 200_000, 1_000_000])
def test_only_the_tail_is_searched_for_an_archive(size: int) -> None:
    """Readers look no further, and the cut into chunks must not decide how far we look."""

    def film(behind: int) -> bytes:
        return w.mp4(w.moov(), w.box(b"mdat", bytes(300_000), ZIP, bytes(behind)))

    assert outcome(in_pieces(film(65_535), size)) == "zip_polyglot"
    assert isinstance(outcome(in_pieces(film(65_600), size)), Inspection)
