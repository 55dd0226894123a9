"""How the people of the year behave: who answers what and when, who is away, who leaves. One seed, one year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

# What an owner says of an action they are asked about, and how often of a hundred.
_SAID = (
    (34, "rag {} on-track"),
    (22, "nochange {}"),
    (22, "progress {} The work of the month is done and the next step has its date"),
    (7, "slipping {} {} we wait for a partner's answer"),
    (7, "done {} https://evidence.example.org/report"),
    (4, "rag {} vulnerable the post is still empty"),
    (3, "rag {} at-risk the supplier has stopped; mitigation: buy it elsewhere, SENDPO, by {}"),
    (1, "notmine {}"),
)
_OF_STARTING = ((80, "going {}"), (8, "done {} https://evidence.example.org/before"), (12, "rag {} on-track"))


@dataclass(frozen=True)
class Answer:
    """What somebody says of an action, so many working days after they were asked."""

    who: str
    ref: str
    text: str
    after: int


@dataclass(frozen=True)
class Away:
    """Two weeks in which somebody says nothing; `cover` answers for them where they have one."""

    who: str
    first: date
    last: date
    cover: str = ""


@dataclass(frozen=True)
class Leaving:
    """Somebody's last day, and when their successor begins."""

    role: str
    on: date
    successor_on: date


class People:
    """Decides what everybody does. `answers` is the share of what they are asked that people answer at all."""

    def __init__(self, seed: int, answers: float) -> None:
        self._random = Random(seed)
        self._answers = answers

    def plan_away(self, roles: list[str], first: date, last: date) -> list[Away]:
        """Everybody is away for two weeks once in the year; half have somebody to cover."""
        weeks = (last - first).days // 7 - 4
        found = []
        for role in roles:
            starts = first + timedelta(weeks=2 + self._random.randrange(weeks))
            cover = self._random.choice([one for one in roles if one != role]) if self._random.random() < 0.5 else ""
            found.append(Away(role, starts, starts + timedelta(days=13), cover))
        return found

    def plan_leaving(self, roles: list[str], first: date, last: date) -> list[Leaving]:
        """Four people leave in the year; their successors begin three weeks later."""
        span = (last - first).days - 60
        chosen = self._random.sample(roles, 4)
        days = sorted(first + timedelta(days=30 + self._random.randrange(span)) for _ in chosen)
        return [Leaving(role, on, on + timedelta(days=21)) for role, on in zip(chosen, days, strict=True)]

    def answer(self, who: str, refs: list[str], starting: set[str], by: date) -> Iterator[Answer]:
        """What somebody will say to a bundle; `by` is a day some months on, for a new timescale."""
        for ref in refs:
            if self._random.random() >= self._answers:
                continue
            said = _OF_STARTING if ref in starting else _SAID
            text = self._random.choices([words for _, words in said], [weight for weight, _ in said])[0]
            yield Answer(who, ref, text.format(ref, f"{by:%b-%y}"), self._random.choice((0, 0, 0, 1, 1, 2, 4, 8)))

    def regrets(self) -> bool:
        """Whether somebody takes back the alarm they have just raised."""
        return self._random.random() < 0.25
