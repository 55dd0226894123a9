"""Everything an owner may say of an action, in one form; and a message filed as progress or evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from textwrap import shorten
from zlib import crc32

from bot.commands import Ask, command, compose_reply, find_refs_answered
from bot.commands.rate import rag
from bot.commands.update import evidence, list_mitigation_fields, mitigation, progress, slipping
from jobs.home import list_most_urgent
from programme.calendar import say_date
from programme.facts import Action
from programme.messages import Button, Buttons, Field, Form, Message, Option, Reply, Text, UserError
from programme.rag import LOOKS, Rag, find_rag, names_rating
from programme.timescales import say_next_month
from programme.updates import add_progress, refuse_complete
from storage.owned import Owned, list_owned_refs

_MOST_OFFERED = 100
_LONGEST_LABEL = 75
_LONGEST_FILED = 3_000
_MARKED = 2_900  # characters that every channel's form shows of a value; one that is longer is cut there
_KINDS = {"progress": progress, "evidence": evidence}
_AS = "as"  # between a reference and what the form showed, in the command that it submits


@command("update [REF]")
def update(ask: Ask) -> Reply:
    """Everything about an action in one form: rating, progress, new timescale, mitigation, evidence.

    Words after the reference are noted at once, as progress or as the rating that they begin with.
    Example: update P2.3c
    """
    chosen = ask.field("ref")
    if chosen:
        try:
            action, _rest = replace(ask, words=chosen).find("update")
        except UserError as error:
            raise UserError(error.text, error.choices, field="ref") from None
        refuse_complete(action)
        return _ask_everything(ask, action)
    if not ask.words and not find_refs_answered(ask.tx, ask.request):
        return _ask_which(ask)
    action, words = ask.find("update")
    refuse_complete(action)
    if not ask.request.fields:
        if not words:
            return _ask_everything(ask, action)
        said = replace(ask, words=f"{action.ref} {words}")
        return rag(said) if find_rag(words) or names_rating(words) else progress(said)
    return _do_everything(ask, action, words.removeprefix(_AS).strip())


@command("file", shown=False)
def file(ask: Ask) -> Reply:
    """File a message as progress or evidence: a form that has its words and its link already.

    A channel's shortcut opens it; anywhere else type progress REF or evidence REF and the words.
    Example: file
    """
    kind, text, link = ask.field("as"), ask.field("text"), ask.field("link")
    if not kind:
        return _ask_where(ask, text, link)
    if kind not in _KINDS:
        raise UserError(f"“{kind[:40]}” is neither progress nor evidence: choose one of them.", field="as")
    ref = ask.field("ref_typed") or ask.field("ref")
    where = (
        "ref_typed"
        if ask.field("ref_typed") or not list_owned_refs(ask.tx, ask.directory, ask.actor, most=1)
        else "ref"
    )
    if not ref:
        raise UserError("Say which action it is about: choose one, or type its reference, such as P2.3c.", field=where)
    try:
        action, rest = replace(ask, words=ref).find(kind)
        if rest:
            raise UserError(f"“{ref[:40]}” is more than a reference: type it alone, such as {action.ref}")
    except UserError as error:
        raise UserError(error.text, error.choices, field=where) from None
    if link and link not in text:
        text = f"{text} ({link})" if text and kind == "progress" else f"{link} {text}".strip()
    if not text:
        raise UserError("There are no words to file: say what has been done, or where the evidence is.", field="text")
    return _run(ask, _KINDS[kind], action, {"text": text}, {})


def list_choices(ask: Ask) -> tuple[Option, ...]:
    """The actor's open actions to choose from, the most urgent first: `P2.3c · 🟢 On track · due 31 October 2022`."""
    people = (ask.actor, ask.directory, ask.groups)
    owned = list_most_urgent(ask.tx, *people, ask.now, ask.calendar, ask.policy, _MOST_OFFERED)
    return tuple(Option(_say_choice(one), one.ref) for one in owned)


def _say_choice(one: Owned) -> str:
    due = f"due {say_date(one.due_on)}" if one.due_on else one.timescale or "no timescale"
    return shorten(f"{one.ref} · {one.look} · {due}", _LONGEST_LABEL, placeholder="…")


def _ask_which(ask: Ask) -> Form:
    options = list_choices(ask)
    example = options[0].value if options else "P2.3c"
    return Form(
        "Which action?",
        "update",
        (
            Field("ref", "Action", "choice", options=options, hint="Yours, the most urgent first")
            if options
            else Field("ref", "Reference", hint="Such as P2.3c"),
        ),
        f"Which action? Type for example: update {example}",
        "Next",
    )


def _ask_where(ask: Ask, text: str, link: str) -> Form:
    options = list_choices(ask)
    typed = Field("ref_typed", "Or another action", required=False, hint="Its reference, such as P2.3c")
    return Form(
        "File this message",
        "file",
        (
            *([Field("ref", "Action", "choice", required=False, options=options)] if options else []),
            typed if options else replace(typed, label="Action", required=True),
            Field(
                "as",
                "File it as",
                "choice",
                value="progress",
                options=(Option("Progress", "progress"), Option("Evidence", "evidence")),
            ),
            Field("text", "Words", "text", required=False, value=text[:_LONGEST_FILED]),
            Field("link", "Link", required=False, value=link),
        ),
        "Type: progress REF and the words, or evidence REF and a link.",
        "File it",
    )


