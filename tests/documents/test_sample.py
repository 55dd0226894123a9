"""The sample programme: the real one's facts in our own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from documents.markup import plain_text
from documents.statement import read_statement
from programme.plan import Plan

PATH = Path(__file__).parents[2] / "bot" / "sample" / "plan.txt"
LONGEST_RUN = 7  # words


@pytest.fixture(scope="module")
def sample() -> Plan:
    return read_statement(PATH.read_text(encoding="utf-8"))


def test_it_has_everything_a_plan_may_have(sample: Plan) -> None:
    assert len(sample.actions) == len(sample.metrics) == 54
    assert (len(sample.priorities), len(sample.focus_areas)) == (2, 13)
    assert (len(sample.roles), len(sample.groups), len(sample.ratings)) == (37, 17, 4)
    assert sum("is not in the roles table" in doubt.text for doubt in sample.warnings) == 10
    assert [action.ref for action in sample.actions if action.timescale.state == "completed"] == ["P1.2b"]
    assert any("strategic accountability" in group.purpose.lower() for group in sample.groups)


def test_it_has_the_facts_of_the_real_plan(sample: Plan, real_plan_text: str) -> None:
    real = read_statement(real_plan_text)
    assert sample.roles == real.roles
    assert [group.name for group in sample.groups] == [group.name for group in real.groups]
    for ours, theirs in zip(sample.actions, real.actions, strict=True):
        assert (ours.ref, ours.owners, ours.timescale) == (theirs.ref, theirs.owners, theirs.timescale)
    assert sample.warnings == real.warnings


def test_no_sentence_is_copied_from_the_real_plan(sample: Plan, real_plan_text: str) -> None:
    real = _words(real_plan_text)
    runs = {tuple(real[at : at + LONGEST_RUN + 1]) for at in range(len(real) - LONGEST_RUN)}
    facts = {role.title for role in sample.roles} | {group.name for group in sample.groups}
    facts |= {"; ".join(action.owners) for action in sample.actions}
    leads = {plain_text(cell) for cell in _cells() if cell.startswith("LA: ")}
    for cell in _cells():
        words = _words(cell)
        shared = [
            words[at : at + LONGEST_RUN + 1] for at in range(len(words)) if tuple(words[at:][: LONGEST_RUN + 1]) in runs
        ]
        assert not shared or plain_text(cell) in facts | leads, cell


def _cells() -> list[str]:
    return re.split(r"[\t\n]+", PATH.read_text(encoding="utf-8"))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", plain_text(text.replace("\n", " ")).lower())
