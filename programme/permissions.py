"""Who may do what (section 5). Asked in one place, at the moment of acting and again at delivery."""

from __future__ import annotations

from typing import Literal

from programme.facts import Action, Actor, Group

Deed = Literal["read", "update", "decide", "office"]


def may_see_all(actor: Actor) -> bool:
    """Accountable leads, chairs, roles the office marks, and the office itself read everything."""
    return actor.office or actor.reads_all or bool(actor.chairs)


def owns(actor: Actor, action: Action) -> bool:
    """Whether the actor holds a role that is among the action's owners."""
    held = {role.casefold() for role in actor.roles}
    return any(
        owner.text.casefold() in held or any(role.abbreviation.casefold() in held for role in owner.roles)
        for owner in action.owners
    )


def may(actor: Actor, deed: Deed, action: Action | None = None, holding: Group | None = None) -> bool:
    """Whether this person may do this now.

    `read` and `update` are for owners and their cover, the chair of the group that holds the action and the office;
    `decide` (agree, return, acknowledge) for that chair and the office; `office` for the office alone.
    """
    if actor.office:
        return True
    if deed == "office" or action is None:
        return False
    chairs_it = holding is not None and holding.name in actor.chairs
    owns_it = owns(actor, action)
    if deed == "read":
        return owns_it or may_see_all(actor)
    if deed == "update":
        return owns_it or chairs_it
    return chairs_it


def may_agree(actor: Actor, proposed_by: str, action: Action, holding: Group | None) -> bool:
    """As `decide`, but nobody agrees their own: not what they proposed, not an action they own."""
    own = proposed_by == actor.key or (owns(actor, action) and not actor.office)
    return may(actor, "decide", action, holding) and not own


def compose_refusal(deed: Deed, action: Action | None, holding: Group | None) -> str:
    """One sentence: who may do it, and what to do instead."""
    if action is None or deed == "office":
        return "Only the programme office can do that: ask them."
    if deed == "decide":
        chair = f"the chair of {holding.name}" if holding else "the chair of the group that holds it"
        return f"Only {chair} or the programme office can do that for {action.ref}."
    owners = action.owner_names or "nobody yet"
    doing = "read" if deed == "read" else "update"
    return (
        f"You cannot {doing} {action.ref}: it belongs to {owners}. "
        "If it is yours, ask the programme office to add you to that role."
    )
