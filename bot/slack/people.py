"""Who has an e-mail address in Slack, and what became of an account there."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from programme.messages import UserError

_LONGEST_REST, _REST = 300, 30  # seconds
_MOST_RESTS = 20

# `_silent` because slack_sdk's own log lines hold what was asked.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class SlackUser:
    """Somebody in Slack. `wrong` says why they cannot be written to, "" where they can."""

    id: str
    name: str
    wrong: str = ""


class SlackPeople:
    """Looks people up in one workspace. `sleep` waits as long as Slack asks us to."""

    def __init__(self, token: str, api_url: str, sleep: Callable[[float], None], timeout: int = 20) -> None:
        self._web = WebClient(token, base_url=api_url, retry_handlers=[], logger=_silent, timeout=timeout)
        self._sleep = sleep

    def find_team(self) -> str:
        """The id of the workspace. UserError where Slack cannot be asked."""
        return str(self._ask(lambda: self._web.auth_test())["team_id"])

    def find_by_email(self, email: str) -> SlackUser | None:
        """Who has this e-mail address; None where nobody has. UserError where Slack cannot be asked."""
        try:
            answer = self._ask(lambda: self._web.users_lookupByEmail(email=email))
        except _NobodyThere:
            return None
        return _read(answer["user"])

    def find_by_id(self, user: str) -> SlackUser | None:
        """Who that is; None where Slack knows nobody so. UserError where it cannot be asked."""
        try:
            answer = self._ask(lambda: self._web.users_info(user=user))
        except _NobodyThere:
            return None
        return _read(answer["user"])

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


def _read(user: dict[str, object]) -> SlackUser:
    name = str(user.get("real_name") or user.get("name") or "")
    if user.get("deleted"):
        return SlackUser(str(user["id"]), name, "that Slack account is closed")
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return SlackUser(str(user["id"]), name, "that is a bot")
    return SlackUser(str(user["id"]), name)
