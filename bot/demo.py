"""`halfterm demo`: the sample programme on a database of its own, with a clock to move. The same door, outbox and jobs
as `serve`; only here does one choose who one is."""

from __future__ import annotations

import ipaddress
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TextIO

from bot import office
from bot.app import App
from bot.settings import Settings
from bot.web.stage import Board, BoardAction, Line, Move, Persona
from documents.read import read_plan
from jobs.deliver import Delivery, Receipt, Tally
from programme.calendar import say_date
from programme.childdata import find_identifier
from programme.facts import Group
from programme.message_json import message_to_dict, reply_from_dict, reply_to_dict
from programme.messages import Reply, Request, UserError, Where
from programme.policy import Policy
from programme.rag import COMPLETE, LOOKS
from programme.refs import plain
from programme.reminders import say_due
from storage import outbox, people
from storage.actions import list_actions
from storage.db import Tx
from storage.history import get_head
from storage.programme import (
    add_web_line,
    count_web_lines,
    find_setting,
    find_web_line,
    list_web_lines,
    set_setting,
)

STARTS = datetime(2022, 9, 5, 7, 55, tzinfo=UTC)  # Monday 5 September 2022, 08:55 in London
_MOMENT = timedelta(seconds=1)  # what two people say, one after the other, is not said at the same instant
_GROUPS = ("Programme office", "Chairs", "Accountable leads", "Owners")
_SAMPLE = Path(__file__).parent / "sample"
_BOARD = "SEND Oversight Board"
_CHAIR = "SD EES&P"
_OFFICE = "web:office"
_MEETINGS = (datetime(2022, 10, 4, 9, tzinfo=UTC), datetime(2022, 11, 22, 10, tzinfo=UTC))


