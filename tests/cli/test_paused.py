"""The tick, the doctor, the rules and the weekly note say that everything is paused before they say anything else."""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import halfterm, well

UNTIL = "Everything unprompted is paused until 3 January 2023; to start it again: resume"


def test_the_tick_says_it_first(planned: Path) -> None:
    assert "paused" not in well("tick")
    well("pause", "--until", "2023-01-03")
    assert well("tick").splitlines()[0] == UNTIL
    well("resume")
    assert "paused" not in well("tick")


def test_a_tick_in_json_says_it_elsewhere(planned: Path) -> None:
    well("pause", "--until", "2023-01-03")
    ran = halfterm("tick", "--json")
    assert ran.json["sent"] == 0
    assert ran.err.splitlines()[0] == UNTIL


def test_the_doctor_says_it_first(planned: Path) -> None:
    assert "paused" not in halfterm("doctor").out
    well("pause", "--until", "2023-01-03")
    assert halfterm("doctor").out.splitlines()[0] == f"CHECK: {UNTIL}"
    assert "paused" not in halfterm("doctor", now="2023-01-03T09:00").out


def test_the_weekly_note_says_it_first(planned: Path) -> None:
    assert "paused" not in well("weekly")
    well("pause", "--until", "2023-01-03")
    assert well("weekly").splitlines()[0] == UNTIL


def test_the_rules_say_it_first(planned: Path) -> None:
    assert "paused" not in well("policy").splitlines()[0]
    well("pause", "--until", "2023-01-03")
    first, second, *_ = well("policy").splitlines()
    assert (first, second[:18]) == (UNTIL, "The rules in force")
    assert "paused" not in well("policy", now="2023-01-03T09:00").splitlines()[0]
    ran = halfterm("policy", "--json")
    assert ran.json["rules"]
    assert ran.err.splitlines() == [UNTIL]


def test_the_rules_are_said_where_the_database_cannot_be_read(planned: Path) -> None:
    (planned / "halfterm.db").write_bytes(b"no database")
    first, second, *_ = well("policy").splitlines()
    assert first.startswith("Whether it is paused is not known: ")
    assert second.startswith("The rules in force")
