"""What is offered, and never applied, where words of one's own name no action and answer no message."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from programme.facts import Actor
from programme.leftovers import split_all
from programme.messages import Button, UserError
from programme.permissions import owns
from programme.rag import LOOKS, Rag, find_rag, split_complete
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
    """The question of which action words are said that they were reminded of: where these are a rating, that it has it,
    else whether it is progress, or the reason that was just asked for. None where they can be neither."""
    rated = split_all(words) or words.strip(" .!")
    rating, is_done = find_rag(rated), split_complete(rated) == ""
    if not (rating or is_done or _SENTENCE.search(words)):
        return None
    last = next(iter(list_rows(tx, actor=actor.key, most=1)), None)
    owed = Rag(last.facts["value"]) if last and last.verb == "rag" and not last.words else None
    if last and last.ref and owed in _OWING and now - last.at <= _JUST_NOW and not (rating or is_done):
        return UserError(
            f"Is that why {last.ref} is {LOOKS[owed].word.lower()}, or progress on it?",
            (
                Button(f"Reason for {last.ref}", fit_command(f"rag {last.ref} {owed.typed}", words)),
                Button(f"Progress on {last.ref}", fit_command(f"progress {last.ref}", words)),
            ),
        )
    address = actor.person.reached_at if actor.person else actor.key
    recent = list_refs_told(tx, address, now - _RECENTLY)[:_LOOKED_AT]
    theirs = list_actions(tx, directory, refs=recent, only_open=True) if recent and actor.person else []
    mine = {one.ref for one in theirs if owns(actor, one)}
    all_refs = [ref for ref in recent if ref in mine]
    refs = all_refs[:_MOST]
    if not refs:
        return None
    some = f" (the last {len(refs)} of your {len(all_refs)})" if len(all_refs) > len(refs) else ""
    if rating or is_done:
        said, command = (LOOKS[rating].word, f"rag {{}} {rating.typed}") if rating else ("Done", "done {}")
        choices = tuple(Button(ref, command.format(ref)) for ref in refs)
        return UserError(f"“{said}” is said of one action at a time: which of these{some} is it?", choices)
    return UserError(
        f"Is that progress on one of these{some}?",
        tuple(Button(ref, fit_command("progress", ref, words)) for ref in refs),
    )
