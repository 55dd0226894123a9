"""Reading a statement of action that is not the real one: other columns, other marks, and damage."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from documents.statement import read_statement
from programme.calendar import HalfTerm
from programme.messages import UserError
from programme.plan import Entry, FocusArea, Lead, Plan, PlanGroup, PlanRole, Point
from programme.rag import Rag

SECOND = (Path(__file__).parent / "second_plan.txt").read_text(encoding="utf-8")
SAMPLE = (Path(__file__).parents[2] / "bot" / "sample" / "plan.txt").read_text(encoding="utf-8")
HEADER = "Ref\tFocus area\tActions\tOwner\tTimescale\tSuccess criteria\tProgress\tOutcome\tEvidence\tRAG\n"


def table(*rows: str) -> str:
    return "WSOA priority 4\t\tHousing\n" + HEADER + "\n".join(rows) + "\n"


def doubts(plan: Plan, where: str) -> list[str]:
    return [doubt.text for doubt in plan.warnings if doubt.where == where]


# A second plan, with its columns in another order


@pytest.fixture(scope="module")
def second() -> Plan:
    return read_statement(SECOND, [HalfTerm("Autumn 2 2023", date(2023, 10, 30), date(2023, 12, 15))])


def test_columns_are_found_by_their_words_in_any_order(second: Plan) -> None:
    assert [action.ref for action in second.actions] == ["P3.1a", "P3.1b", "P3.1c", "P3.2a", "E1.2a", "E1.2b"]
    first = second.actions[0]
    assert first.text == "Agree one form with colleges."
    assert first.owners == ("HoT", "VP")
    assert first.timescale.due_on == date(2023, 9, 30)
    assert first.rag is Rag.ON_TRACK
    assert first.success_criteria == "All five colleges use it"
    assert first.outcome == "Nobody repeats a form"
    assert first.evidence == ("The form.", "Minutes of 5. July.")
    assert first.progress == (
        Entry(date(2023, 6, 5), "Draft sent."),
        Entry(date(2023, 6, 7), "Two colleges agree"),
    )
    assert [action.owners for action in second.actions[1:]] == [
        ("ca16+", "Lead nurse"),
        ("V.P.",),
        ("HoT",),
        ("CA 16+",),
        ("LN", "HoT"),
    ]


def test_lists_entities_and_undated_progress_are_kept(second: Plan) -> None:
    assert second.actions[1].success_criteria == "• Two visits\n• One < July"
    assert second.actions[2].progress == (Entry(None, "Since May: 31/02/23: planned."),)
    assert second.actions[3].evidence == ("3. Third first",)
    assert second.actions[4].text == "Share records (>90%)."
    assert second.actions[5].evidence == ("Audit", "Report")


def test_priorities_enablers_and_their_leads(second: Plan) -> None:
    third, enabler = second.priorities
    assert (third.ref, third.title) == ("P3", "Moving on from school.")
    assert third.leads == (
        Lead("Town Council", "HoT"),
        Lead("Town Council", "Lead Member"),
        Lead("Town College Trust", "Vice Principal"),
        Lead("ICB", "Lead Nurse"),
    )
    assert (enabler.ref, enabler.title) == ("E1", "Data we can trust.")
    assert enabler.leads == (Lead("Town Council", "Careers Adviser"),)
    assert second.focus_areas == (
        FocusArea("P3.1", "School to college", "P3"),
        FocusArea("P3.2", "Work", "P3"),
        FocusArea("E1.2", "Records", "E1"),
    )


def test_the_tables_around_the_actions(second: Plan) -> None:
    assert second.title == "Transition plan 2023"
    assert second.roles[1:3] == (
        PlanRole("CA 16+", "Careers Adviser", "Town Council: Schools"),
        PlanRole("VP", "Vice Principal", "Town College Trust"),
    )
    assert len(second.roles) == 4
    assert second.groups[1:] == (
        PlanGroup("Town College Trust (TCT)", "Colleges & sixth forms together."),
        PlanGroup("Young Voices", "A panel of young people."),
    )
    assert [rating.definition for rating in second.ratings] == ["Will fail.", "Must wait."]


def test_metrics_are_put_under_their_periods(second: Plan) -> None:
    points = {metric.ref: metric.points for metric in second.metrics}
    assert points["P3.1a"] == (Point("Start (Sept)", "No form.\nTalks."), Point("Summer 2023", "2 of 5"))
    assert points["P3.1b"] == (Point("Start (Sept)", None), Point("Summer 2023", "14%"))
    assert points["P3.1c"] == (Point("Start (Sept)", None), Point("Summer 2023", None))


def test_whatever_is_odd_is_a_warning(second: Plan) -> None:
    assert doubts(second, "P3.2a") == ["“Blue” is none of the ratings: left as not yet rated."]
    assert doubts(second, "E1.2c") == ["The metrics have a row E1.2c, and there is no such action."]
    assert "“autumn term” has no year." in doubts(second, "P3.1b")
    assert "“31/02/23” in its progress is no date: kept among its words." in doubts(second, "P3.1c")
    assert any(
        "The owner “V.P.” is not in the roles table. Did you mean VP (" in text for text in doubts(second, "P3.1c")
    )
    assert any("no row for E1.2b" in text for text in doubts(second, "E1.2b"))


def test_line_ends_and_a_table_drawn_with_bars_make_no_difference(second: Plan) -> None:
    assert read_statement(SECOND.replace("\n", "\r\n")).actions == read_statement(SECOND).actions
    barred = [f"| {line.replace(chr(9), ' | ')} |" if "\t" in line else line for line in SECOND.split("\n")]
    assert read_statement("\n".join(barred)) == read_statement(SECOND)


def test_term_dates_are_used_for_timescales() -> None:
    plan = read_statement(
        table("P4.1\tHomes\ta. Build.\tMe\tend of autumn term 2023"),
        [HalfTerm("Autumn 2 2023", date(2023, 10, 30), date(2023, 12, 15))],
    )
    assert plan.actions[0].timescale.due_on == date(2023, 12, 15)


# References


def test_references_that_need_no_letter_are_taken_as_they_are() -> None:
    plan = read_statement(
        HEADER
        + "AP1-03\tHomes\tBuild.\tMe\tMay-23\t\nAP1-04\tHomes\tLet.\tYou\tJun-23\t\nQ1.1b\t\tSell.\tMe\tJul-23\t\n"
    )
    assert [(action.ref, action.focus_area, action.text) for action in plan.actions] == [
        ("AP1-03", "AP1-03", "Build."),
        ("AP1-04", "AP1-04", "Let."),
        ("Q1.1b", "Q1.1", "Sell."),
    ]


def test_a_focus_area_whose_priority_row_was_lost_is_not_put_under_another() -> None:
    plan = read_statement(table("P4.1\tHomes\ta. Build.\tMe\tMay-23\t", "P5.1\tRoads\ta. Mend.\tMe\tMay-23\t"))
    assert [(area.ref, area.priority) for area in plan.focus_areas] == [("P4.1", "P4"), ("P5.1", "P5")]
    assert doubts(plan, "P5") == ["No row above the actions of P5.1 names the priority P5."]


def test_a_header_repeated_on_the_next_page_goes_on_with_the_focus_area() -> None:
    top = table("P4.1\tHomes\ta. Build.\tMe\tMay-23\t\t\t\t\t")
    for repeated in (HEADER, table()):
        plan = read_statement(f"{top}\n\n**Plan, page 2**\n2\n{repeated}\t\tb. Let.\tYou\tJun-23\t\t\t\t\t\n")
        assert [action.ref for action in plan.actions] == ["P4.1a", "P4.1b"]
        assert [priority.title for priority in plan.priorities] == ["Housing"]


def test_rows_whose_focus_area_was_lost_go_to_no_other() -> None:
    plan = read_statement(
        table(
            "P4.1\tHomes\ta. Build.\tMe\tMay-23\t",
            "\t\tb. Let.\tMe\tMay-23\t",
            "\t\tb. Mend.\tYou\tMay-23\t",
            "\t\tc. Pave.\tYou\tMay-23\t",
            "P4.3\tParks\tb. Mow.\tUs\tMay-23\t",
        )
    )
    assert [(action.ref, action.owners) for action in plan.actions] == [
        ("P4.1a", ("Me",)),
        ("P4.1b", ("Me",)),
        ("P4.3b", ("Us",)),
    ]
    assert doubts(plan, "line 6") == ["“c. Pave.” belongs to no focus area: left out."]
    assert doubts(plan, "P4.3") == ["P4.3 begins with b: is a row missing?"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("\tb. Let.\tYou\tJun-23\t\t\t\t\t\t", "one column to the left"),
        ("b. Let.\tYou\tJun-23\t\t\t\t\t\t\t", "2 columns to the left"),
        ("\t\t\tb. Let.\tYou\tJun-23\t\t\t\t", "one column to the right"),
    ],
)
def test_a_row_that_stands_off_its_columns_is_put_right(row: str, said: str) -> None:
    plan = read_statement(table("P4.1\tHomes\ta. Build.\tMe\tMay-23\t\t\t\t\t", row))
    assert plan.actions[1].owners == ("You",)
    assert plan.actions[1].timescale.due_on == date(2023, 6, 30)
    assert any(said in text for text in doubts(plan, "P4.1b"))


def test_a_row_without_its_focus_area_keeps_its_reference() -> None:
    plan = read_statement(table("P4.1\ta. Build.\tMe\tMay-23\t\t\t\t\t\t"))
    assert (plan.actions[0].ref, plan.actions[0].owners) == ("P4.1a", ("Me",))


def test_what_cannot_be_numbered_or_placed_is_named() -> None:
    plan = read_statement(
        table(
            "P4.1\tHomes\ta. Build.\tMe\tMay-23\t\t\t\t\t\tover here",
            "\t\tand plant trees.\t\t\t\t\t\t\t",
            "P4.1\tHomes\ta. Build again.\tMe\tMay-23\t\t\t\t\t",
        )
    )
    said = [doubt.text for doubt in plan.warnings]
    assert "“over here” stands outside the columns of the table: left out." in said
    assert "“and plant trees.” has no reference or letter: left out." in said
    assert any("“a. Build again.”" in text for text in said)


def test_tables_that_lack_are_named() -> None:
    plan = read_statement(table("P4.1\tHomes\ta. Build.\t\tTBC\t"))
    assert doubts(plan, "the file") == [
        f"The file has no table of {what}."
        for what in ("roles: owners could not be checked", "governance groups", "rating definitions", "metrics")
    ]
    assert doubts(plan, "P4.1a") == ["P4.1a has no timescale yet.", "P4.1a has no owner."]


# Damage


@pytest.mark.parametrize("text", ["", "Dear all,\nplease find below.\n", HEADER, table()])
def test_a_file_without_a_plan_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="holds no plan"):
        read_statement(text)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("\t\tb. Le", "The file stops in the middle of P4.1b."),
        ("\t\tb. Let.\tYo", "The file stops in the middle of P4.1b."),
        ("\t\tb. Let.\tYou\tJun-2", "The file stops in the middle of P4.1b."),
        ("P4.2\tPar", "The file stops in the middle of P4.2."),
        ("WSOA prio\t", "The file stops in the middle of the row after P4.1a."),
        ("\t\tb. Let.\t\n" + HEADER, "The row of P4.1b stops before its owner or its timescale."),
        ("\t\tb. Let.\tYou\n", "The row of P4.1b stops before its owner or its timescale."),
        ("\t\tb. Let.\tJun-23\tLet\t\t\t\t\n", "The row of P4.1b has “Jun-23” in place of its owner."),
    ],
)
def test_a_row_that_stops_before_its_owner_and_timescale_is_refused(row: str, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read_statement(table("P4.1\tHomes\ta. Build.\tMe\tMay-23\t\t\t\t\t") + row)
    assert refused.value.text.startswith(said)


@pytest.mark.parametrize("end", ["\t\tb. Let.\tYou\tJun-23\tAll\t\t\t1. Min", "P4", "**Next pa"])
def test_a_file_that_may_have_been_cut_is_read_with_a_warning(end: str) -> None:
    plan = read_statement(table("P4.1\tHomes\ta. Build.\tMe\tMay-23\t\t\t\t\t") + end)
    assert any("Is it whole?" in doubt.text for doubt in plan.warnings)


def _read(text: str) -> Plan | None:
    """The plan, or None where it was refused with a sentence."""
    try:
        return read_statement(text)
    except UserError as refused:
        sentence = refused.text
    assert sentence.endswith(".")
    return None


def _check_against(whole: Plan, damaged: str) -> None:
    """Refused, or every action is the whole plan's, or something is said about it."""
    plan = _read(damaged)
    if plan is None:
        return
    known = {action.ref: action for action in whole.actions}
    said = " ".join(f"{doubt.where} {doubt.text}" for doubt in plan.warnings)
    for action in plan.actions:
        assert action == known[action.ref] or re.search(rf"\b{action.ref}\b", said), action


