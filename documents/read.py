"""A plan file's bytes into a Plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from documents.statement import read_statement
from programme.calendar import HalfTerm
from programme.messages import UserError
from programme.plan import Plan

MOST_BYTES = 20 * 1024 * 1024
_KINDS = (".txt", ".md")
_NOT_TEXT = {b"PK\x03\x04": "a Word or Excel file", b"\xd0\xcf\x11\xe0": "an old Word or Excel file", b"%PDF": "a PDF"}


def read_plan(data: bytes, name: str, terms: Sequence[HalfTerm] = ()) -> Plan:
    """The plan in a file called `name`, `.txt` or `.md` in UTF-8; UserError where it cannot be read or holds none."""
    if len(data) > MOST_BYTES:
        raise UserError(f"{name} is larger than {MOST_BYTES // 1024**2} MB. Give a file with the plan alone.")
    kind = PurePath(name).suffix.lower()
    if kind not in _KINDS:
        raise UserError(f"{name} is of a kind that cannot be read. Save the plan as text, {' or '.join(_KINDS)}.")
    return read_statement(_decode(data, name), terms)


def _decode(data: bytes, name: str) -> str:
    seems = next((what for start, what in _NOT_TEXT.items() if data.startswith(start)), None)
    if seems:
        raise UserError(f"{name} is {seems}, whatever it is called. Save the plan as text in UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UserError(f"{name} is not text in UTF-8. Save it again as plain text with the encoding UTF-8.")
    return text
