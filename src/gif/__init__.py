"""GIF without dependencies: walk a stream, make a clean copy, unpack frames, choose stills, write PNG."""

from gif.cleaner import clean_chunks, clean_size, keep_spans
from gif.decoder import Frame, decode_frames
from gif.errors import GifError
from gif.frames import FrameChoice, Still, choose_frames, choose_stills, difference, draw_frames
from gif.info import DEFAULT_LIMITS, GifInfo, ImageBlock, Limits, Palette, Span
from gif.pixels import Picture, flatten, shrink
from gif.png import encode_png
from gif.walker import GifWalker, walk

__all__ = [
    "DEFAULT_LIMITS",
    "Frame",
    "FrameChoice",
    "GifError",
    "GifInfo",
    "GifWalker",
    "ImageBlock",
    "Limits",
    "Palette",
    "Picture",
    "Span",
    "Still",
    "choose_frames",
    "choose_stills",
    "clean_chunks",
    "clean_size",
    "decode_frames",
    "difference",
    "draw_frames",
    "encode_png",
    "flatten",
    "keep_spans",
    "shrink",
    "walk",
]
