"""What became of a morning, judged by what the stand-in for Slack took and not by our own tables."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, fields

from tests.kills.stage import CHAIR, OFFICE, Trial
from tests.slack import Posted


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that one person is to hear so many `times`: `mark` stands in each post that says it."""

    user: str
    mark: str
    name: str = ""  # what the office's list calls the person
    times: int = 1


@dataclass
class Counts:
    """What many trials came to. Rows are messages of the outbox; `asked` how many Slack was asked about; `listed` those
    that the office was asked to pass on; `told` posts made twice of which the office was told. `lost` and `silent`
    (posts made twice, and nobody told) must be 0; `wrong` says where they were not."""

    trials: int = 0
    runs: int = 0
    killed: int = 0
    rows: int = 0
    sent: int = 0
    asked: int = 0
    listed: int = 0
    told: int = 0
    lost: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


_TWICE = ("sent twice", "shared twice", "may have arrived")  # as the office is told


def list_wanted(trial: Trial) -> list[Wanted]:
    """What the cast is to hear."""
    cast = trial.cast
    found = [Wanted(user, ref, f"holder of {role}", cast.hear) for role, user, ref in cast.list_owners()]
    found += [Wanted(user, words, f"slack:T1:{user}") for user, words in cast.list_answered()]
    if cast.pack:
        found += [
            Wanted(CHAIR, mark, "holder of CHAIR")
            for mark in ("The Forum: digest for", "digest-the-forum-2022-09-12.docx")
        ]
    return found


def judge(trial: Trial, wanted: list[Wanted] | None = None) -> Counts:
    """Count what was said, what was lost and what was said twice."""
    wanted = list_wanted(trial) if wanted is None else wanted
    posts = [(post.channel, say(trial, post)) for post in trial.slack.posts if post.user == trial.slack.bot_user]
    lists = [line for channel, words in posts if channel == f"D{OFFICE}" for line in words.splitlines()]
    counts = Counts(1, trial.runs, trial.killed, len(trial.list_rows()), len(posts), count_asked(trial))
    again: Counter[str] = Counter()  # whom something was said to twice, as the office calls them
    for one in wanted:
        times = sum(channel == f"D{one.user}" and one.mark in words for channel, words in posts)
        if times > one.times:
            again[one.name] += times - one.times
        missed = max(one.times - times, 0)
        if missed and any(_names(line, one.name) and "could not be s" in line for line in lists):
            counts.listed += missed
        elif missed:
            counts.lost += missed
            counts.wrong.append(f"lost: {one.mark} to {one.user}")
    for (channel, words), times in Counter(posts).items():
        if times > 1 and not any(channel == f"D{one.user}" and one.mark in words for one in wanted):
            again["the office" if channel == f"D{OFFICE}" else channel] += times - 1
    for name, times in again.items():
        known = sum(_names(line, name) and any(one in line for one in _TWICE) for line in lists)
        counts.told += min(times, known)
        if times > known:
            counts.silent += times - known
            counts.wrong.append(f"said {times} times too often to {name}, and told of {known}")
    return counts


def _names(line: str, name: str) -> bool:
    return re.search(rf"{re.escape(name)}\b", line) is not None


def say(trial: Trial, post: Posted) -> str:
    """All that a post says; of shared files their names."""
    if post.files:
        return "\n".join(trial.slack.files[one].name for one in post.files)
    return "\n".join([post.text, *_texts(post.blocks)])


def _texts(blocks: object) -> list[str]:
    if isinstance(blocks, str):
        return [blocks]
    if isinstance(blocks, dict):
        return [text for value in blocks.values() for text in _texts(value)]
    return [text for one in blocks for text in _texts(one)] if isinstance(blocks, list) else []


def count_asked(trial: Trial) -> int:
    """How many messages Slack was asked about."""
    conversations = {fields.get("channel") for fields in trial.slack.asked("conversations.history")}
    return len(conversations) + bool(trial.slack.asked("files.info"))
