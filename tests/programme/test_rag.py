"""Ratings: how people type them, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.rag import COMPLETE, LOOKS, Rag, find_rag, split_complete, split_rag

TYPED = {
    Rag.AT_RISK: ["at risk", "at-risk", "at_risk", "atrisk", "At  Risk", "at - risk", "red", "RED"],
    Rag.VULNERABLE: ["vulnerable", "Vulnerable", "amber", "AMBER"],
    Rag.ON_TRACK: ["on track", "on-track", "on_track", "ontrack", "Green"],
    Rag.DEFERRED: ["deferred", "defer", "DEFERRED"],
}
EVERY = [(rag, typed) for rag, many in TYPED.items() for typed in many]


@pytest.mark.parametrize(("rag", "typed"), EVERY)
def test_a_rating_is_read_however_it_is_typed(rag: Rag, typed: str) -> None:
    assert find_rag(typed) is rag
    assert find_rag(f" {typed}. ") is rag


@pytest.mark.parametrize("rag", list(Rag))
def test_what_we_show_can_be_typed(rag: Rag) -> None:
    assert find_rag(rag.typed) is rag
    assert find_rag(rag.value) is rag
    assert find_rag(LOOKS[rag].word) is rag


@given(
    st.sampled_from(EVERY),
    st.sampled_from([" ", ": ", ", ", " - ", ". ", " because ", "\n", ", because "]),
    st.sampled_from(["no staff", "3 schools left", "the MOU; see https://example.org/a-b", "vulnerable pupils wait"]),
)
def test_the_reason_follows_the_rating(each: tuple[Rag, str], join: str, reason: str) -> None:
    rag, typed = each
    assert split_rag(f"{typed}{join}{reason}") == (rag, reason)


@pytest.mark.parametrize(
    "text", ["", "purple", "redder", "red-hot", "on the track", "track", "at", "on", "greenhouse", "ambers", "blue"]
)
def test_what_is_no_rating(text: str) -> None:
    assert find_rag(text) is None
    assert split_rag(text) == (None, text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("blue", ""),
        ("Done.", ""),
        ("closed: see the minutes", "see the minutes"),
        ("complete because it is live", "it is live"),
        ("completed", ""),
        ("finished", ""),
        ("green", None),
        ("bluebell", None),
        ("done-ish", None),
        ("", None),
    ],
)
def test_complete_is_a_state_and_not_a_rating(text: str, rest: str | None) -> None:
    assert split_complete(text) == rest


@given(st.text(max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    rag, rest = split_rag(text)
    assert rest in text
    assert (rag is None) == (rest == text.strip() and find_rag(text) is None) or rest != text.strip()
    split_complete(text)


def test_no_two_ratings_look_alike_and_none_is_a_colour_alone() -> None:
    looks = [*LOOKS.values(), COMPLETE]
    for attribute in ("icon", "word", "colour"):
        assert len({getattr(look, attribute) for look in looks}) == len(looks)
    assert all(str(look) == f"{look.icon} {look.word}" for look in looks)
