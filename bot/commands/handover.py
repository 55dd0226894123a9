"""What is handed over with a role, when somebody asks for it."""

from __future__ import annotations

from bot.commands import Ask, command
from documents.papers import write_paper
from jobs.handover import gather_handover
from programme.handover import compose_handover_paper
from programme.messages import Block, Button, Heading, Message, Reply, Text, UserError
from programme.permissions import may_read_handover
from storage import outbox
from storage.people import get_role

_FILE_FOLLOWS = "The whole as a Word file follows in your direct messages."
_LONGEST = 2_900  # characters of one text


@command("handover [ROLE]")
def handover(ask: Ask) -> Reply:
    """All that is handed over with a role: its actions, what was said of them, what is owed and what waits.

    For who holds the role, whoever covers for them, and the programme office. Who newly has a role is sent it.
    Example: handover SENDPO
    """
    if not ask.words and len(ask.actor.roles) != 1:
        choices = tuple(Button(one, f"handover {one}") for one in ask.actor.roles[:10])
        raise UserError("Say which role's handover you would like, for example: handover SENDPO", choices)
    role_id, role = get_role(ask.words.strip(" .!?") or ask.actor.roles[0], ask.directory)
    if not may_read_handover(ask.actor, role):
        raise UserError(
            f"{role.abbreviation} is not yours, so only its holder, their cover and the programme office can have that."
        )
    person = ask.actor.person.id if ask.actor.person else 0
    found = gather_handover(ask.tx, role_id, person, ask.directory, list(ask.groups), ask.now, ask.calendar, ask.policy)
    paper = compose_handover_paper(found, ask.calendar)
    text = write_paper(paper, "text").decode().strip()
    where = ask.request.where
    if where.channel != "slack":  # it alone takes files
        return Message(text, (Heading(paper.title), *_split(text.partition("\n")[2].strip())))
    key = f"file:handover:{where.workspace}:{ask.request.seen_id or ask.now.isoformat()}"
    facts = {"handovers": [role_id]}
    outbox.say(ask.tx, key, "file", ask.request.actor, due_at=ask.now, facts=facts)
    return Message(f"{paper.title}. {_FILE_FOLLOWS}", (Heading(paper.title), Text(_FILE_FOLLOWS)))


def _split(text: str) -> list[Block]:
    """Paragraphs in as few texts as hold them."""
    blocks: list[Block] = []
    held = ""
    for part in text.split("\n\n"):
        if held and len(held) + len(part) > _LONGEST:
            blocks.append(Text(held))
            held = ""
        held = f"{held}\n\n{part}".strip()
    return [*blocks, Text(held)] if held else blocks
