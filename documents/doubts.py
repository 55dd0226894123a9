"""What is odd about a plan as a whole: owners nobody knows, tables that lack, metrics that fit no action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from textwrap import shorten as _shorten

from programme.plan import Doubt, Plan, PlanRole
from programme.roles import role_key, roles_by_key, suggest_roles

_MOST_SUGGESTED = 50  # unknown owners that get suggestions: more of them means that the roles table is another's
_MOST_NAMED = 12  # refs or names in one sentence


def shorten(text: str) -> str:
    """The beginning of a text, on one line, to quote in a sentence."""
    return _shorten(text[:200], 60, placeholder=" …")


def find_doubts(plan: Plan) -> Iterator[Doubt]:
    """The doubts that only the whole plan shows, in the order of its actions; nothing is changed."""
    yield from _timescales(plan)
    yield from _owners(plan)
    yield from _roles(plan)
    yield from _metrics(plan)
    yield from _missing(plan)


def _timescales(plan: Plan) -> Iterator[Doubt]:
    for action in plan.actions:
        timescale = action.timescale
        if timescale.doubt:
            yield Doubt(action.ref, timescale.doubt)
        elif timescale.state == "completed":
            yield Doubt(action.ref, f"“{timescale.text}” stands in place of a date: it is taken as complete.")
        elif timescale.state == "unset":
            yield Doubt(action.ref, f"{action.ref} has no timescale yet.")


def _owners(plan: Plan) -> Iterator[Doubt]:
    refs: dict[str, list[str]] = {}
    for action in plan.actions:
        if not action.owners:
            yield Doubt(action.ref, f"{action.ref} has no owner.")
        for owner in action.owners:
            refs.setdefault(owner, []).append(action.ref)
    known = roles_by_key(plan.roles)
    unknown = [owner for owner in refs if role_key(owner) not in known] if plan.roles else []
    for at, owner in enumerate(unknown):
        meant = suggest_roles(owner, plan.roles) if at < _MOST_SUGGESTED else []
        asked = f" Did you mean {_either([_describe(role) for role in meant])}?" if meant else ""
        yield Doubt(", ".join(dict.fromkeys(refs[owner])), f"{_unknown(owner)}{asked}")


def _unknown(owner: str) -> str:
    return f"The owner “{owner}” is not in the roles table."


def list_open_doubts(plan: Plan, is_answered: Callable[[str], bool]) -> list[Doubt]:
    """A plan's doubts as a terminal shows them: none about an owner that the office has explained since, and of any
    other what to type and three roles, a line each. None of them is ever chosen for the office."""
    owners = {_unknown(owner): owner for action in plan.actions for owner in action.owners}
    found = []
    for doubt in plan.warnings:
        owner = owners.get(doubt.text.partition(" Did you mean ")[0])
        if owner is None:
            found.append(doubt)
        elif not is_answered(owner):
            first, *more = doubt.where.split(", ")
            asked = f"“{owner}” is not in the roles table: halfterm roles same {_typed(owner)} ROLE."
            if "Did you mean" in doubt.text:
                near = [_describe(one) for one in suggest_roles(owner, plan.roles)]
                asked += "".join([" Perhaps:", *(f"\n      {one}" for one in near)])
            found.append(Doubt(first + (f" and {len(more)} more" if more else ""), asked))
    return found


def _typed(name: str) -> str:
    return f'"{name}"' if not name.isalnum() else name


def _describe(role: PlanRole) -> str:
    return f"{role.abbreviation or role.title} ({role.title}, {role.organisation})"


def _either(items: list[str]) -> str:
    return " or ".join(filter(None, ["; ".join(items[:-1]), items[-1]]))


def _roles(plan: Plan) -> Iterator[Doubt]:
    titles: dict[str, list[PlanRole]] = {}
    for role in plan.roles:
        titles.setdefault(role_key(role.abbreviation), []).append(role)
    for key, roles in titles.items():
        if key and len(roles) > 1:
            both = " and ".join(f"“{role.title}”" for role in roles)
            yield Doubt(
                roles[0].abbreviation,
                f"The abbreviation {roles[0].abbreviation} stands {_times(len(roles))} in the roles table: {both}.",
            )


def _metrics(plan: Plan) -> Iterator[Doubt]:
    actions = {action.ref for action in plan.actions}
    measured = {metric.ref for metric in plan.metrics}
    for metric in plan.metrics:
        if metric.ref not in actions:
            yield Doubt(metric.ref, f"The metrics have a row {metric.ref}, and there is no such action.")
    if measured and (without := [action.ref for action in plan.actions if action.ref not in measured]):
        yield Doubt(_some(without), f"The metrics have no row for {_some(without)}.")


def _missing(plan: Plan) -> Iterator[Doubt]:
    areas = Counter(area.priority for area in plan.focus_areas)
    for priority in plan.priorities:
        if not areas[priority.ref]:
            yield Doubt(priority.ref, f"Priority {priority.ref} has no actions. Is the file whole?")
    missing = {
        "roles: owners could not be checked": plan.roles,
        "governance groups": plan.groups,
        "rating definitions": plan.ratings,
        "metrics": plan.metrics,
    }
    for what, found in missing.items():
        if not found:
            yield Doubt("the file", f"The file has no table of {what}.")


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
