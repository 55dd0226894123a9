"""What gets in the bot's way: a wire to Slack that swallows, a database that somebody else holds, a port nobody has."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Literal
from urllib.parse import urlsplit

from tests.kills.stage import PROCESSES

_WAIT = 60  # real seconds


class BlackHole:
    """A proxy before Slack that takes every connection and never says a word.

    `swallows` the `request`, so that Slack never hears of it, or the `answer`, so that Slack has done it.
    """

    def __init__(self, url: str, swallows: Literal["request", "answer"]) -> None:
        there = urlsplit(url)
        self._to = (str(there.hostname), int(there.port or 80))
        self._swallows = swallows
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/api/"

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):  # until it is closed
            while True:
                near, _ = self._listener.accept()
                self._open.append(near)
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """Only what opens a conversation is answered: it is the post that falls into the hole."""
        with suppress(OSError):
            asked = _read_request(near)
            if b"chat.postMessage" in asked.partition(b"\r\n")[0] and self._swallows == "request":
                return
            far = socket.create_connection(self._to)
            self._open.append(far)
            far.sendall(asked)
            answer = b""
            while part := far.recv(65_536):
                answer += part
            if b"chat.postMessage" not in asked.partition(b"\r\n")[0]:
                near.sendall(answer)
                near.close()


def _read_request(near: socket.socket) -> bytes:
    """One request, whole."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += near.recv(65_536)
    head, _, body = asked.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < int(lengths[0]):
        part = near.recv(65_536)
        asked, body = asked + part, body + part
    return asked


def find_closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Holder:
    """Another process that keeps an SQLite database to itself for a while."""

    def __init__(self, path: str) -> None:
        self._near, far = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=_hold, args=(path, far))
        self._process.start()

    def hold(self) -> None:
        """It is locked when this returns."""
        self._tell("hold")

    def let_go(self) -> None:
        self._tell("let go")

    def end(self) -> None:
        self._near.send("end")
        self._process.join(_WAIT)

    def _tell(self, what: str) -> None:
        self._near.send(what)
        assert self._near.poll(_WAIT), "the holder does not answer"
        self._near.recv()


def _hold(path: str, told: Connection) -> None:
    connection = sqlite3.connect(path, isolation_level=None, timeout=_WAIT)
    while (what := told.recv()) != "end":
        connection.execute("BEGIN IMMEDIATE" if what == "hold" else "ROLLBACK")
        told.send(what)


@contextmanager
def open_holder(path: str) -> Iterator[Holder]:
    holder = Holder(path)
    try:
        yield holder
    finally:
        holder.end()
