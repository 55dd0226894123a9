"""Who has an e-mail address in Slack, and what became of an account there."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from programme.messages import UserError

_LONGEST_REST, _REST = 300, 30  # seconds
_MOST_RESTS = 20
_GUEST = (
    "a guest in Slack, who can be reminded and answer in direct messages, and is only in the channels they are let into"
)
_IN_ONE_CHANNEL = (
    "a guest of one channel in Slack, who can be reminded and answer in direct messages, and can be in no other channel"
)
_ELSEWHERE = (
    "of another organisation in Slack, who is reached in direct messages only where both organisations let the bot "
    "open them"
)

# `_silent` because slack_sdk's own log lines hold what was asked.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SlackUser:
    """Somebody in Slack, and their own workspace. `wrong` says why they cannot be written to, "" where they can; `note`
    what the office should know of how they can be."""

    id: str
    name: str
    wrong: str = ""
    team: str = ""
    note: str = ""


class SlackPeople:
    """Looks people up in one workspace. `sleep` waits as long as Slack asks us to."""

    def __init__(self, token: str, api_url: str, sleep: Callable[[float], None], timeout: int = 20) -> None:
        self._web = WebClient(token, base_url=api_url, retry_handlers=[], logger=_silent, timeout=timeout)
        self._sleep = sleep
        self._own: tuple[str, str] | None = None  # the bot's workspace, and its organisation where there is one

    def find_team(self) -> str:
        """The id of the workspace. UserError where Slack cannot be asked."""
        return self._find_own()[0]

    def _find_own(self) -> tuple[str, str]:
        if self._own is None:
            answer = self._ask(lambda: self._web.auth_test())
            self._own = str(answer["team_id"]), str(answer.get("enterprise_id") or "")
        return self._own

    def find_by_email(self, email: str) -> SlackUser | None:
        """Who has this e-mail address; None where nobody has. UserError where Slack cannot be asked."""
        try:
            answer = self._ask(lambda: self._web.users_lookupByEmail(email=email))
        except _NobodyThere:
            return None
        return _read(answer["user"], *self._find_own())

    def find_by_id(self, user: str) -> SlackUser | None:
        """Who that is; None where Slack knows nobody so. UserError where it cannot be asked."""
        try:
            answer = self._ask(lambda: self._web.users_info(user=user))
        except _NobodyThere:
            return None
        return _read(answer["user"], *self._find_own())

    def _ask(self, call: Callable[[], SlackResponse]) -> SlackResponse:
        for _ in range(_MOST_RESTS):
            try:
                return call()
            except SlackApiError as refusal:
                answer = refusal.response
            except (URLError, OSError):
                raise UserError("Slack could not be reached: check the network, then try again.") from None
            code = str(answer.get("error", ""))
            if answer.status_code != 429 and code != "ratelimited":
                break
            asked = str(answer.headers.get("Retry-After", ""))
            self._sleep(min(int(asked), _LONGEST_REST) if re.fullmatch("[0-9]{1,9}", asked) else _REST)
        else:
            raise UserError("Slack asks us to slow down again and again: try again in an hour.")
        if code in ("users_not_found", "user_not_found", "user_not_visible"):
            raise _NobodyThere
        if code == "missing_scope":
            needed = str(answer.get("needed", "users:read.email"))
            how = " (the manifest has it with --by-email)" if needed == "users:read.email" else ""
            raise UserError(
                f"The Slack app lacks the scope {needed}: add it under OAuth & Permissions, Scopes{how}, and install "
                "the app again."
            )
        shown = code if re.fullmatch(r"\w+", code) else f"HTTP {answer.status_code}"
        raise UserError(f"Slack does not answer as it should ({shown}): halfterm doctor says what to do.")


class _NobodyThere(Exception):
    pass


def _read(user: Mapping[str, Any], own_team: str, own_organisation: str) -> SlackUser:
    """Somebody as a bot of that workspace sees them. All of its own organisation are its own people."""
    one = SlackUser(str(user["id"]), str(user.get("real_name") or user.get("name") or ""), team=own_team)
    team, organisation = user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id")
    is_ours = team in (None, own_team) or (own_organisation and own_organisation in (team, organisation))
    if not is_ours:
        one = replace(one, team=str(team), note=_ELSEWHERE)
    elif user.get("is_ultra_restricted"):
        one = replace(one, note=_IN_ONE_CHANNEL)
    elif user.get("is_restricted"):
        one = replace(one, note=_GUEST)
    if user.get("deleted"):
        return replace(one, wrong="that Slack account is closed")
    if user.get("is_bot") or one.id == "USLACKBOT":
        return replace(one, wrong="that is a bot")
    if user.get("is_stranger"):
        return replace(one, wrong="that is somebody of another organisation who shares no channel with the bot")
    return one
