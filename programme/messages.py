"""What passes through the door: a Request in, a Message or a Form out, neutral to every channel.

A Message's `text` stands alone: it is what a notification, a screen reader or a console says. Its blocks add
structure; no block holds anything that matters which the text leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


class UserError(Exception):
    """Something a person can put right: one plain sentence saying what was wrong and what to type instead.

    `choices` are offered as buttons where the channel has them and as lines to type where it has not; `field` names
    the answer of a form that is to be mended, where it is one.
    """

    def __init__(self, text: str, choices: tuple[Button, ...] = (), field: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.choices = choices
        self.field = field


@dataclass(frozen=True, slots=True)
class Where:
    """Where a request is answered, so that a late reply finds its way. `conversation` is the channel's own id;
    `heard_in` the one it was made in, where that is another, and `heard_thread` the thread there."""

    channel: Literal["console", "web", "slack", "teams", "mail"]
    conversation: str = ""
    thread: str = ""
    workspace: str = ""
    heard_in: str = ""
    heard_thread: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that was dropped in a conversation and stays there; `link` opens it for who may see it."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class Request:
    """One thing somebody asked. `actor` is an address (`slack:T1:U1`) or, on the console, a role, name or `office`.

    `text` is a command with or without its slash; `fields` are a form's answers, by field name. `seen_id` is the
    channel's own id for this request, unique there: the same one again changes nothing and says nothing. `said_id` is
    the channel's own id for the message these words are, and `is_edit` says that they take the place of what it said
    `before`. `files` were dropped with it. `name` is what the channel calls the person: only for the office, of
    somebody who is not known yet.
    """

    actor: str
    text: str
    where: Where
    fields: Mapping[str, str] = field(default_factory=dict)
    seen_id: str | None = None
    account: str = ""
    said_id: str = ""
    is_edit: bool = False
    before: str = ""
    files: tuple[File, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, plain: no channel's mark-up. `quiet` is small print."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs, in order."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A tap that submits `command`, exactly as if it had been typed."""

    label: str
    command: str
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Buttons:
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and the words for who cannot see it; `svg` is a complete document."""

    svg: str
    words: str


Block = Heading | Text | Facts | Bullets | Table | Buttons | Picture


@dataclass(frozen=True, slots=True)
class Message:
    """`text` alone is enough. `done` is False where nothing was changed or shown because the request was refused;
    `field` then names the answer of the form that is to be mended, if it is one."""

    text: str
    blocks: tuple[Block, ...] = ()
    done: bool = True
    field: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `options` only for the kind `choice`; `value` is filled in beforehand."""

    name: str
    label: str
    kind: Literal["line", "text", "choice", "date"] = "line"
    required: bool = True
    value: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Questions whose answers are submitted as `command` with the answers in `Request.fields`.

    `text` stands alone for a channel without forms: it says what to type instead.
    """

    title: str
    command: str
    fields: tuple[Field, ...]
    text: str
    submit: str = "Save"


Reply = Message | Form
