"""The composition root: settings in, the parts joined, and the only place that asks the clock what time it is."""

from __future__ import annotations

import gc
import getpass
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, TextIO

from bot.console import ConsoleSender
from bot.handle import Door
from bot.settings import Settings, read_settings
from jobs.above import ABOVE, TOLD_ABOVE
from jobs.asking import ANSWERED, ASKED
from jobs.bent_meetings import BENT, BENT_TOLD
from jobs.compose import Also, Composer
from jobs.deliver import Deliverer, Sender, Tally
from jobs.foresight import NO_FORESIGHT
from jobs.handover import HANDOVER, compose_files
from jobs.plan_ahead import plan_ahead
from jobs.planning import Planner, Teller
from jobs.renew import RENEWED
from jobs.reports import REPORTS, TOLD_OF_REPORTS
from jobs.troubles import TROUBLES
from jobs.uncovered import UNCOVERED
from jobs.weekly import TOLD_WEEKLY, WEEKLY
from programme.calendar import Calendar, parse_bank_holidays, parse_terms
from programme.policy import Policy
from storage.db import Database
from storage.meetings import fill_ahead, has_cadences
from storage.outbox import Rest, list_conversations
from storage.programme import find_setting
from storage.tidy import tidy

if TYPE_CHECKING:
    from bot.slack.installs import Installs
    from bot.slack.sender import TokenOf

log = logging.getLogger(__name__)

ALSO: dict[str, Also] = {**RENEWED, **ASKED, "handover": compose_files}
PLANNERS: tuple[Planner, ...] = (ABOVE, REPORTS, BENT, WEEKLY)
TELLERS: dict[str, Teller] = {
    "report": TOLD_OF_REPORTS,
    "above": TOLD_ABOVE,
    "answered": ANSWERED,
    "office": TROUBLES,
    "handover": HANDOVER,
    "uncovered": UNCOVERED,
    "confirm": BENT_TOLD,
    "weekly": TOLD_WEEKLY,
}

_BANK_HOLIDAYS = Path(__file__).parents[1] / "programme" / "bank_holidays_england.csv"
_WAIT_FOR_LIMITS = 20.0  # real seconds a run waits for a channel's rate limit before it leaves the rest due
_OVERTAKEN_AT_MOST = 5
_LONGEST_PAUSE = 1.0  # and then it looks again: an answer to somebody else does not wait


def real_now() -> datetime:
    """What time it really is. Nothing below this file asks."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


def run_clock(now: datetime) -> Callable[[], datetime]:
    """A run's time: the instant it was given, plus what has really passed since."""
    start, now = monotonic(), now.astimezone(UTC)
    return lambda: now + timedelta(seconds=monotonic() - start)


