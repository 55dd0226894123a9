"""The demo's pages: choose who you are, talk to the bot as them, move the clock.

Every POST answers 303 to the page that shows what came of it, so the browser alone is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from threading import Lock
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.web import FOLDER
from bot.web.draw import looks_css, moment_words, page, persona_path
from bot.web.guard import LoopbackOnly
from bot.web.stage import Line, Persona, Stage

MOST_BODY = 1024 * 1024  # bytes of one form: far over what the bot takes, so that it is the bot who says so
_FIELD = "field."


def demo_routes(stage: Stage) -> list[BaseRoute]:
    """The routes of the demo, which asks nobody to sign in: each refuses all but this machine's own pages."""
    pages = _Pages(stage)
    guarded = [Middleware(LoopbackOnly)]
    get = partial(Route, methods=["GET"], middleware=guarded)
    post = partial(Route, methods=["POST"], middleware=guarded, max_body_size=MOST_BODY)
    return [
        get("/", pages.welcome),
        post("/as/{key:path}/say", pages.say),
        get("/as/{key:path}", pages.talk),
        post("/move", pages.move),
        get("/start-over", pages.ask_start_over),
        post("/start-over", pages.start_over),
        get("/static/looks.css", _looks),
        Mount("/static", StaticFiles(directory=FOLDER / "static"), middleware=guarded),
    ]


class _Pages:
    """The handlers. Plain functions run in Starlette's thread pool; those that read a form go there themselves."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._news = _News()

    def welcome(self, request: Request) -> Response:
        personas = self._stage.personas()
        chair = next((persona for persona in personas if persona.group == "Chairs"), None)
        keys = {persona.key for persona in personas}
        cast = {"groups": _grouped(personas), "keys": keys, "chair": chair}
        return page("welcome.html", self._shared(request) | cast)

    def talk(self, request: Request) -> Response:
        stage = self._stage
        persona = stage.find_persona(request.path_params["key"])
        if persona is None:
            return _nobody()
        lines = stage.lines(persona.key)
        stage.read_up_to(persona.key)
        personas = stage.personas()
        conversation = {
            "persona": persona,
            "groups": _grouped(personas),
            "elsewhere": sum(other.unread for other in personas if other.key != persona.key),
            "lines": lines,
            "first_new": _find_first_new(lines, persona.unread),
            "board": stage.board(),
            "draft": request.query_params.get("draft", ""),
        }
        return page("talk.html", self._shared(request) | conversation)

    async def say(self, request: Request) -> Response:
        answers = await _read_form(request)
        return await run_in_threadpool(self._say, request.path_params["key"], answers)

    def _say(self, key: str, answers: Mapping[str, str]) -> Response:
        if self._stage.find_persona(key) is None:
            return _nobody()
        text = answers.get("text", "").strip()
        if text:
            fields = {name.removeprefix(_FIELD): value for name, value in answers.items() if name.startswith(_FIELD)}
            self._stage.say(key, text, fields)
            self._stage.read_up_to(key)  # whoever has just spoken has the conversation before them
        return _see(persona_path(key) + "#latest")

    async def move(self, request: Request) -> Response:
        answers = await _read_form(request)
        return await run_in_threadpool(self._move, answers)

    def _move(self, answers: Mapping[str, str]) -> Response:
        chosen = answers.get("move", "")
        if any(move.key == chosen for move in self._stage.moves()):
            news = self._stage.move(chosen)
        else:
            news = "The clock has moved since that page was drawn, and that step is no longer there: choose another."
        key = answers.get("as", "")
        if self._stage.find_persona(key) is None:
            return _see("/?" + self._news.tell(news))
        return _see(f"{persona_path(key)}?{self._news.tell(news)}#latest")

    def ask_start_over(self, request: Request) -> Response:
        key = request.query_params.get("as", "")
        return page("start_over.html", {"back": persona_path(key) if self._stage.find_persona(key) else "/"})

    def start_over(self, request: Request) -> Response:
        self._stage.start_over()
        news = f"Started over: it is {moment_words(self._stage.now())} again."
        return _see("/?" + self._news.tell(news))

    def _shared(self, request: Request) -> dict[str, object]:
        news = self._news.find(request.query_params.get("news", ""))
        return {"now": self._stage.now(), "moves": self._stage.moves(), "news": news}


class _News:
    """The last sentence to show after a redirect; the address holds its number, never its words."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0
        self._sentence = ""

    def tell(self, sentence: str) -> str:
        """Keeps the sentence and returns the query that shows it."""
        with self._lock:
            self._number += 1
            self._sentence = sentence
            return urlencode({"news": self._number})

    def find(self, number: str) -> str:
        """The sentence of that number, empty once another has followed it."""
        with self._lock:
            return self._sentence if number == str(self._number) else ""


async def _read_form(request: Request) -> dict[str, str]:
    """A form's answers; a browser's CRLF becomes the newline that was typed, and files are left out."""
    form = await request.form()
    return {name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}


def _find_first_new(lines: Sequence[Line], unread: int) -> int | None:
    """The id of the first line that the persona has not read."""
    heard = [line.id for line in lines if not line.mine]
    return heard[-min(unread, len(heard))] if unread and heard else None


def _grouped(personas: Sequence[Persona]) -> list[tuple[str, list[Persona]]]:
    return [(group, list(members)) for group, members in groupby(personas, key=attrgetter("group"))]


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303)


def _nobody() -> HTMLResponse:
    return page("nobody.html", {}, status=404)


def _looks(_: Request) -> Response:
    return Response(looks_css(), media_type="text/css")
