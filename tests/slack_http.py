"""The stand-in's HTTP: the Web API, uploads, response addresses, and the WebSocket of Socket Mode."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.slack_auth import basic_credentials

if TYPE_CHECKING:
    from tests.slack import FakeSlack


def handler_for(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    """What answers over HTTP for `slack`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.startswith("/upload/"):
                answer = slack.answer_upload(self.path.removeprefix("/upload/"), body)
            elif self.path.startswith("/response/"):
                answer = slack.answer_response_url(self.path.removeprefix("/response/"), self._fields(body))
            else:
                header, fields = self.headers.get("Authorization", ""), self._fields(body)
                token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else fields.get("token", "")
                fields = fields | basic_credentials(header)
                answer = slack.answer(self.path.removeprefix("/api/"), fields, token)
            if answer is not None:
                status, headers, told = answer
                content = (told if isinstance(told, str) else json.dumps(told)).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def do_GET(self) -> None:
            if self.path.startswith("/link"):
                slack.socket.serve(self.connection, self.headers["Sec-WebSocket-Key"], self.rfile)
            else:
                self.send_error(404)

        def date_time_string(self, timestamp: float | None = None) -> str:
            now = time.time() if timestamp is None else timestamp  # noqa: TID251 - the Date header is of now
            return formatdate(now + slack.skew.total_seconds(), usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass  # quiet

        def _fields(self, body: bytes) -> dict[str, Any]:
            kind, words = self.headers.get("Content-Type", ""), body.decode()
            return json.loads(words or "{}") if kind.startswith("application/json") else dict(parse_qsl(words))

    return Handler
