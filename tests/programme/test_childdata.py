"""What looks like a child's identifier is found; what people of such a programme write all day is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.childdata import find_identifier

UPN, NHS, EHCP, BORN = (
    "a pupil number (UPN)",
    "an NHS number",
    "the number of an EHC plan",
    "a child's date of birth",
)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("pupil A123456789012 waits", UPN),
        ("upn: h801200001001", UPN),
        ("temporary Z12345678901A.", UPN),
        ("NHS 943 476 5919", NHS),
        ("nhs no 943-476-5919 is late", NHS),
        ("9434765919", NHS),
        ("EHCP no. 1234", EHCP),
        ("EHC plan number: 4567", EHCP),
        ("ehcp ref EH-20931", EHCP),
        ("EHCP 120934", EHCP),
        ("EHCNA 20934 is with panel", EHCP),
        ("Sam, dob 03/05/2014", BORN),
        ("DOB: 2014-05-03", BORN),
        ("date of birth 3 May 2014", BORN),
        ("date of birth is 3rd of May 2014", BORN),
        ("he was born on 3rd May 2014", BORN),
        ("d.o.b. 3.5.14", BORN),
    ],
)
def test_an_identifier_is_found(text: str, what: str) -> None:
    assert find_identifier(text) == what


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EHCP 2022 backlog is down",
        "EHCPs: 1200 finalised in 2021/22",
        "EHCP: 120 finalised",
        "20 of 154 EHC plans were late",
        "EHCNA 2022 figures",
        "call 01226 773966 or 0300 123 4567",
        "https://council.sharepoint.com/doc/9434765919",
        "9434765918",
        "invoice 12345678901",
        "born out of the review of 3 May 2014",
        "the date of birth field is on the form",
        "3 May 2014 to 4 June 2022",
        "P2.3c went from 12 to 45 schools by 31/10/2022",
        "the £1,234,567,890 budget",
        "A12 and B345 are rooms",
    ],
)
def test_what_people_write_all_day_is_no_identifier(text: str) -> None:
    assert find_identifier(text) is None


@given(st.integers(100_000_000, 999_999_999), st.sampled_from(["", " ", "-"]))
def test_ten_digits_are_an_nhs_number_only_with_its_check_digit(first: int, join: str) -> None:
    weighted = sum(int(digit) * weight for digit, weight in zip(str(first), range(10, 1, -1), strict=True))
    check = (11 - weighted % 11) % 11
    for last in range(10):
        digits = f"{first}{last}"
        text = join.join((digits[:3], digits[3:6], digits[6:]))
        assert (find_identifier(f"see {text} please") == NHS) == (check == last)


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    assert find_identifier(text) in (None, UPN, NHS, EHCP, BORN)
