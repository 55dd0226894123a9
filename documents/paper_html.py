"""A paper as one web page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from documents.paper_parts import break_long_words, column_widths, fills_page, find_look, in_words, split_looks
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.rag import Look

_BREAK = "\0"  # where a long word may break, until it is escaped; no tidy paper holds it
_STYLE = """
:root { color-scheme: light; }
body { margin: 0; color: #1b1f24; background: #fff; font: 1rem/1.5 Arial, Helvetica, "Liberation Sans", sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.25rem 0 .75rem; }
p, ul, dl { max-width: 46rem; }
p, dl { margin: .6rem 0; }
ul { padding-left: 1.4rem; }
li { margin: .35rem 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .5rem; margin: .15rem 0; }
dt { font-weight: bold; }
dd { margin: 0; }
.subtitle { font-size: 1.15rem; }
.quiet, .as-at { color: #595f69; }
.quiet { font-size: .875rem; }
img { display: block; width: 100%; max-width: 40rem; height: auto; margin: 1rem 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible { outline: 3px solid #0b5a8a; outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.4; text-align: start; }
table.wide { width: 100%; }
th, td { padding: .4rem .6rem; border-bottom: 1px solid #c3c9d1; text-align: start; vertical-align: top;
  overflow-wrap: break-word; }
thead th { background: #e9edf2; }
tbody th { font-weight: normal; }
.look { white-space: nowrap; font-weight: bold; }
.look::before { content: ""; display: inline-block; width: .65em; height: .65em; margin-right: .3em;
  border-radius: 50%; background: currentColor; }
.rated { color: #fff !important; font-weight: bold !important; white-space: nowrap; }
@media print {
  @page { size: A4; margin: 16mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  table { font-size: .75rem; min-width: 0 !important; }
  thead { display: table-header-group; }
  tr, img, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""


def write_html(paper: Paper) -> bytes:
    """UTF-8. Every word of the paper is escaped; pictures are inside the page, as images that can run nothing."""
    subtitle = f'<p class="subtitle" dir="auto">{escape(paper.subtitle)}</p>\n' if paper.subtitle else ""
    heading = paper.title
    body: list[str] = []
    for block in paper.blocks:
        if isinstance(block, Heading):
            heading = block.text
        body.append(_block(block, heading))
    page = (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(paper.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1 dir="auto">{escape(paper.title)}</h1>\n{subtitle}'
        f'<p class="as-at">As at <time datetime="{paper.as_at.isoformat()}">{in_words(paper.as_at)}</time></p>\n'
        f"{''.join(body)}</main>\n</body>\n</html>\n"
    )
    return page.encode()


def _block(block: PaperBlock, heading: str) -> str:
    match block:
        case Heading(text):
            return f'<h2 dir="auto">{escape(text)}</h2>\n'
        case Text(text, quiet):
            return f'<p dir="auto"{" class=quiet" if quiet else ""}>{_words(text)}</p>\n'
        case Facts(pairs):
            facts = "".join(
                f'<div><dt dir="auto">{escape(label)}:</dt> <dd dir="auto">{_words(value or "–")}</dd></div>\n'
                for label, value in pairs
            )
            return f"<dl>\n{facts}</dl>\n"
        case Bullets(items):
            return "<ul>\n" + "".join(f'<li dir="auto">{_words(item)}</li>\n' for item in items) + "</ul>\n"
        case Picture(svg, words):
            return f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" alt="{escape(words)}">\n'
        case Table():
            return _table(block, heading)


def _table(table: Table, heading: str) -> str:
    least = 0.36 * sum(column_widths(table))
    opening = f'<table class="wide" style="min-width:{least:.0f}rem">' if fills_page(table) else "<table>"
    head = "".join(f'<th scope="col" dir="auto">{escape(column)}</th>' for column in table.columns)
    rows = "".join(
        "<tr>" + _cell(first, "th", ' scope="row"') + "".join(_cell(cell, "td") for cell in rest) + "</tr>\n"
        for first, *rest in table.rows
    )
    # A table may be wider than a telephone: its box scrolls, also by keyboard, and says what it is.
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(heading)}: table">\n'
        f"{opening}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )


def _cell(cell: str, tag: str, scope: str = "") -> str:
    look = find_look(cell)
    if look:
        return f'<{tag}{scope} class="rated" style="background:{look.colour}">{escape(look.word)}</{tag}>'
    return f'<{tag}{scope} dir="auto">{_words(cell)}</{tag}>'


def _words(text: str) -> str:
    return "".join(
        f'<span class="look" style="color:{piece.colour}">{escape(piece.word)}</span>'
        if isinstance(piece, Look)
        else escape(break_long_words(piece, _BREAK)).replace(_BREAK, "<wbr>").replace("\n", "<br>\n")
        for piece in split_looks(text)
    )
