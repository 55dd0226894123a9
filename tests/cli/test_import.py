"""`halfterm import`: what it prints, as words and as JSON, and what it will not read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import SAMPLE, halfterm, well

# Section 7's shape: a name to what its value is.
SHAPE: dict[str, dict[str, Any]] = {
    "actions": {
        "ref": str,
        "focus_area": str,
        "text": str,
        "owners": [str],
        "timescale": str,
        "due_on": (date, None),
        "state": {"open", "complete"},
        "rag": {None, "at_risk", "vulnerable", "on_track", "deferred"},
        "success_criteria": (str, None),
        "outcome": (str, None),
        "evidence": [str],
        "progress": [{"on": (date, None), "text": str}],
    },
    "focus_areas": {"ref": str, "text": str},
    "priorities": {"ref": str, "title": str, "leads": [{"organisation": str, "role": str}]},
    "ratings": {"name": str, "definition": str},
    "roles": {"abbreviation": str, "title": str, "organisation": str},
    "groups": {"name": str, "purpose": str},
    "metrics": {"ref": str, "points": [{"period": str, "text": (str, None)}]},
    "warnings": {"where": str, "text": str},
}


def check(value: Any, shape: Any, where: str) -> None:
    """Fail where a value is not of its shape: a type, some types, values to choose from, a list or an object."""
    match shape:
        case dict():
            assert isinstance(value, dict), where
            assert list(value) == list(shape), where
            for name, each in shape.items():
                check(value[name], each, f"{where}.{name}")
        case list():
            assert isinstance(value, list), where
            for number, one in enumerate(value):
                check(one, shape[0], f"{where}[{number}]")
        case set():
            assert value in shape, where
        case tuple():
            if value is not None:
                check(value, shape[0], where)
        case type() if shape is date:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", value), where
            date.fromisoformat(value)
        case _:
            assert type(value) is shape, where
            assert value == value.strip(), where


@pytest.fixture(params=["the real plan", "the sample"])
def plan(request: pytest.FixtureRequest, folder: Path) -> str:
    """The name of a file to import."""
    if request.param == "the sample":
        return str(SAMPLE)
    path = folder / "real plan.txt"
    path.write_text(request.getfixturevalue("real_plan_text"), encoding="utf-8")
    return path.name


def test_the_json_is_of_the_shape_that_was_promised(plan: str) -> None:
    ran = halfterm("import", plan, "--json")
    assert ran.code == 0
    check(ran.json, {name: [shape] for name, shape in SHAPE.items()}, "")
    assert "Read 54 actions" in ran.err


def test_the_json_holds_together(plan: str) -> None:
    found = halfterm("import", plan, "--json").json
    refs = [action["ref"] for action in found["actions"]]
    areas = {area["ref"] for area in found["focus_areas"]}
    assert len(refs) == len(set(refs)) == 54
    assert {action["focus_area"] for action in found["actions"]} <= areas
    assert {metric["ref"] for metric in found["metrics"]} <= areas | set(refs)
    past = [action for action in found["actions"] if action["state"] == "open" and action["due_on"]]
    assert sum(action["due_on"] < "2022-09-05" for action in past) == 28


def test_the_json_is_what_this_file_says_whatever_is_stored(plan: str) -> None:
    first = halfterm("import", plan, "--json").json
    well("people", "set", "BIA", "console:b")
    well("say", "--as", "BIA", "rag P2.3c at-risk no funds")
    assert halfterm("import", plan, "--json").json == first
    assert halfterm("import", plan, "--json", "--dry-run").json == first


def test_a_dry_run_stores_nothing() -> None:
    ran = halfterm("import", str(SAMPLE), "--dry-run")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Dry run: nothing was stored.")
    assert well("roles", "list") == "No roles yet. Import a plan: halfterm import FILE"
    assert well("audit", "verify").startswith("0 rows.")


def test_what_is_read_how_and_what_is_doubtful_is_said() -> None:
    out = well("import", str(SAMPLE))
    assert out.splitlines()[0].startswith("Read 54 actions in ")
    assert "for the programme office:" in out
    assert out.endswith("Stored. Nobody has been written to; reminders begin with the next tick.")


def test_an_import_sends_nothing(planned: Path) -> None:
    for now in ("2022-09-05T08:56", "2022-09-05T08:57"):
        out = well("tick", now=now)
        assert "sent 0 messages" in out
        assert "gave up 0." in out
        assert "--- to" not in out


PLAIN = "Ref\tFocus area\tActions\tOwner\tTimescale\nP1.1\tNo\ta. Do it.\tA\tOct-22\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("space.txt", b" \n\n "),
        ("letter.txt", b"Dear all,\nthank you for the plan.\n"),
        ("binary.txt", bytes(range(256)) * 40),
        ("nul.txt", b"Ref\0Actions"),
        ("utf16.txt", PLAIN.encode("utf-16")),
        ("word.txt", b"PK\x03\x04" + bytes(100)),
        ("old.txt", b"\xd0\xcf\x11\xe0" + bytes(100)),
        ("plan.pdf", b"%PDF-1.7"),
        ("pdf.txt", b"%PDF-1.7"),
        ("plan.exe", PLAIN.encode()),
        ("plan", PLAIN.encode()),
        ("header.txt", PLAIN.splitlines()[0].encode()),
        ("huge.txt", b"x" * (20 * 1024 * 1024 + 1)),
    ],
)
def test_what_is_no_plan_is_refused_with_one_sentence(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    for flags in ([], ["--json"], ["--dry-run"]):
        ran = halfterm("import", name, *flags)
        assert (ran.code, ran.out) == (1, "")
        assert ran.sentence.endswith(".")
    assert well("audit", "verify").startswith("0 rows.")


def test_a_plan_that_was_cut_off_is_read_as_far_as_it_goes_or_refused(folder: Path) -> None:
    whole = SAMPLE.read_bytes()
    for share in range(1, 20):
        (folder / "part.txt").write_bytes(whole[: len(whole) * share // 20])
        ran = halfterm("import", "part.txt", "--dry-run")
        assert ran.code in (0, 1)
        assert bool(ran.err) == bool(ran.code)
        if ran.code:
            assert ran.sentence


def test_importing_again_shows_what_changed_and_keeps_what_was_said(planned: Path) -> None:
    well("say", "--as", "BIA", "progress P2.3c twelve schools have it")
    plan = SAMPLE.read_text(encoding="utf-8")
    lines = [line for line in plan.splitlines() if "Oct-22" in line]
    (planned / "plan.txt").write_text(plan.replace(lines[0], lines[0].replace("Oct-22", "Nov-22")), encoding="utf-8")
    out = well("import", "plan.txt")
    assert "Against the last import:" in out
    assert "Nov-22" in out
    assert "twelve schools have it" in well("say", "--as", "office", "action P2.3c")
