"""Who may do what, as one table; and nobody agrees their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.facts import Actor, Mitigation
from programme.permissions import (
    Deed,
    compose_refusal,
    find_deciding_group,
    is_own_proposal,
    may,
    may_agree,
    say_decider,
)
from tests.programme.people import OFFICE, TODAY, action, actor, group, owner, proposal

BOARD = group("Board", "D", strategic=True)
SCHOOLS = group("Schools", "S", holds=("P1",), reports_to=("Board",))
ACTION = action("A", "B", mitigation=Mitigation("by hand", "M", "", None, False, None, TODAY, owner("M")))

OWNER, CO_OWNER, STRANGER = actor("A"), actor("B"), actor("Z")
CHAIR = actor("S", chairs=("Schools",))
OTHER_CHAIR = actor("D", chairs=("Board",))
LEAD = actor("X", reads_all=True)
MITIGATES = actor("M")


@pytest.mark.parametrize(
    ("who", "deeds"),
    [
        (OWNER, {"read", "update", "confirm"}),
        (CO_OWNER, {"read", "update", "confirm"}),
        (CHAIR, {"read", "update", "confirm", "decide"}),
        (OTHER_CHAIR, {"read"}),
        (LEAD, {"read"}),
        (MITIGATES, {"read", "confirm"}),
        (STRANGER, set()),
        (OFFICE, {"read", "update", "confirm", "decide", "office"}),
        (Actor("console:Q", "Q"), set()),
    ],
)
def test_each_may_do_this_and_no_more(who: Actor, deeds: set[str]) -> None:
    every: tuple[Deed, ...] = ("read", "update", "confirm", "decide", "office")
    assert {deed for deed in every if may(who, deed, ACTION, SCHOOLS)} == deeds


def test_without_an_action_only_the_office_may() -> None:
    assert may(OFFICE, "office")
    assert not any(may(who, "office") or may(who, "read") for who in (OWNER, CHAIR, LEAD, STRANGER))


def test_a_role_is_matched_in_any_case_and_by_what_it_means() -> None:
    assert may(replace(STRANGER, roles=("a",)), "update", ACTION)
    renamed = replace(ACTION, owners=(replace(owner("A"), text="Officer of the first department"),))
    assert may(OWNER, "update", renamed)


def test_a_mitigation_may_name_a_person() -> None:
    named = replace(ACTION, mitigation=Mitigation("by hand", "z", "", None, False, None, TODAY))
    assert may(STRANGER, "confirm", named)
    assert not may(STRANGER, "update", named)
    nobody = replace(ACTION, mitigation=Mitigation("by hand", "", "", None, False, None, TODAY))
    assert not may(replace(STRANGER, label=""), "confirm", nobody)


GROUPS = (BOARD, SCHOOLS)


def test_the_holding_groups_chair_agrees() -> None:
    proposed = action("A", proposal=proposal("A"))
    assert find_deciding_group(proposed, GROUPS) == SCHOOLS
    assert [may_agree(who, proposed, GROUPS) for who in (CHAIR, OTHER_CHAIR, OFFICE, OWNER, LEAD)] == [
        True,
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("owners", "by"),
    [(("S",), "S"), (("S", "A"), "A"), (("A",), "S")],
)
def test_what_is_the_chairs_own_goes_to_the_group_above(owners: tuple[str, ...], by: str) -> None:
    proposed = action(*owners, proposal=proposal(by))
    assert find_deciding_group(proposed, GROUPS) == BOARD
    assert not may_agree(CHAIR, proposed, GROUPS)
    assert may_agree(OTHER_CHAIR, proposed, GROUPS)


@pytest.mark.parametrize(
    "groups",
    [
        (replace(SCHOOLS, reports_to=()),),
        (replace(SCHOOLS, reports_to=("Gone",)),),
        (SCHOOLS, group("Board", "S", strategic=True)),
        (SCHOOLS, group("Board", strategic=True)),
        (SCHOOLS, replace(group("Board", "S"), reports_to=("Schools",))),
        (replace(SCHOOLS, reports_to=("Schools",)),),
        (),
    ],
)
def test_without_one_above_who_may_it_goes_to_the_office(groups: tuple[object, ...]) -> None:
    proposed = action("S", proposal=proposal("S"))
    assert find_deciding_group(proposed, groups) is None  # type: ignore[arg-type]
    assert may_agree(OFFICE, proposed, groups)  # type: ignore[arg-type]
    assert say_decider(None) == "the programme office"


def test_of_two_chairs_the_one_who_does_not_own_it_agrees() -> None:
    groups = (group("Schools", "S", "T", holds=("P1",)),)
    proposed = action("S", proposal=proposal("S"))
    assert find_deciding_group(proposed, groups) == groups[0]
    assert may_agree(actor("T", chairs=("Schools",)), proposed, groups)
    assert not may_agree(CHAIR, proposed, groups)


def test_the_office_does_not_agree_its_own_either() -> None:
    proposed = action("A", proposal=replace(proposal("A"), by="office"))
    assert not may_agree(OFFICE, proposed, GROUPS)
    assert may_agree(CHAIR, proposed, GROUPS)


letters = st.sampled_from("ABDSTX")


@given(st.sets(letters, min_size=1, max_size=3), letters, letters, st.lists(letters, max_size=2), st.booleans())
def test_nobody_ever_agrees_their_own(
    owners: set[str], by: str, who: str, chairs: list[str], in_the_office: bool
) -> None:
    groups = (group("Schools", *chairs, holds=("P1",), reports_to=("Board",)), BOARD)
    proposed = action(*sorted(owners), proposal=proposal(by))
    names = tuple(one.name for one in groups if any(chair.name == who for chair in one.chairs))
    asking = actor(who, chairs=names, office=in_the_office)
    if may_agree(asking, proposed, groups):
        assert who != by
        assert who not in owners
        assert not is_own_proposal(asking, proposed)
        assert in_the_office or names


@pytest.mark.parametrize("deed", ["read", "update", "confirm", "decide", "office"])
def test_a_refusal_is_one_sentence_that_says_what_to_do(deed: Deed) -> None:
    for holding in (SCHOOLS, None):
        sentence = compose_refusal(deed, ACTION, holding)
        assert sentence.endswith(".")
        assert ". " not in sentence
        assert "charter" not in sentence
