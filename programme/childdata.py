"""Text that looks like a pupil's identifier is stopped before it is stored (section 5, Child data)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from programme.plan import Plan
from programme.refs import plain

# A UPN: a check letter, then twelve digits, or eleven and a temporary letter.
_UPN = re.compile(r"\b[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]\b", re.IGNORECASE)
_NHS = re.compile(r"(?<![\d-])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![\d-])")
_LINK = re.compile(r"https?://\S+")  # ids of documents are long numbers too
# `EHCP no. 1234` and `EHC plan 123456`; `EHCP 2022` is a year and `EHCP: 120 finalised` a count.
_EHCP = re.compile(
    r"\bEHC(?:P|NA| plan)s?\s*"
    r"(?:(?:number|no|num|reference|ref|id)\b\.?\s*[:#-]?\s*[A-Z]{0,3}[-/]?\d{3,}|[:#-]?\s*[A-Z]{0,3}[-/]?\d{5,})\b",
    re.IGNORECASE,
)
_DAY = r"(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}(?:st|nd|rd|th)?\s+(?:of\s+)?[A-Z]{3,9}\.?,?\s+\d{4})"
_BORN = re.compile(rf"\b(?:dob|d\.o\.b|date of birth|born)\b\.?\s*(?:is|on|was)?\s*[:=-]?\s*{_DAY}", re.IGNORECASE)


def find_identifier(text: str) -> str | None:
    """What the text seems to hold of a child: "a pupil number (UPN)", "an NHS number" …; None where nothing.

    The text is plain: smart dashes, hard spaces and what has no width would hide it.
    """
    if _UPN.search(text):
        return "a pupil number (UPN)"
    if any(_is_nhs_number("".join(found.groups())) for found in _NHS.finditer(_LINK.sub(" ", text))):
        return "an NHS number"
    if _EHCP.search(text):
        return "the number of an EHC plan"
    if _BORN.search(text):
        return "a child's date of birth"
    return None


def find_in_plan(plan: Plan) -> dict[str, str]:
    """Where a plan seems to hold what points to a child, and what: a ref, never the identifier itself."""
    found: dict[str, str] = {}
    for where, text in _texts(plan):
        if what := find_identifier(plain(text)):
            found.setdefault(where, what)
    return found


def _texts(plan: Plan) -> Iterator[tuple[str, str]]:
    for area in plan.focus_areas:
        yield area.ref, area.text
    for action in plan.actions:
        for text in (action.text, *action.owners, action.timescale.text, *action.evidence):
            yield action.ref, text
        for said in (action.success_criteria, action.outcome, *(entry.text for entry in action.progress)):
            yield action.ref, said or ""
    for metric in plan.metrics:
        for point in metric.points:
            yield metric.ref, point.text or ""
    for priority in plan.priorities:
        yield priority.ref, priority.title
    for role in plan.roles:
        yield role.abbreviation or "the roles table", f"{role.title}; {role.organisation}"
    for group in plan.groups:
        yield "the groups table", f"{group.name}; {group.purpose}"


def _is_nhs_number(digits: str) -> bool:
    """Ten digits whose last is the weighted sum of the others modulo 11 (NHS Data Dictionary)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(digits[9])
