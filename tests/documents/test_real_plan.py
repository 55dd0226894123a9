"""The real statement of action, read exactly. `real_actions.txt` was written out from the document on its own:
reference | owners | timescale | due date | items of evidence | dates of progress.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from documents.read import read_plan
from documents.statement import read_statement
from programme.plan import Lead, Plan, PlanAction

PERIODS = ["Jan 2022 (baseline)", "May 2022", "Sep 2022", "Jan 2023", "May 2023"]
WITHOUT_BASELINE = {"P1.2b", "P1.2c", "P1.2e", "P1.2f"}
UNKNOWN_OWNERS = {
    "Business Intelligence": "P1.1e",
    "Local Area Strategic Leaders": "P1.2b, P1.2c",
    "BMBC and the CCG": "P1.2b, P1.2c",
    "SM EHC": "P1.3b, P2.2d, P2.3e",
    "FIS Manager": "P1.5a, P1.5b, P1.5c, P1.5d",
    "EIS Managers": "P1.6b",
    "HoS SC": "P1.7a",
    "SM 0-19 PHS": "P1.7b",
    "SM Compass": "P2.3a",
    "EWS": "P2.3f",
}
GROUPS = [
    "Cabinet",
    "CCG Governing Body",
    "Trust Executive Group",
    "Executive Commissioning Group",
    "SEND Oversight Board",
    "SEND Improvement Group",
    "Barnsley Schools Alliance Board",
    "Barnsley Schools Alliance (BSA)",
    "Leadership Group",
    "Quality of Education",
    "SEND Sufficiency Group",
    "SEND Youth Forum",
    "Local Area SEND Impact Group (LASIG)",
    "Parents/carer voice",
    "Autism Partnership Board (APB)",
    "Preparation for Adulthood Steering Group (PfA)",
    "Local Offer Steering Group",
]
ABBREVIATIONS = """
EDCS | COO | Cllr | SD EES&P | HoS SEND | SENDPO | YVPC | GLRP | BIA | Barnsley Schools Alliance | SENDIO | Comms
SM YV | DCO | SM EWS | SEO | PEP | SM Fin | SM Early Int | HoS MH&D | SM EH | TM CAMHS | TL | BSA | DP BC | HoS CSC
FIS | PEP | Man P16 | HoC | SM YJS | TM CDT | GM PA | Con EY | S&SM EHC | SM Comm | SM 0-19
"""


@pytest.fixture(scope="module")
def plan(real_plan_text: str) -> Plan:
    return read_statement(real_plan_text)


def action(plan: Plan, ref: str) -> PlanAction:
    return next(action for action in plan.actions if action.ref == ref)


def test_every_action_has_its_owners_timescale_evidence_and_progress(plan: Plan) -> None:
    table = (Path(__file__).parent / "real_actions.txt").read_text(encoding="utf-8").splitlines()
    assert len(table) == 54
    assert [_line(action) for action in plan.actions] == table


def _line(action: PlanAction) -> str:
    due_on = action.timescale.due_on
    progress = " ".join(f"{entry.on:%d/%m/%y}" for entry in action.progress)
    return " | ".join(
        [
            action.ref,
            ", ".join(action.owners),
            action.timescale.text,
            due_on.isoformat() if due_on else "-",
            str(len(action.evidence)),
            progress or "-",
        ]
    )


def test_28_of_54_are_overdue_on_5_september_2022(plan: Plan) -> None:
    dates = [action.timescale.due_on for action in plan.actions]
    assert sum(due_on is not None and due_on < date(2022, 9, 5) for due_on in dates) == 28


def test_no_rating_is_invented(plan: Plan) -> None:
    assert {action.rag for action in plan.actions} == {None}


def test_focus_areas_stand_under_their_priority(plan: Plan) -> None:
    areas = [(area.ref, area.priority) for area in plan.focus_areas]
    assert areas == [(f"P1.{n}", "P1") for n in range(1, 8)] + [(f"P2.{n}", "P2") for n in range(1, 7)]
    assert all(area.text.startswith("Ofsted/CQC: ") for area in plan.focus_areas)
    assert {action.ref[:-1] for action in plan.actions} == {area.ref for area in plan.focus_areas}
    assert all(action.ref[:-1] == action.focus_area for action in plan.actions)


def test_priorities_have_their_leads(plan: Plan) -> None:
    first, second = plan.priorities
    assert (first.ref, second.ref) == ("P1", "P2")
    assert first.title.startswith("The engagement of, and")
    assert second.title.endswith("without an EHC plan.")
    chief = Lead("CCG/ICS", "Chief Operating Officer")
    assert first.leads == (Lead("LA", "Executive Director Children's Services"), Lead("BSA", "Chairs"), chief)
    alliance = Lead("Barnsley Schools Alliance", "Chairs")
    assert second.leads == (Lead("LA", "EDCS"), Lead("LA", "Lead Member"), alliance, chief)


def test_ratings_roles_and_groups(plan: Plan) -> None:
    assert [rating.name for rating in plan.ratings] == ["At risk", "Vulnerable", "On track", "Deferred"]
    assert plan.ratings[3].definition.endswith("as mitigation is in place.")
    assert [group.name for group in plan.groups] == GROUPS
    assert plan.groups[4].purpose == "Strategic accountability for SEND and vulnerable learners."
    assert [role.abbreviation for role in plan.roles] == re.split(r"\s*[|\n]\s*", ABBREVIATIONS.strip())
    assert len(plan.roles) == 37
    assert plan.roles[21].organisation == "SW Yorks Partnership NHS Foundation Trust"


def test_metrics_have_every_period_and_their_baseline(plan: Plan) -> None:
    assert [metric.ref for metric in plan.metrics] == [action.ref for action in plan.actions]
    assert all([point.period for point in metric.points] == PERIODS for metric in plan.metrics)
    without = {metric.ref for metric in plan.metrics if metric.points[0].text is None}
    assert without == WITHOUT_BASELINE
    assert all(point.text is None for metric in plan.metrics for point in metric.points[1:])
    fifth = plan.metrics[4].points[0].text
    assert fifth is not None
    assert fifth.splitlines()[1:] == ["• Green (66.6%)", "• Amber (5.6%)", "• Red (27.8%)"]


def test_mark_up_is_gone_and_what_it_meant_is_kept(plan: Plan) -> None:
    assert "(>80% accuracy)" in action(plan, "P2.3c").text
    assert not re.search(r"</?\w+>|&\w+;|\*\*|\t|  ", repr(plan))


def test_the_row_that_lost_a_tab_is_put_right(plan: Plan) -> None:
    shifted = action(plan, "P1.2e")
    assert shifted.text.startswith("Coproduce, with")
    assert shifted.success_criteria is not None
    assert shifted.success_criteria.startswith("Strategic leaders and elected members")
    assert shifted.outcome is not None
    assert shifted.outcome.startswith("Knowledge and understanding")
    assert shifted.evidence == ("CPD programme and evaluations.",)
    assert [doubt.where for doubt in plan.warnings if "one column to the left" in doubt.text] == ["P1.2e"]


def test_numbers_are_taken_off_evidence_and_nothing_else(plan: Plan) -> None:
    assert action(plan, "P1.2a").evidence == (
        "Terms of reference for strategic meetings.",
        "Minutes from strategic meetings.",
    )
    assert action(plan, "P1.2b").evidence[0].startswith("Memorandum of understanding from")


def test_no_word_of_an_action_is_lost(plan: Plan, real_plan_text: str) -> None:
    read = {action.ref: _words_of(action) for action in plan.actions}
    assert read == dict(_rows(real_plan_text))


def _rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each row of actions by its reference, as the words of what follows its focus area; parted by no table."""
    area = ""
    for line in text.partition("key indicators")[0].splitlines():
        if begins := re.match(r"(P\d\.\d)\t[^\t]+\t", line):
            area = begins[1]
        elif not re.match(r"\t+[a-z]\. ", line):
            continue
        row = line[begins.end() :] if begins else line.lstrip("\t")
        yield area + row[0], _words(row.replace("&gt;", ">"))


