"""One call to Slack's Web API: within its time, within the limits, and what an answer that is no yes means."""

from __future__ import annotations

import errno
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.blocks import SlackPost
from bot.slack.limits import Limits
from jobs.deliver import Ambiguous, NotSent, Undeliverable
from jobs.sender import AccountClosed, Rests

EVENT_TYPE = "halfterm"

# What Slack refuses for good, in words the office can act on.
_FOR_GOOD = {
    "channel_not_found": "Slack knows no such conversation, or the bot is not in it",
    "invalid_channel": "Slack knows no such conversation, or the bot is not in it",
    "not_in_channel": "the bot is not in that channel: invite it",
    "is_archived": "that channel is archived: have it opened again, or set another",
    "is_inactive": "that channel is archived: have it opened again, or set another",
    "user_not_found": "Slack knows no such person",
    "users_not_found": "Slack knows no such person",
    "user_not_visible": "the bot may not see that person",
    "user_disabled": "their Slack account is closed",
    "cannot_dm_bot": "a bot cannot be messaged",
    "restricted_action": "the workspace does not let the bot post there",
    "restricted_action_read_only_channel": "that channel is read-only",
    "restricted_action_thread_only_channel": "that channel takes replies only",
    "restricted_action_non_threadable_channel": "that channel takes no replies",
    "restricted_action_thread_locked": "that thread is locked",
    "posting_to_channel_denied": "the workspace does not let the bot post there",
    "cannot_reply_to_message": "that message takes no replies",
    "thread_not_found": "the thread to answer in is gone",
    "message_not_found": "the message to change is gone",
    "cant_update_message": "the message to change is not the bot's",
    "edit_window_closed": "the message to change is too old for this workspace",
    "not_enabled": "the app's Home is switched off",
    "missing_scope": "the Slack app lacks a permission",
    "invalid_blocks": "Slack refused the message as wrong",
    "invalid_blocks_format": "Slack refused the message as wrong",
    "msg_blocks_too_long": "Slack refused the message as too long",
    "msg_too_long": "Slack refused the message as too long",
    "view_too_large": "Slack refused the message as too long",
    "no_text": "Slack refused the message as empty",
    "invalid_arguments": "Slack refused the request as wrong",
    "invalid_metadata_format": "Slack refused the request as wrong",
    "invalid_metadata_schema": "Slack refused the request as wrong",
    "metadata_too_large": "Slack refused the request as wrong",
    "file_uploads_disabled": "the workspace takes no files",
    "file_uploads_except_images_disabled": "the workspace takes no files but pictures",
    "file_type_not_allowed": "the workspace takes no files of this kind",
    "file_upload_size_restricted": "the workspace takes no files of this size",
    "storage_limit_reached": "the workspace has no room for files",
}
_REST = timedelta(seconds=30)
# "It's possible some aspect of the operation succeeded", says Slack of these.
_IN_DOUBT = {"fatal_error", "internal_error"}
_TOKEN_REFUSED = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})

# `_silent` because every failure is raised, and slack_sdk's own log lines hold message text.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


