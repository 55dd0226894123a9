"""What is offered, and never applied, where words of one's own name no action and answer no message."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from programme.facts import Actor
from programme.messages import Button, UserError
from programme.permissions import owns
from programme.rag import LOOKS, Rag
from storage import ledger
from storage.actions import fit_command, list_actions
from storage.db import Tx
from storage.history import list_rows
from storage.people import Directory

_JUST_NOW = timedelta(hours=1)
_RECENTLY = timedelta(days=7)
_MOST = 5
_SENTENCE = re.compile(r"[^\W\d_]{2,}\W+(?:\w+\W+)*?[^\W\d_]{2,}")
_OWING = (Rag.AT_RISK, Rag.VULNERABLE, Rag.DEFERRED)


def find_offer(tx: Tx, actor: Actor, words: str, directory: Directory, now: datetime) -> UserError | None:
    """The question whether a sentence is the reason that was just asked for, or progress on what they were just
    reminded of; None where it is neither."""
    if not _SENTENCE.search(words):
        return None
    last = next(iter(list_rows(tx, actor=actor.key, most=1)), None)
    owed = Rag(last.facts["value"]) if last and last.verb == "rag" and not last.words else None
    if last and last.ref and owed in _OWING and now - last.at <= _JUST_NOW:
        return UserError(
            f"Is that why {last.ref} is {LOOKS[owed].word.lower()}, or progress on it?",
            (
                Button(f"Reason for {last.ref}", fit_command(f"rag {last.ref} {owed.typed}", words)),
                Button(f"Progress on {last.ref}", fit_command(f"progress {last.ref}", words)),
            ),
        )
    reminded: list[tuple[datetime, str]] = []
    for one in list_actions(tx, directory, only_open=True) if actor.person else []:
        if owns(actor, one):
            sent = [
                line.sent_at
                for line in ledger.list_of(tx, one.ref)
                if line.sent_at and actor.person and line.rung.person == actor.person.id
            ]
            if sent and now - max(sent) <= _RECENTLY:
                reminded.append((max(sent), one.ref))
    if not reminded:
        return None
    refs = [ref for _, ref in sorted(reminded, key=lambda each: each[0], reverse=True)[:_MOST]]
    return UserError(
        "Is that progress on one of these?", tuple(Button(ref, fit_command("progress", ref, words)) for ref in refs)
    )
