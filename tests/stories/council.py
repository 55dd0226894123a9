"""The stage most stories about updates are told on: a small plan whose roles are all held, on its first morning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.history import list_rows, verify
from tests.story import Story, tiny_plan

PLAN = tiny_plan(
    ("P1.1a", "Write the charter.", "A", "Oct-22"),
    ("P1.1b", "Run the survey.", "A/ C", "Mar-23"),
    ("P1.1c", "Train the staff.", "B", "Dec-22"),
    ("P1.2a", "Publish the map.", "C", "Aug-22"),
).replace(
    "Director\tX\tCouncil: Top\n",
    "Director\tX\tCouncil: Top\n"
    "Chief Nurse\tN\tNHS Trust\n"
    "Lead council member for education\tCllr\tCouncil\n"
    "Programme Manager\tPM\tCouncil: Top\n",
)


_ready: dict[tuple[str, str], bytes] = {}


def open_council(folder: Path, *, leads: str = "Council: Director", plan: str = PLAN) -> Story:
    """Owners A and B (Council) and C (NHS), D chairing the Board, leads X, N and the councillor Cllr.

    Everybody has had their starting list; it is 10:00 on Monday 5 September 2022.
    """
    file = folder / "story.db"
    if (leads, plan) not in _ready:  # set once, then copied: most of a story's time would go into this
        story = Story(folder)
        story.load(plan.replace("Council: Director", leads))
        for role in ("A", "B", "C", "D", "X", "N", "Cllr"):
            story.give(role)
        story.group("The Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="D", strategic=True)
        story.tick("2022-09-05 09:00")
        story.close()
        _ready[leads, plan] = file.read_bytes()
    else:
        file.write_bytes(_ready[leads, plan])
    return Story(folder).at("2022-09-05 10:00")


def told(story: Story, *names: str) -> dict[str, list[str]]:
    """What has been sent since the story began, by whom it was for; only these people where named."""
    found: dict[str, list[str]] = {}
    for one in story.sent:
        if not names or one.to in names:
            found.setdefault(one.to, []).append(one.text)
    return found


def buttons(reply: Any) -> dict[str, str]:
    """What a reply offers: label to command."""
    rows = [block.buttons for block in getattr(reply, "blocks", ()) if hasattr(block, "buttons")]
    return {button.label: button.command for row in rows for button in row}


def history_length(story: Story) -> int:
    """How many rows the history has; it must be whole."""
    with story.app.db.read() as tx:
        verdict = verify(tx)
        assert verdict.faults == ()
        assert len(list_rows(tx, most=10_000)) == verdict.head.number
        return verdict.head.number


def stored_bytes(folder: Path) -> bytes:
    """Everything the database's files hold."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("story.db*")))


def is_one_sentence(text: str) -> bool:
    """Whether words are one sentence: nothing after its end but what may be typed instead, a line each."""
    sentence, *choices = text.split("\n")
    inner = sentence.rstrip(".?!…")
    ends = any(mark in inner for mark in (". ", "? ", "! "))
    return bool(inner) and not ends and len(sentence) <= 300 and all(line.startswith("- ") for line in choices)