class WebSender:
    """Puts a message into its reader's conversation on the page; the same delivery is never put there twice."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo

    def send(self, delivery: Delivery) -> Receipt:
        with self._demo.app.db.write() as tx:
            add_web_line(
                tx,
                delivery.address,
                message_to_dict(delivery.message),
                self._demo.instant(),
                mine=False,
                delivery=delivery.id,
            )
        return Receipt(delivery.address, delivery.id)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        with self._demo.app.db.read() as tx:
            return Receipt(delivery.address, delivery.id) if find_web_line(tx, delivery.id) else None


class Demo:
    """The stage that the page is drawn from. Everything it knows is in its database, so a restart goes on as it was."""

    def __init__(self, folder: Path, *, fresh: bool = False, starts: datetime | None = None) -> None:
        self._folder = folder
        self._starts = starts
        self._turn = threading.Lock()  # a second click waits for the first
        self._file = folder / "demo.db"
        folder.mkdir(parents=True, exist_ok=True)
        if fresh and self._file.exists():
            self._starts = None
            self._open().close()  # refused where it is not the demo's: nothing else is ever removed
            self._remove()
            self._starts = starts
        self.app = self._open()
        self._starts = None

    def _open(self) -> App:
        settings = Settings(database_url=f"sqlite:///{self._file}")
        app = App(settings, senders={"web": WebSender(self)}, policy=Policy())
        with app.db.read() as tx:
            known, is_used = find_setting(tx, "demo clock"), get_head(tx).number > 0
        if known is None and is_used:
            app.close()
            raise UserError(
                f"{self._folder} holds a database that is not the demo's: choose another with --folder NAME."
            )
        if known is not None and self._starts is not None:
            app.close()
            raise UserError("The demo goes on where it was: add --fresh to begin again, from the instant of --now.")
        if known is None:
            _set_stage(app, self._starts or STARTS)
            app.calendar = app.read_calendar()
        return app

    def _remove(self) -> None:
        for name in ("demo.db", "demo.db-wal", "demo.db-shm", "demo.key"):
            (self._folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        self.app.close()

    def start_over(self) -> None:
        """Everything forgotten: Monday 5 September 2022 again."""
        with self._turn:
            self.app.close()
            self._remove()
            self.app = self._open()

    def instant(self) -> datetime:
        """The demo's own clock."""
        with self.app.db.read() as tx:
            return datetime.fromisoformat(find_setting(tx, "demo clock") or STARTS.isoformat())

    def now(self) -> datetime:
        return self.app.calendar.local(self.instant())

    def personas(self) -> Sequence[Persona]:
        """Everyone one can be: the office, chairs, accountable leads, and owners with something to do."""
        now = self.instant()
        today = self.app.calendar.today(now)
        with self.app.db.read() as tx:
            directory = people.read_directory(tx, today)
            groups = people.list_groups(tx, directory)
            leads = {one.role.abbreviation for one in people.list_leads(tx, directory) if one.role}
            counts: dict[str, int] = {}
            for action in list_actions(tx, directory, only_open=True):
                for owner in action.owners:
                    for role in owner.roles:
                        counts[role.abbreviation] = counts.get(role.abbreviation, 0) + 1
            unread = self._unread(tx)
        chairs = {group.chair: group.name for group in groups if group.chair}
        found = [Persona("office", "Programme office", "Programme office", unread.get(_OFFICE, 0), "runs the plan")]
        for role in {one.abbreviation: one for one in directory.roles.values() if one.listed}.values():
            name, n = role.abbreviation, counts.get(role.abbreviation, 0)
            notes = [f"chairs the {chairs[name]}"] if name in chairs else []
            notes += [f"{n} {'action' if n == 1 else 'actions'}"] if n else []
            group = "Chairs" if name in chairs else "Accountable leads" if name in leads else "Owners"
            if notes or name in leads or _address(name) in unread:  # whoever was ever written to can be read
                found.append(Persona(name, role.title, group, unread.get(_address(name), 0), ", ".join(notes)))
        return sorted(found, key=lambda one: _GROUPS.index(one.group))

    def find_persona(self, key: str) -> Persona | None:
        return next((one for one in self.personas() if one.key == key), None)

    def lines(self, key: str) -> Sequence[Line]:
        with self.app.db.read() as tx:
            found = list_web_lines(tx, _address(key))
        return [Line(one.id, self.app.calendar.local(one.at), one.mine, _body(one.body)) for one in found]

    def say(self, key: str, text: str, fields: Mapping[str, str]) -> None:
        """One thing said by a persona, and the bot's answer to it, both kept in the conversation."""
        with self._turn:
            self._say(key, text, fields)

    def _say(self, key: str, text: str, fields: Mapping[str, str]) -> None:
        now, address = self.instant() + _MOMENT, _address(key)
        self._set_clock(now)
        reply = self.app.door(lambda: now).answer(Request(address, text, Where("web", conversation=address), fields))
        said = "; ".join([text, *(value for value in fields.values() if value)])
        if find_identifier(plain("\n".join([text, *fields.values()]))):  # the door has refused it
            said = "(not kept)"
        with self.app.db.write() as tx:
            add_web_line(tx, address, {"said": said}, now, mine=True)
            if reply is not None:
                add_web_line(tx, address, reply_to_dict(reply), now, mine=False)

    def read_up_to(self, key: str) -> None:
        with self.app.db.write() as tx:
            set_setting(tx, f"read {_address(key)}", str(count_web_lines(tx).get(_address(key), 0)))

    def _unread(self, tx: Tx) -> dict[str, int]:
        return {
            address: count - int(find_setting(tx, f"read {address}") or 0)
            for address, count in count_web_lines(tx).items()
        }

    def moves(self) -> Sequence[Move]:
        found = [Move("hour", "An hour"), Move("morning", "Next working morning")]
        meeting = self._next_meeting()
        if meeting:
            group, at = meeting
            found.append(Move("meeting", f"Next meeting: {group.name}, {say_date(self.app.calendar.today(at))}"))
        return found

    def move(self, key: str) -> str:
        """Move the clock on, playing every working morning and every message that falls due on the way."""
        with self._turn:
            return self._move(key)

    def _move(self, key: str) -> str:
        now = self.instant()
        meeting = self._next_meeting()
        if key == "hour":
            end = now.replace(second=0, microsecond=0) + timedelta(hours=1)
        elif key == "morning":
            end = _next_morning(self.app, now)
        elif key == "meeting" and meeting:
            end = meeting[1]
        else:
            raise UserError("The clock moves by an hour, to the next working morning, or to the next meeting.")
        sent = mornings = 0
        for at in self._instants(now, end):
            _new, tally = self._tick(at)
            sent += tally.sent
            mornings += self.app.calendar.local(at).time() == self.app.calendar.opens
        played = f"Played {mornings} working {'morning' if mornings == 1 else 'mornings'}: " if mornings else ""
        messages = "1 message was sent" if sent == 1 else f"{sent or 'no'} messages were sent"
        return f"{played}{messages}.".capitalize() if not played else f"{played}{messages}."

    def _tick(self, at: datetime) -> tuple[int, Tally]:
        self._set_clock(at)
        began = monotonic()
        done = self.app.tick(at)
        self._set_clock(at + timedelta(seconds=monotonic() - began))  # what is said next comes after what was sent
        return done

    def _set_clock(self, at: datetime) -> None:
        with self.app.db.write() as tx:
            set_setting(tx, "demo clock", at.isoformat())

    def _instants(self, now: datetime, end: datetime) -> Iterator[datetime]:
        """Every instant between at which something may happen, the end last."""
        at = now
        while at < end:
            with self.app.db.read() as tx:
                due = [line.due_at for line in outbox.list_lines(tx, states=["due"]) if line.due_at > at]
            at = min([_next_morning(self.app, at), *due, end])
            yield at

    def _next_meeting(self) -> tuple[Group, datetime] | None:
        now = self.instant()
        with self.app.db.read() as tx:
            groups = people.list_groups(tx, people.read_directory(tx, now.date()))
        found = [
            (group, meeting.starts_at)
            for group in groups
            if (meeting := group.next_meeting(now + timedelta(minutes=1)))
        ]
        return min(found, key=lambda each: each[1], default=None)

    def board(self) -> Board:
        today = self.app.calendar.today(self.instant())
        with self.app.db.read() as tx:
            actions = list_actions(tx, people.read_directory(tx, today))
        columns = []
        for look in (*LOOKS.values(), COMPLETE):
            shown = [
                BoardAction(
                    one.ref,
                    one.text,
                    one.owner_names,
                    "complete" if one.state == "complete" else say_due(one, today, self.app.calendar),
                    one.is_overdue(today),
                )
                for one in actions
                if one.look == look
            ]
            columns.append((look, tuple(shown)))
        return Board("The plan by rating", tuple(columns))


