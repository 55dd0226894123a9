"""What is owed to reports: who is asked for a report or for a period's figures, and what their bundle says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from jobs.compose import Facts
from jobs.planning import Planner, Scene, Teller
from programme.facts import Action, Person, Rung
from programme.items import Item
from programme.messages import Button
from programme.passing import VACANT
from programme.reminders import list_people
from programme.reports import (
    Due,
    list_due,
    list_missing,
    list_owed,
    list_warnings,
    say_figures,
    say_report,
)
from storage import ledger
from storage.actions import list_actions
from storage.cover import find_cover
from storage.plans import list_metrics
from storage.reported import list_reported

_AHEAD = timedelta(days=62)  # longer than twenty working days with Christmas among them
_REPORT, _FIGURES = "report", "figures"


def _wants(scene: Scene) -> bool:
    return bool(scene.policy.reports) or bool(scene.periods)


def _list_rungs(scene: Scene) -> list[Rung]:
    said = ledger.list_said(scene.tx, "report")
    found = [*_list_report_rungs(scene), *_list_figure_rungs(scene)]
    return [rung for rung in found if (rung.person, rung.subject, rung.rung) not in said]


def _list_report_rungs(scene: Scene) -> Iterator[Rung]:
    done = list_reported(scene.tx)
    since = scene.calendar.today(scene.imported_at) if scene.imported_at else scene.day
    for due in list_due(scene.policy.reports, scene.calendar, scene.day, scene.until + _AHEAD):
        if (due.name, due.on) in done:
            continue
        people: list[tuple[Person | None, str]] = [(one, "") for one in scene.office]
        if due.owner:
            people = list_people([scene.directory.resolve(due.owner)], scene.office, scene.schemes)
        for name, on in list_owed(list_warnings(due, scene.calendar), since, scene.until, scene.day):
            for person, passed_for in people:
                yield Rung(on, "report", f"{_REPORT} {due.name}", name, person.id if person else 0, passed_for)


def _list_figure_rungs(scene: Scene) -> Iterator[Rung]:
    """One line for each person and period, whatever the number of their actions that lack its figure."""
    dues = [Due(period, on) for period, on in scene.periods]
    owed = {due: list_warnings(due, scene.calendar) for due in dues}
    if not any(on <= scene.until for warnings in owed.values() for _name, on in warnings):
        return
    metrics = list_metrics(scene.tx)
    actions = list_actions(scene.tx, scene.directory, only_open=True)
    started = _read_started(scene)
    for due, warnings in owed.items():
        missing = set(list_missing(metrics, due.name, actions))
        since: dict[tuple[int, str], date] = {}
        for action in (one for one in actions if one.ref in missing):
            for person, passed_for in list_people(action.owners, scene.office, scene.schemes):
                begun = _find_begun(scene, started, action, person.id) if person else None
                if person and begun:
                    key = (person.id, passed_for)
                    since[key] = min(begun, since.get(key, date.max))
        for (person_id, passed_for), day in since.items():
            for name, on in list_owed(warnings, day, scene.until, scene.day):
                yield Rung(on, "report", f"{_FIGURES} {due.name}", name, person_id, passed_for)


def _find_begun(scene: Scene, started: dict[tuple[str, int], date], action: Action, person: int) -> date | None:
    """From when somebody is asked of an action: since their starting list, or since they cover for who had it."""
    own = started.get((action.ref, person))
    cover = find_cover(scene.directory, person, action.owners)
    if cover is None:
        return own
    had = started.get((action.ref, cover.away.id), own)
    return max(had, cover.from_on - timedelta(days=1)) if had else None


def _read_started(scene: Scene) -> dict[tuple[str, int], date]:
    """When each person had an action on their starting list: before that they are asked for nothing."""
    days: dict[tuple[str, int], date] = defaultdict(lambda: date.max)
    for last in ledger.list_last(scene.tx, "starting", "sent"):
        key = (last.subject, last.person)
        days[key] = min(days[key], scene.calendar.today(last.at))
    return dict(days)


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    what, _, name = rung.subject.partition(" ")
    on = date.fromisoformat(rung.rung.rpartition(" ")[2])
    today = facts.calendar.today(facts.now)
    if what == _FIGURES:
        if on < today:
            return "its day is past: the digest says which figures are missing"
        if rung.passed_for and not person.office:
            return "no longer of the programme office"
        return None if _list_owed_figures(facts, rung) else "there is none to give"
    if (name, on) in list_reported(facts.tx):
        return "it was handed in"
    due = next((one for one in list_due(facts.policy.reports, facts.calendar, on, on) if one.name == name), None)
    if due is None:
        return "the settings no longer have it"
    if on < today:
        return "its day is past"
    people = facts.office if not due.owner else facts.directory.resolve(due.owner).people
    return None if person in people or (rung.passed_for and person.office) else "it is no longer theirs"


def _list_owed_figures(facts: Facts, rung: Rung) -> list[str]:
    """The references of somebody's open actions that lack a period's figure; or of what they pass on."""
    roles = set(rung.passed_for.split(VACANT)) if rung.passed_for else set()
    mine = [
        action
        for action in list_actions(facts.tx, facts.directory, only_open=True)
        for owner in action.owners
        if (owner.text in roles if roles else any(one.id == rung.person for one in owner.people))
    ]
    return list(dict.fromkeys(list_missing(list_metrics(facts.tx), rung.subject.partition(" ")[2], mine)))


def _make_item(facts: Facts, rung: Rung) -> Item:
    what, _, name = rung.subject.partition(" ")
    on, today = date.fromisoformat(rung.rung.rpartition(" ")[2]), facts.calendar.today(facts.now)
    if what == _FIGURES:
        refs = _list_owed_figures(facts, rung)
        return Item(rung, None, say_figures(name, on, refs, today, facts.calendar) if refs else "", title="Figures due")
    button = Button("It is handed in", f"reported {name} {on.isoformat()}")
    return Item(rung, None, say_report(name, on, today, facts.calendar), title="Reports due", buttons=(button,))


REPORTS = Planner(_wants, _list_rungs)
TOLD_OF_REPORTS = Teller(_find_silence, _make_item)
