"""A Message drawn as Slack's Block Kit, within Slack's limits. Pure: nothing here talks to anyone.

People's words go into plain_text, or into escaped mrkdwn where a link in them should work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, zip_longest
from typing import Any, TypeVar

from programme.messages import (
    Bullets,
    Button,
    Buttons,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Picture,
    Table,
    Text,
)

Json = dict[str, Any]
Item = TypeVar("Item")

# https://docs.slack.dev/reference/block-kit/blocks and pitfalls met in use.
MOST_BLOCKS = 50
MOST_BYTES = 12_000  # of one post's blocks as JSON: undocumented, `msg_blocks_too_long` comes at about 13,200
MOST_SECTION = 3_000
MOST_FIELDS = 10
MOST_HEADER = 150
MOST_ACTIONS = 25
MOST_LABEL = 75
MOST_VALUE = 2_000
MOST_TEXT = 4_000  # Slack cuts at 40,000; a notification shows far less

SHORT_FACT = 200  # a longer one reads better across the whole width than in one of two columns
TABLE_WIDTH = 72  # characters of monospace that a narrow window still shows on one line

_UNPRINTABLE = dict.fromkeys([c for c in range(32) if c not in (9, 10)] + [127, *range(0xD800, 0xE000)])
_LINK = re.compile(r"""(https?://[^\s<>|"]{0,2000}[^\s<>|".,;:!?)\]'])""")


@dataclass(frozen=True, slots=True)
class SlackPost:
    """One `chat.postMessage`: `text` stands alone, `blocks` are what is seen (1 to 50 of them)."""

    text: str
    blocks: list[Json]


def render_all(message: Message) -> list[SlackPost]:
    """The posts that together say `message`, nothing left out: one, unless it is over Slack's size for a post."""
    text = printable(message.text).strip() or "(no words)"
    blocks = list(draw(message)) or list(sections(text))  # the text, where there is nothing more to show
    shares = list(_packed(blocks, _json_size, MOST_BYTES, MOST_BLOCKS))
    if len(shares) == 1:
        return [SlackPost(escape(cut(text, MOST_TEXT)), shares[0])]
    title = cut(one_line(text.partition("\n")[0]), 150)
    heads = [f"{title} (part {n} of {len(shares)})" for n in range(1, len(shares) + 1)]
    texts = [f"{head}\n{_say(share)}" for head, share in zip(heads, shares, strict=True)]
    if len(text) <= MOST_TEXT:
        texts[0] = text
    return [SlackPost(escape(cut(words, MOST_TEXT)), share) for words, share in zip(texts, shares, strict=True)]


def _say(blocks: list[Json]) -> str:
    """What blocks show, in words: a part of a message stands alone for who only hears it."""
    lines: list[str] = []
    for block in blocks:
        texts = [block["text"]] if "text" in block else block.get("fields") or block.get("elements") or []
        if block["type"] == "actions":
            lines.append("To answer: " + ", ".join(tap["value"] for tap in texts))
        else:
            lines += [_unmarked(one) for one in texts]
    return "\n".join(lines)


def _unmarked(text: Json) -> str:
    words: str = text["text"]
    if text["type"] == "plain_text":
        return words
    bare = re.sub(r"<(https?://[^>]+)>", r"\1", words).replace("*", "").replace("```", "")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def render(message: Message) -> SlackPost:
    """`message` as the one post that rides in a response; where it does not fit, it ends by saying so."""
    first, *rest = render_all(message)
    if not rest:
        return first
    note = "There is more than Slack shows here. Say the same to me in a direct message to see all of it."
    return SlackPost(first.text, [*first.blocks[: MOST_BLOCKS - 1], *context(note)])


def form_as_message(form: Form) -> Message:
    """The form for where none can be opened: what to type instead, and what will be asked for."""
    asked = "; ".join(_asked(field) for field in form.fields)
    hint = (Text(f"Asked for: {asked}.", quiet=True),) if asked else ()
    return Message(form.text, (Heading(form.title), Text(form.text), *hint))


def escape(text: str) -> str:
    """`text` safe in mrkdwn: these three and no others, which also disarms `<!channel>`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _asked(field: Field) -> str:
    choices = " / ".join(option.label for option in field.options)
    details = ", ".join(filter(None, (choices, field.hint, "" if field.required else "if you like")))
    return f"{field.label} ({details})" if details else field.label


def draw(message: Message) -> Iterator[Json]:
    """The blocks that show a message, however many."""
    numbers = count()
    for block in message.blocks:
        match block:
            case Heading(text):
                yield from _heading(text)
            case Text(text, quiet):
                yield from context(text) if quiet else sections(text)
            case Facts(pairs):
                yield from _facts(pairs)
            case Bullets(items):
                yield from sections("\n".join(f"• {item}" for item in items if item.strip()))
            case Table(columns, rows):
                yield from _table(columns, rows)
            case Buttons(buttons):
                yield from _buttons(buttons, numbers)
            case Picture(_, words):
                yield from context(words)


def _heading(text: str) -> Iterator[Json]:
    words = one_line(text)
    if len(words) > MOST_HEADER:
        yield from sections(words)
    elif words:
        yield {"type": "header", "text": plain(words)}


def sections(text: str) -> Iterator[Json]:
    """Paragraphs, each within a section's length."""
    return ({"type": "section", "text": words} for words in _words(text))


def context(text: str) -> Iterator[Json]:
    """Small print."""
    return ({"type": "context", "elements": [words]} for words in _words(text))


def _facts(pairs: tuple[tuple[str, str], ...]) -> Iterator[Json]:
    """In two columns where every pair is short, else a line each."""
    facts = [(one_line(label), printable(value).strip() or "–") for label, value in pairs if label or value]
    if all(len(label) + len(value) <= SHORT_FACT for label, value in facts):
        fields = [_mrkdwn(f"*{escape(label or '–')}*\n{_linked(value)}") for label, value in facts]
        for group in _packed(fields, _json_size, MOST_BYTES // 2, MOST_FIELDS):
            yield {"type": "section", "fields": group}
    else:
        lines = "\n".join(f"*{escape(label or '–')}:* {_linked(value)}" for label, value in facts)
        yield from ({"type": "section", "text": _mrkdwn(piece)} for piece in _cut_up(lines, MOST_SECTION))


def _table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[Json]:
    """Monospace where it is narrow enough, its header repeated in each piece; else a line a row."""
    grid = [[one_line(cell).replace("`", "'") for cell in row] for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip_longest(*grid, fillvalue="")]
    if not any(widths):
        return
    if sum(widths) + 2 * (len(widths) - 1) > TABLE_WIDTH:
        yield from sections("\n".join(_row_as_line(grid[0], row) for row in grid[1:] if any(row)))
        return
    head, *lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in grid]
    top = escape(f"{head}\n{'  '.join('─' * width for width in widths)}\n")
    room = MOST_SECTION - len(top) - len("```\n" * 2)
    for group in _packed(map(escape, lines), lambda line: len(line) + 1, room) if lines else [[]]:
        yield {"type": "section", "text": _mrkdwn("```\n" + top + "".join(f"{line}\n" for line in group) + "```")}


def _row_as_line(columns: list[str], row: list[str]) -> str:
    """`• P2.3c — Owner: SENDPO; RAG: at risk`."""
    first, *others = zip_longest(columns, row, fillvalue="")
    rest = "; ".join(f"{column}: {cell}" if column else cell for column, cell in others if cell)
    return "• " + " — ".join(filter(None, (first[1], rest)))


def _buttons(buttons: tuple[Button, ...], numbers: Iterator[int]) -> Iterator[Json]:
    """Rows of buttons; a command too long to be carried by one is shown as what to type."""
    taps: list[Json] = []
    for button in buttons:
        command, label = printable(button.command).strip(), one_line(button.label)
        if len(command) > MOST_VALUE:
            yield from sections(f"{label or 'To do this'}: type {command}")
        elif command:
            taps.append(_tap(label or one_line(command), command, button.style, next(numbers)))
    for group in _packed(taps, _json_size, MOST_BYTES // 2, MOST_ACTIONS):
        yield {"type": "actions", "elements": group}


def _tap(label: str, command: str, style: str, number: int) -> Json:
    tap = {"type": "button", "text": plain(cut(label, MOST_LABEL)), "value": command, "action_id": f"say:{number}"}
    return tap if style == "plain" else tap | {"style": style}


def _words(text: str) -> Iterator[Json]:
    """`text` as text objects of at most 3,000 characters: plain, or mrkdwn where it holds a link."""
    words = printable(text).strip()
    if _LINK.search(words):
        return map(_mrkdwn, _cut_up(_linked(words), MOST_SECTION))
    return map(plain, _cut_up(words, MOST_SECTION))


def plain(text: str) -> Json:
    """A text object in which nothing is mark-up."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Json:
    # verbatim: Slack must not find mentions and channel names of its own in people's words.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _linked(text: str) -> str:
    parts = _LINK.split(text)  # words and links by turns
    return "".join(f"<{escape(part)}>" if n % 2 else escape(part) for n, part in enumerate(parts))


def printable(text: str) -> str:
    """Without control characters and halves of surrogate pairs, which Slack refuses."""
    return text if text.isascii() and text.isprintable() else text.translate(_UNPRINTABLE)


def one_line(text: str) -> str:
    """Printable, and without line ends."""
    return " ".join(printable(text).split())


def cut(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis where some were left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _cut_up(text: str, most: int) -> Iterator[str]:
    """Pieces of at most `most` characters, none blank: cut at a line's end, else a space, else between characters."""
    while len(text) > most:
        at = max(text.rfind("\n", 1, most + 1), 0) or max(text.rfind(" ", 1, most + 1), 0) or most
        entity = re.search(r"&[a-z]{0,3}$", text[:at])  # never half an `&amp;`
        at = entity.start() if entity and entity.start() else at
        if piece := text[:at].strip():
            yield piece
        text = text[at:].lstrip()
    if text.strip():
        yield text


def _packed(items: Iterable[Item], size: Callable[[Item], int], room: int, most: int = 10**6) -> Iterator[list[Item]]:
    """`items` in their order, in groups of at most `most` whose sizes add up to at most `room` (or of one item)."""
    group: list[Item] = []
    used = 0
    for item in items:
        needs = size(item)
        if group and (used + needs > room or len(group) == most):
            yield group
            group, used = [], 0
        group.append(item)
        used += needs
    if group:
        yield group


def _json_size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode()) + 2
