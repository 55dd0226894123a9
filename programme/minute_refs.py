"""Which actions a line of minutes names, however they were typed: read as the commands read them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from programme.rag import split_complete, split_rag
from programme.refs import bare_key, is_certain, ref_key, split_refs

_NUMBER = r"(?:[A-Z]{1,3}\d+(?:[.-]\d+)*|\d+(?:\.\d+)+)"
_LETTER = r"(?:[ .]?\([A-Z]\)|\.?[A-Z]|[ ][A-Z](?=\s*[:,;-]))"
REF = re.compile(rf"(?<![\w./£$-]){_NUMBER}{_LETTER}?(?![\w(])(?!\.\d)", re.IGNORECASE)
AROUND = re.compile(r"[\s\"'(\[]*")
SAYS = re.compile(r"\s*(?::|-\s|(?:is|are|was|has|to|remains?|stays?|moves?|slips?)\b)", re.IGNORECASE)
_SCHEMED = re.compile(r"[A-Z]{1,3}\d+[.-]\d", re.IGNORECASE)
_ARTICLE = re.compile(r".*\d [AI]", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s+(?!and\b)\w", re.IGNORECASE)
_AGENDA = re.compile(r"\(?\d{1,2}(?:(?:\.\d{1,2})+[.)]?|[.)])\s+")
_LOOKS_SO = re.compile(  # P2/4b, P24b, P 2.4b, P2 4b, 2/4b
    r"(?:[A-Z]{1,3}\d+(?:[./\\_:,-]\d+)+\.?(?:[A-Z]|\([A-Z]\))|[A-Z]{1,3}\d+[A-Z]|[A-Z]{1,3} \d+(?:\.\d+)+[A-Z]"
    r"|[A-Z]{1,3}\d+ \d+[A-Z]|\d+(?:[/\\_]\d+)+[A-Z])(?!\w)",
    re.IGNORECASE,
)
_LONGEST = 40  # characters that a reference may have
_SAID = 60  # characters after it that tell what it is


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a line names an action. `ref` is "" where none is known; `typed` is what stands there. `sure`: it can be
    nothing but a reference."""

    start: int
    end: int
    ref: str
    typed: str
    sure: bool = True


class Reader:
    """Reads lines by the references that there are."""

    def __init__(self, refs: Iterable[str]) -> None:
        self._known = {ref_key(ref): ref for ref in refs}
        self._bare: dict[str, list[str]] = defaultdict(list)
        for ref in self._known.values():
            self._bare[bare_key(ref)].append(ref)

    def list_marks(self, line: str) -> list[Mark]:
        """Every action that a line names, and what only looks like one, in the order of the words."""
        start = AROUND.match(line)
        at = start.end() if start else 0
        first = self._find_first(line, at)
        marks = [first] if first else []
        for found in REF.finditer(line, first.end if first else 0):
            if not marks or found.start() >= marks[-1].end:
                marks += filter(None, [self._find(line, found, at)])
        return marks

    def cut_numbering(self, line: str) -> str:
        """A line without the number it has in a list; what is a reference is none."""
        found = _AGENDA.match(line)
        return line[found.end() :] if found and not self._find_first(line, 0) else line

    def _find_first(self, line: str, at: int) -> Mark | None:
        """The action that a line begins with, or what can only have been meant for one."""
        for typed, ref in self._read(line, at):
            article = _may_be_article(line, at, typed)
            if ref and not (article and typed[-1].isupper()):
                return Mark(at, at + len(typed), ref, typed, not article)
        typed = next((typed for typed, _ in split_refs(line[at : at + _LONGEST])), "")
        if typed and is_certain(line[at : at + _LONGEST]) and not _may_be_article(line, at, typed):
            return Mark(at, at + len(typed), "", typed)
        found = _LOOKS_SO.match(line, at)
        return Mark(at, found.end(), self._known.get(ref_key(found.group()), ""), found.group()) if found else None

    def _find(self, line: str, found: re.Match[str], line_starts: int) -> Mark | None:
        """The action named where a reference may stand."""
        at = found.start()
        for typed, ref in self._read(line, at):
            if ref and not _may_be_article(line, at, typed):
                return Mark(at, at + len(typed), ref, typed)
        key = ref_key(found.group())
        several = key == bare_key(key) and self._bare.get(key)
        looks_so = bool(_SCHEMED.match(found.group())) or (at == line_starts and is_certain(found.group()))
        return Mark(at, found.end(), "", found.group()) if several or looks_so else None

    def _read(self, line: str, at: int) -> Iterator[tuple[str, str]]:
        """What may be a reference there, the longest first, and the action it is; "" where it is none or one of
        several."""
        for typed, _rest in split_refs(line[at : at + _LONGEST]):
            key = ref_key(typed)
            alike = self._bare.get(key, []) if key == bare_key(key) else []
            yield typed, self._known.get(key) or (alike[0] if len(alike) == 1 else "")


def begins_with_reference(line: str) -> bool:
    """Whether a line begins with what can be nothing but a reference, known or not, behind its number in a list too."""
    found = _AGENDA.match(line)
    return any(_is_reference(words) for words in (line, line[found.end() :] if found else ""))


def _is_reference(line: str) -> bool:
    typed = next((typed for typed, _ in split_refs(line[:_LONGEST])), "")
    at = line.find(typed)
    return is_certain(line[:_LONGEST]) and not _may_be_article(line, at, typed)


def _may_be_article(line: str, at: int, typed: str) -> bool:
    """Whether the letter may begin a sentence instead, as in `2.4 A paper was given`."""
    if not _ARTICLE.fullmatch(typed):
        return False
    rest = line[at + len(typed) :][:_SAID]
    if not _NEXT_WORD.match(rest) or SAYS.match(rest):
        return False
    said = rest.strip()
    return split_rag(said)[0] is None and split_complete(said) is None