def _words_of(action: PlanAction) -> list[str]:
    numbered = len(action.evidence) > 1 or not action.evidence[0].startswith("Memorandum")
    parts = [
        f"{action.ref[-1]}.",
        action.text,
        *action.owners,
        action.timescale.text,
        action.success_criteria or "",
        *(f"{entry.on:%d/%m/%y}: {entry.text}" for entry in action.progress),
        action.outcome or "",
        *(f"{n}. {item}" if numbered else item for n, item in enumerate(action.evidence, 1)),
    ]
    return _words(" ".join(parts))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’>%&.()-]+", text)


def test_each_unknown_owner_is_asked_about_once(plan: Plan) -> None:
    asked = [doubt for doubt in plan.warnings if "is not in the roles table" in doubt.text]
    assert {re.findall("“(.+?)”", doubt.text)[0]: doubt.where for doubt in asked} == UNKNOWN_OWNERS
    assert len(asked) == 10
    for doubt in asked:
        suggested = doubt.text.partition("Did you mean ")[2]
        assert suggested.count(";") + suggested.count(" or ") == 2, doubt.text


def test_what_else_is_odd_is_said(plan: Plan) -> None:
    others = {(doubt.where, doubt.text) for doubt in plan.warnings if "is not in the roles table" not in doubt.text}
    assert others == {
        ("P1.2e", "The row of P1.2e stood one column to the left and was put right."),
        ("P1.2b", "“Completed” stands in place of a date: it is taken as complete."),
        (
            "PEP",
            "The abbreviation PEP stands twice in the roles table: “Principal EP” and "
            "“Principal Educational Psychologist”.",
        ),
    }


def test_it_is_read_in_a_fifth_of_a_second(real_plan_text: str) -> None:
    data = real_plan_text.encode()
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        read_plan(data, "plan.txt")
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.2


def test_nothing_of_the_real_plan_stands_in_the_reader(plan: Plan) -> None:
    rooms = Path(__file__).parents[2] / "documents"
    known = {
        *(action.ref for action in plan.actions),
        *(area.ref for area in plan.focus_areas),
        *(owner for action in plan.actions for owner in action.owners),
        *(role.title for role in plan.roles),
        *(group.name for group in plan.groups if group.name not in {"Cabinet"}),
        *(text for action in plan.actions for text in (action.text, action.success_criteria, action.outcome) if text),
        *PERIODS,
    }
    for name in ("cells", "doubts", "markup", "plan_json", "read", "references", "statement", "tables"):
        source = (rooms / f"{name}.py").read_text(encoding="utf-8")
        found = [text for text in known if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", source)]
        assert not found, f"{name}.py: {found}"


def test_the_table_of_actions_is_dated_in_order() -> None:
    """A check of `real_actions.txt` itself: each due date is the last day of the month that was written."""
    for line in (Path(__file__).parent / "real_actions.txt").read_text(encoding="utf-8").splitlines():
        _ref, _owners, timescale, due_on, *_ = line.split(" | ")
        if timescale == "Completed":
            assert due_on == "-"
        else:
            assert date.fromisoformat(due_on).strftime("%b-%y") == timescale
