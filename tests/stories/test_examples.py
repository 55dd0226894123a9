"""Every example of the guides and of the help, typed as it stands against the sample programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.handle import Door
from programme.messages import Form
from programme.policy import Policy, Report
from tests.stories.council import history_length
from tests.story import Story, london

assert Door  # importing it makes every command known

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *(ROOT / "docs" / f"{name}.md" for name in ("commands", "programme-office", "slack"))]
PAGES += [ROOT / "docs" / "forecast.md"]
_NOT_TYPED = re.compile(r"[\[\]…|]|\b(?:REF|TEXT|ROLE|NAME|NUMBER|LINK|WHY|why|GROUP|WHO|DATE|halfterm)\b")
_NUMBER = re.compile(r"\b(?:12|112|3)\b")

OFFICE = {"redact", "pause", "resume", "reports", "reported", "weekly", "claims", "approve", "decline", "files"}
CHAIR = {"agree", "return", "reopen", "ack", "minute", "minutes", "meetings", "ask", "digest"}
ROLE = {"cover", "handover"}
DONE = ("BIA", "done P2.3c https://example.org/report")
# What was said before, so that there is something to say it of.
BEFORE: dict[str, list[tuple[str, str]]] = {
    "agree": [DONE],
    "return": [DONE],
    "reopen": [DONE, ("EDCS", "agree P2.3c")],
    "ack": [("BIA", "rag P2.3c at-risk no staff")],
    "inplace": [("BIA", "mitigation P2.3c a temporary import; BIA; 30 September 2022")],
    "undo": [("BIA", "progress P2.3c the template is live")],
    "redact": [("BIA", "progress P2.3c the template is live")],
    "resume": [("office", "pause")],
    "claims": [("console:new", "iam SENDPO")],
    "approve": [("console:new", "iam SENDPO")],
    "decline": [("console:new", "iam SENDPO")],
    "minutes": [("EDCS", "minutes P2.3c noted")],
    "minutes back": [("EDCS", "minutes P2.3c noted"), ("EDCS", "minutes drop 12")],
}
# What is said of what a reminder asked, and of these those of somebody who has some that do not press.
REMINDED, ALL = re.compile("(?:nochange|going) (?:.* and the rest|all)"), {"nochange all", "going all"}
# What only some channels or settings have: what is said of it where they are not there.
ELSEWHERE = {
    "calendar": "is off here until PUBLIC_URL is set",
    "hear": "Say this in the Slack channel",
    "prefer channel": "is not an address of yours that I know",
}


def list_examples() -> list[str]:
    """Each once: in the guides between backticks or as said on the command line, in the help after `Example:`."""
    found: list[str] = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        found += re.findall(r'halfterm say --as \w+ "([^"…]+)"', text)
        text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        found += [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", text)]
    for one in COMMANDS.values():
        found += re.findall(r"Example: (.*)", one.details)
        found += re.findall(rf"\b({one.word} [^.,:;]*\d[^.,;]*)[.,;]", one.details.partition("Example:")[0])
    return sorted({one.removeprefix("/") for one in found if _is_typed(one.removeprefix("/"))})


def _is_typed(text: str) -> bool:
    """Whether words are a command with all it needs, and not its name or its usage."""
    word, _, rest = text.partition(" ")
    if word not in COMMANDS or _NOT_TYPED.search(rest):
        return False
    return bool(rest) or len(COMMANDS[word].usage.split()) == 1 or f"{word} [" in COMMANDS[word].usage


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The sample on its first morning, its chair, owners and office there, a report to hand in."""
    policy = Policy(reports=(Report("Quarterly report", every="quarter"),))
    one = Story(tmp_path, policy=policy)
    one.load()
    for role in ("BIA", "SENDPO", "EDCS"):
        one.give(role)
    one.group("SEND Oversight Board", "2022-10-04 10:00", "2022-11-29 10:00", chair="EDCS", strategic=True)
    one.now = london("2022-09-05 10:00")
    yield one
    one.close()


def speaker(example: str) -> str:
    word = example.partition(" ")[0]
    if word == "iam":
        return "console:new"
    if word in ROLE or example in ALL:
        return "SENDPO"
    return "office" if word in OFFICE else "EDCS" if word in CHAIR else "BIA"


@pytest.mark.parametrize("example", list_examples())
def test_every_example_works_as_it_is_typed(story: Story, example: str) -> None:
    two = " ".join(example.split()[:2])
    number = "1"
    if REMINDED.fullmatch(example):
        story.tick()
    for who, said in BEFORE.get(two, BEFORE.get(example.partition(" ")[0], [])):
        story.say(who, _NUMBER.sub(number, said) if said.startswith("minutes") else said)
        number = str(history_length(story)) if number == "1" and not said.startswith("iam") else number
    numbered = example.split()[0] in ("redact", "approve", "decline", "minutes") and "P2.3c at risk" not in example
    reply = story.ask(speaker(example), _NUMBER.sub(number, example, count=1) if numbered else example)
    away = next((said for start, said in ELSEWHERE.items() if example.startswith(start)), None)
    if away and not isinstance(reply, Form) and not reply.done:
        assert away in reply.text
    else:
        assert isinstance(reply, Form) or reply.done, reply.text


def test_the_examples_are_found() -> None:
    examples = list_examples()
    assert len(examples) >= 70
    assert {"rag P2.3c at-risk the supplier has not signed", "meetings", "prefer hour 14"} <= set(examples)
    assert {one.partition(" ")[0] for one in examples} >= {one.word for one in COMMANDS.values() if one.shown}
