"""What people say freely of one action, in the thread of its reminder: kept as said, and the rest of it offered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten

from bot.commands import Ask, command, compose_reply, find_refs_answered
from bot.commands.decide import ack, agree, return_
from bot.commands.rate import rag
from bot.commands.update import done, slipping
from programme.facts import Action
from programme.listening import mark_of
from programme.messages import Block, Button, Buttons, Message, Reply, Request, Text, UserError
from programme.permissions import compose_refusal, may, may_agree, owns
from programme.rag import LOOKS, Rag, find_rag, split_complete
from programme.refs import plain
from programme.replies import Suggestion, read_reply
from programme.saying import acknowledges, find_small_talk, is_one_word, is_question
from programme.timescales import say_next_month
from programme.updates import add_evidence, add_progress, says_none
from storage.actions import fit_command
from storage.db import Tx
from storage.history import Row, record
from storage.programme import find_setting, set_setting
from storage.spoken import find_kept, record_edit

_UNDO = Button("Undo", "undo")
_LINK = re.compile(r"https?://[^\s<>]+")
_EMOJI = re.compile(r":[\w+-]+:")
_OFF_TRACK = re.compile(r"\b(?:no longer|not|isn't|aren't|off)\s+(?:on\s+)?track\b", re.IGNORECASE)
_LONGEST_REASON = 1_500  # characters that a button's command carries; the words stand whole as progress
_LONGEST_READ = 300
_SAID = ("progress", "evidence", "edit")  # verbs of what an edit of the message changes
_NO_FILES = "Files are not taken in here, so please put it where your team keeps it and reply with the link."


@command("reply REF TEXT", shown=False)
def reply(ask: Ask) -> Reply:
    """What a reply in the thread of a reminder does: your words are progress, a link in them is evidence.

    A rating or a date in them is offered as a button; nothing else happens without a tap. Questions, single words and
    what others than its owners say are kept only if you say so.
    Example: reply P2.3c slipping to December, waiting on the data agreement
    """
    action, said = _find(ask)
    if decided := _decide(ask, action, said):
        return decided
    if acknowledges(said):
        return _acknowledge(ask, action, said)
    ask.check("update", action)
    words, links = _split_links(ask.request, said)
    offer = _find_offer(ask, action, words)
    if unclear := _find_unclear(ask, action, said, words, offer):
        raise unclear
    if _is_bare(words) and not links:
        if offer is None and not _names_rating_alone(words):
            raise UserError(
                f"Say in a sentence how it is going, for example: progress {action.ref} the form is printed"
            )
        if offer is None:
            raise UserError(
                f"{action.ref} is {action.look} already: to say that it still is, type nochange {action.ref}",
                (Button("No change", f"nochange {action.ref}"),),
            )
        raise UserError(f"Nothing is changed yet: {_ask(ask, action, offer)}", (_offer_button(action, offer),))
    kept = []
    if words and not _is_bare(words):
        ask.record(action, add_progress(action, words, ask.today, ask.quiet(action)))
        kept.append(f"Progress on {action.ref}")
    if links:
        ask.record(action, add_evidence(action, links, ask.quiet(action)))
        kept.append("the link as evidence" if kept else f"Evidence for {action.ref}")
    noted = ", and ".join([f"{kept[0]} is noted", *kept[1:]])
    return _told(ask, action, [f"{noted}, thank you."], said, offer)


@command("confirm REF RATING by TIMESCALE: WHY", shown=False)
def confirm(ask: Ask) -> Reply:
    """What the button under a reply does: the rating, the new timescale or the completion that was offered there.

    Example: confirm P2.3c vulnerable by Dec-22: waiting on the data agreement
    """
    action, words = ask.find("confirm")
    what, _, reason = (part.strip() for part in words.partition(":"))
    named, _, when = (part.strip() for part in f" {what}".partition(" by "))
    rating = find_rag(named)
    if split_complete(what) == "":
        return done(replace(ask, words=action.ref))
    if (named and rating is None) or not what:
        raise UserError(
            f"Say a rating, a timescale or both: confirm {action.ref} vulnerable by {say_next_month(ask.today)}: why"
        )
    replies = []
    if when:  # first, so that a rating which asks for a new timescale has it
        replies.append(slipping(_with_fields(ask, action, timescale=when, reason=reason)))
    if rating:
        replies.append(rag(_with_fields(ask, action, rating=rating.value, reason=reason)))
    messages = [one for one in replies if isinstance(one, Message)]
    if len(replies) == 1 or not messages:
        return replies[-1]
    lines = [one.text for one in messages]
    found = [each for one in messages for block in one.blocks if isinstance(block, Buttons) for each in block.buttons]
    buttons = [each for each in dict.fromkeys(found) if each != _UNDO]
    if len(messages) > 1:
        lines.append("Undo takes them back one at a time, the last first.")
    return compose_reply(lines, [*buttons, _UNDO])


@command("files on | off", shown=False)
def files(ask: Ask) -> Reply:
    """For the programme office: whether a file dropped in a reply is evidence. It stays in Slack; its link is kept.

    Example: files on
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    wanted = ask.words.lower()
    if wanted not in ("on", "off"):
        state = "on" if takes_files(ask.tx) else "off"
        raise UserError(f"Files are {state}: type files on, or files off.")
    if wanted != ("on" if takes_files(ask.tx) else "off"):
        set_setting(ask.tx, "files", wanted)
        record(ask.tx, "files", actor=ask.actor.key, now=ask.now, facts={"value": wanted}, account=ask.request.account)
    if wanted == "off":
        return compose_reply(["Files are off: whoever drops one is asked for a link instead."])
    return compose_reply(
        [
            "Files are on: one that is dropped in a reply to a reminder is noted as evidence by its link. The file "
            "itself stays in Slack, for as long as Slack keeps it, and only those who can see it there can open it."
        ]
    )


