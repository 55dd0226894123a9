"""Payloads as Slack sends them, and the collection of all that it was sent: judged by `slack_channel/test_payloads`."""

from __future__ import annotations

import json
import threading
from typing import Any

Json = dict[str, Any]

NOW_TS = "1662366000.000100"
LATER = 4_000_000_000  # seconds: after whatever a test does, by whichever clock

_collected: dict[str, tuple[str, Json]] = {}
_lock = threading.Lock()

# What the judges made of it, for the last line of a run.
judged = ""
refused: set[int] = set()


def collect(kind: str, payload: Json) -> None:
    """Keep what Slack would get, once.

    `kind`: `message` (a post, an edit, an ephemeral one) · `answer` (what a command is answered with) · `view` (a modal
    or a Home) · `submission` ({"view": …, "answer": …}: what a form is answered with).
    """
    if kind in ("message", "answer"):
        payload = {name: payload[name] for name in ("text", "blocks", "response_type") if payload.get(name)}
    key = f"{kind} {json.dumps(payload, sort_keys=True)}"
    with _lock:
        _collected.setdefault(key, (kind, json.loads(json.dumps(payload))))


def collected() -> list[tuple[str, Json]]:
    """All that was collected until now, as (kind, payload)."""
    with _lock:
        return list(_collected.values())


def event_callback(event_id: str = "Ev1", team: str = "T1", bot_user: str = "UBOT", **event: Any) -> Json:
    """Any event, as its envelope brings it."""
    event = {"user": "U1", "ts": NOW_TS, "team": team} | event
    us = [{"team_id": team, "user_id": bot_user, "is_bot": True, "is_enterprise_install": False}]
    return {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": "A1",
        "event_id": event_id,
        "event_time": 1662366000,
        "event": event,
        "authorizations": us,
    }


def of_elsewhere(body: Json, team: str = "T9", name: str = "") -> Json:
    """The same, by somebody of another organisation in a channel that is shared with it."""
    if body["type"] != "event_callback":
        return body | {"user": body["user"] | {"team_id": team}}
    profile = {"team": team} | ({"real_name": name, "name": name} if name else {})
    event = body["event"] | {"user_team": team, "source_team": team, "user_profile": profile}
    return body | {"event": event, "is_ext_shared_channel": True}


def message_changed(
    ts: str, text: str, before: str = "", channel: str = "D1", event_id: str = "Ev1", **message: Any
) -> Json:
    """A person's edit of what they said. `message` adds to what it now is: thread_ts, files …"""
    kept: Json = {"type": "message", "user": "U1", "team": "T1", "ts": ts} | message
    edited = {"edited": {"user": kept["user"], "ts": "1662366060.000000"}}
    body = event_callback(
        event_id,
        type="message",
        subtype="message_changed",
        channel=channel,
        channel_type="im" if channel.startswith("D") else "channel",
        message=kept | {"text": text} | edited,
        previous_message=kept | {"text": before},
        hidden=True,
        event_ts="1662366060.000200",
    )
    body["event"].pop("user")
    return body


def app_home_opened(user: str = "U1", tab: str = "home", event_id: str = "Ev1", **event: Any) -> Json:
    return event_callback(event_id, type="app_home_opened", user=user, channel=f"D{user}", tab=tab, **event)


def user_change(user: str = "U1", event_id: str = "Ev1", **changed: Any) -> Json:
    """Somebody's account changed: `deleted=True` closes it."""
    shown = {"id": user, "team_id": "T1", "deleted": False, "is_bot": False, "is_restricted": False} | changed
    return event_callback(event_id, type="user_change", user=shown)


def app_uninstalled(team: str = "T1", event_id: str = "Ev1", at: int = LATER) -> Json:
    """The app was taken out of a workspace, at that second of Slack's time."""
    body = event_callback(event_id, team=team, type="app_uninstalled") | {"event_time": at}
    body["event"] = {"type": "app_uninstalled"}
    return body


def tokens_revoked(team: str = "T1", bots: tuple[str, ...] = ("UBOT",), event_id: str = "Ev1", at: int = LATER) -> Json:
    body = event_callback(event_id, team=team, type="tokens_revoked") | {"event_time": at}
    body["event"] = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": list(bots)}}
    return body


def slash_command(command: str, text: str = "", trigger_id: str = "13345.1", **fields: str) -> Json:
    who: Json = {"team_id": "T1", "user_id": "U1", "user_name": "u1", "channel_id": "C1", "api_app_id": "A1"}
    return who | {"command": command, "text": text, "trigger_id": trigger_id} | fields


