"""What the command line refuses or asks again, and what it says when nothing can be done."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.demo import Demo
from tests.cli.run import SAMPLE, halfterm, well

BOARD = "SEND Oversight Board"
UPN = "A123456789012"


def test_papers_are_due_some_days_before_not_centuries(planned: Path) -> None:
    assert halfterm("groups", "set", BOARD, "--papers", "5000000").sentence.endswith("use 0 to 60.")
    well("groups", "set", BOARD, "--papers", "60", "--meets", "2022-10-04T10:00")
    well("tick")


def test_what_nobody_foresaw_is_one_sentence(planned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect("halfterm.db") as damaged:
        damaged.execute("UPDATE last_plan SET plan = 'somebody''s words'")
    damaged.close()
    ran = halfterm("import", str(SAMPLE))
    assert (ran.code, ran.out) == (1, "")
    assert ran.sentence.startswith("Something went wrong (JSONDecodeError). Nothing was half done;")
    monkeypatch.setenv("HALFTERM_DEBUG", "1")
    with pytest.raises(json.JSONDecodeError):
        halfterm("import", str(SAMPLE))


def test_a_digest_needs_a_folder_that_is_there(planned: Path) -> None:
    ran = halfterm("digest", BOARD, "--out", "/nonexist/x.docx")
    assert (ran.code, ran.sentence.startswith("There is no folder /nonexist")) == (1, True)
    assert halfterm("digest", BOARD, "--format", "xlsx").err.startswith("An xlsx file")


def test_the_office_can_be_left(planned: Path) -> None:
    out = well("people", "end", "office", "console:office")
    assert out.startswith("console:office is no longer of the programme office. Nobody is now")
    assert "programme office" not in well("people", "list")
    assert "is not of the programme office" in halfterm("people", "end", "office", "console:office").sentence


def test_a_plan_that_holds_a_pupils_number_is_not_stored(folder: Path) -> None:
    text = SAMPLE.read_text(encoding="utf-8").replace("Oct-22", f"Oct-22 {UPN}", 1)
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    ran = halfterm("import", "plan.txt")
    assert "looks like it holds a pupil number (UPN): take it out of the file" in ran.sentence
    assert UPN not in ran.err
    assert well("audit", "verify").startswith("0 rows.")


def test_a_doubt_that_was_answered_is_not_asked_again(planned: Path) -> None:
    out = well("import", str(SAMPLE), "--dry-run")
    assert "doubts for the programme office, as at the last import" in out
    assert "not in the roles table" not in out
    well("roles", "same", "FIS Manager", "BIA")
    changed = SAMPLE.read_text(encoding="utf-8").replace("Oct-22", "Nov-22", 1)
    (planned / "plan.txt").write_text(changed, encoding="utf-8")
    lines = [line for line in well("import", "plan.txt").splitlines() if "not in the roles table" in line]
    assert lines
    assert not any("“FIS Manager”" in line for line in lines)
    assert all(": halfterm roles same " in line and "Perhaps:" in line for line in lines)
    warnings = halfterm("import", "plan.txt", "--json").json["warnings"]
    assert any("“FIS Manager” is not in the roles table. Did you mean" in each["text"] for each in warnings)


def test_the_demo_keeps_no_identifier_and_starts_where_it_is_told(folder: Path) -> None:
    starts = datetime(2022, 9, 12, 8, tzinfo=UTC)
    demo = Demo(folder / "d", starts=starts)
    assert demo.instant() == starts
    demo.say("BIA", f"progress P2.3c pupil {UPN} was seen", {})
    assert [line.body for line in demo.lines("BIA") if line.mine] == ["(not kept)"]
    demo.close()
    stored = sqlite3.connect(folder / "d" / "demo.db")
    assert not any(UPN in row for row in stored.iterdump())
    stored.close()
    assert "add --fresh" in halfterm("demo", "--folder", "d", "--port", "0").sentence
    assert "leave --now out" in halfterm("demo", "--tour").sentence


@pytest.mark.parametrize("name", ["SEND Oversght Board", "Barnsley SEND Oversight Board"])
def test_a_near_twin_of_a_group_is_asked_about(planned: Path, name: str) -> None:
    assert f"is much like {BOARD}" in halfterm("groups", "set", name).sentence
    assert "is a new group" in well("groups", "set", name, "--new")


def test_a_meaning_is_of_an_owner_that_the_plan_has(planned: Path) -> None:
    assert halfterm("roles", "same", "XX", "BIA").sentence.startswith("No action has an owner “XX”")


def test_meetings_are_read_back_and_may_be_taken_away(planned: Path) -> None:
    assert "Those dates are past as at today" in well("groups", "set", BOARD, "--meets", "2022-08-01T10:00")
    assert "It meets next on 4 October 2022" in well("groups", "set", BOARD, "--meets", "2022-10-04T10:00")
    assert "meets next" not in well("groups", "set", BOARD, "--cancel", "2022-10-04T10:00")
    assert "has no meeting at that instant" in halfterm("groups", "set", BOARD, "--cancel", "2022-10-04T10:00").sentence


def test_a_tick_on_a_closed_day_says_when_something_goes(planned: Path) -> None:
    out = well("tick", now="2022-09-04T10:00")
    assert out.endswith("Nothing goes now: next sending time Monday 5 September 2022, 09:00.")


@pytest.mark.parametrize("option", ["--meets", "--cancel"])
def test_a_meeting_needs_its_hour(planned: Path, option: str) -> None:
    ran = halfterm("groups", "set", BOARD, option, "2022-11-22")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("2022-11-22 has no hour: write the hour too, such as 2022-11-22T10:00\n")
    other = halfterm("groups", "set", BOARD, option, "22 November")
    assert other.err.endswith("22 November is not an instant: write it like 2022-09-05T09:00\n")
    well("groups", "set", BOARD, "--meets", "2022-11-22T00:00")


@pytest.mark.parametrize("day", ["2022-09-05", "2022-09-01", "2021-12-31"])
def test_a_pause_ends_on_a_day_to_come(planned: Path, day: str) -> None:
    sentence = halfterm("pause", "--until", day).sentence
    assert sentence.endswith(" is not a day to come: type for example halfterm pause --until 2022-10-03")
    well("tick", now="2022-09-05T09:00")
    assert "paused" not in halfterm("doctor").out
