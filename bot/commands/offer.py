"""What is offered, and never applied, where words of one's own name no action and answer no message."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from programme.facts import Actor
from programme.messages import Button, UserError
from programme.permissions import owns
from programme.rag import LOOKS, Rag
from storage.actions import fit_command, list_actions
from storage.db import Tx
from storage.history import list_rows
from storage.people import Directory
from storage.spoken import list_refs_told

_JUST_NOW = timedelta(hours=1)
_RECENTLY = timedelta(days=7)
_MOST = 5
_LOOKED_AT = 100  # of what one was told of in a week
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
    recent = list_refs_told(tx, actor.key, now - _RECENTLY)[:_LOOKED_AT]
    theirs = list_actions(tx, directory, refs=recent, only_open=True) if recent and actor.person else []
    mine = {one.ref for one in theirs if owns(actor, one)}
    refs = [ref for ref in recent if ref in mine][:_MOST]
    if not refs:
        return None
    return UserError(
        "Is that progress on one of these?", tuple(Button(ref, fit_command("progress", ref, words)) for ref in refs)
    )
