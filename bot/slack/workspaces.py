"""Which Slack workspaces are answered: those that the programme knows, and where the bot is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from bot.handle import Carries, Door
from bot.slack.app import Around
from programme.messages import Message, Reply, Request, Text
from storage.db import Database
from storage.installations import find_installation, find_standing
from storage.people import get_people_revision

# `known`: answered · `unknown`: told how to join · `absent`: the bot is not installed there, nothing is said or done
Standing = Literal["known", "unknown", "absent"]


class Workspaces:
    """What is known of workspaces, read anew only when people or installations have changed.

    `find_own` is for a bot with one token: it names the workspace that the token is for, "" where that cannot be found
    out now; that one is known unless the office let it leave. Without it, each workspace has its own installation.
    """

    def __init__(self, db: Database, find_own: Callable[[], str] | None = None) -> None:
        self._db = db
        self._find_own = find_own
        self._own = ""
        self._read: tuple[int, dict[str, tuple[bool | None, bool]]] = (-1, {})

    def may_speak(self, team: str) -> bool:
        """Whether who speaks in that workspace is answered."""
        return self.find_standing(team) == "known"

    def find_standing(self, team: str) -> Standing:
        said, is_installed = self._look(team)
        if self._find_own is None and not is_installed:
            return "absent"
        return "known" if said or (said is None and self._is_own(team)) else "unknown"

    def _look(self, team: str) -> tuple[bool | None, bool]:
        """What the programme says of a workspace, and whether the bot is installed there by itself."""
        with self._db.read() as tx:
            revision = get_people_revision(tx)
            before, found = self._read
            if before != revision:
                found = {}
                self._read = (revision, found)
            if team not in found:
                found[team] = (find_standing(tx, "slack", team), find_installation(tx, team) is not None)
            return found[team]

    def _is_own(self, team: str) -> bool:
        if self._find_own is None:
            return False
        self._own = self._own or self._find_own()
        return team != "" and team == self._own


@dataclass(frozen=True, slots=True)
class Gate:
    """Stands before the door: only requests from workspaces that are answered get to it (a `bot.slack.app.Answer`)."""

    door: Door
    workspaces: Workspaces

    def answer(self, request: Request, carries: Carries = lambda _reply: True) -> Reply | None:
        """As `Door.answer`, for a workspace that the programme knows; in any other everybody is told one sentence,
        whatever they ask, and where the bot is not installed nothing."""
        standing = self.workspaces.find_standing(request.where.workspace)
        if standing == "known":
            return self.door.answer(request, carries)
        if standing == "unknown":
            reply = turn_away(request.where.workspace)
            if carries(reply):
                return reply
            self.door.tell(request, reply)
        return None

    def guard(self, around: Around) -> Around:
        """The same, with a Home only for who may speak."""

        def open_home(address: str, page: int) -> None:
            if self.workspaces.may_speak(address.split(":")[1]):
                around.open_home(address, page)

        return replace(around, open_home=open_home)


def turn_away(team: str) -> Message:
    """What somebody is told, whatever they ask, in a workspace that the programme does not know."""
    text = (
        "This Slack workspace is not part of the programme yet: ask the programme office, with: "
        f"halfterm workspaces join {team}"
    )
    return Message(text, (Text(text),), done=False)
