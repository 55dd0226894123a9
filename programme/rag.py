"""The programme's own ratings: icon, word and colour, and how people type them.

The four ratings and what each demands are those of the statement of action, "What success looks like and how it is
measured".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from programme.messages import UserError


class Rag(StrEnum):
    AT_RISK = "at_risk"
    VULNERABLE = "vulnerable"
    ON_TRACK = "on_track"
    DEFERRED = "deferred"


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

_TYPED = {
    "at risk": Rag.AT_RISK,
    "atrisk": Rag.AT_RISK,
    "red": Rag.AT_RISK,
    "vulnerable": Rag.VULNERABLE,
    "amber": Rag.VULNERABLE,
    "on track": Rag.ON_TRACK,
    "ontrack": Rag.ON_TRACK,
    "green": Rag.ON_TRACK,
    "deferred": Rag.DEFERRED,
    "defer": Rag.DEFERRED,
}


def find_rag(text: str) -> Rag | None:
    """The rating somebody typed (`at-risk`, `Red`, `on_track`), or None."""
    return _TYPED.get(" ".join(text.lower().replace("-", " ").replace("_", " ").split()))


def parse_rag(text: str) -> Rag:
    """As `find_rag`, with a UserError that lists the four ratings."""
    rag = find_rag(text)
    if rag is None:
        raise UserError(f"“{text.strip()}” is not a rating. Use at-risk, vulnerable, on-track or deferred.")
    return rag
