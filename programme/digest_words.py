"""What a digest says: the short message for a chat, the whole as a paper, and what has moved since it went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from textwrap import shorten

from programme.agenda import list_agenda
from programme.calendar import Calendar, say_date
from programme.digest import Digest, Line, say_sentence
from programme.facts import Action
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message, Picture, Table, Text
from programme.moved import say_moved
from programme.paper import Paper, PaperBlock

# Where the whole of it is to be had.
ASK_OFFICE = "For the whole of it as Word or PDF please ask the programme office."
IN_THREAD = "The whole as a Word file follows in the thread."
_MOST_IN_MESSAGE = 5
_FIGURES = "Figures due"
_ONLY_IN_PAPER = ("Others open", "Complete")
_AFTER_FIGURES = ("Decided at the last meeting", "Minuted", "Carried from the last meeting", *_ONLY_IN_PAPER)


def say_counts(digest: Digest) -> str:
    """`54 actions: 🔴 At risk 1 (+1), ⚪ Not yet rated 52 (−1), ✅ Complete 1`."""
    parts = []
    for count in digest.counts:
        if count.now or count.change:
            change = f" ({count.change:+d})".replace("-", "−") if count.change else ""
            parts.append(f"{count.look} {count.now}{change}")
    return f"{digest.total} {'action' if digest.total == 1 else 'actions'}: {', '.join(parts)}"


def compose_digest_message(
    digest: Digest,
    picture: Picture | None = None,
    hint: str = ASK_OFFICE,
    *,
    decides: bool = True,
    reader: str = "",
) -> Message:
    """The short form, for a chat: counts, then the first few of each section; `hint` says where the whole is.
    `decides`: whoever reads it may agree what is proposed, and is offered that, but not what the actor of the key
    `reader` has proposed."""
    title = _title(digest)
    counts = say_counts(digest)
    blocks: list[Block] = [Heading(title), *([picture] if picture else []), Text(counts)]
    lines = [f"{title}.", counts]
    if agenda := list_agenda(digest):
        blocks += [Heading("Agenda"), Text("\n".join(agenda))]
        lines += ["Agenda:", *agenda]
    if digest.to_confirm and decides:
        waiting = f"{_say_unconfirmed(digest)} To confirm or leave out: minutes"
        blocks += [Text(waiting), Buttons((Button("See what is left", "minutes"),))]
        lines.append(waiting)
    unsaid: list[str] = []
    for name, section in _in_order(digest):
        if name in _ONLY_IN_PAPER:
            continue
        section = tuple(sorted(section, key=lambda line: not line.decided))
        bullets = [_say(line) for line in section[:_MOST_IN_MESSAGE]] if name != _FIGURES else list(digest.metrics_due)
        if more := ", ".join(line.action.ref for line in section[_MOST_IN_MESSAGE:]):
            bullets.append(f"and {len(section) - _MOST_IN_MESSAGE} more: {more}")
        unsaid += [line.action.ref for line in section[_MOST_IN_MESSAGE:] if line.decided]
        head = f"{name}: {len(section)}" if section else name
        blocks += [Heading(head), Bullets(tuple(bullets))]
        lines += [f"{head}.", *(f"- {each}" for each in bullets)]
        proposed = [(line.action.ref, line.action.proposal) for line in section[:_MOST_IN_MESSAGE] if line.held]
        refs = [ref for ref, proposal in proposed if proposal and proposal.by != reader]
        pairs = [
            (Button(f"Agree {ref}", f"agree {ref}", "primary"), Button(f"Return {ref}", f"return {ref}"))
            for ref in refs
        ]
        if pairs and decides:
            blocks.append(Buttons(tuple(button for pair in pairs for button in pair)))
            lines.append(f"To agree or return them: agree {' '.join(refs)}, return {refs[0]} and why, or agree all.")
    if unsaid:
        said = f"Also {'decided at the last meeting or before' if digest.since else 'minuted'}: {', '.join(unsaid)}"
        blocks.append(Text(said))
        lines.append(said)
    return Message("\n".join([*lines, hint]), (*blocks, Text(hint, quiet=True)))


def _say_unconfirmed(digest: Digest) -> str:
    lines = "1 line of the minutes is" if digest.to_confirm == 1 else f"{digest.to_confirm} lines of the minutes are"
    return f"{lines} still to be confirmed."


def _in_order(digest: Digest) -> list[tuple[str, tuple[Line, ...]]]:
    """Title and lines of each section as they are read; figures due, without lines, before what is carried."""
    parts = [(section.title, section.lines) for section in digest.sections]
    if digest.metrics_due:
        at = next((n for n, (title, _) in enumerate(parts) if title in _AFTER_FIGURES), len(parts))
        parts.insert(at, (_FIGURES, ()))
    return parts


def compose_since(
    group: str,
    actions: Sequence[Action],
    pack_at: datetime,
    label: Callable[[str], str],
    calendar: Calendar,
    when: str = "today",
) -> Message:
    """Before the meeting, on its morning as a rule: what has moved since the pack went at `pack_at`; `label` says how
    somebody is called, `when` on which day it meets.

    What has become overdue since was in the pack, which says what is overdue on the day of the meeting.
    """
    pack_on = calendar.today(pack_at)
    title = f"{group} meets {when}: what has moved since the pack of {say_date(pack_on)}"
    lines = []
    for action in actions:
        if moved := say_moved(action, pack_at, label):
            lines.append(f"{action.ref} {action.look}: {moved}")
    if not lines:
        text = f"{title}: nothing."
        return Message(text, (Text(text),))
    return Message("\n".join([f"{title}.", *(f"- {line}" for line in lines)]), (Heading(title), Bullets(tuple(lines))))


def _say(line: Line) -> str:
    action = line.action
    signs = f" [{'; '.join(line.signs)}]" if line.signs else ""
    what = shorten(action.text, 80, placeholder="…").rstrip(".")
    return f"{action.ref} {action.look} · {what} ({action.owner_names}): {line.note}{signs}"


def _title(digest: Digest) -> str:
    return f"{digest.group}: digest for {'the meeting on ' if digest.has_meeting else ''}{say_date(digest.day)}"


def compose_digest_paper(digest: Digest, picture: Picture | None = None) -> Paper:
    """The whole digest, every action once."""
    changes = ", ".join(f"{count.look} {count.change:+d}".replace("-", "−") for count in digest.counts if count.change)
    blocks: list[PaperBlock] = [picture or Text(say_counts(digest))]  # the picture says the counts in words too
    if picture and changes and digest.since:
        blocks.append(Text(f"Since the meeting on {say_date(digest.since)}: {changes}"))
    if agenda := list_agenda(digest):
        blocks += [Heading("Agenda"), Text("\n".join(agenda))]
    if digest.to_confirm:
        blocks.append(Text(_say_unconfirmed(digest)))
    for title, section in _in_order(digest):
        blocks.append(Heading(f"{title} ({len(section)})" if section else title))
        if not section:
            blocks.append(Bullets(digest.metrics_due))
            continue
        rows = tuple(
            (
                line.action.ref,
                line.action.text,
                line.action.owner_names,
                line.action.timescale.text,
                str(line.action.look),
                say_sentence(line.note) + (f" The record shows: {'; '.join(line.signs)}." if line.signs else ""),
            )
            for line in section
        )
        blocks.append(Table(("Ref", "Action", "Owners", "Timescale", "Reported", "Where it stands"), rows))
    subtitle = f"Changes since {say_date(digest.since)}" if digest.since else f"{digest.total} actions"
    return Paper(_title(digest), subtitle, digest.as_at, tuple(blocks))
