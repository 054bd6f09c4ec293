"""Random GIFs for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.unit.gif.gif_writer import Gif, Image, application, control, extension, loop

colours = st.tuples(*[st.integers(0, 255)] * 3)


@st.composite
def images(draw: st.DrawFn, screen_width: int, screen_height: int) -> Image:
    left, top = draw(st.integers(0, screen_width - 1)), draw(st.integers(0, screen_height - 1))
    width = draw(st.integers(1, screen_width - left))
    height = draw(st.integers(1, screen_height - top))
    bits = draw(st.integers(2, 8))
    pixels = width * height
    indices = draw(st.binary(min_size=pixels, max_size=pixels))
    return Image(
        width,
        height,
        bytes(value % (1 << bits) for value in indices),
        left=left,
        top=top,
        palette=draw(st.none() | st.lists(colours, min_size=1, max_size=256)),
        interlaced=draw(st.booleans()),
        delay_cs=draw(st.sampled_from([0, 1, 2, 10, 65535])),
        disposal=draw(st.integers(0, 7)),
        transparent=draw(st.none() | st.integers(0, 255)),
        min_code_bits=bits,
        clear_every=draw(st.none() | st.integers(1, 9)),
        defer_clear=draw(st.booleans()),
        start_with_clear=draw(st.booleans()),
        end_code=draw(st.booleans()),
        sub_block=draw(st.integers(1, 255)),
        control=draw(st.booleans()),
    )


noise = st.one_of(
    st.builds(extension, st.sampled_from([0x00, 0x01, 0x55, 0xFE]), st.binary(max_size=600)),
    st.builds(application, st.sampled_from([b"XMP DataXMP", b"", b"NETSCAPE2.0"]), st.binary(max_size=9)),
    st.builds(loop, st.integers(0, 65535), surplus=st.sampled_from([b"", b"\x02hi"])),
    st.builds(control, surplus=st.sampled_from([b"", b"\x01!\x02##"])),
)


@st.composite
def gifs(draw: st.DrawFn) -> Gif:
    width, height = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    blocks: list[Image | bytes] = []
    for image in draw(st.lists(images(width, height), min_size=1, max_size=4)):
        blocks += [*draw(st.lists(noise, max_size=2)), image]
    blocks += draw(st.lists(noise, max_size=2))
    palette = draw(st.lists(colours, min_size=1, max_size=256))
    return Gif(width, height, blocks, palette=palette, version=draw(st.sampled_from([b"87a", b"89a"])))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A GIF with some bytes changed, removed or put in."""
    data = bytearray(bytes(draw(gifs())))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["change", "cut", "insert", "end"])):
            case "change":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "cut":
                del data[at : at + draw(st.integers(1, 20))]
            case "insert":
                data[at:at] = draw(st.binary(max_size=20))
            case _:
                del data[at + len(data) // 2 :]
    return bytes(data)
