"""The agenda at the head of a pack: what the meeting has to go through, from what its digest holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from programme.digest import Digest, Line

_UNSEEN = "Escalated and not yet acknowledged"
_TO_AGREE = "To agree or return"
_DECIDED = "Decisions of the last meeting"
_MINUTED = "Minuted"
_CARRIED = "Decisions carried forward"
_FIRST = (_UNSEEN, _TO_AGREE)
_LAST = (_DECIDED, _MINUTED, _CARRIED)
_ITEMS = {  # a section's title in the digest, as an item of the agenda
    "To agree": "Proposed, for another group to agree",
    "Decided at the last meeting": _DECIDED,
    "Carried from the last meeting": _CARRIED,
}
_SIGNS = {"decided at the last meeting: ": _DECIDED, "minuted: ": _MINUTED, "carried: ": _CARRIED}
_NO_ITEMS = ("Others open", "Complete")


def list_agenda(digest: Digest) -> list[str]:
    """`1. Escalated and not yet acknowledged (2)` and so on, only what there is; [] where no meeting is planned."""
    if not digest.has_meeting:
        return []
    found: Counter[str] = Counter()
    for section in digest.sections:
        for line in section.lines:
            found.update(_list_items(section.title, line))
    figures = {"Figures due": len(digest.metrics_due)}
    confirm = {"Lines of the minutes to confirm": digest.to_confirm}
    between = {item: count for item, count in found.items() if item not in (*_FIRST, *_LAST)}
    items = {item: found[item] for item in _FIRST} | confirm | between | figures | {item: found[item] for item in _LAST}
    held = [(item, count) for item, count in items.items() if count]
    return [f"{n}. {item} ({count})" for n, (item, count) in enumerate(held, 1)]


def _list_items(title: str, line: Line) -> Iterator[str]:
    """Where an action is gone through: once, and besides wherever somebody has to decide or has decided."""
    if line.action.state != "open":
        return
    alarm = line.action.escalation
    unseen = alarm is not None and alarm.state == "open" and alarm.acknowledged_at is None
    to_agree = line.action.proposal is not None and line.held
    if unseen:
        yield _UNSEEN
    if to_agree:
        yield _TO_AGREE
    yield from (item for sign, item in _SIGNS.items() if any(each.startswith(sign) for each in line.signs))
    if title == "Escalated" and not unseen:
        seen = alarm is not None and alarm.acknowledged_at is not None
        yield "Escalated and acknowledged" if seen else "At risk or vulnerable"
    elif title not in ("Escalated", *_NO_ITEMS) and not (to_agree and title in _ITEMS):
        yield _ITEMS.get(title, title)
