"""References to actions: `P2.3c` however it was typed, and what was meant when it was not quite that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz, process

_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "\u00a0": " "})
_ACTION = re.compile(r"(?P<scheme>[A-Z]{0,2})(?P<area>\d+(?:\.\d+)+)[ .]?\(?(?P<letter>[A-Z])\)?", re.IGNORECASE)
_TYPED = re.compile(
    r"[A-Z]{0,3}\d+(?:[.-]\d+)*(?:[ .]?\([A-Z]\)|\.?[A-Z](?![A-Z])| [A-Z](?![A-Z.]))?(?![\w])", re.IGNORECASE
)


def plain(text: str) -> str:
    """Smart quotes, dashes and hard spaces turned into those on a keyboard."""
    return text.translate(_PLAIN)


def ref_key(ref: str) -> str:
    """What every spelling of one reference shares: case, spaces, dots and brackets before the letter left out."""
    text = plain(ref).strip().upper()
    if found := _ACTION.fullmatch(text):
        return f"{found['scheme']}{found['area']}{found['letter']}"
    return re.sub(r"[\s()]", "", text)


def bare_key(ref: str) -> str:
    """As `ref_key`, without the letters of its scheme: what `2.3c` and `P2.3c` share."""
    return ref_key(ref).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def find_ref(typed: str, refs: Iterable[str]) -> str | None:
    """The one ref of `refs` that was typed; a missing scheme letter (`2.3c`) is allowed where only one fits."""
    key = ref_key(typed)
    fits = []
    for ref in refs:
        if ref_key(ref) == key:
            return ref
        if bare_key(ref) == key:
            fits.append(ref)
    return fits[0] if len(fits) == 1 else None


def split_ref(text: str) -> tuple[str, str]:
    """A command's arguments as (what looks like a reference, the rest); ("", text) where nothing does.

    `P2.3 c at-risk` is `P2.3 c` and `at-risk`; a letter that begins a word is not part of the reference.
    """
    text = text.strip()
    found = _TYPED.match(plain(text))
    if not found:
        return "", text
    return text[: found.end()], text[found.end() :].lstrip(" \t:,-–—")


def nearest_refs(typed: str, refs: Iterable[str], most: int = 3) -> list[str]:
    """The refs most like what was typed, best first: to be offered, never applied."""
    by_key = {ref_key(ref): ref for ref in refs}
    found = process.extract(ref_key(typed), list(by_key), scorer=fuzz.ratio, limit=most, score_cutoff=40)
    return [by_key[key] for key, _score, _index in found]
