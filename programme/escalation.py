"""Who hears of an action in trouble, and when (section 5, Escalating at risk)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from programme.calendar import Calendar, say_date
from programme.facts import Accountable, Action, Escalation, Group, Person, Rung, Said
from programme.messages import Block, Button, Buttons, Facts, Heading, Message, Text
from programme.passing import VACANT
from programme.policy import Policy
from programme.rag import LOOKS, Rag


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who hears, and why: `chair of the SEND Oversight Board`. Without a person nobody can be written to.

    `acknowledges`: theirs is the group that holds the action, so that they are asked to acknowledge it."""

    person: Person | None
    why: str
    acknowledges: bool = False


def list_leads_told(
    action: Action, bodies: Collection[str], leads: Iterable[Accountable], office: Iterable[Person]
) -> list[tuple[Person, str]]:
    """(person, lead passed on) for the accountable leads of the owners' organisations `bodies`, or all of the
    priority's where that is unknown. Elected members hear through the digest; the office passes on to a lead whom
    nobody holds."""
    chosen = _choose_leads(action, bodies, leads)
    told = {person.id: (person, "") for lead in chosen for person in lead.people}
    if vacant := VACANT.join(lead.text for lead in chosen if not lead.people):
        for person in office:
            told.setdefault(person.id, (person, vacant))
    return list(told.values())


def list_told(
    action: Action,
    bodies: Collection[str],
    kind: Rag,
    groups: Sequence[Group],
    leads: Iterable[Accountable],
    office: Sequence[Person],
    raised_by: str,
) -> list[Told]:
    """Everyone who hears of an alarm, once each, never who raised it; a role with nobody in it stands without a person.

    `groups` are the holding group, then the strategic one. Vulnerable goes to their chairs; at risk also to co-owners,
    the office and the accountable leads.
    """
    told: list[Told] = []
    for group in groups:
        why = f"chair of {group.name}"
        told += [Told(person, why, acknowledges=group is groups[0]) for person in group.chairs] or [Told(None, why)]
    if kind is Rag.AT_RISK:
        for owner in action.owners:
            told += [Told(person, f"co-owner ({owner.text})") for person in owner.people]
        told += [Told(person, "programme office") for person in office]
        for lead in _choose_leads(action, bodies, leads):
            why = f"accountable lead ({lead.text})"
            told += [Told(person, why) for person in lead.people] or [Told(None, why)]
    once: dict[object, Told] = {}
    for each in told:
        if each.person is None or each.person.address != raised_by:
            once.setdefault(each.person.id if each.person else each.why, each)
    return list(once.values())


def list_told_rungs(
    told: Iterable[Told], office: Iterable[Person], ref: str, number: int, on: date, raised_by: str
) -> list[Rung]:
    """The rungs of a vulnerable alarm: what is for a role with nobody in it goes to the office, to be passed on."""
    passing = [person for person in office if person.address != raised_by]
    return [
        Rung(on, "vulnerable", ref, f"alarm {number}", person.id, passed_for)
        for each in told
        for person, passed_for in ([(each.person, "")] if each.person else [(one, each.why) for one in passing])
    ]


def _choose_leads(action: Action, bodies: Collection[str], leads: Iterable[Accountable]) -> list[Accountable]:
    """Those of the owners' organisations, all of the priority's where that is unknown; never an elected member."""
    mine = [lead for lead in leads if lead.priority == action.priority]
    near = [lead for lead in mine if _body(lead) in bodies]
    return [lead for lead in near or mine if not (lead.role and lead.role.elected)]


def _body(lead: Accountable) -> str:
    organisation = lead.role.organisation if lead.role and lead.role.organisation else lead.organisation
    return organisation.partition(":")[0].strip()