def takes_files(tx: Tx) -> bool:
    """Whether the office lets dropped files be evidence."""
    return find_setting(tx, "files") == "on"


def add_files(tx: Tx, request: Request, text: str) -> str:
    """The words with a line for each dropped file, where files are taken in. UserError where nothing is left to do."""
    if not takes_files(tx):
        if not text:
            raise UserError(_NO_FILES)
        return text
    if not text and not request.where.thread and not find_refs_answered(tx, request):
        raise UserError("Say which action the file is evidence for, with the file: for example evidence P2.3c")
    return "\n".join([text, *_file_lines(request)]).strip()


def say_no_files(answer: Reply) -> Reply:
    """The reply to words with which a file came that was not taken in."""
    if not isinstance(answer, Message):
        return answer
    return replace(answer, text=f"{answer.text} {_NO_FILES}", blocks=(*answer.blocks, Text(_NO_FILES)))


def edit(ask: Ask, word: str, rows: Sequence[Row]) -> Reply | None:
    """What a message that was edited now says, in place of what it said; None where that is the same."""
    ref = next((row.ref for row in rows if row.ref), None)
    kept = [find_kept(ask.tx, row.number) for row in rows if row.verb in _SAID]
    if word not in ("reply", "progress", "evidence") or len(kept) < len(rows) or ref is None:
        raise stands(rows)
    action, said = _find(ask) if word == "reply" else ask.find(word)
    ask.check("update", action)
    if word == "reply":
        words, links = _split_links(ask.request, said)
        new = {"progress": "" if _is_bare(words) else words, "evidence": links}
    else:
        new = {"progress" if word == "progress" else "reason" if says_none(said) else "evidence": said}
    new = {kind: text.strip() for kind, text in new.items() if text.strip()}
    old = {one.kind: one for one in kept if one is not None}
    if action.ref != ref or not new or new.keys().isdisjoint(old):
        raise stands(rows)
    changed = []
    for kind, text in new.items():
        if kind in old and old[kind].text == text:
            continue
        changed.append(text)
        if kind in old:
            record_edit(ask.tx, old[kind], text, actor=ask.actor.key, now=ask.now, account=ask.request.account)
        elif kind == "progress":
            ask.record(action, add_progress(action, text, ask.today, ask.quiet(action)))
        else:
            ask.record(action, add_evidence(action, text, ask.quiet(action)))
    if not changed:
        return None
    ask.keep_true(action)
    ask.keep_true(action, mark_of(action.state, action.rag))
    reads = " and ".join(f"“{text}”" for text in changed)
    line = f"now reads: {reads}" if len(reads) <= _LONGEST_READ else "is changed"
    return _told(ask, action, [f"Your entry on {action.ref} {line}."], said, _find_offer(ask, action, said))