@pytest.mark.parametrize("text", [SECOND, SAMPLE], ids=["second", "sample"])
def test_a_plan_cut_anywhere_never_has_a_wrong_owner(text: str) -> None:
    known = {action.ref: action for action in read_statement(text).actions}
    for end in range(0, len(text), 1 + len(text) // 300):
        if plan := _read(text[:end]):
            for action in plan.actions:
                assert action.owners == known[action.ref].owners
                assert action.timescale == known[action.ref].timescale
            assert [action.ref for action in plan.actions] == list(known)[: len(plan.actions)]


def test_the_real_plan_cut_anywhere_never_has_a_wrong_owner(real_plan_text: str) -> None:
    known = {action.ref: action for action in read_statement(real_plan_text).actions}
    for end in range(0, len(real_plan_text), 1499):
        if plan := _read(real_plan_text[:end]):
            assert all(action.owners == known[action.ref].owners for action in plan.actions)


def test_a_plan_that_lost_a_line_never_has_a_wrong_owner() -> None:
    whole, lines = read_statement(SAMPLE), SAMPLE.split("\n")
    for at in range(len(lines)):
        _check_against(whole, "\n".join(lines[:at] + lines[at + 1 :]))


def test_a_plan_that_lost_or_gained_a_tab_says_so() -> None:
    whole, lines = read_statement(SAMPLE), SAMPLE.split("\n")
    rows = [at for at, line in enumerate(lines) if re.search(r"\ta\. |^\t+[a-z]\. ", line)]
    for at in rows[:8]:
        for tab in re.finditer("\t", lines[at]):
            for put in ("", "\t\t"):
                damaged = lines[at][: tab.start()] + put + lines[at][tab.end() :]
                _check_against(whole, "\n".join([*lines[:at], damaged, *lines[at + 1 :]]))


def test_a_large_plan_is_read_whole() -> None:
    rows = [f"P4.{n}\tHomes\ta. Build {n}.\tOwner {n}\tMay-23\tAll\t\t\t1. Plan. 2. Roof.\t" for n in range(1, 5_001)]
    roles = "Role\tAbbreviation\tOrganisation\n" + "".join(f"Role {n}\tR{n}\tTown\n" for n in range(500)) + "\n# Plan\n"
    plan = read_statement(roles + table(*rows))
    assert len(plan.actions) == 5_000
    assert plan.actions[-1].evidence == ("Plan.", "Roof.")
