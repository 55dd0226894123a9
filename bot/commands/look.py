"""What people can look at: actions, lists of them, digests, meetings, history, and why a reminder came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rapidfuzz import fuzz, process

from bot.commands import COMMANDS, Ask, command, compose_list
from jobs.compose import draw_digest, read_digest, read_had_since
from programme.calendar import say_date
from programme.digest import list_signs
from programme.digest_words import ASK_OFFICE, compose_digest_message
from programme.escalation import say_alarm_beside, say_mitigation, say_open_alarm
from programme.facts import Action, Group, Owner, Said
from programme.forecast import find_forecast
from programme.messages import Block, Bullets, Button, Buttons, Facts, Heading, Message, Reply, Text, UserError
from programme.permissions import is_member, may, may_read_digest, may_see_all, owns
from programme.rag import Rag
from programme.refs import ref_key
from programme.reminders import (
    say_due,
)
from programme.updates import find_open_alarm
from storage import outbox
from storage.actions import list_actions, list_focus_area
from storage.history import list_rows
from storage.owned import list_owned_refs
from storage.people import get_group, label_of

_MOST_LISTED = 20
_MOST_TOLD = 15
_MOST_NAMED = 30_000  # actions that are asked for by reference; SQLite takes a few more
_FILE_FOLLOWS = "The whole as a Word file follows in your direct messages."
_FIRST = ("rag", "progress", "done", "slipping", "nochange", "actions", "action", "why")  # what owners type most
_DECIDING = frozenset(  # for chairs and the office
    {"agree", "return", "reopen", "ack", "redact", "pause", "resume", "claims", "approve", "decline", "hear", "weekly"}
)


@command("action REF")
def action(ask: Ask) -> Reply:
    """Show one action: its rating, timescale, owners, what was said, and what the record shows.

    Example: action P2.3c
    """
    one, _ = ask.find("action", "read")
    holding = ask.holding(one)
    last = holding.last_meeting(ask.now) if holding else None
    had_since = read_had_since(ask.tx, ask.calendar).get(one.ref)
    last_at = last.starts_at if last else None
    signs = list_signs(one, ask.today, last_at, had_since, ask.calendar, ask.policy)
    said = [f"{say_date(each.on)}, {_say_who(ask, each)}: {each.words}" for each in one.said if each.words]
    planned = [f"{say_date(each.on) if each.on else 'undated'}, the plan: {each.text}" for each in one.plan_progress]
    pairs = [
        ("Owners", "; ".join(map(_say_owner, one.owners))),
        ("Timescale", f"{one.timescale.text or 'none'}: {one.timescale.reading}"),
        ("Held by", holding.name if holding else "no group yet"),
    ]
    if one.moves:
        pairs.append(("First timescale", one.first_timescale.text))
    if one.proposal:
        new = one.proposal.timescale.text if one.proposal.timescale else ""
        waiting = (
            "done, awaiting agreement" if one.proposal.kind == "closure" else f"{new} proposed, awaiting agreement"
        )
        pairs.append(("Proposed", waiting))
    if alarm := find_open_alarm(one):
        raised_by, seen_by = label_of(ask.tx, alarm.by, ask.today), label_of(ask.tx, alarm.acknowledged_by, ask.today)
        pairs.append(("Open alarm", say_open_alarm(one, alarm, raised_by, seen_by, holding, ask.calendar)))
    if one.mitigation:
        pairs.append(("Mitigation", say_mitigation(one)))
    if signs:
        pairs.append(("The record shows", "; ".join(signs)))
    if ask.policy.forecast and (forecast := find_forecast(one, ask.today, ask.calendar, ask.policy)):
        pairs.append(("Forecast", str(forecast)))
    pairs += [
        ("Success criteria", one.success_criteria or "none written"),
        ("Expected outcome", one.expected_outcome or "none written"),
        ("Expected evidence", "; ".join(each.rstrip(".") for each in one.expected_evidence) or "none written"),
    ]
    title = f"{one.ref} · {one.look}"
    entries = (planned + list(dict.fromkeys(said)))[-8:]
    blocks: list[Block] = [Heading(title), Text(one.text), Facts(tuple(pairs))]
    if entries:
        blocks += [Text("What was said"), Bullets(tuple(entries))]
    if may(ask.actor, "update", one, holding) and one.state == "open":
        buttons = (
            Button("Rate it", f"rag {one.ref}", "primary"),
            Button("Add progress", f"progress {one.ref}"),
            Button("Slipping", f"slipping {one.ref}"),
            Button("Done", f"done {one.ref}"),
            Button("Why reminders", f"why {one.ref}"),
        )
        blocks.append(Buttons(buttons))
    lines = [
        f"{title}. {one.text}",
        *(f"{label}: {value}" for label, value in pairs),
        *(f"- {each}" for each in entries),
    ]
    return Message("\n".join(lines), tuple(blocks))


@command("actions [mine | overdue | at risk | due | all | GROUP | P2.3]")
def actions(ask: Ask) -> Reply:
    """List actions: yours, a group's, a focus area's, overdue, at risk, vulnerable, or due in 30 days.

    You see the actions you may read: yours, those of groups you chair or are a member of, or all for leads and the
    programme office.
    Example: actions overdue
    """
    wanted = " ".join(ask.words.lower().split()) or ("mine" if ask.actor.roles else "all")
    mine = list_owned_refs(ask.tx, ask.directory, ask.actor, only_open=False) if wanted == "mine" else []
    few = mine if wanted == "mine" and len(mine) <= _MOST_NAMED else None
    found = [one for one in list_actions(ask.tx, ask.directory, refs=few) if _may_read(ask, one)]
    soon = ask.today + timedelta(days=30)
    ratings = {"at risk": Rag.AT_RISK, "red": Rag.AT_RISK, "vulnerable": Rag.VULNERABLE, "amber": Rag.VULNERABLE,
               "on track": Rag.ON_TRACK, "green": Rag.ON_TRACK, "deferred": Rag.DEFERRED}  # fmt: skip
    if wanted == "mine":
        title, chosen = "Your actions", [one for one in found if owns(ask.actor, one)]
    elif wanted == "all":
        title, chosen = "All the actions you may read", found
    elif wanted == "overdue":
        title, chosen = "Overdue", [one for one in found if one.is_overdue(ask.today)]
    elif wanted.startswith("due"):
        title = "Due in 30 days"
        chosen = [one for one in found if one.state == "open" and _is_due(one, ask.today, soon)]
    elif wanted in ("not rated", "unrated", "not yet rated"):
        title, chosen = "Not yet rated", [one for one in found if one.rag is None and one.state == "open"]
    elif wanted in ("complete", "done", "closed"):
        title, chosen = "Complete", [one for one in found if one.state == "complete"]
    elif (typed := wanted.replace("-", " ")) in ratings:
        title, chosen = typed.capitalize(), [one for one in found if _is_rated(one, ratings[typed])]
    else:
        area, refs = list_focus_area(ask.tx, ask.words)
        priority = [one for one in found if ref_key(one.priority) == ref_key(ask.words)]
        if area:
            title, chosen = area, [one for one in found if one.ref in refs]
        elif priority:
            title, chosen = priority[0].priority, priority
        else:
            group = _get_group_or_say(ask)
            title, chosen = f"Held by {group.name}", [one for one in found if _holds(ask, group, one)]
    chosen.sort(key=lambda one: (one.state == "complete", one.timescale.due_on or date.max))
    return _list(title, chosen, ask)


@command("digest [GROUP]")
def digest(ask: Ask) -> Reply:
    """The digest of a governance group: counts, escalations, what is late, and what is to be agreed.

    Example: digest SEND Oversight Board
    """
    if ask.words:
        group = get_group(ask.tx, ask.words, ask.directory)
    else:
        mine = [one for one in ask.groups if one.name in ask.actor.chairs]
        mine = mine or [one for one in ask.groups if is_member(ask.actor, one)]
        if len(mine) != 1:
            names = mine or list(ask.groups)
            choices = tuple(Button(one.name, f"digest {one.name}") for one in names[:20])
            raise UserError("Say which group's digest you would like: digest and its name.", choices)
        group = mine[0]
    if not may_read_digest(ask.actor, group):
        readers = f"the chair of {group.name}, its members, accountable leads and the programme office"
        raise UserError(f"Only {readers} can read its digest.")
    found = read_digest(ask.tx, group, ask.directory, ask.now, ask.calendar, ask.policy)
    where = ask.request.where
    follows = where.channel == "slack"  # it alone takes files
    made = f'The whole of it as Word or PDF: halfterm digest "{group.name}" --out digest.docx (or digest.pdf)'
    whole = _FILE_FOLLOWS if follows else made if ask.actor.office else ASK_OFFICE
    decides = ask.actor.office or bool(ask.actor.chairs)
    message = compose_digest_message(found, draw_digest(found), whole, decides=decides, reader=ask.actor.key)
    if not follows:
        return message
    key = f"file:digest:{where.workspace}:{ask.request.seen_id or ask.now.isoformat()}"
    outbox.say(ask.tx, key, "file", ask.request.actor, due_at=ask.now, facts={"group": group.name})
    return message


@command("history REF")
def history(ask: Ask) -> Reply:
    """Everything that was done to an action, newest first: who, when and what.

    Example: history P2.3c
    """
    one, gone = ask.find_even_gone("history")
    lines = [gone] if gone else []
    rows = list_rows(ask.tx, ref=one.ref, most=_MOST_TOLD)
    for row in rows:
        local = ask.calendar.local(row.at)
        words = "(redacted)" if row.redacted else row.words or ""
        value = str(row.facts.get("value") or "").replace("_", " ")
        if row.verb == "undo":
            value = f"row {row.facts['undoes']}"
        detail = ": ".join(part for part in (value, words) if part)
        via = f" ({row.account})" if row.account else ""  # console, for whom, by which account
        lines.append(
            f"{row.number}. {say_date(local.date())} {local:%H:%M}, {label_of(ask.tx, row.actor)}{via}, "
            f"{row.verb.replace('_', ' ')}" + (f": {detail}" if detail else "")
        )
    if not rows:
        lines.append("Nothing has been said of it here since the plan was imported.")
    return compose_list(f"History of {one.ref}", lines)


@command("help [COMMAND]")
def help_(ask: Ask) -> Reply:
    """What you can type.

    Example: help rag
    """
    words = ask.words.lower().replace("/", " ").split()
    if words[:1] in (["me"], ["please"], ["us"]):
        words = []
    word = words[1] if words[:1] == ["halfterm"] and len(words) > 1 else "".join(words[:1])
    if word in COMMANDS:
        one = COMMANDS[word]
        lines = [f"{one.usage}. {one.summary}", *([one.details] if one.details else [])]
        return Message("\n".join(lines), (Heading(one.usage), Text("\n".join(lines))))
    if word:
        near = process.extractOne(word, list(COMMANDS), scorer=fuzz.ratio, score_cutoff=60)
        choices = tuple(Button(f"Help {one}", f"help {one}".strip()) for one in ([near[0]] if near else []))
        raise UserError(
            f"“{word[:40]}” is no word I know: type help to see them all.", (*choices, Button("Help", "help"))
        )
    first = [COMMANDS[each] for each in _FIRST]
    decides = may_see_all(ask.actor)
    rest = [
        one for one in COMMANDS.values() if one.shown and one not in first and (decides or one.word not in _DECIDING)
    ]
    lines = [f"{one.usage}: {one.summary}" for one in (*first, *rest)]
    intro = (
        "You can simply reply to my messages in your own words. "
        "Type these with or without a slash. A reference followed by your own words is noted as progress. "
        "REF is an action's reference, such as P2.3c. "
        "For more about one: help rag"
    )
    return Message(
        "\n".join([intro, *(f"- {line}" for line in lines)]),
        (Heading("What you can type"), Text(intro), Bullets(tuple(lines))),
    )


def _say_who(ask: Ask, said: Said) -> str:
    who = label_of(ask.tx, said.by)
    return f"{who} in the minutes of {said.value}" if said.kind == "minute" and said.value else who


def _may_read(ask: Ask, one: Action) -> bool:
    return may(ask.actor, "read", one, ask.holding(one))


def _holds(ask: Ask, group: Group, one: Action) -> bool:
    holding = ask.holding(one)
    return holding is not None and holding.id == group.id


def _get_group_or_say(ask: Ask) -> Group:
    try:
        return get_group(ask.tx, ask.words, ask.directory)
    except UserError:
        raise UserError(
            f"“{ask.words[:60]}” is no list I know: try mine, overdue, at risk, due, all, a group's name, or P2.3.",
            (Button("My actions", "actions mine"), Button("Overdue", "actions overdue")),
        ) from None


def _is_rated(one: Action, rating: Rag) -> bool:
    """Whether it has that rating, or an alarm of that kind is open although it was rated otherwise since."""
    alarm = find_open_alarm(one)
    return one.state == "open" and (one.rag is rating or (alarm is not None and alarm.kind is rating))


def _is_due(one: Action, first: date, last: date) -> bool:
    due = one.timescale.due_on
    return due is not None and first <= due <= last


def _list(title: str, chosen: Sequence[Action], ask: Ask) -> Message:
    head = f"{title}: {len(chosen)}"
    lines = [
        f"{one.ref} · {', '.join(filter(None, (str(one.look), say_alarm_beside(one))))} · "
        f"{say_due(one, ask.today, ask.calendar) if one.state == 'open' else 'complete'} · "
        f"{one.text if len(one.text) <= 90 else one.text[:89] + '…'} ({one.owner_names})"
        for one in chosen[:_MOST_LISTED]
    ]
    if len(chosen) > _MOST_LISTED:
        lines.append("and " + ", ".join(one.ref for one in chosen[_MOST_LISTED:]))
    if not chosen:
        return Message(f"{title}: none.", (Text(f"{title}: none."),))
    buttons = Buttons(tuple(Button(one.ref, f"action {one.ref}") for one in chosen[:10]))
    return Message(
        "\n".join([head + ".", *(f"- {line}" for line in lines)]), (Heading(head), Bullets(tuple(lines)), buttons)
    )


def _say_owner(owner: Owner) -> str:
    """Who holds the role by name; somebody whose name is not known is the role."""
    if not owner.people:
        return f"{owner.text} (nobody in this role)"
    names = [person.name for person in owner.people if person.name]
    return f"{owner.text} ({', '.join(names)})" if names else owner.text
