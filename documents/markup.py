"""The plain words of a text that still carries HTML or Markdown marks."""

from __future__ import annotations

import html
import re

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>a|b|br|div|em|font|h[1-6]|i|li|ol|p|s|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_INLINE = frozenset({"a", "b", "em", "font", "i", "s", "span", "strong", "sub", "sup", "u"})
_OWN_BULLET = re.compile(r"^• +[•·▪-] *")
_HEADING = re.compile(r"^#{1,6}\s+")
_UNSEEN = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")


def plain_text(marked: str) -> str:
    """The words without their mark-up: a list is lines of `• …` (or `1. …`), a paragraph a line, spaces collapsed."""
    if "<" in marked:
        marked = _without_tags(marked)
    text = html.unescape(marked).translate(_UNSEEN).replace("**", "")
    lines = (_OWN_BULLET.sub("• ", " ".join(line.split())) for line in text.split("\n"))
    return _HEADING.sub("", "\n".join(line for line in lines if line not in {"", "•"}))


def is_heading(line: str) -> bool:
    """Whether a line is a Markdown heading, or wholly bold as a heading is."""
    line = line.strip()
    return bool(_HEADING.match(line)) or (len(line) > 4 and line.startswith("**") and line.endswith("**"))


def _without_tags(marked: str) -> str:
    parts: list[str] = []
    counts: list[int | None] = []  # one for each list that is open: the last number given, None where it has bullets
    end = 0
    for tag in _TAG.finditer(marked):
        parts.append(marked[end : tag.start()])
        end = tag.end()
        name, closes = tag["name"].lower(), bool(tag["close"])
        if name in _INLINE:
            continue
        parts.append("\n")
        if name in {"ul", "ol"}:
            if not closes:
                counts.append(0 if name == "ol" else None)
            elif counts:
                counts.pop()
        elif name == "li" and not closes:
            if counts and (number := counts[-1]) is not None:
                counts[-1] = number + 1
                parts.append(f"{number + 1}. ")
            else:
                parts.append("• ")
    return "".join([*parts, marked[end:]])
