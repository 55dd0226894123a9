"""Posts what the outbox holds to Slack, changes what it has posted, and asks Slack whether a doubtful post arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial

from bot.slack.blocks import SlackPost, render_all
from bot.slack.calls import Line, Refused, RefusedForGood, TokenRefused, metadata, part_id
from bot.slack.files import find_shared, share, upload
from bot.slack.found import Found, find_arrived, find_in_thread, if_known
from bot.slack.limits import Limits
from bot.slack.views import home_view
from jobs.deliver import Ambiguous, CannotAsk, Delivery, NotSent, Receipt, Undeliverable
from programme.messages import Message, Text

__all__ = ["SlackSender", "TokenOf", "TokenRefused"]

_NO_MORE = "No more here."
_NO_SUCH = ("channel_not_found", "invalid_channel")

# Conversations with people that were opened before, by address.
Known = Callable[[], Mapping[str, str]]

# A workspace's bot token by its id, "" for the only one. Raises TokenRefused, NotSent or Undeliverable.
TokenOf = Callable[[str], str]


class SlackSender:
    """A `jobs.sender.FileSender` for addresses `slack:TEAM:USER` and `slack:TEAM:CHANNEL`."""

    def __init__(
        self, token: str | TokenOf, api_url: str, timeout: float = 20, limits: Limits | None = None, known: Known = dict
    ) -> None:
        self._token_of = token if callable(token) else lambda team: token
        self._api_url = api_url
        self._timeout = timeout
        self._limits = limits or Limits()
        self._known = known
        self._direct: dict[str, str] = {}  # address to the conversation with them

    def send(self, delivery: Delivery) -> Receipt:
        """Post it, share its uploads, change the post it names, or show it.

        Raises NotSent, Undeliverable or Ambiguous.
        """
        line = self._line(_team(delivery))
        if delivery.how == "home":
            return _show(line, delivery)
        if delivery.how == "edit":
            return _edit(line, delivery)
        conversation = self._conversation(line, delivery)
        try:
            return share(line, conversation, delivery) if delivery.uploads else _post(line, conversation, delivery)
        except RefusedForGood as refusal:
            if refusal.code not in _NO_SUCH or self._remembered.pop(delivery.address, None) is None:
                raise
            raise NotSent("their conversation with the bot is another by now") from refusal

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        """Where all of it was put, None if any part never arrived. Raises CannotAsk or NotSent.

        The first part says how many there are; the delivery's message is not looked at.
        """
        try:
            line = self._line(_team(delivery))
            conversation = self._conversation(line, delivery)
            if delivery.uploads:
                return find_shared(line, conversation, delivery)
            arrived = find_arrived(line, conversation, delivery.thread, delivery.id)
        except Undeliverable as refusal:
            raise CannotAsk(refusal.reason) from refusal
        first = arrived.get(delivery.id)
        if first is None or any(part_id(delivery.id, number) not in arrived for number in range(2, first.of + 1)):
            return None
        return Receipt(conversation, first.ts, first.of)

    def upload(self, delivery: Delivery) -> tuple[str, ...]:
        """Hand the files over and return Slack's ids of them; nobody sees them yet. Raises NotSent or Undeliverable."""
        return upload(self._line(_team(delivery)), delivery)

    def find_team(self) -> str:
        """The id of the workspace that the token is for. Raises TokenRefused, NotSent or Undeliverable."""
        line = self._line("")
        return str(line.ask(line.web.auth_test).get("team_id", ""))

    def _line(self, team: str) -> Line:
        return Line(self._token_of(team), self._api_url, self._timeout, team, self._limits)

    def _conversation(self, line: Line, delivery: Delivery) -> str:
        """The id of the conversation to post in, opened with the person if need be."""
        target = _target(delivery)
        if delivery.conversation and not (delivery.conversation.startswith("D") and target[:1] in ("U", "W")):
            return delivery.conversation
        if not target:
            raise Undeliverable("not a Slack address")
        if target[0] not in "UW":
            return target
        if delivery.address not in self._direct:
            try:
                opened = line.ask(line.web.conversations_open, users=target).get("channel") or {}
            except NotSent as wait:
                if wait.asked or delivery.address not in self._remembered:
                    raise
                return self._remembered[delivery.address]  # Slack lets fewer be opened a minute than messages be posted
            if not opened.get("id"):
                raise NotSent("Slack named no conversation")
            self._direct[delivery.address] = str(opened["id"])
        return self._direct[delivery.address]

    @cached_property
    def _remembered(self) -> dict[str, str]:
        return dict(self._known())


