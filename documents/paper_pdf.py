"""A paper as a tagged PDF (PDF/UA-1), set by typst from the template beside this file."""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Mapping
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


def write_pdf(paper: Paper) -> bytes:
    """PDF/UA-1. A character that no font of this machine shows is named in brackets, never an empty box."""
    words = _as_data(paper)
    try:
        return _compile(words, paper.as_at)
    except typst.TypstError:  # most likely such a character; any other fault comes up again below
        return _compile(_spelt_out(words), paper.as_at)


def _compile(words: Mapping[str, Any], day: date) -> bytes:
    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=find_fonts(),
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime.combine(day, time(), UTC),
        sys_inputs={"paper": json.dumps(words)},
    )


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


def _spelt_out(data: Any) -> Any:
    """The same data with every character that no font shows named instead."""
    match data:
        case str():
            return "".join(letter if letter < "\u0180" or _is_shown(letter) else _name(letter) for letter in data)
        case dict():
            return {key: _spelt_out(value) for key, value in data.items()}
        case list() | tuple():
            return [_spelt_out(value) for value in data]
        case _:
            return data


@functools.lru_cache(maxsize=4096)
def _is_shown(letter: str) -> bool:
    day = date(2022, 9, 5)  # any will do
    try:
        _compile(_as_data(Paper("Trial", "", day, (Text(letter),))), day)
    except typst.TypstError:
        return False
    return True


def _name(letter: str) -> str:
    if unicodedata.category(letter) in {"Mn", "Cf"}:  # a mark on, or a join between, letters that are named themselves
        return ""
    return f"[{unicodedata.name(letter, '').lower() or f'U+{ord(letter):04X}'}]"
