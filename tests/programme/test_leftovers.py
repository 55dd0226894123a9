"""What stands after a command and is nobody's words; what is long is somebody's."""

from __future__ import annotations

import pytest

from programme import leftovers

LONG = "the rest of " * 30


@pytest.mark.parametrize(
    "words", ["and the rest", "the rest of them", "all of these", "everything else too", "& others"]
)
def test_the_others_are_named_in_many_ways(words: str) -> None:
    assert leftovers.names_rest(words)


@pytest.mark.parametrize("words", ["all of the pages", "the rest of the money came", "everything is late", ""])
def test_a_sentence_is_somebodys_words(words: str) -> None:
    assert not leftovers.names_rest(words)


def test_thanks_are_no_words_and_words_with_thanks_are_kept_whole() -> None:
    assert leftovers.drop_courtesies("thanks all") == ""
    assert leftovers.drop_courtesies("the form is live, thanks all") == "the form is live, thanks all"


def test_what_is_long_is_somebodys_words_whatever_it_begins_or_ends_with() -> None:
    assert not leftovers.names_rest(LONG)
    assert leftovers.drop_courtesies(LONG) == LONG
    assert leftovers.find_tapped_of_all(LONG) is None
    assert leftovers.begins_with_rest("and the rest came: " + LONG)
    assert leftovers.split_last_of_all(f"{LONG} came, no change to the rest") == (f"{LONG} came", "nochange")
