from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.plan_json import plan_from_dict, plan_to_dict, plan_to_json
from documents.statement import read_statement
from programme.plan import (
    Doubt,
    Entry,
    FocusArea,
    Lead,
    Metric,
    Plan,
    PlanAction,
    PlanGroup,
    PlanRole,
    Point,
    Priority,
    RatingDefinition,
)
from programme.rag import Rag
from programme.timescales import Timescale

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "bot" / "sample" / "plan.txt"

texts = st.text(max_size=8)
some = st.none() | texts
days = st.none() | st.dates()


def many(*fields: st.SearchStrategy[object], of: type) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.builds(of, *fields), max_size=2).map(tuple)


timescales = st.builds(
    Timescale, texts, days, st.booleans(), st.sampled_from(["dated", "completed", "ongoing", "unset", "unread"]), some
)
plans = st.builds(
    Plan,
    texts,
    many(
        texts,
        texts,
        texts,
        st.lists(texts, max_size=2).map(tuple),
        timescales,
        st.none() | st.sampled_from(Rag),
        some,
        some,
        st.lists(texts, max_size=2).map(tuple),
        many(days, texts, of=Entry),
        of=PlanAction,
    ),
    many(texts, texts, texts, of=FocusArea),
    many(texts, texts, many(texts, texts, of=Lead), of=Priority),
    many(texts, texts, of=RatingDefinition),
    many(texts, texts, texts, of=PlanRole),
    many(texts, texts, of=PlanGroup),
    many(texts, many(texts, some, of=Point), of=Metric),
    many(texts, texts, of=Doubt),
)


@given(plans)
def test_a_plan_comes_back_from_json_as_it_was(plan: Plan) -> None:
    assert plan_from_dict(json.loads(json.dumps(plan_to_dict(plan)))) == plan


@pytest.mark.parametrize("path", [SAMPLE, HERE / "second_plan.txt"], ids=["sample", "second"])
def test_a_plan_that_was_read_comes_back_too(path: Path) -> None:
    plan = read_statement(path.read_text(encoding="utf-8"))
    assert plan_from_dict(json.loads(json.dumps(plan_to_dict(plan)))) == plan


def test_what_import_prints_has_exactly_the_agreed_shape() -> None:
    plan = Plan(
        title="A plan",
        actions=(
            PlanAction(
                "Q1.1a",
                "Q1.1",
                "Build.",
                ("Me", "You"),
                Timescale("May-23", date(2023, 5, 31), exact=False, state="dated"),
                Rag.AT_RISK,
                "Built.",
                "Homes.",
                ("Plan.",),
                (Entry(date(2023, 3, 14), "Met."), Entry(None, "Talked.")),
            ),
            PlanAction(
                "Q1.1b", "Q1.1", "Let.", (), Timescale("Completed", None, False, "completed"), None, None, None, (), ()
            ),
        ),
        focus_areas=(FocusArea("Q1.1", "Homes", "Q1"),),
        priorities=(Priority("Q1", "Housing", (Lead("LA", "Chief"),)),),
        ratings=(RatingDefinition("At risk", "Bad."),),
        roles=(PlanRole("Me", "Manager", "LA"),),
        groups=(PlanGroup("Board", "Steers."),),
        metrics=(Metric("Q1.1a", (Point("Now", "1"), Point("Later", None))),),
        warnings=(Doubt("Q1.1b", "Odd."),),
    )
    assert plan_to_json(plan) == {
        "actions": [
            {
                "ref": "Q1.1a",
                "focus_area": "Q1.1",
                "text": "Build.",
                "owners": ["Me", "You"],
                "timescale": "May-23",
                "due_on": "2023-05-31",
                "state": "open",
                "rag": "at_risk",
                "success_criteria": "Built.",
                "outcome": "Homes.",
                "evidence": ["Plan."],
                "progress": [{"on": "2023-03-14", "text": "Met."}, {"on": None, "text": "Talked."}],
            },
            {
                "ref": "Q1.1b",
                "focus_area": "Q1.1",
                "text": "Let.",
                "owners": [],
                "timescale": "Completed",
                "due_on": None,
                "state": "complete",
                "rag": None,
                "success_criteria": None,
                "outcome": None,
                "evidence": [],
                "progress": [],
            },
        ],
        "focus_areas": [{"ref": "Q1.1", "text": "Homes"}],
        "priorities": [{"ref": "Q1", "title": "Housing", "leads": [{"organisation": "LA", "role": "Chief"}]}],
        "ratings": [{"name": "At risk", "definition": "Bad."}],
        "roles": [{"abbreviation": "Me", "title": "Manager", "organisation": "LA"}],
        "groups": [{"name": "Board", "purpose": "Steers."}],
        "metrics": [{"ref": "Q1.1a", "points": [{"period": "Now", "text": "1"}, {"period": "Later", "text": None}]}],
        "warnings": [{"where": "Q1.1b", "text": "Odd."}],
    }
