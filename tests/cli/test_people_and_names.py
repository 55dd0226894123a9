"""Cover, names and marks at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import halfterm, well

BOARD = "SEND Oversight Board"


@pytest.fixture
def held(planned: Path) -> Path:
    well("people", "set", "SENDPO", "console:sam", "--name", "Sam")
    well("people", "set", "EDCS", "console:eve", "--name", "Eve")
    return planned


def test_cover_is_arranged_listed_and_ended(held: Path) -> None:
    dates = ["--from", "2022-10-03", "--to", "2022-10-14"]
    told = well("people", "cover", "sendpo", "console:sam", "--by", "console:eve", *dates)
    assert told == "Eve covers SENDPO from 3 October 2022 to 14 October 2022, and is told."
    assert "Covered: SENDPO: Eve for Sam, from 3 October 2022 to 14 October 2022" in well("people", "list")
    assert halfterm("people", "list", "--json").json["covers"] == [
        {"role": "SENDPO", "away": "console:sam", "by": "console:eve", "from": "2022-10-03", "to": "2022-10-14"}
    ]
    again = halfterm("people", "cover", "SENDPO", "console:sam", "--by", "console:new", *dates)
    assert (again.code, "is covered by Eve" in again.sentence) == (1, True)
    assert "SENDPO is no longer covered" in well("people", "uncover", "SENDPO")
    assert halfterm("people", "uncover", "SENDPO").code == 1
    assert "covers" not in halfterm("people", "list", "--json").json


def test_uncover_ends_the_cover_in_force_or_the_one_that_begins_on_a_day(held: Path) -> None:
    for dates in (["--to", "2022-09-09"], ["--from", "2022-10-03", "--to", "2022-10-14"]):
        well("people", "cover", "SENDPO", "console:sam", "--by", "console:eve", *dates)
    well(
        "people", "cover", "SENDPO", "console:sam", "--by", "console:eve", "--from", "2022-11-01", "--to", "2022-11-02"
    )
    none = halfterm("people", "uncover", "SENDPO", "--from", "2022-10-04")
    assert (none.code, "No cover of SENDPO begins on 4 October 2022" in none.sentence) == (1, True)
    assert "SENDPO is no longer covered from 1 November" in well("people", "uncover", "SENDPO", "--from", "2022-11-01")
    assert well("people", "uncover", "SENDPO") == "SENDPO is no longer covered, and Sam is reminded of it again."
    assert [one["from"] for one in halfterm("people", "list", "--json").json["covers"]] == ["2022-10-03"]


def test_somebody_who_holds_no_role_yet_may_cover(held: Path) -> None:
    told = well("people", "cover", "SENDPO", "console:sam", "--by", "mail:temp@council.gov.uk", "--to", "2022-09-14")
    assert told == "mail:temp@council.gov.uk covers SENDPO from 5 September 2022 to 14 September 2022, and is told."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["SENDPO", "console:sam", "--by", "console:sam", "--to", "2022-10-14"], "Nobody covers for themselves"),
        (["SENDPO", "console:sam", "--by", "console:eve", "--to", "2022-09-01"], "1 September 2022 is"),
        (["SENDPO", "console:eve", "--by", "console:sam", "--to", "2022-10-14"], "Eve does not hold SENDPO then"),
        (["SENDPO", "console:zed", "--by", "console:sam", "--to", "2022-10-14"], "console:zed holds no role here"),
        (["SENDPO", "console:sam", "--by", "nonsense", "--to", "2022-10-14"], "is not an address"),
        (["Zed", "console:sam", "--by", "console:eve", "--to", "2022-10-14"], "There is no role “Zed”"),
    ],
)
def test_a_cover_that_cannot_be_is_refused(held: Path, words: list[str], sentence: str) -> None:
    ran = halfterm("people", "cover", *words)
    assert ran.code == 1
    assert sentence in ran.sentence


def test_a_role_is_renamed_and_marked(held: Path) -> None:
    told = well("roles", "rename", "EDCS", "DCS", "--from", "2022-10-01")
    assert told.startswith("DCS is the role's name now, EDCS until 1 October 2022")
    assert "DCS (until 1 October 2022 EDCS): " in well("roles", "list")
    assert well("roles", "set", "EDCS", "--school", "--not-reads-all") == (
        "DCS is of a school and not one that reads everything."
    )
    found = next(one for one in halfterm("roles", "list", "--json").json["roles"] if one["abbreviation"] == "DCS")
    assert (found["school"], "reads_all" in found, found["holders"]) == (True, False, ["console:eve"])
    assert halfterm("roles", "set", "DCS").code == 1
    assert "There is no role" in halfterm("roles", "rename", "Zed", "Y").sentence


def test_a_group_is_renamed(held: Path) -> None:
    well("groups", "set", BOARD, "--chair", "EDCS", "--meets", "2022-10-04T10:00")
    well("groups", "rename", BOARD, "SEND and AP Board", "--from", "2022-10-01")
    listed = well("groups", "list")
    assert f"SEND and AP Board (until 1 October 2022 {BOARD}) (strategic); chair EDCS" in listed
    assert "SEND and AP Board" in well("digest", BOARD)
    well("groups", "set", BOARD, "--papers", "3")  # the old name is understood
    assert well("groups", "list").count("AP Board") == 1
