"""The server's side of Socket Mode: a WebSocket (RFC 6455) of text frames, enough for slack_sdk's client."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from contextlib import suppress
from io import BufferedIOBase
from queue import Empty, Queue
from typing import Any

Json = dict[str, Any]

KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # the protocol's own
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class SocketModeServer:
    """One client's connection at a time; `push` sends it an envelope and waits for its acknowledgement."""

    def __init__(self) -> None:
        self.connected = threading.Event()
        self._wire: socket.socket | None = None
        self._sending = threading.Lock()
        self._answers: dict[str, Queue[Json]] = {}

    def serve(self, wire: socket.socket, key: str, incoming: BufferedIOBase) -> None:
        """Shake hands, then read until the client or `close` ends it."""
        accept = base64.b64encode(hashlib.sha1((key + KEY_SUFFIX).encode()).digest()).decode()
        wire.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        self._wire = wire
        self._send(TEXT, json.dumps({"type": "hello", "num_connections": 1}).encode())
        self.connected.set()
        try:
            while (frame := _read_frame(incoming)) is not None:
                kind, data = frame
                if kind == CLOSE:
                    break
                if kind == PING:
                    self._send(PONG, data)
                if kind == TEXT:
                    answer = json.loads(data)
                    self._answers[answer["envelope_id"]].put(answer)
        except OSError:
            pass  # the client went away
        finally:
            self.connected.clear()
            self._wire = None

    def push(self, kind: str, payload: Json, envelope_id: str, within: float = 5) -> Json:
        """The client's acknowledgement of one envelope. Raises TimeoutError where there is none."""
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": True}
        answers = self._answers.setdefault(envelope_id, Queue())
        self._send(TEXT, json.dumps(envelope).encode())
        try:
            return answers.get(timeout=within)
        except Empty:
            raise TimeoutError(f"{envelope_id} was not acknowledged") from None

    def close(self) -> None:
        if (wire := self._wire) is not None:
            with suppress(OSError):  # the client was first
                wire.shutdown(socket.SHUT_RDWR)

    def _send(self, kind: int, data: bytes) -> None:
        if len(data) < 126:
            size = bytes([len(data)])
        elif len(data) < 65_536:
            size = bytes([126]) + len(data).to_bytes(2, "big")
        else:
            size = bytes([127]) + len(data).to_bytes(8, "big")
        with self._sending:
            if self._wire is None:
                raise ConnectionError("no client is connected")
            self._wire.sendall(bytes([0x80 | kind]) + size + data)


def _read_frame(incoming: BufferedIOBase) -> tuple[int, bytes] | None:
    """A masked frame's opcode and data; None at the end. Clients' messages here are never in several frames."""
    head = incoming.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 0x7F
    if size > 125:
        size = int.from_bytes(incoming.read(2 if size == 126 else 8), "big")
    mask = incoming.read(4)
    data = incoming.read(size)
    return head[0] & 0x0F, bytes(byte ^ mask[n % 4] for n, byte in enumerate(data))
