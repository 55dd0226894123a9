"""What is said to Slack while somebody waits: modals, since a trigger is good for three seconds, and what one person
alone is to see in a channel, which no later try would bring to where they look."""

from __future__ import annotations

import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.blocks import form_as_message, render
from bot.slack.sender import TokenOf
from programme.messages import Form, Reply, Request

_COULD_NOT = {
    **dict.fromkeys(("views_open", "views_update"), "a form could not be opened"),
    "chat_postEphemeral": "an answer could not be shown in its channel",
}
_PATIENCE = 2  # seconds; the person has waited for as long, and the trigger is good for one more

log = logging.getLogger("halfterm.slack")
_silent = logging.getLogger("halfterm.slack.web")


class Windows:
    """`open`, `change` and `whisper` as `bot.slack.app.Around` wants them."""

    def __init__(self, token: str | TokenOf, api_url: str) -> None:
        self._token_of = token if callable(token) else lambda team: token
        self._api_url = api_url

    def open(self, team: str, trigger: str, view: dict[str, Any]) -> bool:
        """Show a modal; False where Slack would not, whatever the reason: the form is then told in words."""
        return self._call(team, "views_open", trigger_id=trigger, view=view)

    def change(self, team: str, view_id: str, view_hash: str, view: dict[str, Any]) -> bool:
        """Show another view in the place of an open modal, as long as it is still the one with that hash."""
        return self._call(team, "views_update", view_id=view_id, hash=view_hash or None, view=view)

    def whisper(self, request: Request, reply: Reply) -> bool:
        """Show a reply to whoever asked, alone, where they asked; False where Slack would not."""
        where = request.where
        post = render(form_as_message(reply) if isinstance(reply, Form) else reply)
        return self._call(
            where.workspace,
            "chat_postEphemeral",
            channel=where.heard_in,
            user=request.actor.rpartition(":")[2],
            thread_ts=where.heard_thread or None,
            text=post.text,
            blocks=post.blocks,
        )

    def _call(self, team: str, method: str, **fields: Any) -> bool:
        try:
            web = WebClient(
                self._token_of(team), base_url=self._api_url, timeout=_PATIENCE, retry_handlers=[], logger=_silent
            )
            getattr(web, method)(**fields)
        except SlackApiError as refusal:
            log.warning("%s: %s", _COULD_NOT[method], refusal.response.get("error", "no reason given"))
            return False
        except Exception as error:  # unreachable, too slow, no token: the person is answered all the same
            log.warning("%s: %s", _COULD_NOT[method], type(error).__name__)
            return False
        return True
