"""A paper: what a digest or a report says, before it is a Word file, a PDF, a page or plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from programme.messages import Bullets, Facts, Heading, Picture, Table, Text

PaperBlock = Heading | Text | Facts | Bullets | Table | Picture


@dataclass(frozen=True, slots=True)
class Paper:
    """A titled, dated list of blocks. Cells and texts are plain; a rating in them reads as `str(Look)`."""

    title: str
    subtitle: str
    as_at: date
    blocks: tuple[PaperBlock, ...]