class Refused(NotSent):
    """Slack said no, in a word that may mean yes another time."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Slack answered {code}")
        self.code = code


class RefusedForGood(Undeliverable):
    """Slack said no, and will again."""

    def __init__(self, code: str, needed: str) -> None:
        super().__init__(f"{_FOR_GOOD[code]}: {needed}" if needed else _FOR_GOOD[code])
        self.code = code


class TokenRefused(Refused):
    """Slack does not take our token: nothing will go until somebody gives a good one."""


class Line:
    """One delivery's calls to Slack, together cut off after `timeout` seconds."""

    def __init__(self, token: str, api_url: str, timeout: float, team: str, limits: Limits) -> None:
        self.web = WebClient(token, base_url=api_url, retry_handlers=[], logger=_silent)
        self._until = time.monotonic() + timeout
        self._team = team
        self._limits = limits

    def ask(self, method: Callable[..., SlackResponse], **fields: Any) -> SlackResponse:
        """A call that posts nothing, or may be made twice, so that no failure is in doubt.

        Raises NotSent or Undeliverable.
        """
        try:
            return self.call(method, **fields)
        except Ambiguous as doubt:
            raise NotSent(f"Slack gave no answer ({doubt})") from doubt

    def post(self, conversation: str, thread: str, message_id: str, number: int, of: int, post: SlackPost) -> str:
        """Post part `number` `of` so many and return its `ts`. Raises NotSent, Undeliverable or Ambiguous."""
        answer = self.call(
            self.web.chat_postMessage,
            posts_in=conversation,
            patiently=number > 1,
            channel=conversation,
            text=post.text,
            blocks=post.blocks,
            thread_ts=thread or None,
            metadata=metadata(message_id, number, of),
            unfurl_links=False,
            unfurl_media=False,
        )
        if not answer.get("ts"):
            raise Ambiguous("an answer that names no post")
        return str(answer["ts"])

    def call(
        self, method: Callable[..., SlackResponse], *, posts_in: str = "", patiently: bool = False, **fields: Any
    ) -> SlackResponse:
        """Raises NotSent, Undeliverable or Ambiguous."""
        name = getattr(method, "__name__", "")
        self._limits.take(name, self._team, posts_in, patiently=patiently)
        self.web.timeout = self._left()  # type: ignore[assignment]  # urllib takes fractions of a second
        try:
            answer = method(**fields)
        except SlackApiError as refusal:
            raise _problem(refusal.response, lambda: self._limits.note_refused(name, self._team)) from None  # no text
        except URLError as error:
            if _never_connected(error.reason):
                raise NotSent("Slack could not be reached") from error
            raise Ambiguous(type(error.reason).__name__) from error
        except Exception as error:  # a lost connection, a timeout, half an answer: the request was out
            raise Ambiguous(type(error).__name__) from error
        self._limits.note_taken(name, self._team, posts_in)
        return answer

    def put(self, url: str, data: bytes) -> None:
        """Hand a file's bytes over at the address Slack gave for them. Raises NotSent."""
        if not url.startswith(("https://", "http://")):
            raise NotSent("Slack named no address for the file")
        request = Request(url, data, {"Content-Type": "application/octet-stream"}, method="POST")  # noqa: S310 - a web address, as checked above
        try:
            with urlopen(request, timeout=self._left()) as answer:  # noqa: S310 - a web address, as checked above
                answer.read()
        except HTTPError as refusal:
            raise NotSent(f"Slack took no file (HTTP {refusal.code})") from None
        except Exception as error:
            raise NotSent(f"Slack took no file ({type(error).__name__})") from error

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotSent("Slack was too slow")
        return left


def part_id(message_id: str, number: int) -> str:
    """The id of one part of the message with this id."""
    return message_id if number == 1 else f"{message_id}/{number}"


def metadata(message_id: str, number: int, of: int) -> dict[str, Any]:
    """What says that a post is ours: its id, and how many parts the message has."""
    payload: dict[str, str | int] = {"id": part_id(message_id, number)} | ({"of": of} if of > 1 else {})
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _problem(answer: SlackResponse, refused: Callable[[], Rests]) -> NotSent | Undeliverable | Ambiguous:
    """What an answer that is not `ok` says of the post."""
    status, code = answer.status_code, str(answer.get("error", ""))
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return NotSent("Slack asked us to slow down", _retry_after(answer), refused())
    if status >= 500 or code in _IN_DOUBT:
        return Ambiguous(f"HTTP {status} {code if code in _IN_DOUBT else ''}".strip())
    if not re.fullmatch(r"\w+", code):  # not Slack's JSON: a proxy's page
        return Ambiguous("an answer that is not Slack's") if status == 200 else NotSent(f"HTTP {status}")
    if code == "user_disabled":
        return AccountClosed(_FOR_GOOD[code])
    if code in _FOR_GOOD:
        return RefusedForGood(code, str(answer.get("needed", "")) if code == "missing_scope" else "")
    # A token to be renewed, an outage, a word we do not know: Slack or the office can mend it.
    return TokenRefused(code) if code in _TOKEN_REFUSED else Refused(code)


def _retry_after(answer: SlackResponse) -> timedelta:
    """How long Slack wants to be left alone: what it says, from a second to an hour, or else half a minute."""
    seconds = str(answer.headers.get("Retry-After", ""))
    return timedelta(seconds=min(max(int(seconds), 1), 3600)) if re.fullmatch("[0-9]{1,9}", seconds) else _REST


def _never_connected(reason: object) -> bool:
    """Whether the request was certainly never written."""
    unreachable = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
    return isinstance(reason, (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)) or (
        isinstance(reason, OSError) and reason.errno in unreachable
    )
