from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.cells import names_of, split_leads, split_numbered, split_owners, split_progress
from documents.markup import is_heading, plain_text
from documents.tables import align, find_area_ref, find_letter
from programme.plan import Entry, Lead


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<p><b>Finding:</b> too  slow.</p>", "Finding: too slow."),
        ("<p>One.</p> <p>Two.</p>", "One.\nTwo."),
        ('Of those: <ul style="x"><li>Green</li><li>• Red</li></ul> end', "Of those:\n• Green\n• Red\nend"),
        ("<ol><li>Plan</li><li>Roof</li></ol>", "1. Plan\n2. Roof"),
        ("first<br/>second<BR>third", "first\nsecond\nthird"),
        ("(&gt;80%) &amp; more&nbsp;&nbsp;so", "(>80%) & more so"),
        ("fewer than <5 and x > 3", "fewer than <5 and x > 3"),
        ("&lt;b&gt;kept&lt;/b&gt;", "<b>kept</b>"),
        ("**Bold** words", "Bold words"),
        ("### A heading", "A heading"),
        ("1<sup>st</sup> of a_b, item #2", "1st of a_b, item #2"),
        ("cut in <stro", "cut in <stro"),
        ("", ""),
    ],
)
def test_plain_text_keeps_the_words_and_not_the_marks(marked: str, plain: str) -> None:
    assert plain_text(marked) == plain


@given(st.text(alphabet="ab <>/&;pliu*#\t\n"))
def test_plain_text_is_tidy_and_settles(marked: str) -> None:
    plain = plain_text(marked)
    assert "\t" not in plain
    assert "  " not in plain
    assert plain == plain.strip()


def test_a_heading_is_marked_as_a_whole() -> None:
    assert is_heading("## Groups")
    assert is_heading("**Groups**  ")
    assert not is_heading("**Note** that")
    assert not is_heading("****")


@pytest.mark.parametrize(
    ("cell", "owners"),
    [
        ("Head of A/ BC", ("Head of A", "BC")),
        ("Leaders; X and the Y", ("Leaders", "X and the Y")),
        ("• A\n• B", ("A", "B")),
        (" / ", ()),
    ],
)
def test_owners_are_parted_and_otherwise_as_written(cell: str, owners: tuple[str, ...]) -> None:
    assert split_owners(cell) == owners


@pytest.mark.parametrize(
    ("cell", "entries"),
    [
        ("", ()),
        ("Begun.", (Entry(None, "Begun."),)),
        ("14/03/23: Met.", (Entry(date(2023, 3, 14), "Met."),)),
        (
            "Early words 14/03/2023: Booked in 17/04/23 to talk\n1/5/23: Met",
            (
                Entry(None, "Early words"),
                Entry(date(2023, 3, 14), "Booked in 17/04/23 to talk"),
                Entry(date(2023, 5, 1), "Met"),
            ),
        ),
        ("03/14/23: Met.", (Entry(None, "03/14/23: Met."),)),
    ],
)
def test_progress_is_parted_by_its_dates(cell: str, entries: tuple[Entry, ...]) -> None:
    assert split_progress(cell) == entries


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("", ()),
        ("Minutes.", ("Minutes.",)),
        ("1. Minutes.", ("Minutes.",)),
        ("1. Minutes of 2022. 2. Plan 3.5 of 2. May\n3) Roof", ("Minutes of 2022.", "Plan 3.5 of 2. May", "Roof")),
        ("Minutes of 1. May 2. June", ("Minutes of 1. May 2. June",)),
        ("2. Roof 1. Plan", ("2. Roof 1. Plan",)),
    ],
)
def test_evidence_is_parted_where_numbers_run_in_sequence(cell: str, items: tuple[str, ...]) -> None:
    assert split_numbered(cell) == items


def test_a_lead_has_the_longest_organisation_the_document_knows() -> None:
    known = names_of("Town Schools Trust (TST)") | names_of("Town Council: Roads")
    text = "Director Town Council: Chief/Lead Member Town Schools Trust: Chairs, TST: Deputy Road Board: Head"
    assert split_leads(text, known) == (
        Lead("", "Director"),
        Lead("Town Council", "Chief"),
        Lead("Town Council", "Lead Member"),
        Lead("Town Schools Trust", "Chairs"),
        Lead("TST", "Deputy Road"),
        Lead("Board", "Head"),
    )
    assert split_leads("", known) == ()


@pytest.mark.parametrize(
    ("cell", "letter"),
    [("a. Build", "a"), ("(b) Build", "b"), ("c) Build", "c"), ("D.Build", "d"), ("e.g. homes", None), ("Ab. x", None)],
)
def test_a_letter_stands_before_its_text(cell: str, letter: str | None) -> None:
    assert (find_letter(cell) or (None,))[0] == letter


@pytest.mark.parametrize(
    ("cell", "ref"),
    [
        ("Q4.2", ("Q4.2", "")),
        ("q4.2.", ("Q4.2", "")),
        ("1.1.2", ("1.1.2", "")),
        ("AP1-03", ("AP1-03", "")),
        ("Q4.2(b)", ("Q4.2", "b")),
        ("Q4.2 b", ("Q4.2", "b")),
        ("Housing", None),
        ("2 of 5", None),
        ("", None),
    ],
)
def test_a_reference_fills_its_cell(cell: str, ref: tuple[str, str] | None) -> None:
    assert find_area_ref(cell) == ref


def test_a_row_is_aligned_by_its_lettered_cell() -> None:
    assert align(["", "", "a. x", "me"], 2) == (["", "", "a. x", "me"], 0)
    assert align(["", "a. x", "me"], 2) == (["", "", "a. x", "me"], 1)
    assert align(["Q1.1", "a. x", "me"], 2) == (["Q1.1", "", "a. x", "me"], 1)
    assert align(["Q1.1", "", "Homes", "a. x", "me"], 2) == (["Q1.1", "Homes", "a. x", "me"], -1)
