"""What the words of one cell mean: owners, dated progress, numbered evidence, accountable leads."""

from __future__ import annotations

import re
from collections.abc import Set
from datetime import date

from programme.plan import Entry, Lead

_OWNERS = re.compile(r"[/;\n]")
_DATED = re.compile(r"(?<!\S)(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\s*:\s*")
_NUMBERED = re.compile(r"(?<!\S)(\d{1,3})[.)](?:\s+|$)")
_LEADS_LABEL = re.compile(r"^accountable\b[^:]*?\bleads?\b[\s:]*", re.IGNORECASE)
_BRACKETED = re.compile(r"\(([^()]*)\)")
_LONGEST_NAME = 12  # words


def split_owners(cell: str) -> tuple[str, ...]:
    """The owners as written and in order, parted by `/`, `;` or a new line."""
    owners = (owner.lstrip("• ").strip() for owner in _OWNERS.split(cell))
    return tuple(owner for owner in owners if owner)


def split_progress(cell: str) -> tuple[Entry, ...]:
    """An entry for each `14/03/23: …`, day first; what stands before the first real date is undated."""
    entries: list[Entry] = []
    on: date | None = None
    start = 0
    for found in _DATED.finditer(cell):
        day = _find_date(*map(int, found.groups()))
        if day is None:
            continue
        if before := cell[start : found.start()].strip():
            entries.append(Entry(on, before))
        on, start = day, found.end()
    if rest := cell[start:].strip():
        entries.append(Entry(on, rest))
    return tuple(entries)


def find_unread_date(text: str) -> str | None:
    """What looks like the date of an entry and is none, such as `31/02/23`, or None."""
    found = next((found for found in _DATED.finditer(text) if not _find_date(*map(int, found.groups()))), None)
    return found[0].rstrip(" :\n") if found else None


def _find_date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return None


def split_numbered(cell: str) -> tuple[str, ...]:
    """The items of `1. … 2. … 3. …` without their numbers; a text that does not begin with 1 is one item."""
    starts: list[re.Match[str]] = []
    for found in _NUMBERED.finditer(cell):
        if int(found[1]) == len(starts) + 1 and (starts or found.start() == 0):
            starts.append(found)
    if not starts:
        return (cell,) if cell else ()
    ends = [*(start.start() for start in starts[1:]), len(cell)]
    items = (cell[start.end() : end].strip() for start, end in zip(starts, ends, strict=True))
    return tuple(item for item in items if item)


def without_label(cell: str) -> str:
    """A cell of accountable leads without the words that only say so."""
    return _LEADS_LABEL.sub("", cell)


def names_of(text: str) -> set[str]:
    """The names, case-folded, that an organisation's or a group's cell goes by: whole, before `:`, and in brackets."""
    names = {text, *text.split(":"), *_BRACKETED.findall(text), _BRACKETED.sub(" ", text)}
    return {" ".join(name.split()).casefold() for name in names} - {""}


def split_leads(text: str, known: Set[str]) -> tuple[Lead, ...]:
    """The leads of `LA: Director Schools Trust: Chair/Deputy`: the organisation before each colon, then its roles.

    `known` holds the document's own names, case-folded: the organisation is the longest of them that ends at the
    colon, otherwise the one word before it. A role before the first colon has the organisation "".
    """
    labels: list[str] = []
    roles: list[list[str]] = [[]]
    for part in re.split(r"(:)", text):
        if part != ":":
            roles[-1].extend(part.split())
            continue
        before = roles[-1]
        size = _label_size(before, known, least_left=1 if labels else 0)
        labels.append(" ".join(before[len(before) - size :]))
        del before[len(before) - size :]
        roles.append([])
    return tuple(
        Lead(label, role)
        for label, words in zip(["", *labels], roles, strict=True)
        for part in _OWNERS.split(" ".join(words))
        if (role := part.strip(" ,;."))
    )


def _label_size(words: list[str], known: Set[str], least_left: int) -> int:
    """How many of the last words are an organisation's name; `least_left` words belong to the role before it."""
    for size in range(min(len(words) - least_left, _LONGEST_NAME), 1, -1):
        if " ".join(words[-size:]).casefold() in known:
            return size
    return min(1, len(words))
