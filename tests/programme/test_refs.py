"""References: every spelling of one has one key, and what was not typed is never applied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.refs import bare_key, is_certain, nearest_refs, plain, ref_key, split_refs

REFS = ("P1.1a", "P1.1b", "P2.3c", "E2.3c", "P10.12d", "E1.4a")
canonical = st.builds(
    "{}{}.{}{}".format, st.sampled_from("PE"), st.integers(1, 30), st.integers(1, 30), st.sampled_from("abcdefgh")
)


def spell(ref: str, join: str, upper: bool, before: str, after: str) -> str:
    """A reference as people type it: `P2.3c` with something between number and letter."""
    number, letter = ref[:-1], ref[-1]
    text = f"{number}({letter})" if join == "()" else f"{number}{join}{letter}"
    return before + (text.upper() if upper else text.lower()) + after


spellings = st.tuples(
    st.sampled_from(["", " ", ".", "()", "\u00a0"]),
    st.booleans(),
    st.sampled_from(["", " ", "\t", "\u200e"]),
    st.sampled_from(["", " ", "\u200f"]),
)


@given(canonical, spellings)
def test_every_spelling_has_the_key_of_the_reference(ref: str, how: tuple[str, bool, str, str]) -> None:
    typed = spell(ref, *how)
    assert ref_key(typed) == ref_key(ref)
    assert bare_key(typed) == ref_key(ref[1:]) == bare_key(ref)
    assert ref_key(typed.strip("\u200e\u200f \t")[1:]) == bare_key(ref)


@given(canonical, spellings, st.sampled_from(["at-risk", "red", "amber", "because it rained", "3 schools", "Dec-22"]))
def test_a_spelling_before_words_is_split_from_them(ref: str, how: tuple[str, bool, str, str], words: str) -> None:
    typed, rest = split_refs(f"{spell(ref, *how)} {words}")[0]
    assert ref_key(typed) == ref_key(ref)
    assert rest == words


@given(st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert ref_key(ref_key(text)) == ref_key(text)
    for typed, rest in split_refs(text):
        assert typed
        assert typed in plain(text)
        assert rest in plain(text)
    assert len(nearest_refs(text, REFS)) <= 3
    assert is_certain(text) in (True, False)


@given(canonical)
def test_a_known_reference_is_its_own_nearest(ref: str) -> None:
    assert nearest_refs(ref.lower(), [ref, "Z99.99z"])[0] == ref


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("P2.3c red", [("P2.3c", "red")]),
        ("P2.3 c at-risk", [("P2.3 c", "at-risk"), ("P2.3", "c at-risk")]),
        ("P2.3 at-risk", [("P2.3", "at-risk")]),
        ("P2.3 amber", [("P2.3", "amber")]),
        ("P2.3(c): red", [("P2.3(c)", "red")]),
        ("P2.3.c – red", [("P2.3.c", "red")]),
        ("“P2.3c” red", [("P2.3c", "red")]),
        ("(P2.3c) (see the note)", [("P2.3c", "(see the note)")]),
        ("P2.3c's template", [("P2.3c", "'s template")]),
        ("P2.3c 'quoted'", [("P2.3c", "'quoted'")]),
        ("1.1.2 a new form", [("1.1.2 a", "new form"), ("1.1.2", "a new form")]),
        ("AP1–03, red", [("AP1-03", "red")]),
        ("P2·3c red · 3·5%", [("P2.3c", "red · 3.5%")]),
        ("P2.3c\nred", [("P2.3c", "red")]),
        ("- P2.3c: red", [("P2.3c", "red")]),
        ("P2.3c", [("P2.3c", "")]),
        ("red P2.3c", []),
        ("", []),
        ("P", []),
        ("c", []),
    ],
)
def test_words_are_read_as_a_reference_and_the_rest(text: str, readings: list[tuple[str, str]]) -> None:
    assert split_refs(text) == readings


@pytest.mark.parametrize("text", ["P9.9z", "9.9z red", "AP1-03", "P1.1", "1.1(a)", "9.9 z"])
def test_what_can_be_nothing_but_a_reference(text: str) -> None:
    assert is_certain(text)


@pytest.mark.parametrize("text", ["3 schools", "2.5 days", "Q3 figures", "12.10.2022 was the day", "and so on", ""])
def test_a_number_need_not_be_a_reference(text: str) -> None:
    assert not is_certain(text)


def test_the_nearest_are_offered_best_first_and_nothing_far() -> None:
    assert nearest_refs("P1.1c", REFS)[:2] == ["P1.1a", "P1.1b"]
    assert nearest_refs("something else", REFS) == []


@pytest.mark.parametrize(
    ("smart", "keyboard"),
    [("“P2.3c” – ‘red’", "\"P2.3c\" - 'red'"), ("at‑risk", "at-risk"), ("a\u202fb", "a b"), ("\ufeffrag", "rag")],
)
def test_smart_typing_turns_plain(smart: str, keyboard: str) -> None:
    assert plain(smart) == keyboard


def test_plain_keeps_the_joiners_of_emoji_and_of_persian() -> None:
    assert plain("👩‍👩‍👧 می‌خواهم") == "👩‍👩‍👧 می‌خواهم"
