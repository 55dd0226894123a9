"""Slack's way in: one set of Bolt listeners turns commands, messages, mentions, taps and forms into Requests.

`bot.slack.inbound` serves them over signed HTTP or Socket Mode.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.slack.blocks import cut, form_as_message, render
from bot.slack.manifest import FILE_MESSAGE, UPDATE_ACTION
from bot.slack.read import (
    event_request,
    find_edited,
    is_of_elsewhere,
    is_said_by_a_person,
    permalink,
    plain_words,
    read_answers_id,
    read_command,
    read_event_time,
    read_home,
    read_name,
    read_team,
    readable_words,
    to_request,
)
from bot.slack.views import (
    FORM,
    HOME,
    MOST_INPUT,
    TOLD,
    find_errors,
    modal_view,
    read_answers,
    read_metadata,
    told_view,
)
from programme.messages import Form, Message, Reply, Request

APOLOGY = (
    "Something went wrong on our side; nothing was changed. Try again; if it happens twice tell the programme office."
)

# What is only to be looked at, from the Home, is shown there and then; all else is told in direct messages.
_LOOK = re.compile(r"(?:action|actions|claims|digest|help|history|meetings|why)\b.*|agree", re.DOTALL)
_HOME_PAGE = re.compile(r"home(?: ([1-9]\d{0,3}))?")

Json = dict[str, Any]

log = logging.getLogger("halfterm.slack")
# Bolt logs whole payloads, people's words included.
_silent = logging.getLogger("halfterm.slack.bolt")
_silent.setLevel(logging.CRITICAL)


class Answer(Protocol):
    """`Door.answer`: does what is asked and returns the reply, or None where nothing is left to say here: it was seen
    before, or `carries` refused the reply and it is in the outbox."""

    def __call__(self, request: Request, carries: Callable[[Reply], bool] = ..., /) -> Reply | None: ...


@dataclass(frozen=True)
class Around:
    """What the listeners need beside `Answer`: `tell` puts a reply in the outbox after all; `open_view` shows a modal
    (workspace, trigger, view) and says whether it did, as does `change_view` (workspace, the view's id and hash, the
    new view); `open_home` shows somebody (an address) a page of their Home;
    `mark_closed` and `uninstall` keep what Slack says of an account, and of a workspace at an instant; `whisper` shows
    a reply in the channel its request was made in, to that person alone, and says whether it did."""

    tell: Callable[[Request, Reply], None]
    open_view: Callable[[str, str, Json], bool]
    change_view: Callable[[str, str, str, Json], bool]
    open_home: Callable[[str, int], None]
    mark_closed: Callable[[str, bool], None]
    uninstall: Callable[[str, datetime], None]
    whisper: Callable[[Request, Reply], bool] = lambda _request, _reply: False


def slack_app(answer: Answer, around: Around) -> App:
    """The Bolt app. Whatever a slash command raises becomes an apology, logged by type; anything else that fails, a
    500, so that Slack sends it again."""
    app = App(
        name=_silent.name,  # Bolt takes the logger of its name for its own
        logger=_silent,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        authorize=_authorise,
        token_verification_enabled=False,
        request_verification_enabled=False,  # `inbound` does it, with our clock and nothing logged
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # it would need our own ids from Slack; `is_said_by_a_person` does
        attaching_function_token_enabled=False,
    )

    def ask(request: Request, carries: Callable[[Reply], bool]) -> Reply | None:
        with _ours():
            return answer(request, carries)

    def note(request: Request) -> None:
        ask(request, _nothing)

    def show(request: Request, reply: Reply, trigger: str | None) -> bool:
        """Open a modal, with a form or with what there is to see; False where Slack would not."""
        if not trigger:
            return False
        where = request.where
        if isinstance(reply, Message):
            return around.open_view(where.workspace, trigger, told_view(reply))
        alone = where.conversation.startswith("D")  # what was asked in a channel is answered in direct messages
        view = modal_view(reply, where.conversation if alone else "", where.thread if alone else "")
        return around.open_view(where.workspace, trigger, view)

    def tell(request: Request, reply: Reply) -> None:
        """Say it in direct messages after all. Those of elsewhere may not be reached there: for a refusal the office is
        not to hear of that."""
        refused = isinstance(reply, Message) and not reply.done
        if not (refused and is_of_elsewhere(request)):
            with _ours():
                around.tell(request, reply)

    def show_or_tell(request: Request, reply: Reply, trigger: str | None) -> None:
        if not show(request, reply, trigger):
            tell(request, reply)

    def change_view(request: Request, reply: Reply, shown: Json) -> None:
        view = modal_view(reply, "", "") if isinstance(reply, Form) else told_view(reply)
        if not around.change_view(request.where.workspace, shown.get("id", ""), shown.get("hash", ""), view):
            tell(request, reply)

    @app.command(re.compile(""))
    def slash_command(body: Json, context: BoltContext, ack: Ack) -> None:
        trigger = body.get("trigger_id")
        seen_id = f"trigger:{trigger}" if trigger else None
        request = to_request(context, read_command(body), seen_id=seen_id, name=read_name(body))
        try:
            reply = answer(request)
            if reply is None or (isinstance(reply, Form) and show(request, reply, trigger)):
                ack()
                return
        except Exception as error:  # the last wall: the person is told, and nothing of what they wrote is logged
            log.error("a slash command failed: %s", type(error).__name__)
            ack(text=APOLOGY, response_type="ephemeral")
            return
        post = render(form_as_message(reply) if isinstance(reply, Form) else reply)
        ack(text=post.text, blocks=post.blocks, response_type="ephemeral")

    @app.event("message")
    def direct_message(body: Json, event: Json, context: BoltContext) -> None:
        if event.get("channel_type") != "im":
            return  # elsewhere, `mention` hears it
        edited = find_edited(event)
        said = edited or event
        if is_said_by_a_person(said):
            before = plain_words((event.get("previous_message") or {}).get("text") or "").strip() if edited else ""
            thread = said.get("thread_ts") or ""
            note(event_request(body, said, context, thread=thread, is_edit=edited is not None, before=before))

    @app.event("app_mention")
    def mention(body: Json, event: Json, context: BoltContext) -> None:
        # Said in a channel, answered in the person's direct messages: not all who read there may read the answer. Slack
        # may let the bot open none with somebody of elsewhere: they alone are shown it in the channel.
        if not is_said_by_a_person(event):
            return
        request = event_request(body, event, context, conversation="", is_edit=bool(event.get("edited")))
        if not is_of_elsewhere(request):
            note(request)
        elif (reply := ask(request, _everything)) and not around.whisper(request, reply):
            tell(request, reply)

    @app.action(re.compile(r"^say:"))
    def tap(body: Json, action: Json, context: BoltContext, ack: Ack) -> None:
        message, trigger, view = body.get("message") or {}, body.get("trigger_id"), body.get("view") or {}
        words, container = plain_words(action.get("value", "")), body.get("container") or {}
        at_home = view.get("type") == HOME
        # What one person alone was shown is answered to them alone, in their direct messages; so is what was tapped in
        # a channel, where not all who read may read the answer.
        private = view or container.get("is_ephemeral") or not str(context.channel_id or "").startswith("D")
        request = to_request(
            context,
            words,
            conversation="" if private else None,
            thread="" if private else message.get("thread_ts") or message.get("ts", ""),
            seen_id=f"action:{trigger}" if trigger else None,
            name=read_name(body),
            home=read_home(body, context, body.get("user") or {}),
        )
        if at_home and (page := _HOME_PAGE.fullmatch(words)):
            with _ours():
                around.open_home(request.actor, int(page[1] or 1))
        elif view.get("callback_id") == TOLD:
            if reply := ask(request, _everything):
                change_view(request, reply, view)
        elif at_home and _LOOK.fullmatch(words):
            if reply := ask(request, _everything):
                show_or_tell(request, reply, trigger)
        elif reply := ask(request, _everything if is_of_elsewhere(request) else _is_form):
            show_or_tell(request, reply, trigger)
        ack()

    @app.view(FORM)
    def submitted(body: Json, view: Json, context: BoltContext, ack: Ack) -> None:
        words, conversation, thread = read_metadata(view)
        # Whose answer was lost, or came late, is told to press again: the same answers of the same form count once.
        fields = read_answers(view)
        seen_id = read_answers_id(view, fields)
        home = read_home(body, context, body.get("user") or {})
        request = to_request(
            context, words, conversation=conversation, thread=thread, seen_id=seen_id, fields=fields, home=home
        )
        reply = ask(request, _everything if is_of_elsewhere(request) else _stays_in_the_form)
        if isinstance(reply, Form):
            ack(response_action="update", view=modal_view(reply, conversation, thread))
        elif reply is None:
            ack()
        elif errors := find_errors(view, reply):
            ack(response_action="errors", errors=errors)
        else:
            ack(response_action="update", view=told_view(reply))

    def open_form(body: Json, context: BoltContext, text: str, fields: dict[str, str]) -> None:
        trigger = body.get("trigger_id")
        seen_id = f"shortcut:{trigger}" if trigger else None
        home, name = read_home(body, context, body.get("user") or {}), read_name(body)
        request = to_request(context, text, conversation="", seen_id=seen_id, fields=fields, name=name, home=home)
        if reply := ask(request, _everything if is_of_elsewhere(request) else _is_form):
            show_or_tell(request, reply, trigger)

    @app.global_shortcut(UPDATE_ACTION)
    def update_action(body: Json, context: BoltContext, ack: Ack) -> None:
        open_form(body, context, "update", {})
        ack()

    @app.message_shortcut(FILE_MESSAGE)
    def file_message(body: Json, context: BoltContext, ack: Ack) -> None:
        message = body.get("message") or {}
        words = readable_words(message.get("text") or "")
        fields = {"text": cut(words, MOST_INPUT), "link": permalink(body, message)}
        open_form(body, context, "file", {name: value for name, value in fields.items() if value})
        ack()

    @app.event("app_home_opened")
    def home(body: Json, event: Json, context: BoltContext) -> None:
        if event.get("tab") == HOME and event.get("user"):
            with _ours():
                around.open_home(f"slack:{read_home(body, context, event)}:{event['user']}", 1)

    @app.event("user_change")
    def account(body: Json, event: Json, context: BoltContext) -> None:
        user = event.get("user") or {}
        if user.get("id"):
            with _ours():
                home = read_home(body, context, user)
                around.mark_closed(f"slack:{home}:{user['id']}", bool(user.get("deleted")))

    @app.event("app_uninstalled")
    def uninstalled(body: Json, context: BoltContext) -> None:
        at = read_event_time(body)
        with _ours():
            around.uninstall(read_team(context), at)

    @app.event("tokens_revoked")
    def revoked(body: Json, event: Json, context: BoltContext) -> None:
        if (event.get("tokens") or {}).get("bot"):
            at = read_event_time(body)
            with _ours():
                around.uninstall(read_team(context), at)

    @app.error
    def settle(error: Exception) -> BoltResponse:
        if isinstance(error, _OurFault):
            log.error("a request from Slack failed: %s", error)
            return BoltResponse(status=500, body="")
        if not isinstance(error, BoltUnhandledRequestError):  # that one is of something that is none of our business
            log.warning("a request from Slack could not be read: %s", type(error).__name__)
        return BoltResponse(status=200, body="")  # the same again would change nothing

    return app


class _OurFault(Exception):
    """What went wrong is on our side, so that the same request may do another time; its text is the error's kind."""


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise _OurFault(type(error).__name__) from error


def _everything(_reply: Reply) -> bool:
    return True


def _nothing(_reply: Reply) -> bool:
    return False


def _is_form(reply: Reply) -> bool:
    return isinstance(reply, Form)


def _stays_in_the_form(reply: Reply) -> bool:
    """The next form, or what is wrong in this one; what was done is told in the conversation."""
    return isinstance(reply, Form) or (isinstance(reply, Message) and not reply.done)


def _authorise(context: BoltContext) -> AuthorizeResult:
    """Bolt wants one; who may do what is decided by `Answer`, and no listener needs Slack for it."""
    return AuthorizeResult(enterprise_id=context.enterprise_id, team_id=context.team_id)
