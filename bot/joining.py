"""What the programme office does about workspaces at the command line: who is part, and what locks their tokens."""

from __future__ import annotations

import json
import re
from datetime import datetime

from bot.settings import Settings
from programme.calendar import say_date
from programme.messages import UserError
from storage.db import Tx
from storage.history import record
from storage.installations import Workspace, join_workspace, leave_workspace, list_workspaces, relock_tokens
from storage.vault import UnknownKey, Vault

_TEAM = re.compile(r"(?:slack:)?([TE][A-Z0-9]{1,20})", re.IGNORECASE)


def join(tx: Tx, workspace: str, *, name: str | None, now: datetime, account: str) -> str:
    """Let the programme answer who speaks in a workspace; returns the line to show."""
    team = _parse_team(workspace)
    join_workspace(tx, "slack", team, name=name, now=now, account=account)
    return f"{name or team} is part of the programme: whoever holds a role there is answered."


def leave(tx: Tx, workspace: str, *, now: datetime, account: str) -> str:
    """Let it answer nobody there any more; returns the line to show."""
    team = _parse_team(workspace)
    people = leave_workspace(tx, "slack", team, now=now, account=account)
    line = f"{team} is not part of the programme any more: nobody there is answered or written to."
    if not people:
        return line
    who = "1 person has" if people == 1 else f"{people} people have"
    return (
        f"{line} {who} an address there: what they would be reminded of goes to the programme office to pass on, until "
        "halfterm people set ROLE ADDRESS."
    )


def list_all(tx: Tx, settings: Settings, *, as_json: bool) -> str:
    """Every workspace that is part, has left, or has the bot installed."""
    found = list_workspaces(tx)
    if as_json:
        rows = [
            {
                "channel": one.channel,
                "id": one.external_id,
                "name": one.name or None,
                "known": _is_known(one),
                "left_at": one.left_at.isoformat() if one.left_at else None,
                "people": one.people,
                "installed": one.installed if settings.has_many_workspaces else None,
                "trouble": one.trouble or None,
            }
            for one in found
        ]
        return json.dumps({"workspaces": rows}, ensure_ascii=False, indent=2)
    lines = [_say(one, many=settings.has_many_workspaces) for one in found]
    return "\n".join(lines) or "No workspace is part of the programme yet: halfterm workspaces join T024BE7LD"


def rekey(tx: Tx, settings: Settings, *, dry_run: bool, now: datetime, account: str) -> str:
    """Lock every token with the newest key; returns the line to show.

    UserError, and nothing is changed, where a token is locked with a key that is not known any more.
    """
    vault = Vault(settings.token_keys, settings.key())

    def relock(locked: str) -> str | None:
        try:
            renewed = vault.relock(locked)
        except UnknownKey:
            return None
        return locked if dry_run else renewed

    done, left = relock_tokens(tx, relock)
    if left:
        raise UserError(
            f"The tokens of {', '.join(left)} are locked with a key that is not in TOKEN_KEYS, so nothing was changed: "
            "put that key back at the end of TOKEN_KEYS, or install the bot there again."
        )
    if not done:
        return "The bot is not installed in any workspace, so there is no token to lock."
    tokens = "tokens of 1 workspace" if done == 1 else f"tokens of {done} workspaces"
    key = "the first key of TOKEN_KEYS" if settings.token_keys else "the key derived from SECRET_KEY"
    if dry_run:
        return f"Dry run: the {tokens} would be locked with {key}."
    record(tx, "workspace_rekey", actor="office", account=account, now=now, facts={"workspaces": done})
    return f"The {tokens} are locked with {key}: the database needs no other key now."


def _parse_team(text: str) -> str:
    found = _TEAM.fullmatch(text.strip())
    if found is None:
        raise UserError(f"“{text[:40]}” is not a Slack workspace: give its id, which begins with T, such as T024BE7LD.")
    return found[1].upper()


def _is_known(one: Workspace) -> bool:
    return one.left_at is None and (one.joined or one.people > 0)


def _say(one: Workspace, *, many: bool) -> str:
    label = f"{one.external_id} ({one.name})" if one.name else one.external_id
    if _is_known(one):
        parts = ["part of the programme", f"{one.people} {'person' if one.people == 1 else 'people'}"]
    elif one.left_at:
        parts = [f"left on {say_date(one.left_at.date())}"]
    else:
        parts = [f"not part of the programme: halfterm workspaces join {one.external_id}"]
    if many:
        parts.append(one.trouble or ("the bot is installed" if one.installed else "the bot is not installed"))
    return f"{label}: {'; '.join(parts)}"
