"""Pictures drawn by hand as SVG, each with the words for who cannot see it."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from programme.messages import Picture
from programme.rag import COMPLETE, LOOKS, Look

if TYPE_CHECKING:
    import typst

_TEMPLATE = Path(__file__).with_name("picture.typ")
_ACROSS, _EDGE, _BAR, _GAP, _SLIVER = 640, 8, 44, 2, 6
_INK, _GREY, _PALE = "#1b1f24", "#595f69", "#f1f3f5"
_FAMILY = "Arial, Helvetica, 'Liberation Sans', sans-serif"


def draw_ratings(counts: Sequence[tuple[Look, int]], title: str) -> Picture:
    """One stacked bar, a key below it in the same order, and a sentence with every count, nought among them."""
    words = _sentence(counts)
    drawn: list[str] = []
    down = _EDGE
    printable = "".join(letter for letter in " ".join(title.split()) if letter.isprintable())
    for line in textwrap.wrap(printable, 66):
        drawn.append(_text(_EDGE, down + 16, line, size=17, weight=700))
        down += 24
    down += 6 if printable else 0
    drawn += _bar(counts, down)
    keys, down = _key(counts, down + _BAR + 14)
    drawn += keys
    height = down + _EDGE
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_ACROSS}" height="{height}" '
        f'viewBox="0 0 {_ACROSS} {height}" role="img" aria-label="{escape(words)}" font-family="{_FAMILY}">'
        f'<rect width="{_ACROSS}" height="{height}" fill="#ffffff"/>{"".join(drawn)}</svg>'
    )
    return Picture(svg, words)


def svg_to_png(svg: str, width: int) -> bytes:
    """The picture as PNG, `width` pixels across."""
    import typst

    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=find_fonts(),
        format="png",
        ppi=72,
        sys_inputs={"svg": svg, "width": str(width)},
    )


@functools.cache
def find_fonts() -> typst.Fonts:
    """The machine's fonts and typst's own, looked for once."""
    import typst

    return typst.Fonts()


def _sentence(counts: Sequence[tuple[Look, int]]) -> str:
    total = sum(count for _, count in counts)
    if not total:
        return "No actions."
    *most, last = [f"{count} {look.word.lower()}" for look, count in counts]
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{total} {'action' if total == 1 else 'actions'}: {listed}."


def _bar(counts: Sequence[tuple[Look, int]], top: int) -> list[str]:
    shown = [(look, count) for look, count in counts if count]
    across = _ACROSS - 2 * _EDGE
    if not shown:
        return [
            f'<rect x="{_EDGE}.5" y="{top}.5" width="{across - 1}" height="{_BAR - 1}" rx="4" fill="{_PALE}" '
            f'stroke="{_GREY}"/>',
            _text(_ACROSS / 2, top + _BAR / 2 + 5, "No actions", size=15, colour=_GREY, anchor="middle"),
        ]
    total = sum(count for _, count in shown)
    # Every count that is not nought is seen, however small its share.
    to_share = across - _GAP * (len(shown) - 1) - _SLIVER * len(shown)
    drawn: list[str] = []
    left: float = _EDGE
    for look, count in shown:
        width = _SLIVER + to_share * count / total
        drawn.append(
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" rx="3" fill="{look.colour}"/>'
        )
        label = next((fit for fit in (f"{count} {look.word.lower()}", str(count)) if _across(fit, 16) + 12 < width), "")
        if label:
            middle = left + width / 2
            drawn.append(
                _text(middle, top + _BAR / 2 + 6, label, size=16, weight=700, colour="#ffffff", anchor="middle")
            )
        left += width + _GAP
    return drawn


def _key(counts: Sequence[tuple[Look, int]], top: int) -> tuple[list[str], int]:
    """The key in as many rows as it needs, and how far down it reaches."""
    drawn: list[str] = []
    left: float = _EDGE
    for look, count in counts:
        label = f"{look.word}: {count}"
        width = 22 + _across(label, 15)
        if left > _EDGE and left + width > _ACROSS - _EDGE:
            left, top = _EDGE, top + 26
        drawn.append(_icon(look, left, top + 2))
        drawn.append(
            _text(left + 22, top + 14, label, size=15, weight=600 if count else 400, colour=_INK if count else _GREY)
        )
        left += width + 22
    return drawn, top + 20


def _icon(look: Look, left: float, top: float) -> str:
    """The rating's icon drawn, for emoji are missing from many machines: a tick, a ring or a dot."""
    if look.icon == COMPLETE.icon:
        return (
            f'<rect x="{left:.1f}" y="{top}" width="15" height="15" rx="3" fill="{look.colour}"/>'
            f'<path d="M{left + 3.5:.1f} {top + 7.8} l3 3 l5 -6.2" fill="none" stroke="#ffffff" stroke-width="2.2"/>'
        )
    if look.icon == LOOKS[None].icon:
        return (
            f'<circle cx="{left + 7.5:.1f}" cy="{top + 7.5}" r="6" fill="#ffffff" stroke="{look.colour}" '
            'stroke-width="2.6"/>'
        )
    return f'<circle cx="{left + 7.5:.1f}" cy="{top + 7.5}" r="7.2" fill="{look.colour}"/>'


def _text(
    x: float, y: float, words: str, *, size: int, weight: int = 400, colour: str = _INK, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _across(words: str, size: int) -> float:
    """About how wide the words are in bold Arial: a little too much rather than too little."""
    return size * sum(0.32 if letter in " .,:ijlt'" else 0.62 for letter in words)
