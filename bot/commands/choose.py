"""The rules in force, and what somebody chooses for themselves: when reminders come, how often and where."""

from __future__ import annotations

import re

from bot.commands import Ask, command, compose_list, compose_reply
from jobs.pausing import find_pause
from programme.facts import Person
from programme.hours import OFFICE_BY, find_hour, list_hours
from programme.messages import Button, Reply, UserError
from programme.pausing import begin_with
from programme.policy import Rhythm
from programme.policy_words import list_rules
from storage.addresses import list_addresses
from storage.choices import choose_address, choose_hour, choose_rhythm

_HOUR = re.compile(r"(?:hour|at)\s+(\d{1,2})(?:[:.]?00)?\s*(am|pm)?", re.IGNORECASE)
_ANY_HOUR = re.compile(r"(?:hour|at)\s+(?:any|usual|default)", re.IGNORECASE)
_CHANNEL = re.compile(r"(?:channel|address)(?:\s+(\S.*))?", re.IGNORECASE)
_RHYTHMS: dict[str, Rhythm] = {
    "weekly": "weekly",
    "once": "weekly",
    "once a week": "weekly",
    "daily": "daily",
    "once a day": "daily",
    "twice": "",
    "twice a week": "",
    "usual": "",
}
_HOW = "prefer hour 10, prefer weekly, prefer daily, prefer twice, or prefer channel and one of your addresses"
_EACH = {"weekly": "one bundle a week", "daily": "one bundle a day"}


@command("policy")
def policy(ask: Ask) -> Reply:
    """The rules I keep to: when I remind, chase and tell others, and when I write to nobody.

    Example: policy
    """
    rules = compose_list("The rules in force", [str(rule) for rule in list_rules(ask.policy)])
    return begin_with(find_pause(ask.tx, ask.today, may_resume=ask.actor.office), rules)


@command("prefer [CHOICE]")
def prefer(ask: Ask) -> Reply:
    """When your reminders come, how often, and to which of your addresses; alone it shows what you chose.

    Choose hour 10, weekly, daily, twice (a week, as for everybody), or channel and an address of yours.
    What is at risk is told at once all the same.
    Example: prefer hour 10
    """
    one = ask.actor.person
    if one is None:
        raise UserError("A choice is for a person: say it from your own account.")
    words, account = " ".join(ask.words.split()).rstrip(" .!"), ask.request.account
    if not words:
        return _show(ask, one)
    if _ANY_HOUR.fullmatch(words):
        choose_hour(ask.tx, one, None, ask.calendar, ask.now, account=account)
        return compose_reply([f"Your reminders come at {ask.calendar.opens:%H:%M}, as everybody's do."])
    if found := _HOUR.fullmatch(words):
        hour = _read_hour(ask, one, int(found[1]), (found[2] or "").lower())
        choose_hour(ask.tx, one, hour, ask.calendar, ask.now, account=account)
        return compose_reply([f"From now on your reminders come at {hour:02}:00, on the days on which they are due."])
    if words.casefold() in _RHYTHMS:
        return _choose_rhythm(ask, one, _RHYTHMS[words.casefold()])
    if found := _CHANNEL.fullmatch(words):
        return _choose_address(ask, one, (found[1] or "").strip("<> ").removeprefix("mailto:"))
    raise UserError(f"I cannot tell what you choose: type {_HOW}.", _list_buttons(one))


def _list_buttons(one: Person) -> tuple[Button, ...]:
    if one.office:
        return ()
    labels: dict[Rhythm, str] = {"weekly": "Once a week", "": "As everybody", "daily": "Daily"}
    words: dict[Rhythm, str] = {"weekly": "weekly", "": "twice", "daily": "daily"}
    return tuple(Button(labels[each], f"prefer {words[each]}") for each in labels if each != one.rhythm)


