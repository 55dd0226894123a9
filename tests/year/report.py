"""The figures of a year, as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from programme.calendar import Calendar
from tests.year.play import Played

_BUNDLED = ("bundle",)
_OUTSIDE = {"notice": "at-risk notices", "correction": "corrections", "pack": "packs", "since": "since the pack"}
_LONG_ENOUGH = 10  # working days in which an answer counts as one to what was asked
_IN_TIME = timedelta(minutes=1)  # these runs look a minute after the notices of the morning are due


def count_weeks(days: Iterable[tuple[str | int, date]]) -> list[int]:
    """How many messages each person had in each week, Monday to Sunday, in which they had any."""
    weeks: Counter[tuple[str | int, date]] = Counter()
    for who, day in days:
        weeks[who, day - timedelta(days=day.weekday())] += 1
    return sorted(weeks.values())


def list_figures(played: Played, calendar: Calendar) -> dict[str, str]:
    """What a run came to, by the words of the table's rows."""
    bundles = [one for one in played.posted if one.kind in _BUNDLED]
    owners = [one for one in bundles if one.who != "office"]
    weeks = count_weeks((one.who, calendar.today(one.at)) for one in owners)
    office = count_weeks((one.who, calendar.today(one.at)) for one in bundles if one.who == "office")
    kinds = Counter(one.kind for one in played.posted)
    due = [ask for ask in played.asked if ask[2] in ("timescale", "overdue")]
    late = [ref for ref, due_at, told_at in played.alarms if _lateness(due_at, told_at, calendar) > _IN_TIME]
    rows = {
        "messages, all": str(len(played.posted)),
        "bundles to owners, chairs and leads": str(len(owners)),
        "a person's bundles in a week that has any: median, most": _say_spread(weeks),
        "the office's bundles in a week that has any: median, most": _say_spread(office),
        "rungs a bundle carried: mean": f"{sum(one.rungs for one in owners) / max(len(owners), 1):.1f}",
        "asked of an action, by person": str(len(played.asked)),
        "of these answered within ten working days": _say_share(
            sum(_is_answered(ref, at, played, calendar) for _, ref, _, at in played.asked), len(played.asked)
        ),
        "actions that fell due or were overdue, asked about": str(len({ref for _, ref, _, _ in due})),
        "of these answered after a bundle": _say_share(
            len({ref for who, ref, kind, at in due if _is_answered(ref, at, played, calendar)}),
            len({ref for _, ref, _, _ in due}),
        ),
        "at-risk ratings; their notices late": f"{len(played.alarms)}; {len(late)}",
        "messages on closed days or outside 09:00 to 17:00": str(len(played.closed)),
    }
    for kind, words in _OUTSIDE.items():
        rows[f"outside the bundles: {words}"] = str(kinds[kind])
    return rows


def list_naive(played: Played) -> dict[str, str]:
    """The same rungs from a bot that says each in a message of its own on the day it falls."""
    weeks = count_weeks(played.rungs)
    return {
        "messages, all": str(len(played.rungs)),
        "a person's bundles in a week that has any: median, most": _say_spread(weeks),
        "rungs a bundle carried: mean": "1",
    }


def draw_table(columns: Sequence[tuple[str, dict[str, str]]]) -> str:
    """A Markdown table: a row a figure, a column a run."""
    names = list(dict.fromkeys(name for _, rows in columns for name in rows))
    head = ["", *(title for title, _ in columns)]
    lines = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]
    lines += [f"| {name} | {' | '.join(rows.get(name, '–') for _, rows in columns)} |" for name in names]
    return "\n".join(lines)


def _lateness(due_at: datetime, told_at: datetime, calendar: Calendar) -> timedelta:
    return told_at - calendar.next_sending(due_at)


def _is_answered(ref: str, at: datetime, played: Played, calendar: Calendar) -> bool:
    until = calendar.add_working_days(calendar.today(at), _LONG_ENOUGH)
    return any(at <= said and calendar.today(said) <= until for _, said in played.answered.get(ref, ()))


def _say_spread(weeks: Sequence[int]) -> str:
    return f"{median(weeks):g}, {max(weeks)}" if weeks else "none"


def _say_share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.0f} %)" if whole else "none"
