"""A browser without JavaScript: fetches the demo's pages as one would, follows 303s, reads what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
from starlette.applications import Starlette

from bot.web.pages import demo_routes
from bot.web.stage import Stage

HERE = "http://127.0.0.1:8000"
VOID = {"br", "hr", "img", "input", "link", "meta"}


class Visitor:
    def __init__(self, stage: Stage) -> None:
        self._app = Starlette(routes=demo_routes(stage))

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._ask("GET", path, None, headers or {}, follow=True)

    def post(
        self,
        path: str,
        answers: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        *,
        follow: bool = True,
    ) -> httpx.Response:
        """As a browser posts a form of these pages, unless `headers` say otherwise."""
        return self._ask("POST", path, answers, {"origin": HERE} | dict(headers or {}), follow=follow)

    def _ask(
        self, method: str, path: str, answers: Mapping[str, str] | None, headers: Mapping[str, str], *, follow: bool
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=HERE, follow_redirects=follow) as client:
                return await client.request(method, path, data=answers, headers=headers)

        return asyncio.run(ask())


@dataclass
class Tag:
    """An element: its attributes, the words in it, and the elements it stands in, outermost first."""

    name: str
    attributes: dict[str, str]
    parents: tuple[Tag, ...]
    pieces: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return " ".join("".join(self.pieces).split())

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)

    def within(self, name: str) -> bool:
        return any(parent.name == name for parent in self.parents)


class Page(HTMLParser):
    """A page's elements, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.feed(html)
        assert not self._open, f"left open: {[tag.name for tag in self._open]}"

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        tag = Tag(name, {key: value or "" for key, value in attributes}, tuple(self._open))
        self.tags.append(tag)
        if name not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(name, {key: value or "" for key, value in attributes}, tuple(self._open)))

    def handle_endtag(self, name: str) -> None:
        assert self._open[-1].name == name, f"</{name}> closes <{self._open[-1].name}>"
        self._open.pop()

    def handle_data(self, words: str) -> None:
        for tag in self._open:
            tag.pieces.append(words)

    def all(self, *names: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name in names]

    def find(self, **attributes: str) -> Tag:
        """The first element with these attributes; `class_` and `for_` stand for the reserved words."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return next(tag for tag in self.tags if wanted.items() <= tag.attributes.items())
