"""The console channel: messages to `console:` addresses are printed. It cannot be asked what it has printed."""

from __future__ import annotations

from typing import TextIO

from jobs.deliver import CannotAsk, Delivery, Receipt


class ConsoleSender:
    """Prints each message to a stream, headed by whom it is for."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, delivery: Delivery) -> Receipt:
        print(f"--- to {delivery.address}\n{delivery.message.text}\n", file=self._stream, flush=True)
        return Receipt("console", delivery.id)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        raise CannotAsk
