"""References to actions: `P2.3c` however it was typed, and what was meant when it was not quite that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz, process

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚′", "'"),
        **dict.fromkeys("“”„″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u202f\u205f\u3000", " "),
        **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
        # What a phone or a copied cell brings along and nobody sees. The joiners of emoji and of Persian stay.
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"),
    }
)
_ACTION = re.compile(r"(?P<scheme>[A-Z]{0,2})(?P<area>\d+(?:\.\d+)+)[ .]?\(?(?P<letter>[A-Z])\)?", re.IGNORECASE)
_NUMBER = r"[A-Z]{0,3}\d+(?:[.-]\d+)*"
_TYPED = re.compile(rf"{_NUMBER}(?:[ .]?\([A-Z]\)|\.?[A-Z](?![A-Z])| [A-Z](?![A-Z.]))?(?!\w)", re.IGNORECASE)
_WITHOUT_LETTER = re.compile(rf"{_NUMBER}(?=\s)", re.IGNORECASE)
_CERTAIN = re.compile(r"(?:[A-Z]{1,3}\d+[.-]\d|\d+(?:\.\d+)+[. ]?\(?[A-Z]\)?(?!\w))", re.IGNORECASE)
_POINT = re.compile(r"(?<=\d)[·․‧∙](?=\d)")
_BETWEEN = " \t\r\n,:;.-"  # what may stand before a reference, and between it and the words after it
_AROUND = re.compile(rf"[{_BETWEEN}]*(?P<opened>[\"'(\[]?)")


def plain(text: str) -> str:
    """Smart quotes, dashes and hard spaces turned into those on a keyboard; what has no width left out."""
    return text.translate(_PLAIN)


def plain_points(text: str) -> str:
    """As `plain`, with the raised points of `P2·4a` as full stops."""
    return _POINT.sub(".", plain(text))


def ref_key(ref: str) -> str:
    """What every spelling of one reference shares: case, spaces, dots and brackets before the letter left out."""
    text = plain_points(ref).strip().upper()
    if found := _ACTION.fullmatch(text):
        return f"{found['scheme']}{found['area']}{found['letter']}"
    return re.sub(r"[\s()]", "", text)


def bare_key(ref: str) -> str:
    """As `ref_key`, without the letters of its scheme: what `2.3c` and `P2.3c` share."""
    return ref_key(ref).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def split_refs(text: str) -> list[tuple[str, str]]:
    """Every way to read words as (what looks like a reference, the rest), the longest first; [] where nothing does.

    `P2.3 a note` may be the action `P2.3 a` or the focus area `P2.3`: which, the plan says. A letter that begins a
    longer word, as in `P2.3 at-risk`, is never part of the reference.
    """
    text = plain_points(text).rstrip()
    start, closing = 0, ""
    if around := _AROUND.match(text):
        start, closing = around.end(), {"(": ")", "[": "]"}.get(around["opened"], around["opened"])
    ends = {found.end() for pattern in (_TYPED, _WITHOUT_LETTER) if (found := pattern.match(text, start))}
    rest = {end: _strip_start(text[end:].removeprefix(closing)) for end in ends}
    return [(text[start:end], rest[end]) for end in sorted(ends, reverse=True)]


def _strip_start(rest: str) -> str:
    """The words after a reference: of what stands between, `-5%` and `.5` keep their sign and point."""
    words = rest.lstrip(_BETWEEN)
    sign = rest[: len(rest) - len(words)][-2:]
    return sign[1] + words if words[:1].isdigit() and sign[:1].isspace() and sign[1:] in ("-", ".") else words


def is_certain(text: str) -> bool:
    """Whether words begin with what can be nothing but a reference, known or not: `P9.9z`, not `3 schools` or `2.5`."""
    text = plain_points(text)
    around = _AROUND.match(text)
    return bool(_CERTAIN.match(text, around.end() if around else 0))


def nearest_refs(typed: str, refs: Iterable[str], most: int = 3) -> list[str]:
    """The refs most like what was typed, best first: to be offered, never applied."""
    by_key = {ref_key(ref): ref for ref in refs}
    found = process.extract(ref_key(typed), list(by_key), scorer=fuzz.ratio, limit=most, score_cutoff=40)
    return [by_key[key] for key, _score, _index in found]
