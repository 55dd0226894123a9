"""What goes out: a message composed and how it is posted, what can go wrong, what a channel must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from programme.messages import Message
from storage.db import Tx

How = Literal["post", "edit", "home"]
Rests = Literal["address", "kind", "workspace", "channel"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to be shared: its name with its ending, what it is called, what it says to who cannot see it."""

    name: str
    title: str
    words: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be posted. `id` is ours and goes into the channel's metadata, so that it can be asked for.

    `conversation` and `thread` are the channel's own ids where the message answers something said there; empty for a
    message to the person or channel at `address`.

    `how`: `post` a new message · `edit` the one that `post` names there, so that it says this: it stands there in so
    many `parts`, and `id` is its own, empty if it is not known · show it as the person's `home`, in place of what is
    there now, which `post` names if it is known. Both may be done twice without harm.
    """

    id: str
    address: str
    message: Message
    conversation: str = ""
    thread: str = ""
    how: How = "post"
    post: str = ""
    parts: int = 1
    files: tuple[Attachment, ...] = ()
    uploads: tuple[str, ...] = ()  # the channel's ids of `files`, committed before they are shared


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message was put: the channel's conversation, its id there (Slack's `ts`), and in how many posts."""

    conversation: str
    post: str
    parts: int = 1


class NotSent(Exception):
    """Nothing was posted and a later try may do: a connection refused, a rate limit (`retry_after` says how long).

    `rests` says what must wait for that long: this address · this kind of message, or all, in its workspace · the whole
    channel. `asked` is False where a limit was kept without asking the channel.
    """

    def __init__(
        self, reason: str, retry_after: timedelta | None = None, rests: Rests = "channel", *, asked: bool = True
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.rests = rests
        self.asked = asked


class Undeliverable(Exception):
    """No later try will do: an account closed, a channel archived, a message refused as wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccountClosed(Undeliverable):
    """Nothing reaches this person there any more."""


class Ambiguous(Exception):
    """The request was written and no answer came back: it may have been posted."""


class CannotAsk(Exception):
    """The channel cannot say whether a message arrived."""


class Sender(Protocol):
    """What a channel must be able to do for `deliver`. A call returns or raises within 20 seconds."""

    def send(self, delivery: Delivery) -> Receipt:
        """Post it. Raises NotSent, Undeliverable or Ambiguous."""

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        """Where the message with `delivery.id` was put, None if it never arrived. Raises CannotAsk or NotSent.

        With `uploads`, where these were shared.
        """


@runtime_checkable
class FileSender(Sender, Protocol):
    """A channel that takes files: `send` shares `delivery.uploads`, with the message as the words above them."""

    def upload(self, delivery: Delivery) -> tuple[str, ...]:
        """Hand `delivery.files` over and return the channel's ids of them. Nobody sees anything yet.

        Raises NotSent or Undeliverable.
        """


def hand_over(sender: Sender, delivery: Delivery) -> Delivery:
    """With the channel's ids of its files, which are there by then. Raises NotSent or Undeliverable."""
    if not isinstance(sender, FileSender):
        raise Undeliverable("that channel takes no files")
    return replace(delivery, uploads=sender.upload(delivery))


@dataclass(frozen=True, slots=True)
class Composed:
    """What a row says at this moment, and what saying it settles: ledger lines carried, and lines found silent.

    `how`, `conversation`, `post` and `thread` as a Delivery has them, where the row itself does not say. `draw` makes
    the files to be shared, outside any transaction. `follow` are the facts of a row of the kind `file`, queued in this
    message's thread when it is settled, where its channel takes files.
    """

    message: Message
    refs: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    silenced: Mapping[int, str] = field(default_factory=dict)
    how: How = "post"
    conversation: str = ""
    post: str = ""
    thread: str = ""
    draw: Callable[[], tuple[Attachment, ...]] | None = None
    follow: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing left worth saying, and why; `silenced` are ledger lines that this settles. `instead` queues what goes in
    its place, in the transaction that drops it."""

    reason: str
    silenced: Mapping[int, str] = field(default_factory=dict)
    instead: Callable[[Tx], object] = lambda tx: None


@dataclass
class Tally:
    """What one run did with the rows it had a turn with."""

    sent: int = 0
    dropped: int = 0
    put_off: int = 0
    failed: int = 0
