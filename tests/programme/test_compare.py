from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from programme.compare import Changed, Changes, Named, Twins, compare_plans
from programme.plan import Entry, FocusArea, Lead, Plan, PlanAction, PlanGroup, PlanRole, Priority
from programme.rag import Rag
from programme.timescales import parse_timescale

BUILD = PlanAction("P4.1a", "P4.1", "Build.", ("Me",), parse_timescale("Feb-22"), None, None, None, (), ())
LET = replace(BUILD, ref="P4.1b", text="Let.")
BOARD = PlanGroup("Housing Oversight Board", "Steers.")
ROLE = PlanRole("HoH", "Head of Housing", "Council: Homes and Roads")
PLAN = Plan(
    "A plan",
    (BUILD, LET),
    (FocusArea("P4.1", "Homes", "P4"),),
    (Priority("P4", "Housing", (Lead("LA", "Chief"),)),),
    roles=(ROLE, PlanRole("PEP", "First", "Council"), PlanRole("PEP", "Second", "Council")),
    groups=(BOARD,),
)


def test_a_plan_compared_with_itself_has_no_changes() -> None:
    assert compare_plans(PLAN, PLAN) == Changes()
    assert compare_plans(PLAN, PLAN).lines() == ["Nothing has changed."]


def test_the_first_plan_is_counted() -> None:
    changes = compare_plans(None, PLAN)
    assert changes.is_first
    assert changes.lines() == ["New: 1 priority, 1 focus area, 2 actions, 3 roles, 1 group."]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"timescale": parse_timescale("Mar-22")}, "P4.1a: timescale Feb-22 → Mar-22"),
        ({"owners": ("Me", "You")}, "P4.1a: owners Me → Me, You"),
        ({"owners": ()}, "P4.1a: owners Me → none"),
        ({"rag": Rag.AT_RISK}, "P4.1a: rating none → at risk"),
        ({"outcome": "Homes."}, "P4.1a: expected outcome none → Homes."),
        ({"progress": (Entry(date(2023, 3, 14), "Met."),)}, "P4.1a: progress none → 14/03/23: Met."),
    ],
)
def test_a_changed_field_is_one_line(changed: dict[str, object], line: str) -> None:
    new = replace(PLAN, actions=(replace(BUILD, **changed), LET))  # type: ignore[arg-type]
    assert compare_plans(PLAN, new).lines() == [line]


def test_of_long_texts_the_line_shows_where_they_part() -> None:
    begin = "Build homes on every piece of land that the council holds, and let them to "
    old, new = (
        replace(PLAN, actions=(replace(BUILD, text=f"{begin}{who} at once, without waiting for anything else."),))
        for who in ("families", "students")
    )
    assert compare_plans(old, new).lines() == [
        "P4.1a: text “… holds, and let them to families at once, without waiting …” → "
        "“… holds, and let them to students at once, without waiting …”"
    ]


def test_what_is_added_and_gone_is_named() -> None:
    new = replace(PLAN, actions=(BUILD, replace(LET, ref="P4.1c", text="Sell.")), groups=())
    changes = compare_plans(PLAN, new)
    assert changes.added == (Named("action", "P4.1c", "Sell."),)
    assert changes.gone == (Named("action", "P4.1b", "Let."), Named("group", BOARD.name, "Steers."))
    assert changes.lines() == [
        "P4.1b (“Let.”) is gone.",
        "The group Housing Oversight Board (“Steers.”) is gone.",
        "P4.1c (“Sell.”) is new.",
    ]


def test_a_role_is_the_same_by_abbreviation_or_by_title() -> None:
    for changed, field in (
        (replace(ROLE, title="Housing Lead"), "title"),
        (replace(ROLE, abbreviation="HH"), "abbreviation"),
    ):
        changes = compare_plans(PLAN, replace(PLAN, roles=(changed, *PLAN.roles[1:])))
        assert [change.field for change in changes.changed] == [field]
        assert not changes.added
        assert not changes.gone


def test_an_abbreviation_that_stands_twice_is_two_roles() -> None:
    swapped = replace(PLAN, roles=tuple(reversed(PLAN.roles)))
    assert compare_plans(PLAN, swapped) == Changes()
    one_left = replace(PLAN, roles=(ROLE, PLAN.roles[2]))
    assert compare_plans(PLAN, one_left).gone == (Named("role", "PEP", "First"),)


def test_near_twins_are_asked_about_and_stay_gone_and_added() -> None:
    new = replace(
        PLAN,
        groups=(PlanGroup("Housing & Roads Oversight Board", "Steers."),),
        roles=(replace(ROLE, organisation="Council: Homes & Roads"), *PLAN.roles[1:]),
    )
    changes = compare_plans(PLAN, new)
    assert changes.twins == (
        Twins("organisation", "Council: Homes and Roads", "Council: Homes & Roads"),
        Twins("group", "Housing Oversight Board", "Housing & Roads Oversight Board"),
    )
    assert changes.changed == (
        Changed("role", "HoH", "organisation", "Council: Homes and Roads", "Council: Homes & Roads"),
    )
    assert "“Council: Homes & Roads” looks like “Council: Homes and Roads”: the same, renamed?" in changes.lines()
    assert [named.kind for named in changes.gone + changes.added] == ["group", "group"]


def test_a_role_renamed_in_both_its_names_is_asked_about() -> None:
    new = replace(PLAN, roles=(PlanRole("Homes", "Head of Housing Services", ROLE.organisation), *PLAN.roles[1:]))
    assert compare_plans(PLAN, new).twins == (Twins("role", "Head of Housing", "Head of Housing Services"),)


def test_names_that_are_nothing_alike_raise_no_question() -> None:
    new = replace(PLAN, groups=(PlanGroup("Youth Forum", "Speaks."),))
    assert compare_plans(PLAN, new).twins == ()