def stands(rows: Sequence[Row]) -> UserError:
    """What is said of an edit that changes nothing, as its message had done something else."""
    refs = list(dict.fromkeys(row.ref for row in rows if row.ref))
    about = f" for {' and '.join(refs)}" if refs else ""
    return UserError(
        f"Editing your message changes nothing: what it did{about} stands, so say it anew, or type undo to take back "
        "your last change.",
        (_UNDO,),
    )


def _find(ask: Ask) -> tuple[Action, str]:
    """The action and what was said of it, word for word: a list's dash and an emoji's colon stay."""
    action, said = ask.find("reply", "read")
    start = f"{action.ref} "
    return action, ask.words.removeprefix(start).strip() if ask.words.startswith(start) else said


def _decide(ask: Ask, action: Action, said: str) -> Reply | None:
    """`return visits are planned` is progress, but of who may settle what is proposed here, `return …` settles it."""
    word, _, rest = said.partition(" ")
    settles = {"return": return_, "agree": agree}.get(word.lower().strip(".,:;!"))
    if settles is None or action.proposal is None or not may_agree(ask.actor, action, ask.groups):
        return None
    return settles(replace(ask, words=f"{action.ref} {rest}"))


def _acknowledge(ask: Ask, action: Action, said: str) -> Reply:
    """`seen, thanks`: of whoever may, where an alarm is open and theirs to see to, its acknowledgement."""
    alarm = action.escalation
    may_ack = may(ask.actor, "decide", action, ask.holding(action)) and not owns(ask.actor, action)
    if alarm and alarm.state == "open" and may_ack:
        return ack(replace(ask, words=action.ref))
    return compose_reply([find_small_talk(said) or "Thank you."])


def _find_unclear(ask: Ask, action: Action, said: str, words: str, offer: Suggestion | None) -> UserError | None:
    """What is asked of words that are hardly progress: those of others than its owners, questions, single words."""
    ref = action.ref
    kept = f"progress {ref} {said}"
    keep = [Button("Keep it as progress", kept)] if fit_command(f"progress {ref}", said) == kept else []
    show = Button(f"Show {ref}", f"action {ref}")
    if not owns(ask.actor, action):
        alarm = action.escalation
        may_ack = alarm and alarm.state == "open" and may(ask.actor, "decide", action, ask.holding(action))
        seen = [Button(f"Acknowledge {ref}", f"ack {ref}")] if may_ack else []
        offered = [_offer_button(action, offer)] if offer else []
        return UserError(
            f"Nothing is changed, as only what the owners of {ref} say is progress without being asked: "
            f"please write to {action.owner_names} yourself, or say below what you meant.",
            (*seen, *offered, *keep),
        )
    if is_question(words):
        return UserError(
            "I keep notes and cannot answer that, so it was not kept: ask a colleague, or look at what is known.",
            (show, *keep),
        )
    if is_one_word(words) and not _is_bare(words):
        return UserError(
            f"Say in a sentence how it is going, for example: progress {ref} the form is printed", tuple(keep)
        )
    return None


def _file_lines(request: Request) -> list[str]:
    return [f"{' '.join(plain(one.name).split())[:200]}: {one.link}" for one in request.files]


