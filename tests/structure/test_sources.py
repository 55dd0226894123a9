"""Promises about the sources themselves: which way they import, how long they are, what they leave unsaid."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from tests.structure.tracing import ROOMS, ROOT

PRODUCT = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
OTHERS = sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))
MIGRATIONS = ROOT / "storage" / "migrations" / "versions"  # lists of tables, never changed once they are let out
LONGEST = 400  # lines; past about this a file has two subjects
LONGER = {"programme/reminders.py": 440}  # to be split, and never to grow


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def comments(path: Path) -> list[tuple[int, str]]:
    """Every comment of a file with its line."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def words_of(path: Path) -> str:
    """A file without its strings and comments, so that only what it does is left."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return " ".join(token.string for token in tokens if token.type in (tokenize.NAME, tokenize.OP))


def test_imports_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ", 0 broken." in ran.stdout


def test_no_file_has_grown_too_long() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PRODUCT}
    kept = {name(path) for path in MIGRATIONS.glob("*.py")}
    too_long = {file: lines for file, lines in lengths.items() if lines > LONGER.get(file, LONGEST)}
    assert {file: lines for file, lines in too_long.items() if file not in kept} == {}


SUPPRESSION = re.compile(
    r"#\s*(noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?|pragma:[\w ]+)(.*)"
)


@pytest.mark.parametrize("path", [*PRODUCT, *OTHERS], ids=name)
def test_whatever_is_suppressed_is_named_and_has_its_reason(path: Path) -> None:
    for line, comment in comments(path):
        for found in SUPPRESSION.finditer(comment):
            what, reason = found.groups()
            if what.startswith("type:") and path in OTHERS:
                continue  # no type checker reads these; the word is for an editor's
            assert ":" in what.removeprefix("type:") or "[" in what, f"line {line}: name what is suppressed"
            assert len(re.findall(r"[a-z]{2,}", reason)) >= 2, f"line {line}: say why"


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_only_the_composition_root_asks_what_time_it_is(path: Path) -> None:
    asks = re.findall(r"\b(?:datetime|date|time)(?: \. datetime)? \. (?:now|utcnow|today|time) \(", words_of(path))
    assert asks == [] or name(path) == "bot/app.py"


@pytest.mark.parametrize("path", [*PRODUCT, *OTHERS], ids=name)
def test_nothing_is_left_to_be_done_later(path: Path) -> None:
    later = ("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")
    assert [(line, text) for line, text in comments(path) if any(word in text for word in later)] == []


@pytest.mark.parametrize("path", OTHERS, ids=name)
def test_tests_use_the_real_parts_and_wait_for_what_happens(path: Path) -> None:
    words = words_of(path)
    found = re.findall(
        r"unittest \. mock|from unittest|monkeypatch \. setattr|time \. sleep|pytest \. mark \. (?:skip|xfail)\w*",
        words,
    )
    assert found == []


@pytest.mark.parametrize("path", [path for path in OTHERS if path.name.startswith("test_")], ids=name)
def test_the_name_of_a_test_is_a_sentence(path: Path) -> None:
    names = re.findall(r"\bdef test_(\w+)", path.read_text(encoding="utf-8"))
    assert [one for one in names if "_" not in one] == []


def test_no_file_is_called_after_nothing() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "impl", "misc", "util", "helper"}
    assert [name(path) for path in PRODUCT if path.stem in vague or path.parent.name in vague] == []


@pytest.mark.parametrize("path", [path for path in PRODUCT if path.read_text(encoding="utf-8").strip()], ids=name)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith('"""')
