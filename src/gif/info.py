"""What a walk over a GIF finds, and how much it may find."""

from __future__ import annotations

from dataclasses import dataclass

SLOWEST_IGNORED_DELAY_CS = 1
BROWSER_DELAY_CS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a GIF may be, in what it unpacks to and in what it takes to walk.

    `max_sub_blocks` counts terminators too, so that it bounds the work of a file made of empty blocks. The
    defaults bound one RGBA picture to 33 MB and a whole animation to 100 megapixels.
    """

    max_screen_pixels: int = 3840 * 2160
    max_frames: int = 2_000
    max_total_pixels: int = 100_000_000
    max_sub_blocks: int = 2_000_000
    max_dropped_spans: int = 4_096
    max_trailing_bytes: int = 65_536


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, not including, `end`, and why a clean copy leaves them out.

    Kinds: comment, application, plain_text, extension (a label GIF does not define), surplus (sub-blocks that
    an understood block should not have).
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Where a colour table lies in the file, and its number of colours."""

    at: int
    colours: int


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """One image of the file: its place on the screen, how it is shown, and where its data begins.

    `data_at` is the offset of the code size byte that precedes the first data sub-block.
    """

    left: int
    top: int
    width: int
    height: int
    interlaced: bool
    palette: Palette
    data_at: int
    delay_cs: int
    disposal: int
    transparent_index: int | None

    @property
    def effective_delay_ms(self) -> int:
        """Return how long browsers show the image: they take 0 and 1 hundredths of a second for 10."""
        delay = BROWSER_DELAY_CS if self.delay_cs <= SLOWEST_IGNORED_DELAY_CS else self.delay_cs
        return delay * 10


@dataclass(frozen=True, slots=True)
class GifInfo:
    """What one walk over a whole GIF found.

    `loop_count` is the number in the loop block (0 means for ever), or None when there is no such block and
    the animation plays once. `end` is the offset behind the trailer; `trailing_bytes` follow it. `dropped`
    lists, in order, what a clean copy leaves out before `end`.
    """

    version: str
    width: int
    height: int
    images: tuple[ImageBlock, ...]
    loop_count: int | None
    end: int
    trailing_bytes: int
    dropped: tuple[Span, ...]

    @property
    def frames(self) -> int:
        """Return the number of images."""
        return len(self.images)

    @property
    def raw_duration_ms(self) -> int:
        """Return the sum of the delays as the file states them."""
        return sum(image.delay_cs for image in self.images) * 10

    @property
    def duration_ms(self) -> int:
        """Return the sum of the delays as browsers play them."""
        return sum(image.effective_delay_ms for image in self.images)

    @property
    def has_transparency(self) -> bool:
        """Say whether some image names a transparent colour."""
        return any(image.transparent_index is not None for image in self.images)

    @property
    def is_clean(self) -> bool:
        """Say whether a clean copy would be the file itself."""
        return not self.dropped and not self.trailing_bytes