def compose_notice(
    action: Action,
    alarm: Escalation,
    raised_by: str,
    told: Told,
    due: str,
    rated_by: str = "",
    vacant: Sequence[str] = (),
    seen_by: str = "",
) -> Message:
    """What somebody hears of an alarm: rating, reason, mitigation, what became of it, and what they can do.

    `vacant` are the roles with nobody in them, for the office to pass it on to. `rated_by` is who gave the rating that
    stands now, where that is another one: the alarm is open until it is agreed. `seen_by` is who acknowledged it.
    """
    look = LOOKS[alarm.kind]
    facts = [
        ("Action", f"{action.ref} · {action.text}"),
        ("Owners", action.owner_names),
        ("Timescale", due),
        ("Reason", action.reason_for(alarm.kind) or "not given yet"),
        ("Mitigation", say_mitigation(action)),
        ("You hear this as", told.why),
    ]
    if vacant:
        facts.append(("Please pass on to", ", ".join(f"{_say_plain(why)} (nobody is set)" for why in vacant)))
    if alarm.acknowledged_at and not is_chairs_own(alarm):
        facts.insert(0, ("Acknowledged", f"by {seen_by} after {say_span(alarm.acknowledged_at - alarm.at)}"))
    if alarm.state == "undone":
        facts.insert(0, ("Since then", f"withdrawn by {raised_by}; it is {action.look}"))
    elif alarm.state == "closed":
        facts.insert(0, ("Since then", f"it is {action.look}, and this alarm is closed"))
    elif action.rag != alarm.kind:
        why = f": {action.reason}" if action.reason else ""
        facts.insert(0, ("Since then", f"{action.look}, says {rated_by}{why}; not agreed by {raised_by} or the chair"))
    title = f"{action.ref} was rated {look} by {raised_by}"
    blocks: list[Block] = [Heading(title), Facts(tuple(facts))]
    if told.acknowledges and alarm.state == "open" and not alarm.acknowledged_at:
        blocks.append(Buttons((Button("I have seen this", f"ack {action.ref}", "primary"),)))
        hint = f"As chair, please acknowledge it: ack {action.ref}"
    else:
        hint = f"To see all of it: action {action.ref}"
    blocks.append(Text(hint, quiet=True))
    return Message("\n".join([f"{title}.", *(f"{label}: {value}" for label, value in facts), hint]), tuple(blocks))


