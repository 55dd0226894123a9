"""The link to one's calendar."""

from __future__ import annotations

from bot.commands import Ask, command, compose_reply
from programme.messages import Button, Message, Reply, UserError
from programme.permissions import compose_refusal
from storage.feeds import end_link, make_token
from storage.history import record
from storage.people import find_actor

_OFF = "The calendar feed is off here until PUBLIC_URL is set: please ask whoever runs halfterm."


@command("calendar [new | end NAME]")
def calendar(ask: Ask) -> Reply:
    """The link to your calendar: the meetings of your groups with their paper deadlines, and your timescales.

    Whoever has the link can read it, so keep it to yourself; calendar new ends it and gives you another. The programme
    office ends somebody's with calendar end NAME.
    Example: calendar
    """
    what, _, who = ask.words.partition(" ")
    if what.lower() == "end":
        return _end(ask, who.strip())
    if ask.words and ask.words.lower() != "new":
        raise UserError("Type calendar for your link, or calendar new to end it and have another.")
    if not ask.public_url:
        raise UserError(_OFF)
    if ask.actor.person is None:
        raise UserError("A calendar's link is one person's: ask for it as somebody who holds a role.")
    if ask.words:
        _end_link(ask, ask.actor.person.id, ask.actor.person.address)
    link = f"{ask.public_url}/calendar/{make_token(ask.tx, ask.actor.person.id)}.ics"
    lines = [
        *(["The old link is good no longer."] if ask.words else []),
        f"Your calendar, to subscribe to in Outlook, Google Calendar or on a phone: {link}",
        "Whoever has this link can read it, so keep it to yourself; to end it and have another, type: calendar new",
    ]
    return compose_reply(lines, [Button("A new link", "calendar new")])


def _end(ask: Ask, who: str) -> Message:
    """The office ends the link of somebody, who may have another."""
    if not ask.actor.office:
        raise UserError(compose_refusal("office", None, None))
    found = find_actor(ask.tx, who, ask.today, ask.directory, ask.groups, ask.leads) if who else None
    if found is None or found.person is None:
        raise UserError("Say whose link is to end, by their role or name, for example: calendar end SENDPO")
    _end_link(ask, found.person.id, found.person.address)
    again = "They have another with: calendar" if ask.public_url else "The calendar feed is off here."
    return compose_reply([f"Any link to the calendar of {found.label} that was given out is good no longer.", again])


def _end_link(ask: Ask, number: int, address: str) -> None:
    end_link(ask.tx, number)
    facts = {"address": address}
    record(ask.tx, "calendar_end", actor=ask.actor.key, account=ask.request.account, now=ask.now, facts=facts)
