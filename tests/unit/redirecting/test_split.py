from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redirecting.split import choose_target
from sharelinks.routing import Variant

A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"
VISITORS = [f"{number:08x}" for number in range(20_000)]


def chosen(weights, code="abc"):
    variants = [Variant(target, weight) for target, weight in weights.items()]
    return [choose_target(variants, code, visitor, 0.0) for visitor in VISITORS]


def chi_square(counts, weights):
    total, weight_sum = sum(counts.values()), sum(weights.values())
    expected = {target: total * weight / weight_sum for target, weight in weights.items()}
    return sum((counts[target] - expected[target]) ** 2 / expected[target] for target in weights)


# Bounds are the 99.9 % quantiles of chi-square with one and two degrees of freedom.
@pytest.mark.parametrize(
    ("weights", "bound"),
    [
        ({A: 1, B: 1}, 10.83),
        ({A: 90, B: 10}, 10.83),
        ({A: 1, B: 99}, 10.83),
        ({A: 5, B: 3, C: 2}, 13.82),
    ],
)
@pytest.mark.parametrize("code", ["abc", "Xy12_-Zz"])
def test_visitors_are_spread_by_weight(weights, bound, code):
    assert chi_square(Counter(chosen(weights, code)), weights) < bound


@pytest.mark.parametrize("weights", [{A: 1, B: 1}, {A: 5, B: 3, C: 2}])
def test_draws_are_spread_by_weight_exactly(weights):
    variants = [Variant(target, weight) for target, weight in weights.items()]
    counts = Counter(choose_target(variants, "abc", "", step / 1_000) for step in range(1_000))
    assert counts == {target: 1_000 * weight // sum(weights.values()) for target, weight in weights.items()}


@pytest.mark.parametrize(("draw", "target"), [(0.0, A), (0.2499999, A), (0.25, B), (0.9999999999999999, B)])
def test_a_draw_falls_into_the_half_open_share_of_a_variant(draw, target):
    assert choose_target([Variant(A, 1), Variant(B, 3)], "abc", "", draw) == target


def test_a_visitor_keeps_the_target_whatever_is_drawn_and_however_variants_are_ordered():
    variants = [Variant(A, 5), Variant(B, 3), Variant(C, 2)]
    for visitor in VISITORS[:200]:
        first = choose_target(variants, "abc", visitor, 0.0)
        assert choose_target(variants[::-1], "abc", visitor, 0.999) == first


def test_the_choice_is_the_same_on_every_machine_and_in_every_version():
    weights = {A: 5, B: 3, C: 2}
    assert "".join(target[8] for target in chosen(weights)[:24]) == "abbaababababbcabbabaacba"


def test_links_choose_independently():
    pairs = Counter(zip(chosen({A: 1, B: 1}), chosen({A: 1, B: 1}, code="abd"), strict=True))
    assert chi_square(pairs, {(x, y): 1 for x in (A, B) for y in (A, B)}) < 16.27


def test_a_changed_weight_moves_only_whom_that_variant_gains():
    before, after = chosen({A: 5, B: 3, C: 2}), chosen({A: 5, B: 3, C: 4})
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert {new for _, new in moved} == {C}
    gained = 4 / 12 - 2 / 10
    assert abs(len(moved) / len(VISITORS) - gained) < 0.01


def test_a_removed_variant_moves_only_its_own_visitors():
    pairs = zip(chosen({A: 5, B: 3, C: 2}), chosen({A: 5, B: 3}), strict=True)
    assert {old for old, new in pairs if old != new} == {C}


def test_a_target_listed_twice_has_the_sum_of_its_weights():
    twice = [Variant(A, 1), Variant(B, 2), Variant(A, 1)]
    for visitor in ["", *VISITORS[:200]]:
        once = choose_target([Variant(A, 2), Variant(B, 2)], "abc", visitor, 0.4)
        assert choose_target(twice, "abc", visitor, 0.4) == once


@given(
    st.lists(st.builds(Variant, st.text(), st.integers(1, 2**31)), min_size=1, max_size=10),
    st.text(),
    st.text(),
    st.floats(0, 1, exclude_max=True),
)
def test_any_split_leads_to_one_of_its_targets(variants, code, visitor, draw):
    assert choose_target(variants, code, visitor, draw) in {variant.target for variant in variants}


def test_halves_of_surrogate_pairs_do_no_harm():
    assert choose_target([Variant("https://a.example/\ud800", 1)], "abc", "\udfff", 0.0)
