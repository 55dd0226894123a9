"""Cadences, term dates and the calendar feed at the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.run import MONDAY, ROOT, halfterm, well
from tests.cli.test_serve import Serving

BOARD = "SEND Oversight Board"
TERMS = ROOT / "bot" / "sample" / "terms.csv"
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
SUMMARY:Autumn term 1\r
DTSTART;VALUE=DATE:20220905\r
DTEND;VALUE=DATE:20221022\r
END:VEVENT\r
BEGIN:VEVENT\r
SUMMARY:INSET day\r
DTSTART;VALUE=DATE:20220902\r
DTEND;VALUE=DATE:20220903\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_cadence_is_set_said_back_and_listed(planned: Path) -> None:
    well("terms", str(TERMS))
    assert well("groups", "set", BOARD, "--cadence", "half-termly, week 3, Mondays at 10am").endswith(
        "It meets next on 20 September 2022 at 10:00. Its cadence is every half term, week 3, Monday 10:00: 6 meetings "
        "to come. To be confirmed: 20 September 2022, 2 May 2023."
    )
    assert "cadence every half term, week 3, Monday 10:00; meets 20 September 2022 10:00" in well("groups", "list")
    well("say", "--as", "office", f"meetings cancel {BOARD} 14 November")
    found = next(one for one in halfterm("groups", "list", "--json").json["groups"] if one["name"] == BOARD)
    assert found["cadence"] == "every half term, week 3, Monday 10:00"
    assert found["meetings"][:2] == [
        {"at": "2022-09-20T09:00:00+00:00", "slot": "Autumn 1 2022", "state": "to be confirmed"},
        {"at": "2022-11-14T10:00:00+00:00", "slot": "Autumn 2 2022", "state": "cancelled"},
    ]
    assert len(found["meets"]) == 5
    assert "cadence" not in well("groups", "set", BOARD, "--cadence", "none")
    assert f"{BOARD}; no chair; no meeting planned" in well("groups", "list").replace(" (strategic)", "")


def test_a_cadence_waits_for_the_term_dates_and_is_filled_when_they_come(planned: Path) -> None:
    told = well("groups", "set", BOARD, "--cadence", "every half term, week 5, Tuesday 10:00")
    assert told.endswith("for its meetings set the term dates first: halfterm terms FILE")
    well("terms", str(TERMS))
    assert "meets 04 October 2022 10:00" in well("groups", "list")


def test_what_is_no_cadence_is_refused_and_nothing_is_set(planned: Path) -> None:
    assert halfterm("groups", "set", BOARD, "--cadence", "weekly, Monday 10:00").sentence.endswith(
        "Write for example: every half term, week 4, Tuesday 10:00"
    )
    assert "cadence" not in well("groups", "list")


def test_a_tick_makes_what_came_into_the_year_ahead(planned: Path) -> None:
    well("terms", str(TERMS))
    well("groups", "set", BOARD, "--cadence", "every month, first Tuesday 10:00")
    assert "2023-10-03" not in halfterm("groups", "list", "--json").out
    well("tick", now="2022-10-05T07:00")
    assert "2023-10-03T09:00:00+00:00" in halfterm("groups", "list", "--json", now="2022-10-05T07:00").out


def test_term_dates_are_read_from_a_calendar_file_and_shown_before_they_are_set(planned: Path) -> None:
    Path("terms.ics").write_text(ICS, encoding="utf-8")
    assert well("terms", "terms.ics", "--dry-run").splitlines() == [
        "1 half term read; dry run: nothing was stored.",
        "  Autumn 1 2022: 5 September 2022 to 21 October 2022",
        "  Left out: INSET day",
    ]
    assert well("terms", "terms.ics").startswith("1 half term is set, 5 September 2022 to 21 October 2022.")
    well("groups", "set", BOARD, "--cadence", "every half term, last week, Friday 13:00")
    assert "meets 21 October 2022 13:00" in well("groups", "list")


def test_a_calendar_file_that_cannot_be_read_is_refused(planned: Path) -> None:
    Path("terms.ics").write_text(ICS.replace("DTSTART", "RRULE:FREQ=YEARLY\r\nDTSTART", 1), encoding="utf-8")
    assert "repeats in that file" in halfterm("terms", "terms.ics").sentence


def test_the_feed_is_served_at_a_persons_own_link_and_nothing_of_it_is_logged(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://halfterm.example.gov.uk")
    well("groups", "set", BOARD, "--meets", "2022-10-04T10:00")
    told = well("say", "--as", "BIA", "calendar")
    link = re.search(r"https://halfterm\.example\.gov\.uk(/calendar/\S+\.ics)", told)
    assert link is not None
    serving = Serving(planned, "--now", MONDAY, PUBLIC_URL="https://halfterm.example.gov.uk")
    try:
        answer = serving.get(link[1])
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert f"SUMMARY:{BOARD}\r\n" in answer.text
        assert "Bea" not in answer.text
        wrong = link[1].replace("-", "-0", 1)
        assert (serving.get(wrong).status_code, serving.get("/calendar/x.ics").status_code) == (404, 404)
    finally:
        serving.stop()
    assert not any("calendar/" in line or link[1][10:] in line for line in serving.log)


def test_without_an_address_on_the_web_there_is_no_feed(planned: Path) -> None:
    assert "off here until PUBLIC_URL is set" in halfterm("say", "--as", "BIA", "calendar").out
    serving = Serving(planned, "--now", MONDAY)
    try:
        assert serving.get(f"/calendar/1-{'0' * 64}.ics").status_code == 404
    finally:
        serving.stop()
