"""What reports need: the figures of a metric's periods, and that a report was handed in."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.commands import Ask, command, compose_list, compose_reply
from programme.calendar import say_date
from programme.messages import Button, Reply, UserError
from programme.permissions import may
from programme.quotes import unquote
from programme.reports import Due, list_due, say_report
from programme.updates import add_figure
from storage.people import name_key
from storage.plans import list_metrics
from storage.reported import list_reported, record_reported

_YEAR = timedelta(days=366)
_BEHIND = timedelta(days=92)
_SPLIT = re.compile(r"\s*[:=]\s*")


@command("figure REF [PERIOD =] FIGURE")
def figure(ask: Ask) -> Reply:
    """Give the figure of an action's metric for a period; without a period, for the first that has none.

    Example: figure P2.3c Sep 2022 = 65 of 91 schools
    """
    action, words = ask.find("figure")
    metric = list_metrics(ask.tx).get(action.ref)
    if metric is None:
        raise UserError(
            f"The plan has no metric for {action.ref}: to note it anyway, type progress {action.ref} and it."
        )
    periods = [point.period for point in metric.points]
    lacking = [point.period for point in metric.points if point.text is None]
    head, *rest = (unquote(part) for part in _SPLIT.split(words, maxsplit=1))
    named = [one for one in periods if _is_named(one, head)] if rest else []
    if rest and not named:
        raise UserError(
            f"{action.ref} has no period “{head[:40]}”: its periods are {', '.join(periods)}.",
            tuple(Button(one, f"figure {action.ref} {one}: {rest[0]}"[:1900]) for one in lacking[:5]),
        )
    if not named and not lacking:
        raise UserError(
            f"Every period of {action.ref} has its figure: name the one to change, such as {periods[-1]}: 12"
        )
    period, text = (named[0], rest[0]) if named else (lacking[0], words)
    ask.record(action, add_figure(action, period, text, ask.today, ask.quiet(action)))
    return compose_reply([f"The figure of {action.ref} for {period} is noted, thank you."], [Button("Undo", "undo")])


@command("reports")
def reports(ask: Ask) -> Reply:
    """The reports that the programme owes in the year to come, and who is asked for each.

    Example: reports
    """
    done = list_reported(ask.tx)
    lines = [
        f"{say_report(due.name, due.on, ask.today, ask.calendar)} Asked of {due.owner or 'the programme office'}."
        for due in list_due(ask.policy.reports, ask.calendar, ask.today, ask.today + _YEAR)
        if (due.name, due.on) not in done
    ]
    if not lines:
        text = "No report is due in the year to come: the programme office names them in halfterm.toml, under reports."
        return compose_reply([text])
    return compose_list("Reports due", lines)


@command("reported NAME [DATE]")
def reported(ask: Ask) -> Reply:
    """Say that a report was handed in, so that nobody is asked for it any more.

    For the programme office and whoever the report is asked of.
    Example: reported Quarterly report
    """
    done = list_reported(ask.tx)
    first, last = ask.today - _BEHIND, ask.today + _YEAR
    theirs = [due for due in list_due(ask.policy.reports, ask.calendar, first, last) if _may(ask, due)]
    named, on = _split_date(ask.words.strip('"“” '))
    if on and (named_due := next((due for due in theirs if name_key(due.name) == named and due.on == on), None)):
        if (named_due.name, on) in done:
            raise UserError(f"{named_due.name}, due on {say_date(on)}, is handed in already, so nothing was changed.")
        return _hand_in(ask, named_due)
    found = [due for due in theirs if name_key(due.name) == named]
    if not found and named:
        begun = {due.name for due in theirs if name_key(due.name).startswith(named)}
        found = [due for due in theirs if due.name in begun] if len(begun) == 1 else []
    if not found:
        names = list(dict.fromkeys(due.name for due in theirs))[:5]
        if not names:
            raise UserError("There is no report for you to hand in: type reports to see what is due.")
        raise UserError(
            "Say which report was handed in, for example: reported " + names[0],
            tuple(Button(one, f"reported {one}") for one in names),
        )
    due = min(found, key=lambda one: abs(one.on - ask.today))
    if (due.name, due.on) not in done:
        return _hand_in(ask, due)
    later = next((one for one in found if one.on > due.on and (one.name, one.on) not in done), None)
    raise UserError(
        f"{due.name}, due on {say_date(due.on)}, is handed in already, so nothing was changed.",
        (Button(f"The one due {say_date(later.on)}", f"reported {later.name} {later.on.isoformat()}"),)
        if later
        else (),
    )


def _split_date(words: str) -> tuple[str, date | None]:
    """The name, as every spelling of it shares, and the day it is due, where that follows."""
    name, _, last = words.strip().rpartition(" ")
    try:
        return name_key(name), date.fromisoformat(last)
    except ValueError:
        return name_key(words), None


def _hand_in(ask: Ask, due: Due) -> Reply:
    record_reported(ask.tx, due.name, due.on, ask.actor, now=ask.now, account=ask.request.account)
    line = f"Noted: {due.name}, due on {say_date(due.on)}, is handed in. Nobody is asked for it any more."
    return compose_reply([line], [Button("Undo", "undo")])


def _may(ask: Ask, due: Due) -> bool:
    if may(ask.actor, "office"):
        return True
    owner = ask.directory.resolve(due.owner) if due.owner else None
    return owner is not None and any(role.abbreviation in ask.actor.roles for role in owner.roles)


def _is_named(period: str, words: str) -> bool:
    """Whether words name a period as the plan writes it, with or without what stands in brackets."""
    return name_key(words) in (name_key(period), name_key(period.partition("(")[0]))