def _set_stage(app: App, now: datetime) -> None:
    """The sample programme on its first day: everyone in the roles table is there, called by their role."""
    name = "plan.txt"
    terms = (_SAMPLE / "terms.csv").read_text(encoding="utf-8")
    today = app.calendar.today(now)
    with app.db.write() as tx:
        office.set_terms(tx, terms, now=now, account="demo")
    plan = read_plan((_SAMPLE / name).read_bytes(), name, app.read_calendar().half_terms)
    office.import_plan(app.db, plan, "demo", now, dry_run=False)
    with app.db.write() as tx:
        office.set_office(tx, _OFFICE, name="Programme office", now=now, account="demo")
        for role in {one.abbreviation: one for one in plan.roles}:
            office.set_holder(
                tx, role, _address(role), name=role, email=None, since=None, today=today, now=now, account="demo"
            )
        values = {"strategic": True, "chair": _CHAIR}
        office.set_group(tx, _BOARD, values, _MEETINGS, today=today, calendar=app.calendar, now=now, account="demo")
        set_setting(tx, "demo clock", now.isoformat())


def run_demo(folder: Path, host: str, port: int, *, fresh: bool, starts: datetime | None = None) -> int:
    """Serve the demo's page until stopped. Loopback only: there, anyone may say who they are."""
    from starlette.applications import Starlette

    from bot import http
    from bot.web.pages import demo_routes

    if not _is_loopback(host):
        raise UserError(f"The demo listens on this machine only, not on {host}: use --host 127.0.0.1.")
    with closing(http.bind(host, port)) as bound, closing(Demo(folder, fresh=fresh, starts=starts)) as demo:
        shown = f"[{host}]" if ":" in host else host
        print(
            f"The demo is at http://{shown}:{bound.getsockname()[1]}/ (Ctrl-C stops it; it goes on where it was).",
            flush=True,
        )
        routes = [*http.health_routes(demo.app, demo.instant), *demo_routes(demo)]
        http.run(Starlette(routes=routes), bound)
    return 0


_TOUR = (
    ("Monday 5 September 2022, 08:55. The plan has just been imported; nobody has been written to.", None, ""),
    ("The clock moves to 09:00. Everyone gets one starting list; here is BIA's.", "BIA", "move morning"),
    ("BIA answers in words.", "BIA", "progress P2.3c the new template is live in 12 schools"),
    ("Then something goes wrong.", "BIA", "rag P2.3c at-risk"),
    ("BIA says why, and what is being done.", "BIA", "rag P2.3c at-risk the supplier has not signed"),
    ("", "BIA", "mitigation P2.3c a weekly import by hand; BIA; 30 September 2022"),
    ("An hour later the chair of the board has heard.", _CHAIR, "move hour"),
    ("The chair has seen it.", _CHAIR, "ack P2.3c"),
    (
        "The clock moves to the meeting on 4 October. On the way: requests, chases, and the pack for the chair.",
        _CHAIR,
        "move meeting",
    ),
    ("Anyone may ask why.", "BIA", "why P2.3c"),
)


def run_tour(out: TextIO) -> int:
    """Play the whole loop as text and stop."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), fresh=True)
        try:
            for title, key, words in _TOUR:
                if title:
                    print(f"\n== {title}", file=out)
                if key is None:
                    continue
                before = len(demo.lines(key))
                if words.startswith("move "):
                    print(f"   ({demo.move(words.removeprefix('move '))})", file=out)
                else:
                    demo.say(key, words, {})
                for line in list(demo.lines(key))[before:]:
                    said = line.body if isinstance(line.body, str) else line.body.text
                    who = key if line.mine else "halfterm"
                    print(
                        f"\n[{line.at:%a %d %b %H:%M}] {who}:\n" + "\n".join(f"  {each}" for each in said.splitlines()),
                        file=out,
                    )
        finally:
            demo.close()
    return 0


def _address(key: str) -> str:
    return f"web:{key}"


def _body(body: Mapping[str, object]) -> Reply | str:
    return str(body["said"]) if "said" in body else reply_from_dict(dict(body))


def _next_morning(app: App, now: datetime) -> datetime:
    calendar = app.calendar
    today = calendar.today(now)
    opening = calendar.instant(today, calendar.opens)
    if calendar.is_open(today) and opening > now:
        return opening
    return calendar.instant(calendar.on_or_after(today + timedelta(days=1)), calendar.opens)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
