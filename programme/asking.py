"""A question about one action, asked of its owners outside their bundles (section 5, Reminders: `/ask`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from programme.calendar import Calendar, say_date
from programme.facts import ANSWERS, Accountable, Action, Actor, Group, Person, Said, find_strategic_group
from programme.messages import Button, Buttons, Message, Text, UserError
from programme.policy import Policy
from programme.reminders import say_due
from programme.updates import Update, refuse_complete

_SAID = {"rating": "it is {}", "timescale": "a new timescale is proposed", "evidence": "evidence is given"}


def may_ask(
    actor: Actor, action: Action, holding: Group | None, groups: Sequence[Group], leads: Sequence[Accountable]
) -> bool:
    """The chair of the holding or the strategic group, an accountable lead of the priority, the programme office."""
    near = {one.name for one in (holding, find_strategic_group(groups)) if one}
    leading = (lead for lead in leads if lead.priority == action.priority)
    is_lead = any(
        actor.person in lead.people or (lead.role is not None and lead.role.abbreviation in actor.roles)
        for lead in leading
    )
    return actor.office or bool(near & set(actor.chairs)) or is_lead


def ask_owners(action: Action, question: str, by: str, now: datetime, calendar: Calendar, policy: Policy) -> Update:
    """A question to the owners. UserError where the action is complete, or was asked about of late;
    `by` is how whoever asked last is called."""
    refuse_complete(action)
    last, once = action.last_said("ask"), timedelta(days=policy.ask_days)
    if last is not None and now - last.at < once:
        again = say_date(calendar.today(last.at + once))
        raise UserError(
            f"{by} asked about {action.ref} on {say_date(last.on)} and has the question with its owners; it can be "
            f"asked about again from {again}."
        )
    return Update("ask", entry="ask", words=question.strip())


def list_asked(action: Action, office: Sequence[Person], asker: str) -> list[Person]:
    """Who is to be asked, each once: the owners; where nobody else holds one of their roles, the programme office, to
    pass it on. `asker` is the key of whoever asks, who is not; nobody where it is theirs alone, or the office asks."""
    owners = {one.id: one for owner in action.owners for one in owner.people if one.address != asker}
    if owners or asker in {"office", *(one.address for one in office)} or (action.owners and not list_vacant(action)):
        return list(owners.values())
    return list(office)


def list_vacant(action: Action) -> list[str]:
    """Its owners, as written, whom nobody can be asked for."""
    return [owner.text for owner in action.owners if not owner.people]


def find_passed_for(action: Action, person: int) -> str:
    """The owners for whom this person is to pass a question on; "" for an owner."""
    owners = {one.id for owner in action.owners for one in owner.people}
    return "" if person in owners else " and ".join(list_vacant(action))


def list_answers(action: Action, asked: Said) -> list[Said]:
    """What its owners, or anybody else, have answered since that question."""
    return [one for one in action.said if one.kind in ANSWERS and one.at > asked.at]


def find_asked(action: Action) -> Said | None:
    """The last question about an action, if nobody has answered since."""
    asked = action.last_said("ask")
    return None if asked is None or list_answers(action, asked) else asked


def find_explained(action: Action, answer: Said) -> Said:
    """The answer; of a rating without words, the same rating as they explained it since."""
    if answer.kind != "rating" or answer.words:
        return answer
    later = [one for one in action.said if one.kind == "rating" and one.by == answer.by and one.at > answer.at]
    return next((one for one in reversed(later) if one.words and one.value == answer.value), answer)


def say_answer(action: Action, answer: Said, by: str) -> str:
    """What whoever asked is told: who answered, and what."""
    said = answer.words.rstrip(".") or _SAID.get(answer.kind, "").format(action.look)
    return f"{by} answers your question about {action.ref} ({action.look}): {said or answer.value.replace('_', ' ')}."


def compose_question(
    action: Action,
    asked: Said,
    by: str,
    today: date,
    calendar: Calendar,
    answered_by: str = "",
    passed_for: str = "",
) -> Message:
    """What an owner gets: who asks what about which action, and how to answer; or who has answered by now. The office
    gets it for `passed_for`, to pass it on."""
    ref = action.ref
    head = f"{by} asks about {ref}: {asked.words}"
    what = f"{ref} · {action.look} · {say_due(action, today, calendar)}\n{action.text}"
    if answered_by:
        done = f"✓ Answered by {answered_by}."
        return Message("\n".join([head, what, done]), (Text(head), Text(what), Text(done)))
    if passed_for:
        first = f"Please pass this on to {passed_for}, whom I cannot write to."
        how = f"Once you have their answer, type for example: progress {ref} and a sentence"
        show = Buttons((Button(f"Show {ref}", f"action {ref}"),))
        return Message(
            "\n".join([first, head, what, how]), (Text(first), Text(head), Text(what), show, Text(how, quiet=True))
        )
    how = f"To answer, reply here, or type for example: progress {ref} and a sentence, or rag {ref} on-track"
    buttons = (
        Button("On track", f"rag {ref} on-track"),
        Button("No change", f"nochange {ref}"),
        Button("Slipping", f"slipping {ref}"),
        Button("Done", f"done {ref}"),
        Button("Not mine", f"notmine {ref}"),
    )
    return Message("\n".join([head, what, how]), (Text(head), Text(what), Buttons(buttons), Text(how, quiet=True)))