def block_actions(
    action: Json, trigger_id: str = "13345.2", user: str = "U1", view: Json | None = None, **body: Any
) -> Json:
    """A tap on a message's element, or with `view` on a modal's or a Home's."""
    tapped = {"block_id": "b", "action_ts": NOW_TS} | action
    where: Json = {
        "channel": {"id": "D1", "name": "directmessage"},
        "container": {"type": "message", "message_ts": NOW_TS, "channel_id": "D1", "is_ephemeral": False},
        "message": {"type": "message", "user": "UBOT", "ts": NOW_TS},
    }
    if view is not None:
        where = {"view": view, "container": {"type": "view", "view_id": view["id"]}}
    return _interaction("block_actions", user, trigger_id) | where | {"actions": [tapped]} | body


def shortcut(callback_id: str, trigger_id: str = "13345.3", user: str = "U1", **body: Any) -> Json:
    """A global shortcut."""
    return _interaction("shortcut", user, trigger_id) | {"callback_id": callback_id, "action_ts": NOW_TS} | body


def message_action(
    callback_id: str, message: Json, trigger_id: str = "13345.4", user: str = "U1", channel: str = "C1", **body: Any
) -> Json:
    """A shortcut on a message: `message` has at least user, text and ts."""
    about: Json = {"channel": {"id": channel, "name": channel.lower()}, "message": {"type": "message"} | message}
    about |= {"callback_id": callback_id, "message_ts": message.get("ts", NOW_TS), "action_ts": NOW_TS}
    return _interaction("message_action", user, trigger_id) | about | body


def view_submission(
    view: Json, values: dict[str, Any] | None = None, trigger_id: str = "13345.5", user: str = "U1", **body: Any
) -> Json:
    """The person sends `view` off (as FakeSlack keeps it in `.views`), with `values` by block_id over what it held.

    A value is the words, the date, an option's value, or a list of options' values; None leaves it empty. Raises
    ValueError for what Slack's own page would not let anybody send.
    """
    values = values or {}
    state: Json = {}
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    if unknown := values.keys() - inputs.keys():
        raise ValueError(f"no such inputs: {sorted(unknown)}")
    for block_id, block in inputs.items():
        element = block["element"]
        held = _filled(element, values[block_id]) if block_id in values else _initial(element)
        if not block.get("optional") and not any(value for name, value in held.items() if name != "type"):
            raise ValueError(f"{block_id} must be filled in")
        state[block_id] = {element.get("action_id", block_id): held}
    sent = view | {"state": {"values": state}}
    return _interaction("view_submission", user, trigger_id) | {"view": sent, "response_urls": []} | body


def view_closed(view: Json, user: str = "U1", **body: Any) -> Json:
    return _interaction("view_closed", user, "") | {"view": view, "is_cleared": False} | body


def _interaction(kind: str, user: str, trigger_id: str) -> Json:
    return {
        "type": kind,
        "team": {"id": "T1", "domain": "t1"},
        "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": "T1"},
        "api_app_id": "A1",
        "token": "verification",
        "enterprise": None,
        "is_enterprise_install": False,
    } | ({"trigger_id": trigger_id} if trigger_id else {})


def _filled(element: Json, value: Any) -> Json:
    """One element's state, filled in with `value`."""
    kind = element["type"]
    match kind:
        case "static_select" | "radio_buttons":
            return {"type": kind, "selected_option": None if value is None else _option(element, value)}
        case "multi_static_select" | "checkboxes":
            return {"type": kind, "selected_options": [_option(element, one) for one in value or ()]}
        case "datepicker":
            return {"type": kind, "selected_date": value}
        case _:
            words = value or ""
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if words and not least <= len(words) <= most:
                raise ValueError(f"{len(words)} characters, not {least} to {most}")
            return {"type": kind, "value": value}


def _initial(element: Json) -> Json:
    match element["type"]:
        case "static_select" | "radio_buttons":
            return {"type": element["type"], "selected_option": element.get("initial_option")}
        case "multi_static_select" | "checkboxes":
            return {"type": element["type"], "selected_options": element.get("initial_options", [])}
        case "datepicker":
            return {"type": "datepicker", "selected_date": element.get("initial_date")}
        case kind:
            return {"type": kind, "value": element.get("initial_value")}


def _option(element: Json, value: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    for option in [*element.get("options", []), *(option for group in groups for option in group)]:
        if option["value"] == value:
            return dict(option)
    raise ValueError(f"{value} is not among the options")
