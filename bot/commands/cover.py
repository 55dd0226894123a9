"""Who acts for somebody who is away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot import absence
from bot.commands import Ask, command, compose_list, compose_reply
from programme.calendar import say_date
from programme.cover import Cover, list_to_end, parse_absence, parse_first
from programme.facts import Person, Role
from programme.messages import Button, Buttons, Reply, UserError
from programme.permissions import may_cover, refuse_young_people
from storage.cover import list_roles_of
from storage.people import find_person, get_role, list_persons, name_key

_WHO = re.compile(r"(?:(?P<role>.*?)\s+)??(?:for\s+(?P<away>.+?)\s+)?by\s+(?P<by>.+)", re.IGNORECASE | re.DOTALL)
_WHEN = re.compile(
    r"(?P<by>.+?),?\s+(?:(?:from|starting)\s+(?P<first>.+?)(?:\s+(?:to|until|till|up to)\s+|\s*[-–]\s+)"
    r"|(?:to|until|till|up to)\s+)(?P<last>.+?)[\s.!]*",
    re.IGNORECASE | re.DOTALL,
)
_END = re.compile(r"(?:end|stop|cancel)\b[\s:]*(?P<role>.*)", re.IGNORECASE | re.DOTALL)
_FROM = re.compile(r"(?P<role>.*?)\bfrom\s+(?P<first>.+)", re.IGNORECASE | re.DOTALL)
_MENTION = re.compile(r"<@(?P<user>[A-Z0-9]+)(?:\|[^>]*)?>")
_EXAMPLE = "cover SENDPO by EDCS from 3 October to 14 October"
_MINE = frozenset({"me", "for me", "my role", "my roles", "my actions", "everything"})
_MOST, _MOST_ENDED = 20, 5


@command("cover [ROLE] by WHO from DATE to DATE")
def cover(ask: Ask) -> Reply:
    """Say who acts for you while you are away: they are reminded, you are not. Without words: who covers whom.

    They may do what you may; your own answers are taken too. The programme office may say it for anybody, and whoever
    it concerns ends it with cover end ROLE, one to come with cover end ROLE from DATE.
    Example: cover SENDPO by EDCS from 3 October to 14 October
    """
    if not ask.words:
        return _list(ask)
    if ended := _END.fullmatch(ask.words):
        covers = _find_theirs(ask, ended["role"].strip(" .!"))
        return compose_reply(absence.end(ask.tx, ask.directory, covers, _said(ask)))
    who = _WHO.fullmatch(ask.words)
    if who is None:
        raise UserError(f"Say which role, by whom and until when, for example: {_EXAMPLE}")
    when = _WHEN.fullmatch(who["by"])
    if when is None:
        raise UserError(f"Say from when and to when {who['by'][:40]} covers it, for example: {_EXAMPLE}", field="to")
    first, last = parse_absence(when["first"] or "", when["last"], ask.today, ask.calendar.half_terms)
    role, whose = (who["role"] or "").strip(" ,"), (who["away"] or "").strip(" ,")
    if whose and ask.directory.find_roles(f"{role} for {whose}"):  # a title such as Lead member for education
        role, whose = f"{role} for {whose}", ""
    roles, away = _find_away(ask, "" if role.casefold() in _MINE else role, whose)
    by = _find_person(ask, when["by"].strip(" ,"))
    lines = absence.arrange(ask.tx, ask.directory, roles, away, by, first, last, _said(ask))
    others = [role for role in list_roles_of(ask.directory, away.id) if role not in roles]
    if others:
        names = " and ".join(role.abbreviation for _, role in others)
        lines.append(f"{names} is not covered: its reminders go to {away.label} as before.")
    return compose_reply(lines, [Button("End it", f"cover end {roles[0][1].abbreviation} from {say_date(first)}")])


def _said(ask: Ask) -> absence.Said:
    return absence.Said(ask.actor.key, ask.now, ask.today, ask.request.account, ask.calendar.zone)


def _list(ask: Ask) -> Reply:
    """What concerns the one who asks; all of it for the office."""
    found = [one for one in ask.directory.covers if one.until_on > ask.today and (ask.actor.office or _is_of(ask, one))]
    if not found:
        example = next(iter(ask.actor.roles), "SENDPO")
        return compose_reply([f"Nobody covers for anybody. To say who does: cover {example} by WHO from DATE to DATE"])
    shown = compose_list("Who covers whom", [absence.say_cover(one) for one in found[:_MOST]])
    ends = tuple(Button(_say_label(one, found), absence.say_end(one)) for one in found[:_MOST_ENDED])
    return replace(shown, text=f"{shown.text}\nTo end one: {ends[0].command}", blocks=(*shown.blocks, Buttons(ends)))


def _say_label(one: Cover, all_of_them: Sequence[Cover]) -> str:
    """What its button says: its first day too where it is not the role's first."""
    first = next(each for each in all_of_them if each.role_id == one.role_id)
    return f"End it for {one.role}" + (f" from {say_date(one.from_on)}" if one != first else "")


