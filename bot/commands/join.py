"""How somebody says which role is theirs, and how the programme office answers."""

from __future__ import annotations

import re

from bot.commands import Ask, command, compose_reply
from programme.claims import compose_answer, list_claim_buttons
from programme.facts import Role
from programme.message_json import message_to_dict
from programme.messages import Bullets, Button, Buttons, Heading, Message, Reply, UserError
from programme.permissions import compose_refusal, may
from storage import outbox
from storage.appointments import set_holder, set_person
from storage.claims import Claim, find_claim, list_open_claims, make_claim, settle_claim
from storage.handover import plan_handover
from storage.people import get_role, label_of, nearest_roles
from storage.renewals import renew_claim, renew_homes

_MOST_SHOWN = 20
_LONGEST_NAME = 80
_NUMBER = re.compile(r"#?(\d{1,9})\b[\s:,.-]*")


@command("iam ROLE")
def iam(ask: Ask) -> Reply:
    """Say which role is yours. The programme office is asked, and you hear their answer.

    Anybody may say it, also whom I do not know yet.
    Example: iam SENDPO
    """
    if not ask.words:
        raise UserError("Say which role is yours, for example: iam SENDPO")
    address = ask.request.actor
    if ":" not in address or ask.actor.key != address:
        raise UserError("A role is for a person: say it from your own account.")
    role = _find_role(ask)
    if role.abbreviation in ask.actor.roles:
        return compose_reply([f"{role.abbreviation} is yours already."], [Button("My actions", "actions mine")])
    others = [one for one in ask.office if one.address != address]
    if not others:
        raise UserError(
            f"Nobody approves their own, so please use the command line: halfterm people set {role.abbreviation} "
            f"{address}"
            if ask.actor.office
            else "There is nobody in the programme office to ask yet, so please speak to whoever set this up."
        )
    name = ask.actor.person.name if ask.actor.person else ask.request.name
    made = make_claim(
        ask.tx, address, " ".join(name.split())[:_LONGEST_NAME], role, ask.now, account=ask.request.account
    )
    if made:
        renew_homes(ask.tx, ask.now, [address])
        for one in others:
            outbox.say(
                ask.tx,
                f"claim:{made.number}:{one.id}",
                "claim",
                one.reached_at,
                due_at=ask.calendar.next_sending(ask.now),
                facts={"claim": made.number, "person": one.id},
            )
    asked = "has been asked" if made else "has been asked already"
    return compose_reply(
        [f"The programme office {asked} whether you are {_say_role(role)}. You hear their answer here."]
    )


@command("claims")
def claims(ask: Ask) -> Reply:
    """For the programme office: who says which role is theirs and waits for your answer.

    Example: claims
    """
    _check_office(ask)
    found = list_open_claims(ask.tx)
    if not found:
        return compose_reply(["Nobody is waiting to be let into a role."])
    lines = tuple(f"{one.number}: {one.who} says they are {one.role}" for one in found)
    more = f"And {len(lines) - _MOST_SHOWN} more." if len(lines) > _MOST_SHOWN else ""
    title = "Waiting for your answer"
    text = "\n".join([f"{title}.", *(f"- {line}" for line in lines[:_MOST_SHOWN]), *([more] if more else [])])
    shown = [*lines[:_MOST_SHOWN], *([more] if more else [])]
    first = found[0].number
    hint = f"Answer with approve {first}, or decline {first} and why."
    buttons = tuple(tap for one in found[:_MOST_SHOWN] for tap in list_claim_buttons(one.number))
    return Message(f"{text}\n{hint}", (Heading(title), Bullets(tuple(shown)), Buttons(buttons)))


