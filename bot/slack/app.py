"""Slack's way in: one set of Bolt listeners turns commands, messages, mentions and taps into Requests.

`bot.slack.inbound` serves them over signed HTTP or Socket Mode.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.slack.blocks import form_as_message, render
from bot.slack.read import event_request, is_said_by_a_person, plain_words, to_request
from programme.messages import Form, Reply, Request

APOLOGY = (
    "Something went wrong on our side; nothing was changed. Try again; if it happens twice tell the programme office."
)

Json = dict[str, Any]

log = logging.getLogger("halfterm.slack")
# Bolt logs whole payloads, people's words included.
_silent = logging.getLogger("halfterm.slack.bolt")
_silent.setLevel(logging.CRITICAL)


def slack_app(say: Callable[[Request], Reply | None], note: Callable[[Request], None]) -> App:
    """The Bolt app. `say` does what is asked and returns what rides in the answer (None: seen before, say nothing);
    `note` does it where the answer can carry nothing, and puts its reply in the outbox.

    Whatever `say` raises becomes an apology, logged by type; whatever `note` raises a 500, so that Slack sends again.
    """
    app = App(
        name=_silent.name,  # Bolt takes the logger of its name for its own
        logger=_silent,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        authorize=_authorise,
        token_verification_enabled=False,
        request_verification_enabled=False,  # `routes` does it, with our clock and nothing logged
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # it would need our own ids from Slack; `is_said_by_a_person` does
        attaching_function_token_enabled=False,
    )

    @app.command(re.compile(""))
    def slash_command(body: Json, context: BoltContext, ack: Ack) -> None:
        trigger = body.get("trigger_id")
        request = to_request(
            context,
            f"{body['command']} {plain_words(body.get('text', ''))}".strip(),
            seen_id=f"trigger:{trigger}" if trigger else None,
        )
        try:
            reply = say(request)
        except Exception as error:  # the last wall: the person is told, and nothing of what they wrote is logged
            log.error("a slash command failed: %s", type(error).__name__)
            ack(text=APOLOGY, response_type="ephemeral")
            return
        if reply is None:
            ack()
            return
        post = render(form_as_message(reply) if isinstance(reply, Form) else reply)
        ack(text=post.text, blocks=post.blocks, response_type="ephemeral")

    @app.event("message")
    def direct_message(body: Json, event: Json, context: BoltContext) -> None:
        if event.get("channel_type") == "im" and is_said_by_a_person(event):  # elsewhere, `mention` hears it
            note(event_request(body, event, context, thread=event.get("thread_ts", "")))

    @app.event("app_mention")
    def mention(body: Json, event: Json, context: BoltContext) -> None:
        # Said in a channel, answered in the person's direct messages: not all who read there may read the answer.
        if is_said_by_a_person(event):
            note(event_request(body, event, context, conversation=""))

    @app.action(re.compile(r"^say:"))
    def tap(body: Json, action: Json, context: BoltContext, ack: Ack) -> None:
        message, trigger = body.get("message") or {}, body.get("trigger_id")
        # What one person alone was shown is answered to them alone, in their direct messages.
        private = bool((body.get("container") or {}).get("is_ephemeral"))
        note(
            to_request(
                context,
                plain_words(action.get("value", "")),
                conversation="" if private else None,
                thread="" if private else message.get("thread_ts") or message.get("ts", ""),
                seen_id=f"action:{trigger}" if trigger else None,
            )
        )
        ack()

    @app.error
    def settle(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return BoltResponse(status=200, body="")  # something Slack told us that is none of our business
        log.error("a request from Slack failed: %s", type(error).__name__)
        return BoltResponse(status=500, body="")

    return app


def _authorise(context: BoltContext) -> AuthorizeResult:
    """Bolt wants one; who may do what is decided by `say`, and no listener calls Slack."""
    return AuthorizeResult(enterprise_id=context.enterprise_id, team_id=context.team_id)
