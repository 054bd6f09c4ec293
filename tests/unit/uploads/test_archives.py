"""Archives hidden in media, with Python's own reader as a second opinion."""

from __future__ import annotations

import io
import struct
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.corpus.uploads import writers as w
from tests.corpus.uploads.good import PICTURE, gif
from tests.corpus.uploads.hostile import ZIP
from tests.unit.gif.gif_writer import extension
from tests.unit.uploads.outcomes import outcome
from uploads import Inspection

END = ZIP.rindex(b"PK\5\6")
HOSTS = {
    "gif": lambda data: gif(PICTURE, extension(0xFE, data)),
    "mp4": lambda data: w.mp4(w.moov(), w.box(b"mdat", bytes(70_000), data)),
    "webm": lambda data: w.webm(w.info(), w.tracks(), w.cluster(), w.element(0xEC, data)),
    "png": lambda data: w.png(w.png_chunk(b"IDAT", w.png_pixels()), w.png_chunk(b"zzAp", data)),
}


def opens(data: bytes) -> bool:
    """Tell whether Python finds files in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            return bool(opened.namelist())
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        UnicodeDecodeError,
        struct.error,
        OverflowError,
    ):
        return False


numbers = st.sampled_from([0, 1, 2, 0xFFFF]) | st.integers(0, 0xFFFF)


@settings(deadline=None)
@given(st.sampled_from(sorted(HOSTS)), st.tuples(*[numbers] * 4), st.binary(max_size=40))
@example("mp4", (1, 1, 0, 1), b"")
@example("gif", (0, 0, 7, 9), b"a comment that the end does not tell")
def test_what_opens_as_an_archive_is_refused(
    host: str, believed_by_few: tuple[int, int, int, int], behind: bytes
) -> None:
    end = ZIP[END : END + 4] + struct.pack("<4H", *believed_by_few) + ZIP[END + 12 :]
    data = HOSTS[host](ZIP[:END] + end + behind)
    assert outcome([data]) == "zip_polyglot"


@settings(deadline=None)
@given(st.sampled_from(sorted(HOSTS)), st.integers(0, len(ZIP) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_archive_is_refused_wherever_it_still_opens(host: str, at: int, change: bytes) -> None:
    data = HOSTS[host](ZIP[:at] + change + ZIP[at + len(change) :])
    assert not opens(data) or outcome([data]) == "zip_polyglot"


def test_the_hosts_open_as_archives() -> None:
    assert all(opens(made(ZIP)) for made in HOSTS.values())


def test_an_archive_whose_directory_is_only_where_its_end_says_is_refused() -> None:
    start = len(HOSTS["mp4"](b"")) - 70_000
    apart = ZIP[: END - 10] + b"x" * 300
    offset = start + 70_000 + ZIP.index(b"PK\1\2")
    end = b"PK\5\6" + struct.pack("<4HIIH", 0, 0, 1, 1, 2**32 - 1, offset, 0)
    assert outcome([HOSTS["mp4"](apart + end)]) == "zip_polyglot"


def test_a_large_archive_is_refused() -> None:
    """The numbers of its end are placeholders; the true ones lie in a record that the locator names."""
    locator = b"PK\6\7" + bytes(16)
    end = b"PK\5\6" + struct.pack("<4HIIH", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    assert outcome([HOSTS["webm"](locator + end)]) == "zip_polyglot"


def test_the_four_letters_alone_are_no_archive() -> None:
    """They come by chance once in 65,000 films; here both places they name are seen to hold none."""
    for junk in (
        b"PK\5\6" + b"\xee" * 40,
        b"PK\5\6",
        b"PK\5\6" + bytes(17),
        b"PK\5\6" + bytes(8) + b"\1" * 10,
    ):
        assert isinstance(outcome([gif(PICTURE, extension(0xFE, junk))]), Inspection)