def _team(delivery: Delivery) -> str:
    return delivery.address.split(":")[1] if delivery.address.count(":") > 1 else ""


def _target(delivery: Delivery) -> str:
    """The id of the person or channel; empty where the address is none of Slack's."""
    scheme, _, team_and_id = delivery.address.partition(":")
    return team_and_id.partition(":")[2] if scheme == "slack" else ""


def _post(line: Line, conversation: str, delivery: Delivery) -> Receipt:
    """Post it.

    A message over Slack's size is several posts, the later ones in the first one's thread. Whatever a failed try
    left undone, the next one adds: it asks first which parts are there, so that none is posted twice.
    """
    posts = render_all(delivery.message)
    arrived: dict[str, Found] = {}
    askable = True
    if len(posts) > 1:
        arrived, askable = if_known(partial(find_arrived, line, conversation, delivery.thread, delivery.id))
    first = ""
    for number, post in enumerate(posts, 1):
        found = arrived.get(part_id(delivery.id, number))
        try:
            ts = (
                found.ts
                if found
                else line.post(conversation, delivery.thread or first, delivery.id, number, len(posts), post)
            )
        except NotSent as error:
            if first and not askable:
                raise Ambiguous("a part of it is there, and the next try could not tell") from error
            raise
        first = first or ts
    return Receipt(conversation, first, len(posts))


def _edit(line: Line, delivery: Delivery) -> Receipt:
    """Let the post that `delivery.post` names say this, and the message's other parts with it.

    Parts that there are no more words for say so; parts that are new are posted in the thread.
    """
    posts = render_all(delivery.message)
    most = max(len(posts), delivery.parts)
    stand = {1: delivery.post}
    if most > 1:
        if not delivery.id:
            raise Undeliverable("the message to change is too long, and not known any more")
        thread = delivery.thread or delivery.post
        found, askable = if_known(partial(find_in_thread, line, delivery.conversation, thread))
        if not askable:
            raise Undeliverable("Slack could not be asked which parts of the message to change are there")
        parts = {number: found.get(part_id(delivery.id, number)) for number in range(2, most + 1)}
        stand |= {number: part.ts for number, part in parts.items() if part}
    for number in range(1, most + 1):
        post = posts[number - 1] if number <= len(posts) else _no_more()
        if number in stand:
            line.call(
                line.web.chat_update,
                channel=delivery.conversation,
                ts=stand[number],
                text=post.text,
                blocks=post.blocks,
                metadata=metadata(delivery.id, number, most) if delivery.id else None,
            )
        elif number <= len(posts):
            line.post(delivery.conversation, delivery.thread or delivery.post, delivery.id, number, most, post)
    return Receipt(delivery.conversation, delivery.post, most)


def _no_more() -> SlackPost:
    return render_all(Message(_NO_MORE, (Text(_NO_MORE),)))[0]


def _show(line: Line, delivery: Delivery) -> Receipt:
    """Show it as the person's Home. Where that has changed since, what was composed just now is the newer."""
    person = _target(delivery)
    if person[:1] not in ("U", "W"):
        raise Undeliverable("only a person has a Home")
    view = home_view(delivery.message)
    publish = partial(line.call, line.web.views_publish, user_id=person, view=view)
    try:
        answer = publish(hash=delivery.post or None)
    except Refused as refusal:
        if refusal.code != "hash_conflict":
            raise
        answer = publish()
    return Receipt("", str((answer.get("view") or {}).get("hash", "")))
