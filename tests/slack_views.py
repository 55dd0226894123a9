"""The stand-in's modals and Home: https://docs.slack.dev/surfaces/modals"""

from __future__ import annotations

import json
from typing import Any

from tests.slack_rules import find_answer_fault, find_view_fault
from tests.slack_workspace import TRIGGER_LIVES, Json, SlackError, Workspace, invalid_arguments

MOST_BYTES = 250_000
MOST_STACKED = 3


def views_open(slack: Workspace, fields: Json) -> Json:
    view = _read(fields, "modal")
    user = _exchange(slack, fields)
    slack.views[user], slack.under[user] = _shown(slack, view), []
    return {"view": slack.views[user]}


def views_push(slack: Workspace, fields: Json) -> Json:
    view = _read(fields, "modal")
    user = _exchange(slack, fields)
    if user not in slack.views:
        raise SlackError("not_found")
    if len(slack.under[user]) + 1 >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    _push(slack, user, view)
    return {"view": slack.views[user]}


def views_update(slack: Workspace, fields: Json) -> Json:
    view = _read(fields, "modal")
    for user, top in slack.views.items():
        if _is_meant(fields, top):
            _check_hash(fields, top)
            slack.views[user] = _shown(slack, view, before=top)
            return {"view": slack.views[user]}
        for place, before in enumerate(slack.under[user]):
            if _is_meant(fields, before):
                _check_hash(fields, before)
                slack.under[user][place] = _shown(slack, view, before=before)
                return {"view": slack.under[user][place]}
    raise SlackError("not_found")


def views_publish(slack: Workspace, fields: Json) -> Json:
    user = fields.get("user_id", "")
    view = _read(fields, "home")
    if user not in slack.users:
        raise invalid_arguments("invalid `user_id`")
    if not slack.home_enabled:
        raise SlackError("not_enabled")
    before = slack.homes.get(user)
    _check_hash(fields, before)
    slack.homes[user] = _shown(slack, view, before=before)
    return {"view": slack.homes[user]}


def settle_submission(slack: Workspace, user: str, answer: Any) -> None:
    """What Slack does with the answer to a submission of the person's view on top. Raises ValueError if it is wrong."""
    top = slack.views[user]
    if fault := find_answer_fault(answer, top):
        raise ValueError(fault)
    match (answer or {}).get("response_action"):
        case None:
            slack.views.pop(user)
            if slack.under[user]:
                slack.views[user] = slack.under[user].pop()
        case "clear":
            slack.views.pop(user)
            slack.under[user] = []
        case "update":
            slack.views[user] = _shown(slack, answer["view"], before=top)
        case "push":
            if len(slack.under[user]) + 1 >= MOST_STACKED:
                raise ValueError("push_limit_reached")
            _push(slack, user, answer["view"])


def _push(slack: Workspace, user: str, view: Json) -> None:
    top = slack.views[user]
    slack.under[user].append(top)
    slack.views[user] = _shown(slack, view, under=top)


def _is_meant(fields: Json, view: Json) -> bool:
    by_id = view["id"] == fields.get("view_id")
    return by_id or bool(view["external_id"] and view["external_id"] == fields.get("external_id"))


def _read(fields: Json, kind: str) -> Json:
    """The view in a call. Raises SlackError."""
    view: Any = fields.get("view")
    if isinstance(view, str):
        try:
            view = json.loads(view)
        except ValueError:
            raise invalid_arguments("view is no JSON") from None
    if fault := find_view_fault(view, kind):
        raise invalid_arguments(fault)
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SlackError("view_too_large")
    return dict(view)


def _exchange(slack: Workspace, fields: Json) -> str:
    """Whose trigger it is; it is used now. Raises SlackError."""
    trigger = slack.triggers.get(str(fields.get("trigger_id", "")))
    if trigger is None:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if slack.clock() - trigger.made_at > TRIGGER_LIVES:
        raise SlackError("expired_trigger_id")
    trigger.used = True
    return trigger.user


def _check_hash(fields: Json, before: Json | None) -> None:
    if fields.get("hash") and (before is None or fields["hash"] != before["hash"]):
        raise SlackError("hash_conflict")


def _shown(slack: Workspace, view: Json, under: Json | None = None, before: Json | None = None) -> Json:
    """A view as Slack keeps it: with ids of its own, and an id for every block that has none."""
    number = next(slack.numbers)
    blocks = [{"block_id": f"made{number}.{place}"} | block for place, block in enumerate(view["blocks"])]
    view_id = before["id"] if before else f"V{slack.team}{number}"
    kept = {"private_metadata": "", "callback_id": "", "external_id": "", "close": None, "submit": None} | view
    return kept | {
        "id": view_id,
        "team_id": slack.team,
        "blocks": blocks,
        "hash": f"{number}.{number:08x}",
        "state": {"values": {}},
        "root_view_id": under["root_view_id"] if under else before["root_view_id"] if before else view_id,
        "previous_view_id": under["id"] if under else before["previous_view_id"] if before else None,
        "app_id": "A1",
        "bot_id": "BBOT",
    }
