"""Who may use these pages: a browser on this machine, from these pages themselves.

The demo asks nobody to sign in, so another web site must reach it neither by a forged form (Origin) nor by a name
of its own that points here (Host: DNS rebinding).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No inline script or style; `data:` is for the bot's pictures.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make a browser send `Origin: null` with our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_HERE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_WRONG_HOST = "This demo answers only on this machine: open it as http://127.0.0.1 with the port it printed.\n"
_WRONG_ORIGIN = "That came from another web site, so nothing was done. Open the demo's own page and try again there.\n"


class LoopbackOnly:
    """Refuses (403, one plain sentence) what did not come from this machine's own pages; adds the safe headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = find_refusal(scope["method"], Headers(scope=scope))
        answer = PlainTextResponse(refusal, 403) if refusal else self._app
        await answer(scope, receive, send_with_headers)


def find_refusal(method: str, headers: Headers) -> str | None:
    """Why this request is refused, as a sentence, or None.

    Every browser names the origin of a POST; what names none is a program of this machine, which no page can forge.
    """
    host = headers.get("host", "")
    if not _HERE.fullmatch(host):
        return _WRONG_HOST
    if method in ("GET", "HEAD"):
        return None
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _WRONG_ORIGIN
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return _WRONG_ORIGIN
    return None
