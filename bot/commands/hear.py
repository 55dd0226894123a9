"""What a channel hears when ratings change, said in that channel."""

from __future__ import annotations

import re

from bot.commands import Ask, command, compose_reply
from programme.facts import find_holding_group
from programme.listening import MARKS, Listening, find_group_listening, say_listening
from programme.messages import Message, Reply, UserError
from programme.permissions import compose_refusal, may, may_let_hear
from programme.rag import split_complete, split_rag
from programme.refs import ref_key
from storage.history import record
from storage.listening import find_listening, list_heard_areas, set_listening
from storage.people import find_group

_CHANNEL = re.compile(r"slack:[A-Z0-9]+:[CG][A-Z0-9]+", re.IGNORECASE)
_REASONS = re.compile(r"[\s,]*\bwith(?: the)? reasons?\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]*(?:(?:and|or|of|in|for)\b[\s,;]*)*", re.IGNORECASE)
_ALL = re.compile(r"(?:all|every(?:thing)?)\b", re.IGNORECASE)
_NOTHING = re.compile(r"(?:nothing|none|off)\s*$", re.IGNORECASE)


@command("hear [RATING …] [AREA …]")
def hear(ask: Ask) -> Reply:
    """In a channel, say what it hears when ratings change: all, nothing, at-risk, vulnerable, on-track or deferred.

    Name focus areas, priorities or groups to hear only of these. Alone it says what the channel hears. The programme
    office may add: with reasons. A chair may set it for what their group holds.
    Example: hear at-risk vulnerable P2
    """
    address, words = _split_channel(ask)
    known = find_listening(ask.tx, address)
    group = next((one for one in ask.groups if one.channel == address), None)
    if not words:
        return _show(known or find_group_listening(group))
    if not (ask.actor.office or ask.actor.chairs):
        raise UserError("Only a chair or the programme office can say what a channel hears, so please ask them.")
    new = _read(ask, address, words)
    if new.with_reasons and not may(ask.actor, "office"):
        raise UserError(
            "Only the programme office can say that all who read here may read the reasons: leave out “with reasons”."
        )
    mine = [one.name for one in ask.groups if one.name in ask.actor.chairs]
    if not ask.actor.office and not new.areas:
        new = Listening(address, new.ratings, tuple(mine))
    areas = list_heard_areas(ask.tx)
    for one in (new, known):
        if one and one.ratings and not may_let_hear(ask.actor, _held_by(ask, one, areas)):
            said = "It hears" if one is known else "That is"
            raise UserError(
                f"{said} of more than {_and(mine)} holds, so please ask the programme office, or name what it holds."
            )
    set_listening(ask.tx, new)
    facts = {"channel": address, "ratings": new.ratings, "areas": new.areas, "reasons": new.with_reasons}
    record(ask.tx, "hear", actor=ask.actor.key, now=ask.now, facts=facts, account=ask.request.account)
    shown = _show(new)
    if not new.ratings:
        return shown
    invite = "I can only post where I am a member: if I am not yet, type /invite @halfterm there."
    return compose_reply([shown.text, invite])


def _split_channel(ask: Ask) -> tuple[str, str]:
    """The channel this is about and what is said of it: the one it is said in, or that the office names."""
    words = ask.words.strip()
    if found := _CHANNEL.match(words):
        if not may(ask.actor, "office"):
            raise UserError(compose_refusal("office", None, None))
        scheme, _, rest = found[0].partition(":")
        return f"{scheme.lower()}:{rest.upper()}", words[found.end() :].strip()
    where = ask.request.where
    said_in = where.heard_in or where.conversation
    if where.channel == "slack" and said_in[:1] in ("C", "G"):
        return f"slack:{where.workspace}:{said_in}", words
    named = f", or name it: hear slack:T1:C1 {words or 'at-risk'}" if ask.actor.office else ""
    raise UserError(f"Say this in the Slack channel that is to hear it, as /halfterm hear {words or 'at-risk'}{named}")


def _read(ask: Ask, address: str, words: str) -> Listening:
    if _NOTHING.fullmatch(words):
        return Listening(address, ())
    rest = _REASONS.sub("", words)
    reasons = rest != words
    ratings: list[str] = []
    every = False
    while rest:
        if found := _ALL.match(rest):
            every, after = True, rest[found.end() :]
        else:
            rag, after = split_rag(rest)
            complete = None if rag else split_complete(rest)
            if rag is None and complete is None:
                break
            ratings.append(rag.value if rag else "complete")
            after = after if rag else complete or ""
        rest = after[found.end() :] if (found := _BETWEEN.match(after)) else after
    chosen = MARKS if every or not ratings else tuple(mark for mark in MARKS if mark in ratings)
    return Listening(address, chosen, _read_areas(ask, rest), reasons)


def _read_areas(ask: Ask, text: str) -> tuple[str, ...]:
    """Focus areas, priorities and groups, as they are kept; UserError names what is none."""
    if not text:
        return ()
    if group := find_group(ask.groups, text):
        return (group.name,)
    refs = {ref_key(ref): ref for pair in list_heard_areas(ask.tx) for ref in pair}
    found: list[str] = []
    for part in re.split(r"\s*[,;]\s*", text):
        if group := find_group(ask.groups, part):
            found.append(group.name)
            continue
        for word in re.split(r"\s+(?:and\s+)?", part):
            if ref_key(word) not in refs:
                raise UserError(
                    f"“{part[:60]}” is no rating, focus area, priority or group I know: type for example "
                    "hear at-risk vulnerable P2"
                )
            found.append(refs[ref_key(word)])
    return tuple(dict.fromkeys(found))


def _held_by(ask: Ask, one: Listening, areas: list[tuple[str, str]]) -> set[str]:
    """The groups that hold what a channel hears of."""
    names = {group.name for group in ask.groups} & set(one.areas)
    for area, priority in areas:
        if not one.areas or {area, priority} & set(one.areas):
            holding = find_holding_group(area, priority, ask.groups)
            names.add(holding.name if holding else "")
    return names


def _show(listening: Listening | None) -> Message:
    how = "To change it, type for example: hear at-risk vulnerable P2, hear all or hear nothing."
    return compose_reply([say_listening(listening), how])


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
