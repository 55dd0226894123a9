"""Which role an owner string names, and which it might mean: a suggestion is offered to a person, never applied."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from programme.plan import PlanRole
from programme.refs import plain

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_SMALL = frozenset({"a", "and", "for", "in", "of", "s", "the", "to"})
_LONGEST = 200  # characters of an owner string that are worth comparing


def role_key(text: str) -> str:
    """What two spellings of one abbreviation or title share: case, spaces and smart quotes left out."""
    return "".join(plain(text).casefold().split())


def roles_by_key(roles: Sequence[PlanRole]) -> dict[str, PlanRole]:
    """The roles by abbreviation and by title, as `role_key` spells them; where two share one, the first."""
    found: dict[str, PlanRole] = {}
    for role in roles:
        found.setdefault(role_key(role.abbreviation), role)
    for role in roles:
        found.setdefault(role_key(role.title), role)
    found.pop("", None)
    return found


def suggest_roles(owner: str, roles: Sequence[PlanRole], most: int = 3) -> list[PlanRole]:
    """The roles an owner string might mean, best first, at most `most`: to be offered, never applied.

    Spelling alone would put `SM EH` before `S&SM EHC` for `SM EHC`, so words in common with the abbreviation, title or
    organisation count double, and a word that few roles share counts more than one that many do.
    """
    typed = _words(owner[:_LONGEST])
    known = [_Words(role) for role in roles]
    scores = [_spelling(typed, role) for role in known]
    weights = 0.0
    shared = [0.0] * len(known)
    for word in typed:
        shares = [_share(word, role) for role in known]
        weight = len(word) / (1 + sum(share >= 50 for share in shares)) ** 0.5
        weights += weight
        shared = [total + weight * share for total, share in zip(shared, shares, strict=True)]
    if weights:
        scores = [score + 2 * total / weights for score, total in zip(scores, shared, strict=True)]
    order = sorted(range(len(known)), key=lambda at: -scores[at])  # stable: equals stay in the table's order
    return [roles[at] for at in order[:most]]


class _Words:
    """A role in words, and the initials that might stand for its title or its organisation."""

    def __init__(self, role: PlanRole) -> None:
        self.abbreviation = _words(role.abbreviation)
        self.title = _words(role.title)
        self.own = {*self.abbreviation, *self.title}
        organisation = _words(role.organisation)
        self.organisation = set(organisation)
        self.initials = "".join(word[0] for word in self.title) + " " + "".join(word[0] for word in organisation)


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(plain(text).casefold()) if word not in _SMALL]


def _spelling(typed: list[str], role: _Words) -> float:
    """0 to 100: how like the abbreviation or the title the whole owner string is spelt."""
    owner = " ".join(typed)
    return max(
        fuzz.ratio(owner, " ".join(role.abbreviation)),
        fuzz.token_sort_ratio(owner, " ".join(role.title)),
    )


def _share(word: str, role: _Words) -> float:
    """0 to 100: how well one word of an owner string stands in a role."""
    if word in role.own:
        return 100
    if len(word) > 2 and word in role.initials:
        return 80
    if word in role.organisation:
        return 70
    return 0.6 * max((fuzz.ratio(word, other) for other in role.own), default=0)
