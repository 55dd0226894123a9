"""A paper as a tagged PDF (PDF/UA-1), set by typst from the template beside this file."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import typst

from documents.paper_parts import (
    break_long_words,
    column_widths,
    count_lines,
    fills_page,
    find_look,
    in_words,
    is_wide,
    keeps_together,
    split_looks,
)
from documents.picture import find_fonts
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.rag import Look

_TEMPLATE = Path(__file__).with_name("paper.typ")
# A table of more columns than this gets smaller letters, and hyphens in its words.
_CROWDED = 8
_ZERO_WIDTH_SPACE = "\u200b"
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def write_pdf(paper: Paper) -> bytes:
    """PDF/UA-1. A character that no font of this machine shows is named in brackets, never an empty box."""
    data = _as_data(paper)
    named: frozenset[str] = frozenset()
    while True:
        try:
            return _compile(data, paper.as_at)
        except _CannotSet as fault:
            marks = {letter for letter in fault.letters if unicodedata.category(letter).startswith("M")}
            more = marks - named or fault.letters - named  # a mark takes the letter under it down with it
            if not more:
                break  # the fault is another than letters without a font
            named |= more
            data = _change_texts(data, functools.partial(_name, letters=named))
    # typst has its own faults, such as over marks where left-to-right meets right-to-left: what it cannot set alone is
    # spelt out, and where that is not enough everything is.
    data = _change_texts(data, lambda text: text if _can_be_set(text) else _name(text))
    try:
        return _compile(data, paper.as_at)
    except _CannotSet:
        return _compile(_change_texts(data, _name), paper.as_at)


class _CannotSet(Exception):
    """typst made no PDF of these words; `letters` are those of its complaint, as far as it names any."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        blamed = "".join(re.findall('`"(.*?)"`', complaint))
        letters = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), blamed)
        self.letters = frozenset(letter for letter in letters if not _is_plain(letter))


def _compile(data: Mapping[str, Any], day: date) -> bytes:
    try:
        return typst.compile(
            _TEMPLATE,
            root=_TEMPLATE.parent,
            font_paths=find_fonts(),
            format="pdf",
            pdf_standards="ua-1",
            timestamp=datetime.combine(day, time(), UTC),
            sys_inputs={"paper": json.dumps(data)},
        )
    except typst.TypstError as error:
        raise _CannotSet(error.diagnostic) from error
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise _CannotSet("") from error  # a panic within typst, which is no Exception


def _as_data(paper: Paper) -> dict[str, Any]:
    return {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "as_at": in_words(paper.as_at),
        "sideways": is_wide(paper),
        "blocks": [_block(block) for block in paper.blocks],
    }


def _block(block: PaperBlock) -> dict[str, Any]:
    match block:
        case Heading(text):
            return {"kind": "heading", "text": _breakable(text)}
        case Text(text, quiet):
            return {"kind": "text", "text": _pieces(text), "quiet": quiet}
        case Facts(pairs):
            facts = [{"label": _breakable(label), "value": _pieces(value or "–")} for label, value in pairs]
            return {"kind": "facts", "facts": facts}
        case Bullets(items):
            return {"kind": "bullets", "items": [_pieces(item) for item in items]}
        case Picture(svg, words):
            return {"kind": "picture", "svg": svg, "words": words}
        case Table(columns, rows):
            widths = column_widths(block)
            return {
                "kind": "table",
                "columns": [_breakable(column) for column in columns],
                "widths": widths,
                "crowded": len(columns) > _CROWDED,
                "narrow": not fills_page(block),
                "whole": sum(count_lines(row, widths) for row in rows) <= 20,
                "rows": [
                    {"whole": keeps_together(row, widths), "cells": [_cell(cell) for cell in row]} for row in rows
                ],
            }


def _cell(cell: str) -> dict[str, Any]:
    look = find_look(cell)
    return {"colour": look.colour, "text": [look.word]} if look else {"colour": None, "text": _pieces(cell)}


def _pieces(text: str) -> list[str | dict[str, str]]:
    return [
        {"word": piece.word, "colour": piece.colour} if isinstance(piece, Look) else _breakable(piece)
        for piece in split_looks(text)
    ]


def _breakable(text: str) -> str:
    """The text with places to break: typst would let a long word run over the edge of its column."""
    return break_long_words(text, _ZERO_WIDTH_SPACE)


def _can_be_set(text: str) -> bool:
    if all(map(_is_plain, text)):
        return True
    day = date(2022, 9, 5)  # any will do
    try:
        _compile(_as_data(Paper("Trial", "", day, (Text(text),))), day)
    except _CannotSet:
        return False
    return True


def _change_texts(data: Any, change: Callable[[str], str]) -> Any:
    match data:
        case str():
            return change(data)
        case dict():
            return {key: _change_texts(value, change) for key, value in data.items()}
        case list() | tuple():
            return [_change_texts(value, change) for value in data]
        case _:
            return data


def _is_plain(letter: str) -> bool:
    """Whether it is Latin that every machine shows: typst brings a font for it."""
    return letter < "\u0180"


def _name(text: str, letters: Container[str] | None = None) -> str:
    """The text with these letters named, or with all that are not plain Latin."""
    spelt = (
        letter if _is_plain(letter) or (letters is not None and letter not in letters) else _name_letter(letter)
        for letter in text
    )
    return "".join(spelt) or (text and "–")  # a heading may not be empty


def _name_letter(letter: str) -> str:
    if unicodedata.category(letter) == "Cf" or _VARIATION.match(letter):  # says how its neighbours look, no more
        return ""
    return f"[{unicodedata.name(letter, '').lower() or f'U+{ord(letter):04X}'}]"
