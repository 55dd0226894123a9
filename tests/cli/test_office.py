"""What the office does at the command line, and what is on record of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import account
from programme.calendar import LONDON
from storage.db import Database
from storage.history import list_rows
from tests.cli.run import halfterm, run, well

BOARD = "SEND Oversight Board"


def recorded(folder: Path) -> list[tuple[str, str, str, str]]:
    """Every row of the history, oldest first: verb, local day and time, actor, account."""
    db = Database(f"sqlite:///{folder / 'halfterm.db'}", b"")
    with db.read() as tx:
        rows = list_rows(tx, most=1000)
    db.close()
    return [(row.verb, f"{row.at.astimezone(LONDON):%Y-%m-%d %H:%M}", row.actor, row.account) for row in reversed(rows)]


# Saying something


def test_say_prints_the_reply(planned: Path) -> None:
    ran = halfterm("say", "--as", "BIA", "/rag P2.3c at-risk the supplier has not signed")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("P2.3c is now ")


@pytest.mark.parametrize(
    "words",
    [
        ["say", "--as", "BIA", "wibble"],
        ["say", "--as", "BIA", "agree P2.3c"],
        ["say", "--as", "BIA", "progress P99.9z hello"],
        ["say", "--as", "BIA", "redact 1 because"],
        ["say", "--as", "nobody", "help"],
        ["say", "--as", "BIA", "rag P2.3c"],
    ],
)
def test_where_nothing_was_done_the_sentence_is_printed_and_it_exits_1(planned: Path, words: list[str]) -> None:
    before = recorded(planned)
    ran = halfterm(*words)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.strip()
    assert recorded(planned) == before


@pytest.mark.parametrize("who", ["BIA", "bia", "Bea", "console:bia", "office", "Olive", "OFFICE"])
def test_one_speaks_as_a_role_a_person_an_address_or_the_office(planned: Path, who: str) -> None:
    well("say", "--as", who, "progress P2.3c twelve schools have it")


def test_words_may_come_as_one_argument_or_as_several(planned: Path) -> None:
    well("say", "--as", "BIA", "progress", "P2.3c", "one", "two")
    assert "one two" in well("say", "--as", "BIA", "action P2.3c")


def test_what_is_said_on_the_console_is_recorded_as_such_with_the_account(planned: Path) -> None:
    well("say", "--as", "BIA", "progress P2.3c twelve schools have it", now="2022-09-06T10:30")
    assert recorded(planned)[-1] == (
        "progress",
        "2022-09-06 10:30",
        "console:bia",
        f"console, for BIA, by {account()}",
    )
    told = well("say", "--as", "office", "history P2.3c")
    assert f"6 September 2022 10:30, Bea (console, for BIA, by {account()}), progress: twelve schools have it" in told


def test_an_identifier_of_a_child_is_not_kept(planned: Path) -> None:
    ran = halfterm("say", "--as", "BIA", "progress P2.3c pupil A123456789012 was seen")
    assert ran.code == 1
    assert "was not kept" in ran.out
    assert b"A123456789012" not in b"".join(path.read_bytes() for path in planned.iterdir())


# What is dated


def test_every_command_dates_what_it_writes(planned: Path) -> None:
    (planned / "terms.csv").write_text("half_term,starts_on,ends_on\nAutumn 1 2022,2022-09-05,2022-10-21\n")
    plan = str(Path(__file__).parents[2] / "bot" / "sample" / "plan.txt")
    done = [
        (["import", plan], "import"),
        (["people", "set", "SENDPO", "slack:T1:U1"], "people_set"),
        (["people", "end", "SENDPO", "slack:T1:U1"], "people_end"),
        (["people", "office", "mail:a@b.org"], "people_office"),
        (["roles", "same", "FIS Manager", "BIA"], "roles"),
        (["groups", "set", BOARD], "groups_set"),
        (["terms", "terms.csv"], "terms"),
        (["pause"], "pause"),
        (["resume"], "resume"),
        (["say", "--as", "office", "progress P2.3c hello"], "progress"),
    ]
    before = len(recorded(planned))
    for words, _verb in done:
        well(*words, now="2022-11-03T14:00")
    assert [row[:2] for row in recorded(planned)[before:]] == [(verb, "2022-11-03 14:00") for _, verb in done]


def test_without_an_instant_it_is_the_real_time(planned: Path) -> None:
    well("resume", now=None)
    assert recorded(planned)[-1][1] > "2022-12"


# People


def test_people_are_listed_with_their_dates(planned: Path) -> None:
    well("people", "set", "SENDPO", "slack:T1:U1", "--name", "Sam", "--from", "2022-10-01")
    well("people", "end", "SENDPO", "slack:T1:U1", "--on", "2022-12-01")
    lines = well("people", "list").splitlines()
    assert lines[0] == "programme office: Olive"
    assert "SENDPO: Sam (slack:T1:U1), from 2022-10-01 until 2022-12-01" in lines
    assert "BIA: Bea (console:bia)" in lines
    found = halfterm("people", "list", "--json").json
    assert found["office"] == [{"address": "console:office", "name": "Olive"}]
    assert {
        "role": "SENDPO",
        "address": "slack:T1:U1",
        "name": "Sam",
        "from": "2022-10-01",
        "until": "2022-12-01",
    } in found["people"]
    assert {"role": "BIA", "address": "console:bia", "name": "Bea", "from": None, "until": None} in found["people"]


def test_without_a_day_a_holder_always_has_been_one(planned: Path) -> None:
    well("people", "set", "SENDPO", "console:s", now="2030-01-01T00:00")
    well("say", "--as", "SENDPO", "actions mine", now="2022-09-05T09:00")
    assert "nobody" not in well("say", "--as", "console:s", "actions mine", now="2000-01-01T09:00")


def test_who_ends_holds_no_longer_from_today(planned: Path) -> None:
    assert well("people", "end", "BIA", "console:bia").endswith("no longer holds BIA from 5 September 2022.")
    assert halfterm("say", "--as", "console:bia", "progress P2.3c hello").code == 1


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("slack:T1:U1", "slack:T1:U1"),
        ("Slack:t1:u1", "slack:T1:U1"),
        (" mail:Jo.Bloggs@NHS.example.org ", "mail:jo.bloggs@nhs.example.org"),
        ("teams:3f1c:29:1AbC", "teams:3f1c:29:1AbC"),
        ("CONSOLE:Jo Bloggs", "console:Jo Bloggs"),
    ],
)
def test_an_address_is_stored_as_its_channel_writes_it(planned: Path, typed: str, stored: str) -> None:
    well("people", "set", "SENDPO", typed)
    assert stored in [one["address"] for one in halfterm("people", "list", "--json").json["people"]]


@pytest.mark.parametrize(
    "address", ["", "slack", "slack:", "slack:T1", "slack:T1:U1:x", "mail:a", "mail:a@b", "mail:a b@c.org", "fax:1"]
)
def test_what_is_no_address_is_refused(planned: Path, address: str) -> None:
    ran = halfterm("people", "set", "SENDPO", address)
    assert ran.code == 1
    assert "is not an address" in ran.sentence


def test_a_message_for_a_channel_that_is_not_set_up_waits_and_the_office_is_told(planned: Path) -> None:
    well("people", "set", "SENDPO", "slack:T1:U1", "--name", "Sam")
    sent = well("tick", now="2022-09-05T09:00") + well("tick", now="2022-09-06T09:00")
    assert "--- to slack:" not in sent
    assert "--- to console:office" in sent
    assert "SENDPO" in sent.partition("--- to console:office")[2]


# Roles


def test_roles_are_listed_with_suggestions_that_are_never_applied(planned: Path) -> None:
    found = halfterm("roles", "list", "--json").json["roles"]
    assert list(found[0]) == ["abbreviation", "title", "organisation", "listed", "means", "holders", "suggested"]
    unknown = next(one for one in found if not one["listed"])
    assert unknown["holders"] == []
    assert 1 <= len(unknown["suggested"]) <= 3
    name, means = unknown["abbreviation"], unknown["suggested"][0]["abbreviation"]
    assert f"{name}: not in the roles table: nobody. Perhaps:" in well("roles", "list")
    assert well("roles", "same", name.upper(), means) == f"“{name.upper()}” means {means}."
    assert f"{name}: means {means}" in well("roles", "list")


def test_an_owner_string_may_mean_several_roles(planned: Path) -> None:
    assert well("roles", "means", "FIS Manager", "bia, SENDPO,") == "“FIS Manager” means BIA and SENDPO."


# Groups


def test_a_group_is_set_with_every_option_and_named_in_any_case(planned: Path) -> None:
    well("groups", "set", "Task Group", now="2022-09-01T09:00")
    words = ["--kind", "decides,voice", "--chair", "bia", "--holds", "p1,P2.3", "--scope", "P1,2.3", "--papers", "3"]
    words += ["--reports-to", BOARD.upper(), "--channel", "slack:T1:C1", "--strategic", "--members", "dco", "BIA"]
    words += ["--meets", "2022-10-04T10:00", "2022-11-22T10:00"]
    told = well("groups", "set", "tasK gRoup", *words)
    assert told == (
        "Task Group is set. Its chair is BIA (Bea). Its members are DCO (nobody yet); BIA (Bea). Young people are "
        "never written to: for them name the role that coordinates them. It meets next on 4 October 2022 at 10:00."
    )
    found = next(one for one in halfterm("groups", "list", "--json").json["groups"] if one["name"] == "Task Group")
    assert found == {
        "name": "Task Group",
        "purpose": None,
        "kinds": ["decides", "voice"],
        "strategic": True,
        "chair": "BIA",
        "members": ["DCO", "BIA"],
        "holds": ["P1", "P2.3"],
        "scope": ["P1", "P2.3"],
        "reports_to": [BOARD],
        "channel": "slack:T1:C1",
        "papers": 3,
        "meets": ["2022-10-04T09:00:00+00:00", "2022-11-22T10:00:00+00:00"],
        "cadence": None,
        "meetings": [
            {"at": "2022-10-04T09:00:00+00:00", "slot": None, "state": "planned"},
            {"at": "2022-11-22T10:00:00+00:00", "slot": None, "state": "planned"},
        ],
    }
    assert "Task Group (strategic); chair BIA; members DCO, BIA; holds P1, P2.3; meets 04 October 2022 10:00" in well(
        "groups", "list"
    )


def test_the_members_of_a_group_are_set_all_at_once_and_taken_away_by_none(planned: Path) -> None:
    well("groups", "set", BOARD, "--members", "DCO", "bia")
    well("groups", "set", BOARD, "--chair", "BIA")
    assert f"{BOARD} (strategic); chair BIA; members DCO, BIA; " in well("groups", "list")
    well("groups", "set", BOARD, "--members", "none")
    assert "members" not in well("groups", "list")
    refused = halfterm("groups", "set", BOARD, "--members", "DCX")
    assert (refused.code, refused.err.partition(".")[0]) == (1, "There is no role “DCX”")


def test_a_new_group_is_said_to_be_new(planned: Path) -> None:
    assert well("groups", "set", "SEND Oversight Bored", "--new") == "SEND Oversight Bored is a new group."
    assert well("groups", "set", BOARD.lower()) == f"{BOARD} is set."


def test_what_another_group_held_is_taken_from_it_and_said(planned: Path) -> None:
    well("groups", "set", BOARD, "--holds", "P1,P2")
    assert well("groups", "set", "Task Group", "--holds", "P1") == (
        f"Task Group is a new group. {BOARD} no longer holds P1."
    )


def test_a_group_that_holds_actions_and_asks_nobody_is_questioned(planned: Path) -> None:
    assert well("groups", "set", BOARD, "--kind", "informed", "--holds", "P1") == (
        f"{BOARD} is set. It is of the kind informed, so it asks nobody for updates on what it holds: "
        "if it should, add --kind decides."
    )


def test_a_group_is_found_by_a_part_of_its_name_that_no_other_has(planned: Path) -> None:
    assert "SEND Oversight Board: digest" in well("digest", "oversight")


def test_a_meeting_on_a_closed_day_is_questioned(planned: Path) -> None:
    assert well("groups", "set", BOARD, "--meets", "2022-12-26T10:00").endswith(
        "That is a closed day: please check it."
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--chair", "Q"], "There is no role “Q”."),
        (["--holds", "P77"], "The plan has no priority or focus area P77."),
        (["--reports-to", "Nobody"], "There is no group called “Nobody”."),
    ],
)
def test_what_the_plan_does_not_know_is_refused_and_nothing_is_set(
    planned: Path, words: list[str], sentence: str
) -> None:
    before = recorded(planned)
    assert halfterm("groups", "set", "Task Group", *words).sentence.startswith(sentence)
    assert recorded(planned) == before
    assert "Task Group" not in well("groups", "list")


# Ticks and pauses


def test_a_tick_prints_what_it_did_as_json_and_the_messages_elsewhere(planned: Path) -> None:
    ran = halfterm("tick", "--json", now="2022-09-05T09:00")
    assert ran.code == 0
    assert list(ran.json) == ["planned", "sent", "put_off", "failed", "dropped"]
    assert ran.json["sent"] == ran.err.count("--- to console:") > 0
    again = halfterm("tick", "--json", now="2022-09-05T09:00")
    assert (again.json["sent"], again.err) == (0, "")


def test_a_pause_stops_everything_unprompted_until_its_day(planned: Path) -> None:
    assert well("pause", "--until", "2022-09-07") == "Paused until 7 September 2022. Questions are still answered."
    assert "--- to" not in well("tick", now="2022-09-06T09:00")
    well("say", "--as", "BIA", "actions mine", now="2022-09-06T09:30")
    assert "--- to console:bia" in well("tick", now="2022-09-07T09:00")


def test_a_pause_lasts_until_it_is_ended(planned: Path) -> None:
    well("pause")
    assert "--- to" not in well("tick", now="2023-09-06T09:00")
    well("resume", now="2023-09-06T10:00")
    assert "--- to console:bia" in well("tick", now="2023-09-07T09:00")


# Digests and terms


@pytest.mark.parametrize(
    ("kind", "begins"), [("text", b""), ("html", b"<!"), ("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")]
)
def test_a_digest_is_written_in_every_format(planned: Path, kind: str, begins: bytes) -> None:
    ran = halfterm("digest", BOARD, "--format", kind, "--out", "digest.out")
    assert (ran.code, ran.out, ran.err) == (0, "", "Written: digest.out\n")
    assert (planned / "digest.out").read_bytes().startswith(begins)


def test_a_digest_is_written_as_its_file_is_called(planned: Path) -> None:
    assert halfterm("digest", BOARD, "--out", "board.PDF").code == 0
    assert (planned / "board.PDF").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx"])
def test_a_digest_that_is_no_text_needs_a_name(planned: Path, kind: str) -> None:
    ran = halfterm("digest", BOARD, "--format", kind)
    assert (ran.code, ran.sentence) == (
        2,
        f"{'An' if kind == 'xlsx' else 'A'} {kind} file needs a name: add --out FILE.{kind}",
    )


def test_a_digest_is_printed_as_words_or_html(planned: Path) -> None:
    assert BOARD in well("digest", BOARD.lower())
    assert well("digest", BOARD, "--format", "html").startswith("<!")


def test_a_digest_for_a_folder_that_is_not_there_is_one_sentence(planned: Path) -> None:
    ran = halfterm("digest", BOARD, "--format", "docx", "--out", "no/such.docx")
    assert ran.sentence == "There is no folder no: make it first, or choose another for --out."


def test_term_dates_are_set_from_a_file(planned: Path) -> None:
    (planned / "terms.csv").write_text("\ufeffhalf_term,starts_on,ends_on\nAutumn 1 2022,2022-09-05,2022-10-21\n")
    said = well("terms", "terms.csv")
    assert said.startswith("1 half term is set, 5 September 2022 to 21 October 2022.")
    assert "serve" in said  # which has read them already


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"half_term,starts_on,ends_on\nAutumn 1 2022,soon,later\n", b"a,b\n1,2\n"]
)
def test_term_dates_that_cannot_be_read_are_one_sentence(planned: Path, content: bytes) -> None:
    (planned / "terms.csv").write_bytes(content)
    assert halfterm("terms", "terms.csv").sentence


# The record


def test_the_audit_says_how_many_rows_and_its_head(planned: Path) -> None:
    lines = well("audit", "verify").splitlines()
    assert lines[:2] == ["3 rows.", "Every row is as it was written."]
    head = lines[-1].removeprefix("Head: ")
    well("resume")
    assert "Every row is as it was written." in well("audit", "verify", "--head", head)
    ran = halfterm("audit", "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1"))
    assert ran.code == 1
    assert "Fault: row 3 is not the one that was signed then." in ran.out
    assert halfterm("audit", "verify", "--head", f"99:{head[2:]}").code == 1


def test_the_head_of_an_empty_history_can_be_given_back(folder: Path) -> None:
    head = well("audit", "verify").splitlines()[-1].removeprefix("Head: ")
    assert halfterm("audit", "verify", "--head", head).code == 0


def test_a_lost_key_is_seen(planned: Path) -> None:
    (planned / "halfterm.key").unlink()
    ran = halfterm("audit", "verify")
    assert ran.code == 1
    assert "Fault: row 1 has been changed." in ran.out


def test_an_empty_key_signs_nothing(planned: Path) -> None:
    (planned / "halfterm.key").write_text("")
    assert halfterm("audit", "verify").sentence.startswith("halfterm.key holds no key")


@pytest.mark.parametrize("words", [["people", "list"], ["roles", "list"], ["groups", "list"], ["tick"], ["doctor"]])
def test_json_is_one_document_and_nothing_else(planned: Path, words: list[str]) -> None:
    ran = run(*words, "--json", "--now", "2022-09-05T09:00", folder=planned)
    assert isinstance(ran.json, dict)