def say_span(span: timedelta) -> str:
    """How long something took: `35 minutes`, `3 hours`, `2 days`."""
    minutes = max(int(span.total_seconds() // 60), 0)
    count, unit = (minutes, "minute") if minutes < 120 else (minutes // 60, "hour")
    count, unit = (count // 24, "day") if unit == "hour" and count >= 48 else (count, unit)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _say_plain(why: str) -> str:
    """`accountable lead Director` of `accountable lead (Director)`: more brackets follow."""
    lead = why.removeprefix("accountable lead (")
    return why if lead == why else f"accountable lead {lead.removesuffix(')')}"


def compose_correction(action: Action, alarm: Escalation, raised_by: str) -> Message:
    """To everyone who had the notice: it was withdrawn."""
    word = LOOKS[alarm.kind].word.lower()
    text = f"Correction: {raised_by} has withdrawn the {word} rating of {action.ref}. It is now {action.look}."
    return Message(text, (Text(text),))


def compose_closed(action: Action, raised_on: date, by: str, said: Said | None) -> Message:
    """To everyone who had the notice: the alarm is closed. `said` is the rating or the agreement that closed it, None
    for the agreement that it is over."""
    text = _say_closing(action, by, said) + f" The at-risk alarm of {raised_on.day} {raised_on:%B} is closed."
    if said is not None and said.kind == "rating" and said.value != action.rag:
        text += f" It is {action.look} now."
    return Message(text, (Text(text),))


def _say_closing(action: Action, by: str, said: Said | None) -> str:
    if said is None:
        return f"{action.ref} is {action.look} now, and {by} agrees that its alarm is over."
    if said.kind != "rating":
        return f"{action.ref} is complete, as {by} has agreed."
    look, why = LOOKS[Rag(said.value)], f": {said.words.rstrip('.')}" if said.words else ""
    if said.value != action.rag:
        return f"{action.ref} was rated {look} by {by}{why}."
    return f"{action.ref} is {look} {'again' if action.rag is Rag.ON_TRACK else 'now'}, says {by}{why}."


def compose_standing_again(action: Action, raised_on: date, by: str, reopened: Said | None = None) -> Message:
    """To everyone who had heard that the alarm was closed: that was undone, or the action was `reopened`."""
    of = f"its alarm of {raised_on.day} {raised_on:%B}"
    if reopened is None:
        text = f"{action.ref} is {action.look} again: {by} has taken back what closed {of}, which stands."
    else:
        who, why = f"{by[:1].upper()}{by[1:]}", reopened.words.rstrip(".")
        text = f"{who} has opened {action.ref} again: {why}. It is {action.look}, and {of} stands again."
    return Message(text, (Text(text),))


def compose_gone(ref: str, raised_on: date, gone_on: date) -> Message:
    """To everyone who had the notice: the plan has lost the action, and the alarm with it."""
    text = (
        f"The plan no longer has {ref}, since {say_date(gone_on)}, so its at-risk alarm of {raised_on.day} "
        f"{raised_on:%B} is closed."
    )
    return Message(text, (Text(text),))


def compose_completed(action: Action, raised_on: date) -> Message:
    """To everyone who had the notice: the plan's file has completed the action."""
    text = (
        f"{action.ref} is {action.look}, as the plan has it now, so its at-risk alarm of {raised_on.day} "
        f"{raised_on:%B} is closed."
    )
    return Message(text, (Text(text),))


def compose_back(action: Action, raised_on: date) -> Message:
    """To everyone who had heard that the plan had lost it: it has it again, and the alarm stands."""
    text = (
        f"The plan has {action.ref} again, and it is {action.look}: its at-risk alarm of {raised_on.day} "
        f"{raised_on:%B} stands."
    )
    return Message(text, (Text(text),))


def say_open_alarm(
    action: Action, alarm: Escalation, raised_by: str, seen_by: str, holding: Group | None, calendar: Calendar
) -> str:
    """An open alarm in a line: how the action was rated, by whom and when, and who is to acknowledge it."""
    look = LOOKS[alarm.kind]
    chair = f"the chair of {holding.name}" if holding else "the programme office"
    raised = f"{look}, by {raised_by} on {say_date(calendar.today(alarm.at))}"
    if is_chairs_own(alarm):
        seen = f"raised as {chair}"
    elif alarm.acknowledged_at:
        seen = f"acknowledged by {seen_by} after {say_span(alarm.acknowledged_at - alarm.at)}"
    else:
        seen = f"it waits for {chair} to acknowledge it: ack {action.ref}"
    if action.rag is None or action.rag is alarm.kind:
        return f"{raised}; {seen}"
    return f"{raised}; {seen}; open until whoever raised it or {chair} agrees: agree {action.ref}"


def say_alarm_beside(action: Action) -> str:
    """What stands beside another rating while an alarm is open: `alarm open (at risk)`; "" where none is."""
    alarm = action.escalation
    if alarm is None or alarm.state != "open" or action.rag is alarm.kind:
        return ""
    return f"alarm open ({LOOKS[alarm.kind].word.lower()})"


def is_chairs_own(alarm: Escalation) -> bool:
    """Whether the chair of the group that holds the action raised it, so that it was acknowledged with that."""
    return alarm.acknowledged_at == alarm.at and alarm.acknowledged_by == alarm.by


def say_mitigation(action: Action) -> str:
    """The mitigation in a line, with whether it is in place."""
    one = action.mitigation
    if one is None:
        return "none written yet"
    parts = [one.text, *([one.who] if one.who else []), *([f"by {one.by_text}"] if one.by_text else [])]
    return "; ".join(parts) + (" (in place)" if one.in_place_at else " (written, not in place)")


def find_unanswered_alarm(action: Action) -> Escalation | None:
    """The open at-risk alarm of an action that nobody has acknowledged."""
    alarm = action.escalation
    is_open = alarm is not None and alarm.state == "open" and alarm.kind is Rag.AT_RISK
    return alarm if alarm and is_open and alarm.acknowledged_at is None else None


def tell_above_on(alarm: Escalation, calendar: Calendar, policy: Policy) -> date:
    """The day on which the chair above hears of an alarm that the holding group's has not acknowledged until then."""
    return calendar.add_working_days(calendar.today(alarm.at), policy.above_after)


def list_chairs_above(holding: Group | None, groups: Sequence[Group]) -> tuple[Person, ...]:
    """The chairs of the nearest group above that has any, who do not chair the holding group too. A group reports to
    the first of those it is said to report to."""
    by_name, above, seen = {one.name: one for one in groups}, holding, set[str]()
    while above is not None and above.reports_to and above.name not in seen:
        seen.add(above.name)
        above = by_name.get(above.reports_to[0])
        chairs = [one for one in above.chairs if holding and one not in holding.chairs] if above else []
        if chairs:
            return tuple(chairs)
    return ()


def say_unacknowledged(action: Action, alarm: Escalation, holding: Group, raised_by: str, calendar: Calendar) -> str:
    """What the chair above is told."""
    on = say_date(calendar.today(alarm.at))
    reason = action.reason_for(alarm.kind).rstrip(".")
    why = f": {reason}" if reason else ""
    return (
        f"{action.ref} was rated {LOOKS[alarm.kind]} by {raised_by} on {on}{why}. The chair of {holding.name} has not "
        "acknowledged it yet."
    )
