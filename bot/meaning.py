"""What was meant by words that begin with no command."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import fuzz, process

from bot.commands import COMMANDS, find_refs_answered
from programme.leftovers import find_tapped_of_all, split_except, split_last_of_all
from programme.messages import Button, Request, UserError
from programme.rag import find_rag, names_rating, split_complete, split_rag
from programme.refs import is_certain, ref_key, split_refs
from programme.saying import asks, find_tapped, find_wish, is_question, is_yes, split_not_mine
from storage.actions import fit_command, names_action
from storage.db import Tx

# Commands only where no other words follow.
ALONE = {
    "home": re.compile(r"(?:page\s*)?\d*"),
    "file": re.compile(""),
    "policy": re.compile(""),
    "weekly": re.compile(""),
    "calendar": re.compile(r"(?:new|end\b.+)?", re.IGNORECASE),
}
_WORD = re.compile(r"/?\s*([a-z]+)\b[\s:;,.!-]*", re.IGNORECASE)
_OUR_NAME = re.compile(r"\A/?\s*(?:halfterm\b[\s:;,.!-]*)?", re.IGNORECASE)
_ORDINARY = frozenset({"done", "return", "action", "update"})  # words of a sentence too: not always commands
_BEGINS = frozenset({"going", "confirm"})  # and these, where more follows
_WEIGHTY = frozenset({"pause", "resume", "redact", "agree", "approve"})  # never one tap away from a slip of the hand
_NOT_NEAR = frozenset({*ALONE, "nothing", "none", "nobody"})  # and these begin a sentence
# In a thread, where no reference need follow: the words after which these are commands, and not a sentence's first.
_LISTS = "mine|all|overdue|due.*|at[ -]?risk|red|vulnerable|amber|on[ -]?track|green|deferred|complete|done|closed"
_MEANT = {
    "done": re.compile(r"<?https?://\S+.*", re.DOTALL),
    "agree": re.compile("all", re.IGNORECASE),
    "actions": re.compile(_LISTS, re.IGNORECASE),
    "help": re.compile(r"/?\w+"),
    "files": re.compile("on|off", re.IGNORECASE),
    "cover": re.compile(r"end\b.*|.*\bby\b.+\b(?:to|until|till)\b.*\d.*", re.IGNORECASE | re.DOTALL),
    "handover": re.compile(r"[A-Z][A-Z&/ ]*"),
    "prefer": re.compile("hour .*|weekly|daily|twice|channel.*", re.IGNORECASE),
    **dict.fromkeys(("action", "confirm", "going", "reply", "return", "slipping", "update"), re.compile(r"(?!)")),
}
_NOUNS = frozenset(
    {"progress", "mitigation", "digest", "meetings", "history", "hear", "pause", "resume", "minute", "minutes"}
)
_VERB = re.compile(
    r"(?:is|are|was|were|has|have|had|will|would|can|cannot|can't|should|remains?|continues?|needs?|so far|went|goes"
    r"|made|on|with|from|of|in|at|and|but|back)\b",
    re.IGNORECASE,
)
_IS = re.compile(r"(?:is|are|was|were|has|have|had|will|would|can|cannot|should|needs?|remains?)\b", re.IGNORECASE)
_HEAD = re.compile(r":(?!//)|[;,.!]| - |\bbecause\b|(?=<?https?://)|$", re.IGNORECASE)
_LINE = re.compile(r"^(?=.)", re.MULTILINE)
_MAY_BE_REF = re.compile(r"(?<![\w./])[\"'(\[]?(?=[A-Z]{0,3}\d)", re.IGNORECASE)
_BOUNDARY = re.compile(r"(?:^|[,;.!\n&+]|\b(?:and|but|while|whereas))[\s*•-]*$", re.IGNORECASE)
_LAST_AND = re.compile(r"\b(?:and|but|while|whereas)$", re.IGNORECASE)
_BETWEEN = " \t\r\n,;:.&+*•-"
_MOST = 20


def guess(tx: Tx, request: Request, text: str, offer: Callable[[str], UserError | None]) -> tuple[str, str]:
    """The command's word and its words. A reference shows the action; with words after it they are its command or a
    reply; an answer to a message about one action is about that; nothing else is guessed, though `offer` may ask."""
    is_slash = text.startswith("/")
    first, rest = split_word(text)
    text = _without_our_name(text)
    if not text:
        return "help", ""
    if wish := find_wish(text):
        return wish
    most, but = split_except(text)
    if of_all := find_tapped_of_all(most) or (but and find_tapped(most)):  # `no change to the rest`
        return of_all, f"all except {but}" if but else "all"
    rating, about = split_rag(text)
    if rating and (is_certain(about) or names_action(tx, about)):  # `at-risk P2.3c no staff`
        ref, rest = next((each for each in split_refs(about) if names_action(tx, each[0])), split_refs(about)[0])
        return "rag", f"{ref} {rating.typed} {rest}"
    if found := _find_tapped_first(tx, text):  # `no change P2.3c`
        return found
    lines = [line.start() for line in _LINE.finditer(text) if is_certain(text[line.start() :])]
    if len(lines) > 1:  # `Hello\nP1.1a: on track\nP1.1b: done`
        _check_is_of_one(tx, text[lines[0] :])
    refs = find_refs_answered(tx, request)
    readings = split_refs(text)
    if readings and (not refs or is_certain(text) or names_action(tx, text)):  # in a thread `12 schools` is a count
        _check_of_rest(tx, text)
        _check_is_of_one(tx, text)
        ref, rest = next((each for each in readings if names_action(tx, each[0])), readings[0])
        word, words = _read_after_ref(rest)
        return word, f"{ref} {words}".strip()
    if is_yes(text):
        example = f"progress {refs[0] if refs else 'P2.3c'} the form is printed"
        raise UserError(f"I cannot tell what that is a yes to: tap the button above, or type for example {example}")
    if refs:
        return _read_for_refs(refs, text)
    if not request.where.thread and (bare := _read_answer(text))[0] != "reply":  # `not mine, ask FIS`
        return bare
    _offer_near(first, rest)
    if is_slash and first:
        raise UserError(f"I do not know “{text[:40]}”: type help to see what I do.", (_HELP,))
    if not request.where.thread and not asks(text) and (asked := offer(text)):
        raise asked
    raise UserError(
        "I did not understand that: begin with a reference or with a word such as progress, rag or actions.",
        (_HELP, Button("My actions", "actions mine")),
    )


def _find_tapped_first(tx: Tx, text: str) -> tuple[str, str] | None:
    """A button's words before the one action they are said of: the command and the action's reference."""
    for found in _MAY_BE_REF.finditer(text):
        here, tapped = text[found.end() :], find_tapped(text[: found.start()].strip(_BETWEEN))
        if tapped and (is_certain(here) or names_action(tx, here)):
            return tapped, here
    return None


def _without_our_name(text: str) -> str:
    """Without the slash and `halfterm`."""
    return _OUR_NAME.sub("", text) if len(text) > 1 else text


def is_sentence(tx: Tx, request: Request, text: str, word: str, words: str) -> bool:
    """Whether words typed in the thread of a message of ours only happen to begin like a command: `done the first
    visit`. What names an action after the command's word is one."""
    in_thread = request.where.thread or request.where.heard_thread
    if not (words and in_thread and request.said_id) or text.lower().startswith(("/", "halfterm")):
        return False
    meant = _MEANT.get(word)
    is_one = not meant.fullmatch(words) if meant else word in _NOUNS and bool(_VERB.match(words))
    return is_one and not is_certain(words) and not names_action(tx, words) and bool(find_refs_answered(tx, request))


