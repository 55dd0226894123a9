"""Each way in, with each command: the table in docs/slack.md, told on the real parts.

A way that a command does not have is a dash there, and why stands below the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.handle import Door
from bot.slack.manifest import list_slash_commands
from storage.history import get_head
from tests.slack_channel.stage import OFFICE, PEOPLE, Workplace, open_workplace

assert Door  # importing it makes every command known

A, C, D, STRANGER = PEOPLE["A"], PEOPLE["C"], PEOPLE["D"], "U7"
LINK = "https://example.org/minutes"
DONE = (A, f"done P1.1a {LINK}")
ALARM = (A, "rag P1.1a at-risk no printer")
MITIGATED = (A, "mitigation P1.1a a new printer; A; 30 September 2022")
CLAIMED = (STRANGER, "iam B")


@dataclass(frozen=True)
class Case:
    """A command as `user` says it, once `before` has been said; `says` is in what they then see.

    `form`: the answers given in its modal, opened by the command and `form_words`; where the command itself only opens
    it, `opens` is its title and `asks` what is said where none can be opened.
    """

    user: str
    words: str
    says: str
    before: Sequence[tuple[str, str]] = ()
    form_words: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    only: Sequence[str] = ()
    opens: str = ""
    asks: str = ""


CASES = {
    "rag": Case(
        A, "P1.1a at-risk no printer", "P1.1a is now 🔴 At risk", form_words="P1.1a",
        form={"rating": "at_risk", "reason": "no printer"},
    ),
    "progress": Case(
        A, "P1.1a it is at the printer", "Progress on P1.1a is noted", form_words="P1.1a",
        form={"text": "it is at the printer"},
    ),
    "evidence": Case(
        A, f"P1.1a {LINK}", "Evidence for P1.1a is noted", form_words="P1.1a", form={"text": LINK}
    ),
    "done": Case(A, f"P1.1a {LINK}", "P1.1a is done, awaiting agreement"),
    "slipping": Case(
        A, "P1.1a Dec-22 no printer", "Dec-22 (by 31 December 2022) is proposed for P1.1a", form_words="P1.1a",
        form={"timescale": "Dec-22", "reason": "no printer"},
    ),
    "mitigation": Case(
        A, "P1.1a a new printer; A; 30 September 2022", "The mitigation for P1.1a is noted", form_words="P1.1a",
        form={"what": "a new printer", "who": "A", "by": "30 September 2022"},
    ),
    "inplace": Case(A, "P1.1a", "The mitigation for P1.1a is in place", [MITIGATED]),
    "nochange": Case(A, "P1.1a", "Noted: no change on P1.1a"),
    "going": Case(A, "P1.1a", "Noted: still going on P1.1a"),
    "notmine": Case(A, "P1.1a", "P1.1a is not yours"),
    "snooze": Case(
        A, "P1.1a 20 September", "Nobody is reminded of P1.1a until 20 September 2022", form_words="P1.1a",
        form={"until": "2022-09-20"},
    ),
    "update": Case(
        A, "P1.1a", "Progress on P1.1a is noted", form_words="P1.1a",
        form={"progress": "it is at the printer", "rating": "on_track"},
        opens="Update P1.1a", asks="What is new about P1.1a?",
    ),
    "file": Case(
        A, "", "Progress on P1.1a is noted", form={"ref": "P1.1a", "text": "it is at the printer"},
        only=("halfterm", "button"), opens="File this message",
    ),
    "home": Case(A, "", "Your actions: 2"),
    "agree": Case(D, "P1.1a", "Agreed: P1.1a", [DONE]),
    "return": Case(
        D, "P1.1a please add the report", "P1.1a goes back to A", [DONE], form_words="P1.1a",
        form={"reason": "please add the report"},
    ),
    "reopen": Case(D, "P1.1a it was last year's", "P1.1a is open again", [DONE, (D, "agree P1.1a")]),
    "ack": Case(D, "P1.1a", "The escalation of P1.1a is acknowledged", [ALARM]),
    "figure": Case(A, "P1.1a Jan 2024: 65 of 91", "The figure of P1.1a for Jan 2024 is noted"),
    "reports": Case(OFFICE, "", "Quarterly report is due on 30 December 2022"),
    "reported": Case(OFFICE, "quarterly", "Noted: Quarterly report, due on 30 December 2022, is handed in"),
    "ask": Case(
        D, "P1.1a is it printed?", "your question about P1.1a now", form_words="P1.1a",
        form={"question": "is it printed?"},
    ),
    "minute": Case(
        D, "P1.1a the Board thanks the team", "Minuted of P1.1a", form_words="P1.1a",
        form={"text": "the Board thanks the team"},
    ),
    "minutes": Case(
        D, "The Board P1.1a at risk, no printer", "1 to confirm", form={"text": "P1.1a at risk, no printer"},
    ),
    "undo": Case(A, "", "Undone: the rating of P1.1a", [ALARM]),
    "action": Case(A, "P1.1a", "Write the charter."),
    "actions": Case(A, "mine", "Your actions: 2"),
    "digest": Case(D, "The Board", "digest for the meeting on 4 October 2022"),
    "meetings": Case(
        D, "move The Board 4 October to 6 October 14:00", "The Board meets Thursday 6 October 2022 at 14:00",
        form_words="move The Board 4 October", form={"on": "2022-10-06", "at": "14:00"},
    ),
    "calendar": Case(A, "", "off here until PUBLIC_URL is set"),
    "history": Case(A, "P1.1a", "History of P1.1a"),
    "why": Case(A, "P1.1a", "Why, for P1.1a"),
    "weekly": Case(OFFICE, "", "For the programme office, as at 5 September 2022"),
    "help": Case(A, "rag", "Rate an action"),
    "redact": Case(OFFICE, "{head} it named a child", "are gone", [(A, "progress P1.1a it is at the printer")]),
    "pause": Case(OFFICE, "until 3 January 2023", "Paused until 3 January 2023"),
    "resume": Case(OFFICE, "", "Resumed", [(OFFICE, "pause")]),
    "files": Case(OFFICE, "on", "Files are on"),
    "hear": Case(OFFICE, "slack:T1:C1 at-risk", "hears when an action becomes 🔴 At risk"),
    "policy": Case(A, "", "I remind 20 and 5 working days before a timescale"),
    "prefer": Case(A, "hour 10", "From now on your reminders come at 10:00"),
    "iam": Case(STRANGER, "B", "The programme office has been asked whether you are B"),
    "claims": Case(OFFICE, "", "says they are B", [CLAIMED]),
    "approve": Case(OFFICE, "1", "holds B from today", [CLAIMED]),
    "cover": Case(A, "A by C from 3 October to 14 October", "covers A from 3 October 2022 to 14 October 2022"),
    "handover": Case(A, "A", "Handover: A"),
    "decline": Case(OFFICE, "1 not yet", "is not B, and is told", [CLAIMED]),
}  # fmt: skip

WAYS = {
    "slash": "slash command",
    "halfterm": "`/halfterm WORD`",
    "message": "direct message",
    "mention": "mention",
    "thread": "reminder's thread",
    "button": "button",
    "modal": "form",
}
SLASHES = {one["command"].removeprefix("/") for one in list_slash_commands(COMMANDS.values(), "", "")}
DOC = Path(__file__).parents[2] / "docs" / "slack.md"
HAS = [
    (way, word)
    for word, case in CASES.items()
    for way in WAYS
    if (bool(case.form) if way == "modal" else not case.only or way in case.only)
    and not (way == "slash" and word not in SLASHES)
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as found:
        yield found


@pytest.mark.parametrize(("way", "word"), HAS, ids=[f"{word} by {way}" for way, word in HAS])
def test_a_command_works_by_every_way_in(place: Workplace, way: str, word: str) -> None:
    case = CASES[word]
    for user, said in case.before:
        place.write(user, said)
    with place.app.db.read() as tx:
        words = case.words.format(head=get_head(tx).number)
    says = case.says
    if case.opens and way != "modal":
        says = case.opens if way in ("slash", "halfterm", "button") else case.asks
    assert says in say(place, way, word, case, words)


def say(place: Workplace, way: str, word: str, case: Case, words: str) -> str:
    """Say it that way; everything the person is then shown."""
    user, typed = case.user, f"{word} {words}".strip()
    place.slack.views.pop(user, None)
    seen: Any = ""
    if way == "slash":
        seen = place.slash(user, f"/{word}", words)
    elif way == "halfterm":
        seen = place.slash(user, "/halfterm", typed)
    elif way == "message":
        seen = place.write(user, typed)
    elif way == "mention":
        seen = place.mention(user, typed)
    elif way == "thread":
        seen = place.write(user, typed, thread=place.last_to(user))
    elif way == "button":
        seen = place.tap(user, typed)
    else:
        place.slash(user, f"/{word}", case.form_words)
        assert place.submit(user, **case.form) == {}
        seen = place.deliver_to(user)
        place.slack.views.pop(user, None)
    modal = place.slack.views.get(user, {})
    return "\n".join([*_texts(seen), *_texts(modal)])


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def test_no_command_is_left_out() -> None:
    assert sorted(CASES) == sorted(word for word, one in COMMANDS.items() if one.shown or word in CASES)


def test_the_table_in_the_guide_is_this_one() -> None:
    head = ["| command | " + " | ".join(WAYS.values()) + " |", "| --- |" + " --- |" * len(WAYS)]
    rows = [
        f"| `{word}` | " + " | ".join("✓" if (way, word) in HAS else "–" for way in WAYS) + " |"
        for word in sorted(CASES)
    ]
    assert "\n".join([*head, *rows]) in DOC.read_text(encoding="utf-8")
