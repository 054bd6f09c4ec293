"""One of several weighted targets, and the same one for the same visitor."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sharelinks.routing import Variant

_STEPS = 2**52


def choose_target(variants: Iterable[Variant], code: str, visitor: str, draw: float) -> str:
    """Return the target of one variant, each as likely as its weight says; there must be at least one.

    A known visitor keeps the target: weighted rendezvous hashing over link, visitor and target. When one
    weight changes, or a variant comes or goes, only visitors that it gains or loses move. Without a visitor
    `draw`, a number in [0, 1), decides. Variants with one target count as one with the sum of the weights.
    """
    weights: dict[str, int] = {}
    for variant in variants:
        weights[variant.target] = weights.get(variant.target, 0) + variant.weight
    if not visitor:
        return _drawn(weights, draw)
    seed = blake2b(f"{code}\0{visitor}\0".encode("utf-8", "surrogatepass"), digest_size=8)
    return max(weights, key=lambda target: weights[target] / _exponential(seed.copy(), target))


def _drawn(weights: dict[str, int], draw: float) -> str:
    ends = list(accumulate(weights.values()))
    return list(weights)[bisect_right(ends, draw * ends[-1])]


def _exponential(seed: blake2b, target: str) -> float:
    """Return an exponentially distributed number that belongs to visitor and target; never 0."""
    seed.update(target.encode("utf-8", "surrogatepass"))
    uniform = ((int.from_bytes(seed.digest()) >> 12) + 0.5) / _STEPS
    return -log(uniform)
