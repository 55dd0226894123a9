"""What the office is asked to pass on, and for each kind of role what would spare it that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from programme.calendar import say_date
from programme.facts import Person
from programme.items import Item

VACANT = " + "  # between the roles of one action that nobody holds
_YET = " yet"
_TOLD = {"lead": "that it is overdue", "vulnerable": "that it is vulnerable"}


def list_passed(items: Iterable[Item]) -> tuple[str, tuple[str, ...]]:
    """What stands above, and a line for each role that nobody holds: `SM EHC: 2 actions (P1.3b, P2.2d)`."""
    refs: dict[str, list[str]] = {}
    cures: dict[str, str] = {}
    passed = [item for item in items if item.rung.passed_for]
    for item in passed:
        rung = item.rung
        for role in rung.passed_for.split(VACANT):
            name = f"accountable lead {role}" if rung.kind == "lead" else role
            cures[name] = _find_cure(item, role)
            found = refs.setdefault(name, [])
            if rung.subject not in found:
                found.append(rung.subject)
    lines = (
        f"{name}: {len(found)} {'action' if len(found) == 1 else 'actions'} ({', '.join(found)}){cures[name]}"
        for name, found in refs.items()
    )
    give = any(not cure or cure.endswith(_YET) for cure in cures.values())
    hint = " To give one to somebody: halfterm people set ROLE ADDRESS" if give else ""
    return f"Nobody I can write to holds these.{_say_what(passed)}{hint}", tuple(lines)


def _say_what(passed: Sequence[Item]) -> str:
    """What to ask whoever it is, or to tell them, and how to see what it is about."""
    asked = [item.rung for item in passed if item.action and item.rung.kind not in _TOLD]
    meets = {rung.rung.split()[-1] if rung.kind == "meeting" else "" for rung in asked}
    parts = []
    if asked and all(rung.kind == "starting" for rung in asked):
        parts.append("ask of each whether it is done, still going, or not theirs")
    elif asked:
        day = meets.pop() if len(meets) == 1 else ""
        parts.append(
            f"ask where each stands{f' for the meeting on {say_date(date.fromisoformat(day))}' if day else ''}"
        )
    for kind, what in _TOLD.items():
        if told := next((item.rung.subject for item in passed if item.rung.kind == kind), None):
            parts.append(f"tell {'the lead' if kind == 'lead' else 'the chair'} of {told} {what}")
    if not parts:
        return ""
    first = next(item.rung.subject for item in passed if item.action)
    return f" Please {', and '.join(parts)}; to see one, type: action {first}."


def _say_held(people: Sequence[Person]) -> str:
    """Who holds it, whom nothing can be sent to."""
    who = people[0]
    return f". {who.name or 'Somebody'} holds it, and nothing can be sent to {who.write_to or who.address}{_YET}"


def _find_cure(item: Item, role: str) -> str:
    """What to type for this one; "" where it is to say who holds the role."""
    group = role.removeprefix("chair of ")
    if item.rung.kind == "vulnerable" and group != role:
        return f'. To set its chair: halfterm groups set "{group}" --chair ROLE'
    if item.rung.kind == "lead":
        if held := [person for lead in item.leads if lead.text == role for person in lead.people]:
            return _say_held(held)
        is_role = not any(lead.text == role and not (lead.role and lead.role.listed) for lead in item.leads)
    else:
        owner = next((one for one in item.action.owners if one.text == role), None) if item.action else None
        if owner and any(one.young_people for one in owner.roles):
            return ". Please ask their coordinator: young people are never written to"
        if owner and owner.people:
            return _say_held(owner.people)
        is_role = owner is None or any(one.listed for one in owner.roles)
    if not is_role:
        return f'. The plan lists no such role; to say which it is: halfterm roles same "{role}" ROLE'
    return ""