def account() -> str:
    """The account that runs this program, for the record of what is said on the console."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Large plans make very many values, all of them in use: to look for cycles among them only takes time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class App:
    """One programme's bot, joined up. Opening it brings the database's schema up to date."""

    def __init__(
        self,
        settings: Settings,
        *,
        senders: Mapping[str, Sender] | None = None,
        out: TextIO | None = None,
        wake: Callable[[], None] = lambda: None,
        policy: Policy | None = None,
    ) -> None:
        """`policy` is used in place of the settings file's."""
        self.settings = settings
        self.policy = settings.read_policy() if policy is None else policy
        self.db = Database(settings.database_url, settings.key())
        self.db.upgrade()
        self.calendar = self.read_calendar()
        self.senders = dict(senders) if senders is not None else self._senders(out or sys.stdout)
        self._wake = wake
        self._held: dict[Rest, datetime] = {}  # what has to rest, and until when
        self._overtaken = 0  # how many times running a change came between finding what falls due and writing it
        self._foresight = NO_FORESIGHT
        self._turn = threading.Lock()  # within this process one run at a time; between processes the leases

    def read_calendar(self) -> Calendar:
        """The programme's calendar: England's bank holidays, the term dates the office has given, and the sending hours
        and closures of its rules. Its clocks are London's."""
        with self.db.read() as tx:
            terms = find_setting(tx, "terms")
        return Calendar(
            parse_bank_holidays(_BANK_HOLIDAYS.read_text(encoding="utf-8")),
            self.policy.closed_days,
            parse_terms(terms) if terms else (),
            opens=self.policy.opens,
            closes=self.policy.closes,
        )

    def _senders(self, out: TextIO) -> dict[str, Sender]:
        senders: dict[str, Sender] = {"console": ConsoleSender(out)}
        if self.settings.has_slack:
            from bot.slack.limits import Limits  # only where Slack is configured
            from bot.slack.sender import SlackSender

            limits, known = Limits(self.settings.slack_posts_a_minute), self._read_direct
            url = self.settings.slack_api_url
            senders["slack"] = SlackSender(self.slack_token, url, limits=limits, known=known)
        return senders

    def _read_direct(self) -> dict[str, str]:
        """Slack's conversations with people, as far as anything was ever said there."""
        with self.db.read() as tx:
            return list_conversations(tx, "slack", starts="D")

    @property
    def slack_token(self) -> str | TokenOf:
        """The bot's token for Slack: the only one, or each workspace's."""
        return self.installs.token_of if self.settings.has_many_workspaces else self.settings.slack_bot_token

    @cached_property
    def installs(self) -> Installs:
        """Where the bot is installed in Slack, for many workspaces. Its tokens end by Slack's time: by the real one."""
        from bot.slack.installs import open_installs  # only where Slack workspaces install the bot

        return open_installs(self.settings, self.db, real_now)

    def door(self, clock: Callable[[], datetime]) -> Door:
        schemes, url = tuple(self.senders), self.settings.public_url
        return Door(self.db, self.calendar, self.policy, clock, self._wake, schemes, url)

    def plan(self, now: datetime) -> int:
        """Write down what falls due and queue what carries it. Returns how many rungs were new.

        It is found while nobody is kept waiting. The next call finds anew what an answer changed meanwhile, or all
        where people or groups were changed; of many times in a row that all was, the last lets everybody wait.
        """
        asked = (now.astimezone(UTC), self.calendar, self.policy, list(self.senders), PLANNERS)
        patient = self._overtaken < _OVERTAKEN_AT_MOST
        with _collecting_later(), self.db.read() if patient else self.db.write() as tx:
            planned = plan_ahead(tx, *asked, self.db.give_way if patient else lambda: None, self._foresight)
            new = planned.write(tx) if planned and not patient else 0
        if planned and patient:
            with _collecting_later(), self.db.write() as tx:
                new = planned.write(tx)
        if planned and new is not None:  # and not before it is committed
            self._foresight = planned.foresight
        self._overtaken = self._overtaken + 1 if new is None else 0
        return new or 0

    def deliver(
        self,
        clock: Callable[[], datetime],
        patience: float = _WAIT_FOR_LIMITS,
        reached: Callable[[str], None] = lambda step: None,
    ) -> Tally:
        """Give every due message a turn, waiting up to `patience` real seconds for a channel's limits.

        `reached` is told each step of a delivery.
        """
        with self._turn:
            compose = Composer(self.calendar, self.policy, self.senders.keys(), ALSO, TELLERS)
            deliverer = Deliverer(self.db, self.senders, compose, self.calendar, clock, reached, held=self._held)
            waited = 0.0
            while True:
                tally = deliverer.run()
                self._held, now = deliverer.held, clock()
                rests = [max((until - now).total_seconds(), 0.0) for until in self._held.values()]
                if not rests or waited + min(rests) > patience:
                    return tally
                pause = min(*rests, _LONGEST_PAUSE)
                sleep(pause)
                waited += pause

    def tidy(self, now: datetime) -> None:
        """Forget what is past use, and make the meetings of the year ahead that have come into it."""
        calendar = self.read_calendar()  # the term dates may have been set elsewhere since
        with self.db.write() as tx:
            tidy(tx, now)
            if has_cadences(tx):
                fill_ahead(tx, now, calendar)

    def tick(self, now: datetime) -> tuple[int, Tally]:
        """Plan, deliver and tidy what is due at that instant, once. Returns the new rungs and what was delivered."""
        new = self.plan(now)
        tally = self.deliver(run_clock(now))
        self.tidy(now.astimezone(UTC))
        return new, tally

    def close(self) -> None:
        self.db.close()


def open_app(*, out: TextIO | None = None) -> App:
    """The app as the environment and `.env` have it."""
    return App(read_settings(os.environ, Path(".env")), out=out)