def _show(ask: Ask, one: Person) -> Reply:
    at = find_hour(one.hour, ask.calendar, office=one.office)
    lines = [f"Your reminders come at {at:%H:%M}, {_say_rhythm(ask, one)}, to {one.reached_at}."]
    if others := [each for each in list_addresses(ask.tx, one.id) if each != one.reached_at]:
        lines.append(f"You can also be written to at {', '.join(others)}: prefer channel {others[0]}.")
    lines.append(f"To change it, type {_HOW}.")
    return compose_reply(lines, _list_buttons(one))


def _say_rhythm(ask: Ask, one: Person) -> str:
    if one.may_daily:
        return "at most one bundle a day"
    return f"at most {_EACH['weekly'] if one.rhythm else _say_usual(ask)}"


def _say_usual(ask: Ask) -> str:
    number = ask.policy.bundles_a_week
    return _EACH["weekly"] if number == 1 else f"{'two' if number == 2 else number} bundles a week"


def _read_hour(ask: Ask, one: Person, typed: int, half: str) -> int:
    hour = typed % 12 + (12 if half == "pm" else 0) if half else typed
    hours = list_hours(ask.calendar, office=one.office)
    if hour in hours:
        return hour
    if not hours:
        raise UserError(f"Everybody's reminders come at {ask.calendar.opens:%H:%M}, as the programme has set.")
    why = "the office's come in the morning, so that what is to be passed on goes the same day" if one.office else ""
    if one.office and hours[-1] == OFFICE_BY:
        raise UserError(f"Choose an hour from {hours[0]} to {hours[-1]}: {why}. For example: prefer hour {hours[-1]}")
    raise UserError(
        f"I write between {ask.calendar.opens:%H:%M} and {ask.calendar.closes:%H:%M} only: choose an hour from "
        f"{hours[0]} to {hours[-1]}, for example prefer hour {hours[len(hours) // 2]}"
    )


def _choose_rhythm(ask: Ask, one: Person, rhythm: Rhythm) -> Reply:
    if one.office:
        raise UserError(
            "The programme office hears the same day what is to be passed on or went wrong, so its bundle may come "
            "daily; you can choose its hour, for example prefer hour 10"
        )
    choose_rhythm(ask.tx, one, rhythm, ask.now, account=ask.request.account)
    said = {
        "weekly": "From now on you get one bundle a week at most, on the first day on which something is due; it has "
        "all that falls due before the next.",
        "daily": "From now on you may get a bundle every working day on which something is due.",
        "": f"From now on you get {_say_usual(ask)} at most, as everybody does.",
    }
    return compose_reply([said[rhythm], "What is at risk is told at once all the same."])


def _choose_address(ask: Ask, one: Person, wanted: str) -> Reply:
    """Write to them at another of their addresses, named whole or by its channel alone."""
    mine = list_addresses(ask.tx, one.id)
    taps = tuple(Button(each[:70], f"prefer channel {each}") for each in mine if each != one.reached_at)
    if not wanted:
        raise UserError(f"Say at which address: {', '.join(mine)}.", taps)
    key = wanted.casefold()
    found = [
        each for each in mine if key in (each.casefold(), each.partition(":")[0], each.partition(":")[2].casefold())
    ]
    if len(found) != 1:
        are = "your address is" if len(mine) == 1 else "your addresses are"
        raise UserError(
            f"{wanted[:60]} is not an address of yours that I know: {are} {', '.join(mine)}. The programme office adds "
            f"another, with halfterm people also {one.address} ADDRESS",
            taps,
        )
    (address,) = found
    scheme = address.partition(":")[0]
    if scheme not in ask.schemes:
        set_up = [each for each in mine if each.partition(":")[0] in ask.schemes]
        raise UserError(
            f"I cannot write to {address} yet, as {scheme} is not set up here: choose "
            f"{' or '.join(set_up) or 'it again once it is'}."
        )
    choose_address(ask.tx, one, address, ask.now, account=ask.request.account)
    return compose_reply([f"From now on I write to you at {address}; what is waiting for you goes there too."])