def _is_of(ask: Ask, one: Cover) -> bool:
    me = ask.actor.person
    return me is not None and me.id in (one.away.id, one.by.id if one.by else 0)


def _find_theirs(ask: Ask, name: str) -> list[Cover]:
    """The covers that the actor may end and means: of that role, or of all, those that begin on the day they name, else
    those in force, else the next. UserError where there is none."""
    from_on = None if ask.directory.find_roles(name) else _FROM.fullmatch(name)
    name = from_on["role"].strip() if from_on else name
    still = [one for one in ask.directory.covers if one.until_on > ask.today]
    if name:
        role_id, role = get_role(name, ask.directory)
        still = [one for one in still if one.role_id == role_id]
        if not still:
            raise UserError(f"Nobody covers {role.abbreviation}: type cover to see who covers whom.")
    found = [one for one in still if (ask.actor.office and name) or _is_of(ask, one)]
    if not found and still and name:
        raise UserError("Only who is away, who covers for them and the programme office can end that.")
    if not found:
        raise UserError("Say which role's cover ends, for example: cover end SENDPO")
    first = parse_first(from_on["first"], found, ask.today, ask.calendar.half_terms) if from_on else None
    meant = list_to_end(found, ask.today, first)
    if first and not meant:
        whose = f"of {found[0].role} " if name else ""
        raise UserError(f"No cover {whose}begins on {say_date(first)}: type cover to see who covers whom.")
    return meant


def _find_away(ask: Ask, name: str, whose: str) -> tuple[list[tuple[int, Role]], Person]:
    """The roles to be covered and who holds them. UserError where that is not the actor's to say, or unclear."""
    me = ask.actor.person
    if not name:
        away = _find_person(ask, whose) if whose else me
        roles = list_roles_of(ask.directory, away.id) if away else []
        if away is None or not roles:
            raise UserError(f"Say which role is to be covered, for example: {_EXAMPLE}")
        if away != me and not ask.actor.office:
            raise UserError("You can say who covers for you; for others please ask the programme office.")
        return roles, away
    role_id, role = get_role(name, ask.directory)
    if not may_cover(ask.actor, role):
        raise UserError(
            f"{role.abbreviation} is not yours, so please ask its holder or the programme office to say who covers it."
        )
    away_now = [one.away for one in ask.directory.in_force if one.role_id == role_id]
    acting = {person for each, person in ask.directory.acting if each == role_id}
    holders = [one for one in ask.directory.holders.get(role_id, []) if one.id not in acting] + away_now
    if whose:
        holders = [_find_person(ask, whose)]
        if holders[0] != me and not ask.actor.office:
            raise UserError("You can say who covers for you; for others please ask the programme office.")
    elif me and any(one.id == me.id for one in holders):
        holders = [me]
    if not holders:
        refuse_young_people(role)
        raise UserError(
            f"Nobody holds {role.abbreviation}, so let somebody hold it instead: "
            f"halfterm people set {role.abbreviation} ADDRESS"
        )
    if len(holders) > 1:
        example = f"cover {role.abbreviation} for {holders[0].label} by WHO from DATE to DATE"
        names = " and ".join(one.label for one in holders)
        raise UserError(f"{role.abbreviation} is held by {names}: say who is away, for example: {example}")
    return [(role_id, role)], holders[0]


def _find_person(ask: Ask, typed: str) -> Person:
    """Somebody by mention, address, name or role. UserError where that is nobody, or several."""
    mention = _MENTION.fullmatch(typed)
    address = f"slack:{ask.request.where.workspace}:{mention['user']}" if mention else typed
    if found := find_person(ask.tx, address):
        return found
    if mention or ":" in typed:
        raise UserError("I do not know them yet, so please let them type iam ROLE first, or name somebody else.")
    named = [one for one in list_persons(ask.tx).values() if one.name and name_key(one.name) == name_key(typed)]
    named = list({one.id: one for each in named if (one := find_person(ask.tx, each.address))}.values())
    people = named or list(ask.directory.resolve(typed.removeprefix("the ")).people)
    if len(people) == 1:
        return people[0]
    if people:
        example = " or ".join(one.name or one.address for one in people)
        raise UserError(f"“{typed[:40]}” is several people: say whom you mean, {example}.", field="by")
    if ask.directory.find_roles(typed):
        raise UserError(f"Nobody holds {typed[:40]}, so please name somebody else.", field="by")
    raise UserError(f"I know nobody called “{typed[:40]}”: use a role, a name or an address.", field="by")
