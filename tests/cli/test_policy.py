"""A programme's own rules at the command line: read at the start, checked, and said in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from programme.policy import Policy
from tests.cli.run import SAMPLE, halfterm, run, well

RULES = """
[reminders]
timescale = [15]
[[closed]]
name = "Christmas closure"
from = 2022-12-24
until = 2023-01-02
[[reports]]
name = "Cabinet report"
every = "quarter"
owner = "Mayor"
"""
BROKEN = "[reminders]\noverdue_every = 0\nlead_aftr = 3\n"


def test_without_a_file_the_rules_are_halfterms_own(folder: Path) -> None:
    lines = well("policy").splitlines()
    assert lines[0] == "The rules in force, none of them set here: copy halfterm.toml.example to halfterm.toml."
    assert lines[1].startswith("- I remind 20 and 5 working days before a timescale, and on the last working day")
    assert not any("Set by this programme" in line for line in lines)
    assert not list(folder.iterdir()), "no database is made to say them"


def test_the_rules_in_force_are_said_and_those_of_the_programme_marked(folder: Path) -> None:
    (folder / "halfterm.toml").write_text(RULES, encoding="utf-8")
    lines = well("policy").splitlines()
    assert lines[0] == "The rules in force, as halfterm.toml sets them."
    marked = [line for line in lines if line.endswith("(Set by this programme.)")]
    assert [line.split(",")[0] for line in marked] == [
        "- I remind 15 working days before a timescale",
        "- Closed: Christmas closure",
        "- Report: Cabinet report",
    ]


def test_a_program_reads_the_rules_as_json(folder: Path) -> None:
    (folder / "halfterm.toml").write_text(RULES, encoding="utf-8")
    found = halfterm("policy", "--json").json
    assert found["file"] == "halfterm.toml"
    assert found["settings"]["reminders"]["timescale"] == [15]
    assert found["defaults"]["reminders"]["timescale"] == list(Policy().timescale)
    assert found["settings"]["closed"] == [{"name": "Christmas closure", "from": "2022-12-24", "until": "2023-01-02"}]
    assert found["rules"][0]["changed"] is True
    assert found["rules"][0]["default"].startswith("I remind 20 and 5 working days")
    assert found["rules"][1]["changed"] is False
    assert found["rules"][1]["default"] is None


def test_the_file_may_be_somewhere_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "ours").mkdir()
    (folder / "ours" / "rules.toml").write_text(RULES, encoding="utf-8")
    (folder / ".env").write_text("HALFTERM_TOML=ours/rules.toml\n")
    assert well("policy").startswith("The rules in force, as ours/rules.toml sets them.")
    monkeypatch.setenv("HALFTERM_TOML", "nowhere.toml")
    assert halfterm("policy").sentence == (
        "There is no file nowhere.toml, which HALFTERM_TOML names: write where it is, or leave HALFTERM_TOML out."
    )


@pytest.mark.parametrize("words", [["policy"], ["people", "list"], ["tick"], ["serve"]], ids=lambda words: words[0])
def test_a_file_that_is_wrong_stops_every_command_with_all_its_mistakes(folder: Path, words: list[str]) -> None:
    (folder / "halfterm.toml").write_text(BROKEN, encoding="utf-8")
    (folder / ".env").write_text("PORT=eighty\n")
    ran = halfterm(*words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        "PORT must be a number from 0 to 65535, such as 8000.",
        "halfterm.toml: reminders.overdue_every is 0: write a number of working days from 1 to 250, such as 10.",
        "halfterm.toml: reminders.lead_aftr is not a setting: did you mean lead_after?",
    ]
    assert {path.name for path in folder.iterdir()} == {"halfterm.toml", ".env"}


def test_a_file_that_is_no_text_is_one_sentence(folder: Path) -> None:
    (folder / "halfterm.toml").write_bytes(b"\xff\xfe")
    assert "halfterm.toml is not text in UTF-8" in halfterm("policy").sentence


def test_a_folder_in_the_place_of_the_file_is_one_sentence(folder: Path) -> None:
    (folder / "halfterm.toml").mkdir()
    assert halfterm("policy").sentence.startswith("halfterm.toml cannot be read (Is a directory)")


def test_the_doctor_says_whether_there_is_one_and_what_is_doubtful(folder: Path) -> None:
    well("import", str(SAMPLE))
    assert "OK: There is no halfterm.toml, so the rules are halfterm's own" in halfterm("doctor").out
    (folder / "halfterm.toml").write_text(RULES, encoding="utf-8")
    told = halfterm("doctor").out
    assert "OK: halfterm.toml can be read; 3 rules are the programme's own: halfterm policy says them." in told
    assert "CHECK: halfterm.toml gives the report Cabinet report to Mayor, which is no role of the plan" in told
    (folder / "halfterm.toml").write_text(BROKEN, encoding="utf-8")
    ran = halfterm("doctor")
    assert ran.code == 1
    assert [line.split(": ")[:2] for line in ran.out.splitlines()] == [["FIX", "halfterm.toml"]] * 2


def test_the_rules_hold_for_every_run_from_then_on(planned: Path) -> None:
    assert "sent 2 messages" in well("tick", now="2022-09-05T09:00")
    (planned / "halfterm.toml").write_text('[[closed]]\nname = "Day off"\non = 2022-09-05\n', encoding="utf-8")
    well("people", "set", "SENDPO", "console:sam")
    told = well("tick", now="2022-09-05T10:00")
    assert told.endswith("Nothing goes now: next sending time Tuesday 6 September 2022, 09:00.")


def test_the_demo_shows_halfterms_own_rules(folder: Path) -> None:
    (folder / "halfterm.toml").write_text(BROKEN, encoding="utf-8")
    ran = run("demo", "--tour", folder=folder)
    assert (ran.code, ran.err) == (0, "")


def test_another_address_of_a_person_is_added_shown_and_taken_away(planned: Path) -> None:
    assert well("people", "also", "console:bia", "mail:b@example.org") == (
        "mail:b@example.org is Bea's too: what comes from there is theirs. They are still written to at console:bia; "
        "they choose by typing prefer channel."
    )
    assert "BIA: Bea (console:bia), also mail:b@example.org" in well("people", "list")
    (held,) = [one for one in halfterm("people", "list", "--json").json["people"] if one["role"] == "BIA"]
    assert (held["also"], held["written_to"]) == (["mail:b@example.org"], "console:bia")
    assert well("say", "--as", "mail:b@example.org", "/prefer hour 10").startswith("From now on your reminders come")
    assert well("people", "also", "console:bia", "mail:b@example.org", "--remove").endswith("is Bea's no longer.")
    assert "mail:" not in well("people", "list")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["console:nobody", "mail:b@example.org"], "Nobody has the address console:nobody: see halfterm people list"),
        (["console:bia", "b@example.org"], "“b@example.org” is not an address: use slack:T1:U1"),
        (["console:bia", "console:bia"], "console:bia is Bea's already"),
        (["console:bia", "console:office"], "console:office holds office as a person of its own: end that first"),
        (["console:bia", "mail:b@example.org", "--remove"], "mail:b@example.org is no other address of Bea"),
        (["console:bia", "console:bia", "--remove"], "console:bia is no other address of Bea"),
    ],
)
def test_an_address_that_is_not_free_is_refused(planned: Path, words: list[str], told: str) -> None:
    assert told in halfterm("people", "also", *words).sentence
