"""Posts what the outbox holds to Slack, and asks Slack whether a doubtful post arrived."""

from __future__ import annotations

import errno
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.blocks import SlackPost, render_all
from jobs.deliver import Ambiguous, CannotAsk, Delivery, NotSent, Receipt, Undeliverable

EVENT_TYPE = "halfterm"
PAGE, PAGES = 200, 10  # messages looked through for ours: so many at a time, so many times

# What Slack refuses for good, in words the office can act on.
_FOR_GOOD = {
    "channel_not_found": "Slack knows no such conversation, or the bot is not in it",
    "not_in_channel": "the bot is not in that channel: invite it",
    "is_archived": "that channel is archived",
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
    "cannot_reply_to_message": "that message takes no replies",
    "thread_not_found": "the thread to answer in is gone",
    "missing_scope": "the Slack app lacks a permission",
    "invalid_blocks": "Slack refused the message as wrong",
    "invalid_blocks_format": "Slack refused the message as wrong",
    "msg_blocks_too_long": "Slack refused the message as too long",
    "msg_too_long": "Slack refused the message as too long",
    "no_text": "Slack refused the message as empty",
    "invalid_arguments": "Slack refused the request as wrong",
    "invalid_metadata_format": "Slack refused the request as wrong",
    "invalid_metadata_schema": "Slack refused the request as wrong",
    "metadata_too_large": "Slack refused the request as wrong",
}
_REST = timedelta(seconds=30)
# "It's possible some aspect of the operation succeeded", says Slack of these.
_IN_DOUBT = {"fatal_error", "internal_error"}

# `_silent` because every failure is raised, and slack_sdk's own log lines hold message text.
_silent = logging.getLogger("halfterm.slack.web")
_silent.setLevel(logging.CRITICAL)


class TokenRefused(NotSent):
    """Slack does not take our token: nothing will go until somebody gives a good one."""


_TOKEN_REFUSED = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})


# A workspace's bot token by its id, "" for the only one. Raises TokenRefused, NotSent or Undeliverable.
TokenOf = Callable[[str], str]


class SlackSender:
    """A `jobs.deliver.Sender` for addresses `slack:TEAM:USER` and `slack:TEAM:CHANNEL`."""

    def __init__(self, token: str | TokenOf, api_url: str, timeout: float = 20) -> None:
        self._token_of = token if callable(token) else lambda team: token
        self._api_url = api_url
        self._timeout = timeout
        self._direct: dict[str, str] = {}  # person's id to the conversation with them, which never changes

    def send(self, delivery: Delivery) -> Receipt:
        """Post it. Raises NotSent, Undeliverable or Ambiguous.

        A message over Slack's size is several posts, the later ones in the first one's thread. Whatever a failed try
        left undone, the next one adds: it asks first which parts are there, so that none is posted twice.
        """
        line = self._line(_team(delivery))
        conversation = self._conversation(line, delivery)
        posts = render_all(delivery.message)
        arrived, askable = _arrived_if_known(line, conversation, delivery) if len(posts) > 1 else ({}, True)
        first = ""
        for number, post in enumerate(posts, 1):
            part = _part_id(delivery, number)
            found = arrived.get(part)
            try:
                ts = found.ts if found else line.post(conversation, delivery.thread or first, part, post, len(posts))
            except NotSent as error:
                if first and not askable:
                    raise Ambiguous("a part of it is there, and the next try could not tell") from error
                raise
            first = first or ts
        return Receipt(conversation, first)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        """Where all of it was put, None if any part never arrived. Raises CannotAsk or NotSent.

        The first part says how many there are; the delivery's message is not looked at.
        """
        line = self._line(_team(delivery))
        try:
            conversation = self._conversation(line, delivery)
            arrived = _arrived(line, conversation, delivery)
        except Undeliverable as refusal:
            raise CannotAsk(refusal.reason) from refusal
        first = arrived.get(delivery.id)
        if first is None or any(_part_id(delivery, number) not in arrived for number in range(2, first.of + 1)):
            return None
        return Receipt(conversation, first.ts)

    def find_team(self) -> str:
        """The id of the workspace that the token is for. Raises TokenRefused, NotSent or Undeliverable."""
        line = self._line("")
        return str(line.ask(line.web.auth_test).get("team_id", ""))

    def _line(self, team: str) -> _Line:
        return _Line(
            WebClient(self._token_of(team), base_url=self._api_url, retry_handlers=[], logger=_silent), self._timeout
        )

    def _conversation(self, line: _Line, delivery: Delivery) -> str:
        """The id of the conversation to post in, opened with the person if need be."""
        scheme, _, team_and_id = delivery.address.partition(":")
        _, _, target = team_and_id.partition(":")
        if delivery.conversation and not (delivery.conversation.startswith("D") and target[:1] in ("U", "W")):
            return delivery.conversation
        if scheme != "slack" or not target:
            raise Undeliverable("not a Slack address")
        if target[0] not in "UW":
            return target
        if target not in self._direct:
            opened = line.ask(line.web.conversations_open, users=target).get("channel") or {}
            if not opened.get("id"):
                raise NotSent("Slack named no conversation")
            self._direct[target] = str(opened["id"])
        return self._direct[target]


