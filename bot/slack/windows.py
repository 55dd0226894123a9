"""Opens modals: the one thing that is said to Slack while somebody waits, since a trigger is good for three seconds."""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.sender import TokenOf

_PATIENCE = 2  # seconds; the person has waited for as long, and the trigger is good for one more

log = logging.getLogger("halfterm.slack")
_silent = logging.getLogger("halfterm.slack.web")


class Windows:
    """`open` and `change` as `bot.slack.app.Around` wants them."""

    def __init__(self, token: str | TokenOf, api_url: str) -> None:
        self._token_of = token if callable(token) else lambda team: token
        self._api_url = api_url

    def open(self, team: str, trigger: str, view: dict[str, Any]) -> bool:
        """Show a modal; False where Slack would not, whatever the reason: the form is then told in words."""
        return self._call(team, "views_open", trigger_id=trigger, view=view)

    def change(self, team: str, view_id: str, view_hash: str, view: dict[str, Any]) -> bool:
        """Show another view in the place of an open modal, as long as it is still the one with that hash."""
        return self._call(team, "views_update", view_id=view_id, hash=view_hash or None, view=view)

    def _call(self, team: str, method: str, **fields: Any) -> bool:
        try:
            web = WebClient(
                self._token_of(team), base_url=self._api_url, timeout=_PATIENCE, retry_handlers=[], logger=_silent
            )
            getattr(web, method)(**fields)
        except SlackApiError as refusal:
            log.warning("a form could not be opened: %s", refusal.response.get("error", "no reason given"))
            return False
        except Exception as error:  # unreachable, too slow, no token: the person is answered all the same
            log.warning("a form could not be opened: %s", type(error).__name__)
            return False
        return True
