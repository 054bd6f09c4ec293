from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr import QrError, png, svg
from tests.unit.qr.png_reader import read_png
from tests.unit.qr.qr_reader import read_matrix

SOURCE = Path(__file__).resolve().parents[3] / "src"
TEXT = "https://gifdist.io/s/Ab12Cd34"
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
SVG = "{http://www.w3.org/2000/svg}"


def modules_of_png(data, dark=BLACK):
    """The modules inside the quiet zone, each checked to be one square of one colour."""
    pixels = [[pixel == dark for pixel in row] for row in read_png(data)]
    top = next(y for y, row in enumerate(pixels) if any(row))
    left = pixels[top].index(True)
    # The finder in the corner begins with seven dark modules.
    scale = next(x for x, pixel in enumerate(pixels[top][left:]) if not pixel) // 7
    bottom = max(y for y, row in enumerate(pixels) if any(row)) + 1
    assert (bottom - top) % scale == 0
    side = (bottom - top) // scale
    rows = [[pixels[top + y * scale][left + x * scale] for x in range(side)] for y in range(side)]
    blank = [False] * len(pixels)
    drawn = [blank] * top
    for row in rows:
        line = [module for module in row for _ in range(scale)]
        drawn += [[*blank[:left], *line, *blank[left + len(line) :]]] * scale
    drawn += [blank] * (len(pixels) - bottom)
    assert drawn == pixels
    return rows, (top, left, scale)


def parse_svg(text):
    return ET.fromstring(text)  # noqa: S314 - our own output


def modules_of_svg(text):
    root = parse_svg(text)
    width = int(root.attrib["viewBox"].split()[2])
    _, path = root.findall(f"{SVG}path")
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path.attrib["d"])
    assert "".join(f"M{x} {y}h{there}v1h-{back}z" for x, y, there, back in runs) == path.attrib["d"]
    rows = [[False] * width for _ in range(width)]
    for x, y, there, back in runs:
        assert there == back
        for place in range(int(x), int(x) + int(there)):
            assert not rows[int(y)][place]
            rows[int(y)][place] = True
    return rows


def inside(rows, margin):
    assert not any(any(row) for row in [*rows[:margin], *rows[len(rows) - margin :]])
    return [row[margin : len(row) - margin] for row in rows[margin : len(rows) - margin]]


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("text", ["a", TEXT, "http://127.0.0.1:8787/s/hello", "ü 日本 🐈"])
def test_both_pictures_hold_the_text_at_least_at_the_level_asked_for(text, level):
    from_svg = inside(modules_of_svg(svg(text, level=level)), 4)
    from_png, _ = modules_of_png(png(text, level=level))
    assert from_svg == from_png
    found, read = read_matrix(from_png)
    assert read == text
    assert "LMQH".index(found) >= "LMQH".index(level)


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(codec="utf-8"), max_size=10))
def test_any_short_text_can_be_read_back(tail):
    text = f"https://x/{tail}"
    assert read_matrix(inside(modules_of_svg(svg(text)), 4))[1] == text


@pytest.mark.parametrize(
    ("size", "margin", "scale", "zone"),
    [(64, 4, 1, 17), (256, 4, 6, 41), (257, 0, 8, 12), (2048, 16, 33, 545)],
)
def test_a_png_has_exactly_the_size_asked_for_and_an_even_quiet_zone(size, margin, scale, zone):
    data = png(TEXT, size=size, margin=margin)
    rows, place = modules_of_png(data)
    assert len(read_png(data)) == size
    assert place == (zone, zone, scale)
    assert zone >= margin * scale
    assert read_matrix(rows)[1] == TEXT


def test_an_svg_says_its_size_and_margin():
    root = parse_svg(svg(TEXT, size=300, margin=2))
    assert (root.attrib["width"], root.attrib["height"]) == ("300", "300")
    side = len(inside(modules_of_svg(svg(TEXT, size=300, margin=2)), 2))
    assert root.attrib["viewBox"] == f"0 0 {side + 4} {side + 4}"


def test_the_colours_are_those_asked_for():
    light, dark = parse_svg(svg(TEXT, dark="#1a2B3c", light="#fed")).findall(f"{SVG}path")
    assert (dark.attrib["fill"], light.attrib["fill"]) == ("#1a2b3c", "#ffeedd")
    data = png(TEXT, dark="#1a2B3c", light="#fed")
    assert {pixel for row in read_png(data) for pixel in row} == {(0x1A, 0x2B, 0x3C), (0xFF, 0xEE, 0xDD)}
    assert read_matrix(modules_of_png(data, (0x1A, 0x2B, 0x3C))[0])[1] == TEXT


def test_the_text_is_no_part_of_the_svg():
    assert "script" not in svg("</svg><script>alert(1)</script>")


@pytest.mark.parametrize("draw", [svg, png])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"size": 63}, "invalid_size"),
        ({"size": 2049}, "invalid_size"),
        ({"size": 256.0}, "invalid_size"),
        ({"size": True}, "invalid_size"),
        ({"size": "256"}, "invalid_size"),
        ({"margin": -1}, "invalid_margin"),
        ({"margin": 17}, "invalid_margin"),
        ({"margin": False}, "invalid_margin"),
        ({"level": "m"}, "invalid_level"),
        ({"level": ""}, "invalid_level"),
        ({"level": None}, "invalid_level"),
        ({"dark": "black"}, "invalid_colour"),
        ({"dark": "#12345"}, "invalid_colour"),
        ({"dark": "#00000000"}, "invalid_colour"),
        ({"dark": None}, "invalid_colour"),
        ({"light": '#fff"/><script>'}, "invalid_colour"),
        ({"light": "#fff\n"}, "invalid_colour"),
        ({"light": "#\u0663\u0663\u0663"}, "invalid_colour"),
        ({"text": ""}, "invalid_text"),
        ({"text": None}, "invalid_text"),
        ({"text": 5}, "invalid_text"),
        ({"text": "a\ud800"}, "invalid_text"),
        ({"text": "a" * 3_000}, "text_too_long"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_stable_code(draw, wrong, code):
    arguments = {"text": TEXT} | wrong
    with pytest.raises(QrError) as caught:
        draw(arguments.pop("text"), **arguments)
    assert caught.value.code == code


def test_a_png_that_would_need_less_than_a_pixel_a_module_is_refused():
    with pytest.raises(QrError) as caught:
        png("a" * 800, size=64)
    assert caught.value.code == "invalid_size"
    needed = int(re.search(r"at least (\d+) pixels", str(caught.value))[1])
    assert len(read_png(png("a" * 800, size=needed))) == needed
    assert svg("a" * 800, size=64)


PROBE = """
import sys
sys.path.insert(0, sys.argv[1])
import qr
print(" ".join(sorted(sys.modules)))
"""


def test_the_encoder_is_not_loaded_before_a_code_is_drawn():
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(SOURCE)], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"segno", "xml", "http", "ssl", "socket", "random"}
