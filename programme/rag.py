"""The programme's own ratings: icon, word and colour, and how people type them.

The four ratings and what each demands are those of the statement of action, "What success looks like and how it is
measured".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Rag(StrEnum):
    AT_RISK = "at_risk"
    VULNERABLE = "vulnerable"
    ON_TRACK = "on_track"
    DEFERRED = "deferred"

    @property
    def typed(self) -> str:
        """How it is typed: `at-risk`."""
        return self.value.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Look:
    """How a rating is shown: never by colour alone. `colour` is `#rrggbb`, dark enough for white words on it."""

    icon: str
    word: str
    colour: str

    def __str__(self) -> str:
        return f"{self.icon} {self.word}"


LOOKS: dict[Rag | None, Look] = {
    Rag.AT_RISK: Look("🔴", "At risk", "#b3261e"),
    Rag.VULNERABLE: Look("🟠", "Vulnerable", "#8a4b00"),
    Rag.ON_TRACK: Look("🟢", "On track", "#1d6b34"),
    Rag.DEFERRED: Look("🟣", "Deferred", "#5b3f99"),
    None: Look("⚪", "Not yet rated", "#595f69"),
}
COMPLETE = Look("✅", "Complete", "#0b5a8a")

_GAP = r"[\s_-]*"
_TYPED = {
    Rag.AT_RISK: rf"at{_GAP}risk|red",
    Rag.VULNERABLE: "vulnerable|amber",
    Rag.ON_TRACK: rf"on{_GAP}track|green",
    Rag.DEFERRED: "deferred|defer",
}
_ALWAYS = re.compile(
    rf"[\"'“‘(]?(?:at{_GAP}risk(?![\w-])(?!\s+(?:pupils?|child|young|famil|student|learner|group))|deferred(?![\w-]))",
    re.IGNORECASE,
)
_COMPLETE = "done|blue|closed|completed?|finished"
_RATINGS = {rag: re.compile(rf"(?:{words})(?![\w-])", re.IGNORECASE) for rag, words in _TYPED.items()}
_STATE = re.compile(rf"(?:{_COMPLETE})(?![\w-])", re.IGNORECASE)
_CLOSED_BY = {'"': ('"',), "'": ("'",), "“": ("”", "“"), "‘": ("’", "‘"), "(": (")",), "[": ("]",)}
_BETWEEN = re.compile(r"[\s,:;.!-]*(?:because\b[\s,:]*)?", re.IGNORECASE)


def find_rag(text: str) -> Rag | None:
    """The rating somebody typed (`at-risk`, `Red`, `on_track`), or None."""
    rag, rest = split_rag(text)
    return None if rest else rag


def split_rag(text: str) -> tuple[Rag | None, str]:
    """The rating that words begin with and the reason after it: `at - risk: no staff`. (None, text) without one."""
    text = text.strip()
    start = 1 if text[:1] in _CLOSED_BY else 0
    for rag, pattern in _RATINGS.items():
        if found := pattern.match(text, start):
            end = found.end()
            if start and text[end : end + 1] in _CLOSED_BY[text[0]]:
                return rag, _skip(text, end + 1)
            return rag, _skip(text, end)
    return None, text


def names_rating(text: str) -> bool:
    """Whether words begin with what is a rating in any sentence: `at risk the supplier`, not `at-risk pupils came`,
    `red tape` or `vulnerable families`."""
    return bool(_ALWAYS.match(text.strip()))


def split_complete(text: str) -> str | None:
    """What follows `blue`, `done` or `closed`, which people type as a rating though complete is a state; else None."""
    found = _STATE.match(text.strip())
    return _skip(text.strip(), found.end()) if found else None


def _skip(text: str, start: int) -> str:
    found = _BETWEEN.match(text, start)
    return text[found.end() if found else start :].strip()
