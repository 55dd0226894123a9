"""A Plan as plain dictionaries: the shape that `import --json` prints, and one without loss that can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from programme.plan import (
    Doubt,
    Entry,
    FocusArea,
    Lead,
    Metric,
    Plan,
    PlanAction,
    PlanGroup,
    PlanRole,
    Point,
    Priority,
    RatingDefinition,
)
from programme.rag import Rag
from programme.timescales import Timescale


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """What `import --json` prints: dates ISO, absent values None, `state` open or complete."""
    whole = plan_to_dict(plan)
    del whole["title"]
    for action in whole["actions"]:
        timescale = action["timescale"]
        action |= {
            "timescale": timescale["text"],
            "due_on": timescale["due_on"],
            "state": "complete" if timescale["state"] == "completed" else "open",
        }
        for name in ("rag", "success_criteria", "outcome", "evidence", "progress"):
            action[name] = action.pop(name)  # behind what was added, as the contract lists them
    for area in whole["focus_areas"]:
        del area["priority"]
    return whole


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """The whole plan in lists, dictionaries and what JSON knows; `plan_from_dict` gives the same plan back."""
    whole: dict[str, Any] = _plain(asdict(plan))
    return whole


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Rag):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def plan_from_dict(whole: Mapping[str, Any]) -> Plan:
    """The plan that `plan_to_dict` was given; KeyError, TypeError or ValueError for anything else."""
    return Plan(
        title=whole["title"],
        actions=tuple(map(_action, whole["actions"])),
        focus_areas=tuple(FocusArea(**area) for area in whole["focus_areas"]),
        priorities=tuple(
            Priority(priority["ref"], priority["title"], tuple(Lead(**lead) for lead in priority["leads"]))
            for priority in whole["priorities"]
        ),
        ratings=tuple(RatingDefinition(**rating) for rating in whole["ratings"]),
        roles=tuple(PlanRole(**role) for role in whole["roles"]),
        groups=tuple(PlanGroup(**group) for group in whole["groups"]),
        metrics=tuple(
            Metric(metric["ref"], tuple(Point(**point) for point in metric["points"])) for metric in whole["metrics"]
        ),
        warnings=tuple(Doubt(**doubt) for doubt in whole["warnings"]),
    )


def _action(said: Mapping[str, Any]) -> PlanAction:
    rag, timescale = said["rag"], said["timescale"]
    return PlanAction(
        **{
            **said,
            "owners": tuple(said["owners"]),
            "timescale": Timescale(**{**timescale, "due_on": _date(timescale["due_on"])}),
            "rag": Rag(rag) if rag else None,
            "evidence": tuple(said["evidence"]),
            "progress": tuple(Entry(_date(entry["on"]), entry["text"]) for entry in said["progress"]),
        }
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
