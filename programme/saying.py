"""What people say that is neither a command nor news of an action: thanks, questions, wishes, buttons' words."""

from __future__ import annotations

import re

from programme.rag import find_rag
from programme.refs import plain

_WELCOME = "You're welcome."
_HELLO = "Hello. Type help to see what I can do, or actions to see yours."
_SMALL_TALK = {
    **dict.fromkeys(("thanks", "thank you", "many thanks", "ta", "cheers", "ok", "okay"), _WELCOME),
    **dict.fromkeys(("ok thanks", "ok thank you", "great thanks", "noted", "will do"), _WELCOME),
    **dict.fromkeys(("hello", "hi", "hey", "good morning", "good afternoon"), _HELLO),
    **dict.fromkeys(("no", "nope", "no thanks", "no thank you"), "All right, nothing is changed."),
}
_THANKS = r"(?:many |ok |okay |great )?(?:thanks|thank you|ta|cheers)(?: very much| so much| all| again)?"
_SEEN = re.compile(
    r"(?:(?:i have |i've |that is |that's |all )?"
    r"(?:seen|acknowledged?|acknowledging|ack|noted|received|got it|understood)(?: this| that| it)?"
    rf"|{_THANKS})"
    rf"(?:[ ,.!-]+(?:and |with )?(?:{_THANKS}|noted|seen|acknowledged|received|got it|understood))*"
    r"(?: for (?:[\w']+ ?){1,8})?",
    re.IGNORECASE,
)
_ASKING = re.compile(r"(?:who|what|when|where|how|why|can|could|show|remind|delete)(?:'s)?\b", re.IGNORECASE)
_YES = re.compile(r"(?:yes|yep|yeah|yup|y)(?:[ ,]+(?:please|thanks|thank you|it is|that's right))*", re.IGNORECASE)
_CLAIM = re.compile(r"(?:(?:hello|hi|hey)[ ,.!]+)?i(?:'m| am|m) (?:the |an? )?(?P<role>\S.*)", re.IGNORECASE)
_HELP = re.compile(r"(?:please )?help(?: me)?(?: please)?|please help(?: me)?", re.IGNORECASE)
_MINE = re.compile(
    r"(?:please )?(?:(?:can you |could you )?(?:show|list|give|tell|see)(?: me)?(?: all)?(?: of)? )?(?:my actions|mine)"
    r"|what (?:are my actions|do i (?:need|have) to do|should i (?:do|be doing)|have i got to do|is mine|do i own)"
    r"(?: now| next| today| please)?",
    re.IGNORECASE,
)
_TAPPED = {
    **dict.fromkeys(("nochange", "no change", "no changes", "still no change", "no change yet"), "nochange"),
    **dict.fromkeys(("nothing has changed", "nothing changed", "unchanged", "has not changed"), "nochange"),
    **dict.fromkeys(("notmine", "not mine", "it's not mine", "its not mine", "it is not mine"), "notmine"),
    **dict.fromkeys(("this is not mine", "this isn't mine", "that's not mine", "it isn't mine"), "notmine"),
    **dict.fromkeys(("is not mine", "isn't mine", "are not mine", "aren't mine", "these are not mine"), "notmine"),
    **dict.fromkeys(("inplace", "in place", "it is in place", "it's in place", "its in place"), "inplace"),
    **dict.fromkeys(("still going", "it is still going", "it's still going"), "going"),
    **dict.fromkeys(("already done", "it is already done", "it's already done"), "done"),
}
_NOT_MINE = re.compile(
    r"(?:(?:(?:this|that|it|these|those)\s*)?(?:'s|is|are|isn't|aren't)\s+)?(?:not\s+)?mine\b[\s:;,.!-]+"
    r"(?=(?:it|it's|its|they|they're|ask|please|try|should|belongs?|any ?more|now|sorry|i|but|that|this|as)\b)",
    re.IGNORECASE,
)
_ON = re.compile(r"\s+(?:on|to|for|with|in|of)$")
# Left out before a reply is read.
_CODES = {
    ":red_circle:": "🔴",
    ":large_orange_circle:": "🟠",
    ":large_green_circle:": "🟢",
    ":large_purple_circle:": "🟣",
}
_QUOTED_LINES = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')
_LINK = re.compile(r"<?https?://[^\s>]*[^\s>.,;:!?)]>?")
_MENTIONED = re.compile(r"<[@!#][^>]*>")


def find_small_talk(text: str) -> str | None:
    """The answer to a greeting, to thanks or to a no; None where it is something else."""
    return _SMALL_TALK.get(_bare(text))


def acknowledges(text: str) -> bool:
    """Whether words say that something was seen, and no more: `noted`, `acknowledged, thanks`."""
    return bool(_SEEN.fullmatch(_bare(text))) and "?" not in text


def is_question(text: str) -> bool:
    return text.rstrip(" )\"'").endswith("?")


def asks(text: str) -> bool:
    """Whether words outside any thread ask something of us: a question, or `show …`, `delete …`."""
    return is_question(text) or bool(_ASKING.match(text))


def is_yes(text: str) -> bool:
    return bool(_YES.fullmatch(_bare(text)))


def is_one_word(text: str) -> bool:
    """Whether words are but one, too short to be a sentence in any writing."""
    return len(text.split()) == 1 and len(text) <= 20


def find_claimed_role(text: str) -> str | None:
    """`SENCO` of `I am the SENCO`."""
    found = _CLAIM.fullmatch(text.strip(" .!"))
    return found["role"] if found else None


def find_wish(text: str) -> tuple[str, str] | None:
    """The command, and its words, of what people ask in a sentence: `show me my actions`, `please help`."""
    said = _bare(text)
    if _HELP.fullmatch(said):
        return "help", ""
    return ("actions", "mine") if _MINE.fullmatch(said) else None


def find_tapped(text: str) -> str | None:
    """The command of a button's words, typed: `no change`, `it's not mine`, `still going`."""
    return _TAPPED.get(_ON.sub("", _bare(text)))


def split_not_mine(text: str) -> str:
    """What follows in a sentence that says `is not mine`: `ask FIS`; "" where it says no such thing."""
    found = _NOT_MINE.match(text)
    says_not = found and ("not" in found.group().lower() or "n't" in found.group().lower())
    return text[found.end() :] if found and says_not else ""


def own_words(text: str) -> str:
    """What somebody says themselves: without quotations, code, links and mentions."""
    text = plain(text)
    if find_rag(text):
        return text.strip(" \"'")
    text = _QUOTED_LINES.sub("", _CODE.sub(" … ", text))
    text = _MENTIONED.sub("", _LINK.sub(" ", _QUOTED.sub(" … ", text)))
    for code, icon in _CODES.items():
        text = text.replace(code, icon)
    return text.strip()


def _bare(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!,?")
