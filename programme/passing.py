"""What the office is asked to pass on, and for each kind of role what would spare it that."""

from __future__ import annotations

from collections.abc import Iterable

from programme.items import Item

VACANT = " + "  # between the roles of one action that nobody holds


def list_passed(items: Iterable[Item]) -> tuple[str, tuple[str, ...]]:
    """What stands above, and a line for each role that nobody holds: `SM EHC: 2 actions (P1.3b, P2.2d)`."""
    refs: dict[str, list[str]] = {}
    cures: dict[str, str] = {}
    for item in items:
        rung = item.rung
        for role in rung.passed_for.split(VACANT) if rung.passed_for else ():
            name = f"accountable lead {role}" if rung.kind == "lead" else role
            cures[name] = _find_cure(item, role)
            found = refs.setdefault(name, [])
            if rung.subject not in found:
                found.append(rung.subject)
    lines = (
        f"{name}: {len(found)} {'action' if len(found) == 1 else 'actions'} ({', '.join(found)}){cures[name]}"
        for name, found in refs.items()
    )
    give = "" if all(cures.values()) else " To give one to somebody: halfterm people set ROLE ADDRESS"
    return f"Nobody I can write to holds these.{give}", tuple(lines)


def _find_cure(item: Item, role: str) -> str:
    """What to type for this one; "" where it is to say who holds the role."""
    group = role.removeprefix("chair of ")
    if item.rung.kind == "vulnerable" and group != role:
        return f'. To set its chair: halfterm groups set "{group}" --chair ROLE'
    if item.rung.kind == "lead":
        is_role = not any(lead.text == role and not (lead.role and lead.role.listed) for lead in item.leads)
    else:
        owner = next((one for one in item.action.owners if one.text == role), None) if item.action else None
        if owner and any(one.young_people for one in owner.roles):
            return ". Please ask their coordinator: young people are never written to"
        is_role = owner is None or any(one.listed for one in owner.roles)
    if not is_role:
        return f'. The plan lists no such role; to say which it is: halfterm roles same "{role}" ROLE'
    return ""