def split_word(text: str) -> tuple[str, str]:
    """The command's word and the rest; `halfterm rag …` and `/halfterm rag …` are `rag …`."""
    found = _WORD.match(text)
    if found and found[1].lower() == "halfterm":
        text = text[found.end() :] or "help"
        found = _WORD.match(text)
    return (found[1].lower(), text[found.end() :].strip()) if found else ("", text)


_HELP = Button("Help", "help")


def _read_for_refs(refs: list[str], text: str) -> tuple[str, str]:
    """What is said in the thread of a message about these, without a reference."""
    word, words = _read_answer(text)
    if len(refs) == 1:
        return word, f"{refs[0]} {words}"
    if is_question(text):
        shown = tuple(Button(f"Show {ref}", f"action {ref}") for ref in refs[:_MOST])
        raise UserError("I keep notes and cannot answer that, but I can show you an action.", shown)
    whole = [(ref, f"{word} {ref}", f"{word} {ref} {words}".strip()) for ref in refs[:_MOST]]
    choices = tuple(Button(ref, said) for ref, start, said in whole if fit_command(start, words) == said)
    raise UserError("Say which action that is about, by beginning with its reference.", choices)


def _offer_near(first: str, rest: str) -> None:
    """UserError where a word is nearly a command's: with a button, unless it would do much."""
    known = [one.word for one in COMMANDS.values() if one.shown]
    near = process.extractOne(first, known, scorer=fuzz.ratio, score_cutoff=70) if first not in _NOT_NEAR else None
    if near:
        meant = fit_command(near[0], rest)
        choices = () if near[0] in _WEIGHTY else (Button(meant[:70], meant),)
        raise UserError(f"I do not know “{first[:40]}”: did you mean “{near[0]}”?", choices)