@command("approve NUMBER")
def approve(ask: Ask) -> Reply:
    """For the programme office: let somebody who claims a role hold it, from today.

    Nobody approves their own.
    Example: approve 3
    """
    one, _ = _find(ask, "approve")
    role = _get_role(ask, one)
    if one.address not in {each.address for each in ask.directory.resolve(role.abbreviation).people}:
        person = set_person(ask.tx, one.address, name=one.name or None)
        role_id, _ = get_role(role.abbreviation, ask.directory)
        plan_handover(ask.tx, ask.directory, role_id, person, ask.today, ask.now, ask.calendar.zone)
        set_holder(ask.tx, role.abbreviation, person, ask.directory, from_on=ask.today)
    settle_claim(ask.tx, one, "approved", by=ask.actor.key, why="", now=ask.now, account=ask.request.account)
    _tell(ask, one, compose_answer(role, approved=True))
    _renew(ask, one)
    return compose_reply([f"{one.name or one.address} holds {role.abbreviation} from today, and is told."])


@command("decline NUMBER [why]")
def decline(ask: Ask) -> Reply:
    """For the programme office: say that somebody's claim to a role is not right.

    They hear it, with your reason.
    Example: decline 3 the post is held by somebody else
    """
    one, why = _find(ask, "decline")
    settle_claim(ask.tx, one, "declined", by=ask.actor.key, why=why, now=ask.now, account=ask.request.account)
    _tell(ask, one, compose_answer(Role(one.role), approved=False, why=why))
    _renew(ask, one)
    return compose_reply([f"Declined: {one.name or one.address} is not {one.role}, and is told."])


def _find_role(ask: Ask) -> Role:
    """The one role that was named, by abbreviation, title or a name the office has explained."""
    words = ask.words.strip(" .!?").removeprefix("the ")
    found = ask.directory.find_roles(words)
    if len(found) > 1:
        names = [role.abbreviation for _, role in found]
        raise UserError(
            f"“{words[:60]}” is several roles: say which is yours.", tuple(Button(one, f"iam {one}") for one in names)
        )
    if found:
        return found[0][1]
    try:
        return get_role(words[:60], ask.directory)[1]
    except UserError as error:
        near = nearest_roles(words[:60], ask.directory)
        raise UserError(error.text, tuple(Button(one, f"iam {one}") for one in near)) from None


def _say_role(role: Role) -> str:
    return f"{role.abbreviation} ({role.title})" if role.title else role.abbreviation


def _check_office(ask: Ask) -> None:
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))


def _find(ask: Ask, word: str) -> tuple[Claim, str]:
    """The open claim of that number, and the words after it. UserError where it is not the actor's to answer."""
    _check_office(ask)
    typed = _NUMBER.match(ask.words)
    if not typed:
        raise UserError(f"Say which claim, by its number: {word} 3", (Button("Show the claims", "claims"),))
    one = find_claim(ask.tx, int(typed[1]))
    if one is None:
        raise UserError(f"There is no claim {typed[1]}.", (Button("Show the claims", "claims"),))
    if one.state != "open":
        by = label_of(ask.tx, one.settled_by, ask.today)
        raise UserError(f"Claim {one.number} was {one.state} already by {by}.")
    if one.address == ask.actor.key:
        raise UserError(f"Nobody approves their own, so claim {one.number} waits for a colleague of the office.")
    return one, ask.words[typed.end() :].strip()


def _get_role(ask: Ask, one: Claim) -> Role:
    try:
        return get_role(one.role, ask.directory)[1]
    except UserError:
        raise UserError(f"The plan no longer has the role {one.role}: decline {one.number} and say why.") from None


def _renew(ask: Ask, one: Claim) -> None:
    """What the office was asked says that it was answered, and homes show it."""
    renew_claim(ask.tx, one.number, ask.now)
    renew_homes(ask.tx, ask.now, [one.address])


def _tell(ask: Ask, one: Claim, answer: Message) -> None:
    """The one who claimed it hears."""
    facts = {"message": message_to_dict(answer), "thread": ""}
    outbox.say(ask.tx, f"reply:claim:{one.number}", "reply", one.address, due_at=ask.now, facts=facts)
