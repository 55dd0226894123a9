"""Quotation marks that people put around what they type for a command, where they are no part of it."""

from __future__ import annotations

import re

from programme.refs import plain

# Where an argument may begin and end, so that the apostrophes of `Parents' group` and `Sep '22` are none.
_QUOTED = re.compile(r"(?<![^\s;:,=(])([\"'])(?=\S)((?:(?!\1).)+)(?<=\S)\1(?![^\s;:,.=)])")


def unquote(text: str) -> str:
    """One argument, trimmed, without the quotes around the whole of it, curly or straight: `Dec-22` of `“Dec-22”`."""
    found = _QUOTED.fullmatch(plain(text).strip())
    return found[2].strip() if found else text.strip()


def unquote_each(text: str) -> str:
    """Words that are nothing but arguments, each without the quotes around it: `move “The Board” “4 October”`."""
    return _QUOTED.sub(r"\2", plain(text))


def split_quoted(text: str) -> tuple[str, str]:
    """What stands in the quotes that words begin with, and the rest as it is; ("", text) where they begin with none."""
    found = _QUOTED.match(plain(text))
    return (found[2].strip(), text[found.end() :]) if found else ("", text)