def _check_is_of_one(tx: Tx, text: str) -> None:
    """UserError where words are about several actions, with a button for each that carries its own."""
    parts = _split_parts(tx, text)
    if len(parts) < 2:
        return
    words = [said for _, said in parts]
    for at in reversed(range(len(words) - 1)):  # `P1.1a and P1.1b done`: what has no words shares the next one's
        words[at] = words[at] or words[at + 1]
    whole = [(ref, f"{ref} {said}".strip()) for (ref, _), said in zip(parts, words, strict=True)]
    buttons = [
        Button(ref, said) for ref, said in whole[:_MOST] if fit_command(ref, said.removeprefix(f"{ref} ")) == said
    ]
    if all(_read_after_ref(said)[0] == "reply" for said in words) and "\n" not in text:
        ref = parts[0][0]
        kept = f"progress {ref} {text[text.index(ref) + len(ref) :].lstrip(' :,;.-')}"
        buttons += [Button(f"All of it on {ref}", kept)] if fit_command(kept, "-") != kept else []
    names = list(dict.fromkeys(ref for ref, _ in parts))
    raise UserError(
        f"That names {', '.join(names[:-1])} and {names[-1]}: please say it of one action at a time.", tuple(buttons)
    )


def _check_of_rest(tx: Tx, text: str) -> None:
    """UserError where one thing is said of an action and another of all the others, with a button for each."""
    first, of_rest = split_last_of_all(text)
    named = next((rest for ref, rest in split_refs(first) if names_action(tx, ref)), "")
    if of_rest and named and not is_certain(named) and find_tapped(named) != of_rest:
        rest = f"{of_rest} the rest"
        raise UserError(
            "That says two things, so please say one at a time.", (Button(first, first), Button(rest, rest))
        )


def _split_parts(tx: Tx, text: str) -> list[tuple[str, str]]:
    """Each action that words speak of in turn and what they say of it: `P1.1a done, P1.1b on track`, a line each. An
    action that is only mentioned, as in `P1.1a waits for P1.1b`, is part of what is said."""
    found: list[tuple[int, str, str]] = []
    for start in (each.start() for each in _MAY_BE_REF.finditer(text)):
        here = text[start:]
        if not is_certain(here) and start:
            continue
        named = next((each for each in split_refs(here) if names_action(tx, each[0])), None)
        if named is None:
            continue
        before = text[found[-1][0] : start] if found else ""
        if found and not _BOUNDARY.search(text, max(0, start - 20), start):
            between = split_refs(before)[0][1] if split_refs(before) else ""
            if _read_after_ref(between)[0] in ("reply", "action") or _read_after_ref(named[1])[0] == "reply":
                continue
        found.append((start, *named))
    parts = []
    for at, (_, ref, rest) in enumerate(found):
        end = found[at + 1][0] if at + 1 < len(found) else len(text)
        said = rest[: len(rest) - (len(text.rstrip()) - end)] if end < len(text) else rest
        parts.append((ref, _without_join(said)))
    return parts if len({ref_key(ref) for ref, _ in parts}) > 1 else []


def _without_join(said: str) -> str:
    """Without the comma or the `and` that leads to the next action."""
    said = said.rstrip(_BETWEEN)
    while found := _LAST_AND.search(said, max(0, len(said) - 10)):
        said = said[: found.start()].rstrip(_BETWEEN)
    return said


def _read_after_ref(text: str) -> tuple[str, str]:
    """The command that words said of an action are: `at risk: no staff` rates it, `no change` answers, `done` closes.

    Only what can be nothing else, as `at risk the supplier` is: `vulnerable pupils were seen` and `done the first
    visit` are a reply, which keeps them and offers what they may mean.
    """
    if not text:
        return "action", ""
    if of_all := find_tapped_of_all(text):
        return of_all, "and the rest" if re.search(r"\band\b|,", text) else text
    if told := split_not_mine(text):
        return "notmine", told
    head = _head(text)
    if find_rag(head) or split_complete(head) == "" or names_rating(text):
        return "rag", text
    if tapped := find_tapped(head):
        return tapped, text[len(head) :].strip(" :;,.!-")
    word, words = split_word(text)
    if word in COMMANDS and "REF" in COMMANDS[word].usage and word not in _ORDINARY and not _goes_on(word, words):
        return word, words
    return "reply", text


def _goes_on(word: str, words: str) -> bool:
    """Whether a command's word only begins a sentence: `going great`, `progress is good`, `evidence was sent`."""
    if word in ("evidence", "figure"):  # `evidence in the shared folder` says where it is
        return bool(_IS.match(words))
    return bool(words) and (word in _BEGINS or (word in _NOUNS and bool(_VERB.match(words)) and ";" not in words))


def _read_answer(text: str) -> tuple[str, str]:
    """As `_read_after_ref`, for what is said in the thread of a message without a reference: free words are a reply,
    which offers the rating they begin with and does not give it."""
    if told := split_not_mine(text):
        return "notmine", told
    head = _head(text)
    if tapped := find_tapped(head):
        return tapped, text[len(head) :].strip(" :;,.!-")
    return "reply", text


def _head(text: str) -> str:
    return text[: found.start()].strip() if (found := _HEAD.search(text)) else text
