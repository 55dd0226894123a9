"""How values become HTML: the templates' environment and the few filters that they use.

Every template escapes what it prints; the one filter that returns markup of its own (`words`) escapes first.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from bot.web import FOLDER
from bot.web.stage import Line
from programme.messages import Block, Form, Reply
from programme.rag import COMPLETE, LOOKS, Look

_MARKED = {look.icon: look for look in (*LOOKS.values(), COMPLETE)}
_MARK = re.compile("|".join(_MARKED))
_MARK_BEFORE_WORD = re.compile(f"(?:{_MARK.pattern}) ?")
_MARK_OR_LINK = re.compile(_MARK.pattern + r"""|https?://[^\s<>"]*[^\s<>".,;:!?)\]'’”]""")
_LINK = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>')


def page(template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """The page drawn from `templates/`, every value escaped."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status)


def looks_css() -> str:
    """One class for each rating, so that its colour is written once, in `programme.rag`."""
    return "".join(f".{look_class(look)} {{ --look: {look.colour}; }}\n" for look in _MARKED.values())


def look_class(look: Look) -> str:
    """`look-at-risk`"""
    return "look-" + look.word.lower().replace(" ", "-")


def mark(look: Look) -> Markup:
    """The rating's icon as a drawn shape: the same on every machine, whatever fonts it has. Words stand beside it."""
    name = look_class(look)
    return Markup('<svg class="mark {0}" aria-hidden="true"><use href="#{0}"/></svg>').format(name)


def words(text: str) -> Markup:
    """People's words, escaped; a rating's icon becomes its shape and a web address a link."""
    return _escaped(text, _MARK_OR_LINK)


def label(text: str) -> Markup:
    """As `words` without links, for what is pressed or folded."""
    return _escaped(text, _MARK)


def _escaped(text: str, drawn: re.Pattern[str]) -> Markup:
    parts: list[str] = []
    end = 0
    for found in drawn.finditer(text):
        look = _MARKED.get(found[0])
        parts += [escape(text[end : found.start()]), mark(look) if look else _LINK.format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def kind(block: Block | Form | str) -> str:
    """`heading`, `text`, `form`…: the name of the block's type, which is the name of the macro that draws it."""
    return type(block).__name__.lower()


def said(body: Reply | str) -> str:
    """A line in plain words: what a screen reader is told when it arrives, with no icons to spell out."""
    return _MARK_BEFORE_WORD.sub("", body if isinstance(body, str) else body.text)


def data_uri(svg: str) -> str:
    """A picture as an image address: drawn apart from the page, so that nothing in it can run there."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def days(lines: Iterable[Line]) -> Iterator[tuple[date, list[Line]]]:
    """The lines of each day, in order."""
    for day, group in groupby(lines, key=lambda line: line.at.date()):
        yield day, list(group)


def day_words(day: date) -> str:
    """`Monday 5 September 2022`"""
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment_words(at: datetime) -> str:
    """`Monday 5 September 2022, 08:55`"""
    return f"{day_words(at)}, {at:%H:%M}"


def persona_path(key: str) -> str:
    """`/as/SM%20EH`: a role's key may hold spaces, ampersands and slashes."""
    return "/as/" + quote(key, safe="")


def _environment() -> Environment:
    """Strict about missing values; every template is escaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (kind, words, label, said, data_uri, days, mark, look_class, day_words, moment_words, persona_path)
    made.filters.update((each.__name__, each) for each in filters)
    return made


_ENVIRONMENT = _environment()