def _team(delivery: Delivery) -> str:
    return delivery.address.split(":")[1] if delivery.address.count(":") > 1 else ""


class _Line:
    """One delivery's calls to Slack, together cut off after `timeout` seconds."""

    def __init__(self, web: WebClient, timeout: float) -> None:
        self.web = web
        self._until = time.monotonic() + timeout

    def ask(self, method: Callable[..., SlackResponse], **fields: Any) -> SlackResponse:
        """A call that posts nothing, so that no failure is in doubt. Raises NotSent or Undeliverable."""
        try:
            return self._call(method, **fields)
        except Ambiguous as doubt:
            raise NotSent(f"Slack gave no answer ({doubt})") from doubt

    def post(self, conversation: str, thread: str, part: str, post: SlackPost, of: int) -> str:
        """Post one part `of` so many and return its `ts`. Raises NotSent, Undeliverable or Ambiguous."""
        payload: dict[str, str | int] = {"id": part} | ({"of": of} if of > 1 else {})
        answer = self._call(
            self.web.chat_postMessage,
            channel=conversation,
            text=post.text,
            blocks=post.blocks,
            thread_ts=thread or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": payload},
            unfurl_links=False,
            unfurl_media=False,
        )
        if not answer.get("ts"):
            raise Ambiguous("an answer that names no post")
        return str(answer["ts"])

    def _call(self, method: Callable[..., SlackResponse], **fields: Any) -> SlackResponse:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NotSent("Slack was too slow")
        self.web.timeout = left  # type: ignore[assignment]  # urllib takes fractions of a second
        try:
            return method(**fields)
        except SlackApiError as refusal:
            raise _problem(refusal.response) from None  # its text may quote what was sent
        except URLError as error:
            if _never_connected(error.reason):
                raise NotSent("Slack could not be reached") from error
            raise Ambiguous(type(error.reason).__name__) from error
        except Exception as error:  # a lost connection, a timeout, half an answer: the request was out
            raise Ambiguous(type(error).__name__) from error


def _problem(answer: SlackResponse) -> NotSent | Undeliverable | Ambiguous:
    """What an answer that is not `ok` says of the post."""
    status, code = answer.status_code, str(answer.get("error", ""))
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return NotSent("Slack asked us to slow down", _retry_after(answer))
    if status >= 500 or code in _IN_DOUBT:
        return Ambiguous(f"HTTP {status} {code if code in _IN_DOUBT else ''}".strip())
    if not re.fullmatch(r"\w+", code):  # not Slack's JSON: a proxy's page
        return Ambiguous("an answer that is not Slack's") if status == 200 else NotSent(f"HTTP {status}")
    if code in _FOR_GOOD:
        needed = f": {answer['needed']}" if code == "missing_scope" and answer.get("needed") else ""
        return Undeliverable(_FOR_GOOD[code] + needed)
    if code in _TOKEN_REFUSED:
        return TokenRefused(f"Slack answered {code}")
    # An outage, a word we do not know: Slack or the office can mend it.
    return NotSent(f"Slack answered {code}")


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


def _part_id(delivery: Delivery, number: int) -> str:
    return delivery.id if number == 1 else f"{delivery.id}/{number}"


class _Found(NamedTuple):
    """A post of ours: Slack's `ts`, and how many parts the message has."""

    ts: str
    of: int


def _arrived_if_known(line: _Line, conversation: str, delivery: Delivery) -> tuple[dict[str, _Found], bool]:
    """As `_arrived`, and whether Slack could say; where it could not, nothing is taken to be there."""
    try:
        return _arrived(line, conversation, delivery), True
    except (Undeliverable, CannotAsk):
        return {}, False


def _arrived(line: _Line, conversation: str, delivery: Delivery) -> dict[str, _Found]:
    """Which posts of ours are where this one would be, by the id in the metadata.

    Raises CannotAsk where too much has been said since to look through, else as `_Line.ask`.
    """
    web = line.web
    if delivery.thread:
        return _look(line, web.conversations_replies, channel=conversation, ts=delivery.thread)
    found = _look(line, web.conversations_history, until=delivery.id, channel=conversation)
    first = found.get(delivery.id)
    if first is not None and first.of > 1:
        found |= _look(line, web.conversations_replies, channel=conversation, ts=first.ts)
    return found


def _look(
    line: _Line, method: Callable[..., SlackResponse], until: str | None = None, **where: str
) -> dict[str, _Found]:
    """Our posts, page after page, to the end or to the one with the id `until`."""
    found: dict[str, _Found] = {}
    cursor = None
    for _ in range(PAGES):
        answer = line.ask(method, **where, include_all_metadata=True, limit=PAGE, cursor=cursor)
        found |= _ours(answer)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor or until in found:
            return found
    raise CannotAsk("too much has been said there since to look through")


def _ours(answer: SlackResponse) -> dict[str, _Found]:
    """The messages in the answer that are ours, by the id in their metadata."""
    found = {}
    for message in answer.get("messages") or ():
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE:
            payload = metadata.get("event_payload") or {}
            found[str(payload.get("id"))] = _Found(str(message["ts"]), int(payload.get("of", 1)))
    return found
