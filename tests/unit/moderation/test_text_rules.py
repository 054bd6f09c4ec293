"""What the text rules find, what they leave alone, and how operators add to them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import ContentCategory, TextRules
from moderation.text.characters import fold
from moderation.text.chunks import chunks, humps
from moderation.text.lists import DEFAULT_RULE_SETS
from moderation.text.notation import category_entries, expand_word
from moderation.text.readings import is_stretch, readings, shorten_runs
from moderation.text.rules import MAX_SCANNED_CHARACTERS

RULES = TextRules.default()


def _category(text: str, rules: TextRules = RULES) -> str:
    found = rules.find(text)
    return found[0].category.value if found else "safe"


@pytest.mark.parametrize(
    "text",
    [
        "porn",
        "PORN",
        "p o r n",
        "p.o.r.n",
        "p-o-r-n",
        "p_o_r_n",
        "p*o*r*n",
        "I l o v e p o r n",
        "p0rn",
        "p 0 r n",
        "pörn",
        "\uff50\uff4f\uff52\uff4e",
        "\U0001d5fd\U0001d5fc\U0001d5ff\U0001d5fb",
        "ⓟⓞⓡⓝ",
        "🅿🅾🆁🅽",
        "\u0440\u043ern",
        "\u0440\u03bfr\u043f",
        "p\u200bo\u200br\u200bn",
        "p\u00ado\u00adr\u00adn",
        "p\u0336o\u0336r\u0336n\u0336",
        "p\u2800o\u2800r\u2800n",
        "p\u3164orn",
        "pooooorn",
        "porrn",
        "p*rn",
        "p#rn",
        "p-rn",
        "p🍑rn",
        "po.rn",
        "porn!!!",
        "(porn)",
        "#freepornvids",
        "FreePornHere",
        "porn2024",
        "x porn.example",
        "a$$ fucking",
        "b00bz",
        "phuck her hard",
        "🍆💦",
        "hot🍆💦",
        "NSFW",
    ],
)
def test_a_disguise_is_seen_through(text: str) -> None:
    assert _category(text) == "nsfw"


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe",
        "assassin",
        "cockatoo",
        "Essex Sussex Middlesex",
        "first class pass",
        "shiitake mushroom",
        "my therapist",
        "Al Gore",
        "white power supply",
        "great tits",
        "Moby Dick",
        "Pen Island",
        "pen is mightier",
        "snap-or-not",
        "super-bowl",
        "between",
        "document",
        "Socialism",
        "B-52",
        "kkkkkkkk",
        "hahahaha",
        "1337",
        "455",
        "4ss3mbly",
        "you win",
        "love you xxx",
        "raccoons",
        "rapping",
        "Ansporn",
        "shoot yourself in the foot",
        "sex education",
        "as s",
        "*",
        "@",
        "$",
        "-",
        "",
        "   ",
    ],
)
def test_what_only_looks_bad_is_left_alone(text: str) -> None:
    assert _category(text) == "safe"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("gas all the jews", "hate_speech"),
        ("immigrants are vermin", "hate_speech"),
        ("w h i t e p o w e r", "hate_speech"),
        ("beheading video", "graphic_violence"),
        ("kys", "graphic_violence"),
        ("how to make a pipe bomb at home", "illegal"),
        ("free robux generator", "spam"),
        ("#linkinbio", "spam"),
        ("whatsapp +1 555 123 4567", "spam"),
        ("visit https://bit.ly/abc", "spam"),
        ("earn $500 per day", "spam"),
        ("SAVE 50% off", "spam"),
        ("telegram @cryptoking", "spam"),
        ("underage nsfw", "illegal"),
        ("nsfw and underage", "illegal"),
    ],
)
def test_phrases_name_their_category(text: str, category: str) -> None:
    assert _category(text) == category


def test_an_allowed_phrase_excuses_only_its_own_words() -> None:
    assert _category("Al Gore porn") == "nsfw"
    assert _category("Al Gore gore") == "graphic_violence"
    assert _category("therapist rapist") == "illegal"


def test_a_finding_names_the_rule_and_the_words() -> None:
    found = RULES.find("watch FREE r0bux here")
    assert (found[0].category, found[0].confidence) == (ContentCategory.SPAM, 0.9)
    assert found[0].matched == "free r0bux"


def test_findings_come_surest_and_gravest_first() -> None:
    found = RULES.find("naked porn csam nigger viagra")
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    assert [one.category.value for one in found[:3]] == ["illegal", "hate_speech", "nsfw"]


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert RULES.find("a " * (MAX_SCANNED_CHARACTERS // 2) + "porn") == []


AWKWARD = st.text(
    alphabet=st.one_of(
        st.sampled_from("porn fuck. *-_@$!|+€(<0134$%'\u200b\u0336🍆💦🅿роα\ud83d\n\t\x00#/:&"),
        st.characters(),
    ),
    max_size=400,
)


@settings(deadline=None, max_examples=300)
@given(AWKWARD)
def test_no_text_makes_it_raise(text: str) -> None:
    for finding in RULES.find(text):
        assert 0 < finding.confidence <= 1
        assert finding.rule


@settings(deadline=None, max_examples=300)
@given(AWKWARD)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@settings(deadline=None, max_examples=200)
@given(AWKWARD)
def test_chunks_have_parts_and_readings_have_the_plain_one_first(text: str) -> None:
    for chunk in chunks(fold(text)):
        assert chunk.parts
        for part in filter(None, chunk.parts):
            assert readings(part)[0] == part.casefold()


@settings(deadline=None)
@given(
    st.sampled_from(sorted({"porn", "hentai", "blowjob"})), st.lists(st.sampled_from(" .-_*~"), min_size=1)
)
def test_a_word_is_found_whatever_separates_its_letters(word: str, separators: list[str]) -> None:
    assert _category(separators[0].join(word)) == "nsfw"


def test_the_work_grows_with_the_text_and_no_faster() -> None:
    """Counted in function calls, not in time: a busy machine must not matter."""
    for piece in (
        "a ",
        "kill all the ",
        "f*",
        "ab-",
        "🍆",
        "girls",
        "how to ",
        "1(",
        "a.com/",
        "buy cheap real ",
    ):
        small, large = _calls((piece * 5_000)[:2_000]), _calls((piece * 5_000)[:8_000])
        assert large < 6 * small + 20_000, piece


def _calls(text: str) -> int:
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    RULES.find("warm")
    previous = sys.getprofile()
    sys.setprofile(count)
    try:
        RULES.find(text)
    finally:
        sys.setprofile(previous)
    return calls


def test_importing_compiles_nothing() -> None:
    code = (
        "import sys; sys.path.insert(0, 'src'); import moderation;"
        "assert 'moderation.text.lists' not in sys.modules;"
        "assert not {'sqlite3', 'secrets', 'random', 'tomllib', 'threading'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-S", "-c", code], check=True)


def test_the_default_rules_are_compiled_once() -> None:
    assert TextRules.default() is TextRules.default()
    assert TextRules.default().lexicon is RULES.lexicon


@pytest.mark.parametrize(("typed", "listed", "same"), [("fuuck", "fuck", True), ("bobs", "boobs", False)])
def test_a_stretched_word_has_at_least_the_letters_of_the_listed_one(
    typed: str, listed: str, same: bool
) -> None:
    assert is_stretch(typed, listed) is same


def test_runs_are_shortened_and_humps_found() -> None:
    assert shorten_runs("booooob", 2) == "boob"
    assert list(humps("SexyGirls")) == ["Sexy", "Girls"]
    assert list(humps("plain")) == []


def test_no_shipped_word_is_both_listed_and_allowed() -> None:
    listed = {
        form
        for rules in DEFAULT_RULE_SETS
        for _, _, entry in category_entries(rules.words)
        for form in expand_word(entry)
    }
    assert sorted(listed & RULES.lexicon.allowed) == []


def test_every_category_has_words_and_patterns() -> None:
    for kind in ("words", "patterns"):
        found = {category for rules in DEFAULT_RULE_SETS for category in getattr(rules, kind)}
        assert found == set(ContentCategory) - {ContentCategory.SAFE, ContentCategory.UNKNOWN}
