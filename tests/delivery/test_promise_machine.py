"""The promises of delivery, in any order of events: the machine is in promise_machine.py."""

from __future__ import annotations

from pathlib import Path

from tests.delivery.promise_machine import run_machine


def test_every_promise_holds_in_any_order_of_events(tmp_path: Path) -> None:
    run_machine(tmp_path, examples=12, steps=25)