def _ask_everything(ask: Ask, action: Action) -> Form:
    known = _find_known(ask, action)
    seen = "-".join(_mark(known[name]) for name in known)
    ref, now = action.ref, action.timescale.text or "none"
    month = say_next_month(ask.today)
    return Form(
        f"Update {ref}",
        f"update {ref} {_AS} {seen}",
        (
            Field(
                "rating",
                "Rating",
                "choice",
                required=False,
                value=known["rating"],
                options=tuple(Option(str(LOOKS[one]), one.value) for one in Rag),
            ),
            Field("reason", "Why?", "text", required=False, hint="For a rating or a new timescale"),
            Field("progress", "What has been done?", "text", required=False),
            Field(
                "timescale",
                "New timescale",
                required=False,
                value=known["timescale"],
                hint=f"Now {now}. A month such as {month}, or a day",
            ),
            *(
                replace(each, required=False, label=_MITIGATION_LABELS[each.name])
                for each in list_mitigation_fields(ask, action)
            ),
            Field("evidence", "Evidence", "text", required=False, hint="A link, or where it is kept"),
        ),
        f"What is new about {ref}? Type for example: rag {ref} on-track, progress {ref} and a sentence, "
        f"slipping {ref} {month} and why, or evidence {ref} and a link.",
    )


_MITIGATION_LABELS = {
    "what": "What is being done about a risk?",
    "who": "Who does that?",
    "by": "By when?",
}


def _find_known(ask: Ask, action: Action) -> dict[str, str]:
    """What the form is filled in with, by field."""
    proposed = action.proposal.timescale if action.proposal else None
    return {
        "rating": action.rag.value if action.rag else "",
        "timescale": proposed.text if proposed else "",
        **{field.name: field.value for field in list_mitigation_fields(ask, action)},
    }


def _mark(value: str) -> str:
    """A short stand-in for a value, by which it is known whether an answer is another than was shown."""
    return f"{crc32(' '.join(value[:_MARKED].split()).encode()):08x}"


def _do_everything(ask: Ask, action: Action, seen: str) -> Reply:
    """Do all that was filled in, or nothing: what the form showed and nobody touched is not said again."""
    known = _find_known(ask, action)
    marks = seen.split("-")
    shown = marks if len(marks) == len(known) else [_mark(value) for value in known.values()]
    changed = {
        name: ask.field(name)
        for name, mark in zip(known, shown, strict=True)
        if ask.field(name) and _mark(ask.field(name)) != mark
    }
    reason, new = ask.field("reason"), changed.get("timescale", "")
    rating = changed.get("rating") or (ask.field("rating") if reason and not new else "")
    if reason and not new and not rating:
        raise UserError("Please choose the rating that this is the reason for.", field="rating")
    replies: list[Reply] = []
    if {"what", "who", "by"} & changed.keys():
        fields = {name: ask.field(name) for name in ("what", "who", "by")}
        if not fields["what"]:
            raise UserError("Say what is being done about the risk, or leave who and by when as well.", field="what")
        replies.append(_run(ask, mitigation, action, fields, {}))
    if new:
        replies.append(_run(ask, slipping, action, {"timescale": new, "reason": reason}, {}))
    if rating and (reason or rating != action.rag):
        if find_rag(rating) is None:
            raise UserError(f"“{rating[:40]}” is not a rating: choose one of those offered.", field="rating")
        replies.append(_run(ask, rag, action, {"rating": rating, "reason": reason}, {}))
    if words := ask.field("progress"):
        ask.record(action, add_progress(action, words, ask.today, ask.quiet(action)))
        replies.append(compose_reply([f"Progress on {action.ref} is noted, thank you."]))
    if link := ask.field("evidence"):
        replies.append(_run(ask, evidence, action, {"text": link}, {"text": "evidence"}))
    if not replies:
        raise UserError("Nothing is new yet: say at least one thing, or close this.", field="progress")
    lines = [reply.text for reply in replies]
    if len(replies) > 1:
        lines.append("Undo takes them back one at a time, the last first.")
    rows = [block for reply in replies if not isinstance(reply, Form) for block in reply.blocks]
    taps = dict.fromkeys(
        tap for row in rows if isinstance(row, Buttons) for tap in row.buttons if tap.command != "undo"
    )
    text = "\n".join(lines)
    return Message(text, (Text(text), Buttons((*taps, Button("Undo", "undo")))))


def _run(
    ask: Ask, run: Callable[[Ask], Reply], action: Action, fields: Mapping[str, str], names: Mapping[str, str]
) -> Reply:
    """Another command's work with these answers; its mistakes stand at the fields of this form (`names`: theirs to
    ours)."""
    try:
        return run(replace(ask, words=action.ref, request=replace(ask.request, fields=fields)))
    except UserError as error:
        raise UserError(error.text, error.choices, field=names.get(error.field, error.field)) from None