def _split_links(request: Request, said: str) -> tuple[str, str]:
    """The words, and the links among them with those of dropped files; no words where they are nothing but links."""
    files = [line for line in _file_lines(request) if line in said]
    for line in files:
        said = said.replace(line, "")
    links = [found.rstrip(".,;:!?)]}\"'") for found in _LINK.findall(said)]
    words = said.strip()
    if (links or files) and not any(letter.isalnum() for letter in _LINK.sub("", words)):
        words = ""
    return words, "; ".join(dict.fromkeys([*links, *files]))


def _is_bare(words: str) -> bool:
    """Whether words are a rating, `blue` or emoji and nothing else: perhaps to be confirmed, but no progress."""
    return _names_rating_alone(words) or not any(letter.isalnum() for letter in _EMOJI.sub("", words))


def _names_rating_alone(words: str) -> bool:
    return find_rag(words.rstrip(" .!")) is not None or split_complete(words.rstrip(" .!")) == ""


def _find_offer(ask: Ask, action: Action, words: str) -> Suggestion | None:
    """What the words suggest that is not so already."""
    found = read_reply(words, ask.today, ask.calendar.half_terms)
    proposal = action.proposal
    if found is None or action.state == "complete":
        return None
    if found.complete:
        return None if proposal and proposal.kind == "closure" else found
    rating, timescale = found.rating, found.timescale
    if rating and rating == action.rag and (rating is Rag.ON_TRACK or found.reason in ("", action.reason_for(rating))):
        rating = None
    dates = {action.timescale.due_on, proposal.timescale.due_on if proposal and proposal.timescale else None}
    if timescale and timescale.due_on in dates:
        timescale = None
    return replace(found, rating=rating, timescale=timescale) if rating or timescale else None


def _offer_button(action: Action, offer: Suggestion) -> Button:
    if offer.complete:
        return Button("Done", f"confirm {action.ref} done", "primary")
    parts = [LOOKS[offer.rating].word] if offer.rating else []
    what = [offer.rating.typed] if offer.rating else []
    if offer.timescale:
        parts.append(f"{'new' if parts else 'New'} timescale {offer.timescale.text}")
        what.append(f"by {offer.timescale.text}")
    reason = shorten(offer.reason, _LONGEST_REASON, placeholder=" …")
    named = f"confirm {action.ref} {' '.join(what)}"
    return Button(", ".join(parts), fit_command(f"{named}:", reason) if reason else named, "primary")


def _ask(ask: Ask, action: Action, offer: Suggestion) -> str:
    """The question that the button answers, and what to type instead of tapping it."""
    ref = action.ref
    if offer.complete:
        return f"is {ref} done? Tap the button if so, or type: done {ref} and where the evidence is."
    what, typed = [], []
    if offer.rating:
        what.append(LOOKS[offer.rating].word.lower())
        typed.append(f"rag {ref} {offer.rating.typed}" + ("" if offer.rating is Rag.ON_TRACK else " and why"))
    if offer.timescale:
        what.append(f"{'with ' if what else ''}its new timescale {offer.timescale.text} ({offer.timescale.reading})")
        typed.append(f"slipping {ref} {offer.timescale.text} and why")
    is_it = f"is {ref}" if offer.rating else f"has {ref}"
    return f"{is_it} {', '.join(what)}? Tap the button if so, or type: {'; '.join(typed)}."


def _told(ask: Ask, action: Action, lines: list[str], said: str, offer: Suggestion | None) -> Message:
    """What was kept, with what is offered beside it."""
    if offer is None and _OFF_TRACK.search(said):
        return compose_reply(
            [*lines, f"To rate it as well: rag {action.ref}"], [Button("Rate it", f"rag {action.ref}"), _UNDO]
        )
    if offer is None:
        return compose_reply(lines, [_UNDO])
    asked = _ask(ask, action, offer)
    lines.append(f"{asked[0].upper()}{asked[1:]} Nothing else is changed unless you do.")
    text = " ".join(lines)
    blocks: tuple[Block, ...] = (Text(text), Buttons((_offer_button(action, offer), _UNDO)))
    return Message(text, blocks)


def _with_fields(ask: Ask, action: Action, **fields: str) -> Ask:
    return replace(ask, words=action.ref, request=replace(ask.request, fields=fields))
