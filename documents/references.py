"""Which action a row of a table is about, told by its own reference and letter and by the rows before it."""

from __future__ import annotations

import re

from documents.doubts import shorten
from programme.plan import Doubt

_SCHEME = re.compile(r"([A-Z]*)(\d+)")


class References:
    """The focus area and the letter that the last row of a table had; what does not follow becomes a doubt."""

    def __init__(self, doubts: list[Doubt]) -> None:
        self.area = ""
        self.last = ""
        self._letters: dict[str, str] = {}
        self._doubts = doubts

    def start(self) -> None:
        """Another table begins: its first row has a reference of its own."""
        self.area = ""
        self._letters = {}

    def open(self, area: str) -> None:
        """A row brings the reference of its focus area, "" where what stands there is none."""
        self.area = area

    def number(self, number: int, letter: str, words: str) -> str:
        """The reference of an action on a line, or "" where rows or references before it must be missing.

        Without a letter it is the row's own reference. Letters only rise within a focus area: where they do not,
        the first row of another was lost, and no action is put under the wrong one.
        """
        if not letter:
            self.last = self.area
            return self.area
        before = self._letters.get(self.area, "")
        said = f"“{letter}. {shorten(words)}”"
        if self.area and letter <= before:
            self._doubt(
                self.area, f"After {self.area}{before} comes {said} with no reference: of which focus area is it?"
            )
            self.area = ""
        if not self.area:
            self._doubt(f"line {number}", f"{said} belongs to no focus area: left out.")
            return ""
        if ord(letter) > ord(before or "`") + 1:
            gap = f"goes from {before} to {letter}" if before else f"begins with {letter}"
            self._doubt(self.area, f"{self.area} {gap}: is a row missing?")
        self._letters[self.area] = letter
        self.last = self.area + letter
        return self.last

    def _doubt(self, where: str, text: str) -> None:
        self._doubts.append(Doubt(where, text))


def priority_of(area: str, above: str) -> str:
    """The priority a focus area stands under: the one `above`, unless its reference has another's number.

    `Q2.1` under Q1 is of Q2, whose own row must be missing; `2.1` is of whatever stands above.
    """
    prefix = re.split(r"[.-]", area)[0]
    heading, own = _SCHEME.match(above), _SCHEME.match(prefix)
    another = heading and own and own[1] == heading[1] and own[2] != heading[2]
    return prefix if another or not above else above
