"""What the programme office is told in its bundle that is not about one action: what could not be sent, whose account
is closed, a half term without a meeting."""

from __future__ import annotations

from jobs.compose import Facts
from jobs.planning import Teller
from programme.cadence import find_period
from programme.facts import Group, Person, Rung
from programme.items import Item
from storage import ledger, outbox
from storage.appointments import list_roles_held
from storage.people import label_of, list_persons


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    if not person.office:
        return "no longer of the programme office"
    if rung.subject.startswith("person ") and not _find_closed(facts, rung)[1]:
        return "the account is open again, or holds nothing any more"
    group, half = _find_group(facts, rung), facts.calendar.half_term_of(rung.on)
    first, last = find_period(group.cadence, half, facts.calendar) if half else (rung.on, rung.on)
    if half and any(first <= facts.calendar.today(meeting.starts_at) <= last for meeting in group.meetings):
        return "a meeting has been set"
    return None


def _find_group(facts: Facts, rung: Rung) -> Group:
    """The group that a rung is about; one without a name or meetings for any other subject."""
    return next((one for one in facts.groups if rung.subject == f"group {one.id}"), Group(0, ""))


def _find_closed(facts: Facts, rung: Rung) -> tuple[Person, list[str]]:
    """Whose account the office is told is closed, and what they hold while it is."""
    someone = list_persons(facts.tx).get(int(rung.subject.removeprefix("person ")), Person(0, ""))
    held = list_roles_held(facts.tx, someone.id, rung.on) if someone.closed else []
    return someone, [*held, *(["office"] if someone.closed and someone.office else [])]


def _say_trouble(facts: Facts, rung: Rung) -> str:
    """What the office is told that is not about one action."""
    kind, _, number = rung.subject.partition(" ")
    if kind == "group":
        name = _find_group(facts, rung).name
        return (
            f"{name} holds actions and has no meeting in {rung.rung}. To set one: halfterm groups set NAME --meets DATE"
        )
    if kind == "person":
        someone, roles = _find_closed(facts, rung)
        ends = " and ".join(f"halfterm people end {role} {someone.address}" for role in roles)
        return (
            f"The {someone.scheme.title()} account of {someone.label} ({', '.join(roles)}) is closed, so nothing is "
            f"sent there. To end it: {ends}"
        )
    row = outbox.find_line(facts.tx, int(number))
    who = label_of(facts.tx, row.address) if row else "somebody"
    about = _say_about(facts, row, int(number))
    if rung.rung == "doubtful" and row and row.kind == "file":
        what = "handover" if "handovers" in row.facts else "digest"
        return f"The {what}'s files for {who} were perhaps shared twice: no answer came the first time."
    if rung.rung == "doubtful":
        return f"A message to {who}{about} was perhaps sent twice: no answer came the first time."
    if rung.rung == "failed" and row and row.kind == "file":
        what = "handover" if "handovers" in row.facts else "digest"
        return f"The {what}'s files for {who} could not be shared: {row.trouble}. The {what} itself has gone."
    if rung.rung == "failed":
        return f"A message to {who}{about} could not be sent: {row.trouble if row else ''}. Please pass it on."
    return f"A message to {who}{about} waits, because that channel is not set up here. Please pass it on."


def _say_about(facts: Facts, row: outbox.Line | None, number: int) -> str:
    """Which actions a message carries or is about, or whose papers it is; "" where it is about neither."""
    carried = [ref for ref in ledger.list_subjects(facts.tx, number) if " " not in ref]
    if refs := carried or ([row.facts["ref"]] if row and "ref" in row.facts else []):
        return f" about {', '.join(refs)}"
    return f" with the papers of {row.facts['group']}" if row and "meeting" in row.facts else ""


def _make_item(facts: Facts, rung: Rung) -> Item:
    return Item(rung, None, _say_trouble(facts, rung))


TROUBLES = Teller(_find_silence, _make_item)
