"""Reporting lines: an alarm that nobody has acknowledged is told to the chair of the group above, once."""

from __future__ import annotations

from jobs.compose import Facts
from jobs.planning import Planner, Scene, Teller
from programme.escalation import find_unanswered_alarm, list_chairs_above, say_unacknowledged, tell_above_on
from programme.facts import Person, Rung, find_holding_group
from programme.items import Item
from programme.messages import Button
from storage import ledger
from storage.actions import list_actions
from storage.people import label_of
from storage.watch import list_unacknowledged


def _wants(scene: Scene) -> bool:
    return any(group.reports_to for group in scene.groups)


def _list_rungs(scene: Scene) -> list[Rung]:
    refs = list_unacknowledged(scene.tx)
    said = ledger.list_said(scene.tx, "above")
    found = []
    for action in list_actions(scene.tx, scene.directory, refs=sorted(set(refs))) if refs else []:
        alarm = find_unanswered_alarm(action)
        if alarm is None:
            continue
        on = tell_above_on(alarm, scene.calendar, scene.policy)
        holding = find_holding_group(action.focus_area, action.priority, scene.groups)
        name = f"alarm {alarm.number}"
        if on <= scene.day:
            found += [
                Rung(max(on, scene.day), "above", action.ref, name, person.id)
                for person in list_chairs_above(holding, scene.groups)
                if (person.id, action.ref, name) not in said
            ]
    return found


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    found = list_actions(facts.tx, facts.directory, refs=[rung.subject])
    alarm = find_unanswered_alarm(found[0]) if found else None
    if alarm is None or rung.rung != f"alarm {alarm.number}":
        return "it has been acknowledged, or is over"
    if person not in list_chairs_above(facts.find_holding(found[0]), facts.groups):
        return "they no longer chair the group above"
    return None


def _make_item(facts: Facts, rung: Rung) -> Item:
    (action,) = list_actions(facts.tx, facts.directory, refs=[rung.subject])
    alarm, holding, today = action.escalation, facts.find_holding(action), facts.calendar.today(facts.now)
    words = ""
    if alarm and holding:
        words = say_unacknowledged(action, alarm, holding, label_of(facts.tx, alarm.by, today), facts.calendar)
    return Item(rung, action, words, title="Not acknowledged yet", buttons=(Button("Show it", f"action {action.ref}"),))


ABOVE = Planner(_wants, _list_rungs)
TOLD_ABOVE = Teller(_find_silence, _make_item)
