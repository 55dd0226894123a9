"""Who may do what (section 5). Asked in one place, at the moment of acting and again at delivery."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from programme.facts import Action, Actor, Group, Person, Role, find_holding_group
from programme.messages import UserError

Deed = Literal["read", "update", "confirm", "decide", "office"]


def may_see_all(actor: Actor) -> bool:
    """Accountable leads, chairs, roles the office marks, and the office itself read everything."""
    return actor.office or actor.reads_all or bool(actor.chairs)


def is_member(actor: Actor, group: Group) -> bool:
    """Whether the actor holds, or acts for, a role that is a member of the group."""
    held = {role.casefold() for role in actor.roles}
    there = actor.person is not None and any(one.id == actor.person.id for one in group.readers)
    return there or any(role.casefold() in held for role in group.members)


def may_read_digest(actor: Actor, group: Group) -> bool:
    """Whether this person may read a group's digest: whoever reads everything, and its members."""
    return may_see_all(actor) or is_member(actor, group)


def owns(actor: Actor, action: Action) -> bool:
    """Whether the actor holds a role that is among the action's owners."""
    held = {role.casefold() for role in actor.roles}
    return any(
        owner.text.casefold() in held or any(role.abbreviation.casefold() in held for role in owner.roles)
        for owner in action.owners
    )


def say_covering(actor: Actor, action: Action) -> str:
    """Whose role somebody acts in for an action, for the record: `covering SENDPO`; "" where it is their own."""
    held = {role.abbreviation for owner in action.owners for role in owner.roles if role.abbreviation in actor.roles}
    return f"covering {', '.join(sorted(held))}" if held and held <= set(actor.covers) else ""


def may_cover(actor: Actor, role: Role) -> bool:
    """Whether this person may say who covers a role: the office, or who holds it themselves."""
    return actor.office or (role.abbreviation in actor.roles and role.abbreviation not in actor.covers)


def may(actor: Actor, deed: Deed, action: Action | None = None, holding: Group | None = None) -> bool:
    """Whether this person may do this now.

    `update` is for owners and their cover, the chair of the group that holds the action and the office; `read` and
    `confirm` (the mitigation is in place) also for whoever was to do that, `read` for that group's members too;
    `decide` (acknowledge, close an alarm) for that chair and the office; `office` for the office alone.
    """
    if actor.office:
        return True
    if deed == "office" or action is None:
        return False
    chairs_it = holding is not None and holding.name in actor.chairs
    if deed == "decide":
        return chairs_it
    if chairs_it or owns(actor, action):
        return True
    if deed == "read" and (may_see_all(actor) if holding is None else may_read_digest(actor, holding)):
        return True
    return deed in ("read", "confirm") and _is_to_mitigate(actor, action)


def find_deciding_group(action: Action, groups: Sequence[Group]) -> Group | None:
    """Whose chair agrees what is proposed for an action: the holding group's, or, since nobody agrees their own, that
    of the first group above with a chair who neither owns it nor proposed it. None: the programme office."""
    group = find_holding_group(action.focus_area, action.priority, groups)
    by_name = {one.name: one for one in groups}
    for _ in groups:  # at most once each, however they report to one another
        if group is None or not group.chairs:
            return None
        if any(not _is_their_own(chair, action) for chair in group.chairs):
            return group
        group = by_name.get(group.reports_to[0]) if group.reports_to else None
    return None


def say_decider(group: Group | None) -> str:
    """`the chair of SEND Oversight Board`, or the programme office where no chair may agree."""
    return f"the chair of {group.name}" if group else "the programme office"


def may_agree(actor: Actor, action: Action, groups: Sequence[Group]) -> bool:
    """Whether this person may agree or return what is proposed for an action; nobody their own.

    Who chairs the group that holds it may, even while they are away and it is the proposal of who covers them."""
    if is_own_proposal(actor, action):
        return False
    if actor.office:
        return True
    deciding = (find_deciding_group(action, groups), find_holding_group(action.focus_area, action.priority, groups))
    return any(group is not None and group.name in actor.chairs for group in deciding)


def is_own_proposal(actor: Actor, action: Action) -> bool:
    """Whether they proposed it, or own the action it is about."""
    return (action.proposal is not None and action.proposal.by == actor.key) or owns(actor, action)


def compose_refusal(deed: Deed, action: Action | None, holding: Group | None) -> str:
    """One sentence: who may do it, and what to do instead. It tells a stranger nothing of the action."""
    if action is None or deed == "office":
        return "Only the programme office can do that, so please ask them."
    if deed == "decide":
        chair = f"the chair of {holding.name}" if holding else "the chair of the group that holds it"
        return f"Only {chair} or the programme office can do that for {action.ref}."
    doing = "see" if deed == "read" else "update"
    return (
        f"{action.ref} is not among your actions, so you cannot {doing} it: "
        "if it should be, please ask the programme office to add you to its role."
    )


def _is_their_own(chair: Person, action: Action) -> bool:
    proposed = action.proposal is not None and action.proposal.by == chair.address
    return proposed or any(chair.id == person.id for owner in action.owners for person in owner.people)


def _is_to_mitigate(actor: Actor, action: Action) -> bool:
    """Whether they are who the mitigation names, by role or by name."""
    if action.mitigation is None or not action.mitigation.who:
        return False
    owner = action.mitigation.owner
    names = {action.mitigation.who, *(role.abbreviation for role in (owner.roles if owner else ()))}
    return not {name.casefold() for name in names}.isdisjoint(name.casefold() for name in (*actor.roles, actor.label))


def may_let_hear(actor: Actor, held_by: Collection[str]) -> bool:
    """Whether this person may say that a channel hears of the actions that these groups hold: the office of any, a
    chair of what their own groups hold."""
    return actor.office or (bool(held_by) and set(held_by) <= set(actor.chairs))


def may_set_meetings(actor: Actor, group: Group) -> bool:
    """Whether this person may move, cancel, confirm and add the meetings of a group: the office and its chair."""
    return actor.office or group.name in actor.chairs


def may_read_handover(actor: Actor, role: Role) -> bool:
    """Whether this person may have what is handed over with a role: its holders, their cover, the office."""
    return actor.office or role.abbreviation in actor.roles


def refuse_young_people(role: Role) -> None:
    """UserError where a role is marked as young people's: nobody is given it (section 5, Who may do what)."""
    if role.young_people:
        raise UserError(
            f"{role.abbreviation} is marked as young people's, who are never written to: leave it with nobody, and the "
            "programme office passes on what is asked of it to their coordinator."
        )
