"""Joins Slack's listeners to the rest of the bot: what they need beside the door's answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from bot.handle import Door
from bot.slack.app import Around
from bot.slack.windows import Windows
from storage.appointments import mark_closed
from storage.people import find_person
from storage.renewals import open_home


def join_around(door: Door, windows: Windows, uninstall: Callable[[str, datetime], None]) -> Around:
    """`Around` for a door: modals by `windows`, accounts and Homes in its database."""

    def show_home(address: str, page: int) -> None:
        with door.db.write() as tx:
            open_home(tx, address, page, door.clock().astimezone(UTC))
        door.wake()

    def close_account(address: str, closed: bool) -> None:
        with door.db.read() as tx:  # Slack tells of every change to everybody: of most there is nothing to write down
            known = find_person(tx, address)
        if known is None or known.closed == closed:
            return
        with door.db.write() as tx:
            mark_closed(tx, address, closed, door.clock().astimezone(UTC))

    return Around(door.tell, windows.open, windows.change, show_home, close_account, uninstall, whisper=windows.whisper)
