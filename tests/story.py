"""Stories are told through the console channel, on the real schema, outbox and jobs; only the clock is moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot import office
from bot.app import App
from bot.settings import Settings
from documents.read import read_plan
from jobs.deliver import CannotAsk, Delivery, Receipt
from programme.calendar import LONDON
from programme.messages import Form, Message, Reply, Request, Where
from programme.policy import Policy
from programme.timescales import parse_timescale
from storage.schema_out import outbox

SAMPLE = Path(__file__).parents[1] / "bot" / "sample" / "plan.txt"


@dataclass(frozen=True)
class Sent:
    """A message somebody got, and when."""

    to: str
    message: Message
    at: datetime

    @property
    def text(self) -> str:
        return self.message.text


def london(text: str) -> datetime:
    """`2022-09-05 09:00` of London's time, aware."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@dataclass
class Story:
    """One programme on its own database. Addresses are `console:NAME`; `now` is where the story's clock stands."""

    folder: Path
    now: datetime = field(default_factory=lambda: london("2022-09-05 08:55"))
    sent: list[Sent] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        url = f"sqlite:///{self.folder / 'story.db'}"
        settings = Settings(database_url=url, secret_key="a key for the story")
        self.app = App(settings, senders={"console": self}, policy=self.policy)
        self.office("console:office")

    # The Sender that the story hands to the app.

    def send(self, delivery: Delivery) -> Receipt:
        self.sent.append(Sent(delivery.address.removeprefix("console:"), delivery.message, self.now))
        return Receipt("console", delivery.id)

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        raise CannotAsk

    # Setting the stage.

    def load(self, plan: str | None = None) -> list[str]:
        """Import a plan's text, or the sample."""
        data = SAMPLE.read_bytes() if plan is None else plan.encode()
        found = read_plan(data, "plan.txt", self.app.calendar.half_terms)
        return office.import_plan(self.app.db, found, "tester", self.now, dry_run=False)

    def office(self, address: str) -> None:
        with self.app.db.write() as tx:
            office.set_office(tx, address, name=None, now=self.now, account="tester")

    def give(self, role: str, name: str | None = None, *, address: str | None = None) -> None:
        """Let somebody hold a role; by default the person is called after it."""
        who = address or f"console:{(name or role).replace('&', 'and')}"
        with self.app.db.write() as tx:
            office.set_holder(
                tx,
                role,
                who,
                name=name or role,
                email=None,
                since=None,
                today=self.today,
                now=self.now,
                account="tester",
            )

    def group(self, name: str, *meets: str, **values: object) -> None:
        """Set a group: `chair`, `strategic`, `holds`, `papers` …, and when it meets."""
        instants = [london(one) for one in meets]
        with self.app.db.write() as tx:
            office.set_group(
                tx,
                name,
                values,
                instants,
                today=self.today,
                now=self.now,
                calendar=self.app.calendar,
                account="tester",
            )

    def leave(self, role: str, name: str | None = None) -> None:
        """Let somebody hold a role no longer, from today on."""
        address = f"console:{(name or role).replace('&', 'and')}"
        with self.app.db.write() as tx:
            office.end_holder(tx, role, address, on=self.today, today=self.today, now=self.now, account="tester")

    def means(self, text: str, *roles: str) -> None:
        """Say which roles an owner string means."""
        with self.app.db.write() as tx:
            office.set_meaning(tx, text, roles, today=self.today, now=self.now, account="tester")

    def terms(self, rows: str) -> None:
        """Set the half terms, as rows of `Autumn 1 2022,2022-09-05,2022-10-21`."""
        with self.app.db.write() as tx:
            office.set_terms(tx, f"half_term,starts_on,ends_on\n{rows}", now=self.now, account="tester")
        self.app.calendar = self.app.read_calendar()

    # Telling it.

    @property
    def today(self) -> date:
        return self.app.calendar.today(self.now)

    def at(self, text: str) -> Story:
        """Set the clock."""
        self.now = london(text)
        return self

    def ask(self, who: str, text: str, /, **fields: str) -> Reply:
        """Say something and have the reply; `who` is a role, a name, an address or `office`."""
        reply = self.app.door(lambda: self.now).answer(Request(who, text, Where("console"), fields, account="tester"))
        assert reply is not None
        return reply

    def say(self, who: str, text: str, /, **fields: str) -> str:
        """As `ask`, the words alone."""
        return self.ask(who, text, **fields).text

    def refused(self, who: str, text: str) -> str:
        """Say something that must be refused; the sentence."""
        reply = self.ask(who, text)
        assert isinstance(reply, Form) or not reply.done, reply.text
        return reply.text

    def tick(self, text: str | None = None) -> list[Sent]:
        """Run the jobs once; what was sent by that run."""
        if text is not None:
            self.at(text)
        before = len(self.sent)
        self.app.tick(self.now)
        return self.sent[before:]

    def mornings(self, until: str) -> list[Sent]:
        """Run the jobs at 09:00 of every day from tomorrow to that day, closed ones too; what was sent."""
        before = len(self.sent)
        day, last = self.today + timedelta(days=1), london(until + " 09:00").date()
        while day <= last:
            self.tick(f"{day} 09:00")
            day += timedelta(days=1)
        return self.sent[before:]

    def posts(self, name: str) -> list[str]:
        """The channel's ids of the messages that one person has had, the oldest first."""
        with self.app.db.read() as tx:
            rows = sa.select(outbox.c.post).where(outbox.c.address == f"console:{name}", outbox.c.state == "sent")
            return list(tx.conn.execute(rows.order_by(outbox.c.id)).scalars())

    def to(self, name: str) -> list[Sent]:
        """Everything one person has had so far."""
        return [one for one in self.sent if one.to == name]

    def close(self) -> None:
        self.app.close()


def tiny_plan(*rows: tuple[str, str, str, str]) -> str:
    """A plan of a few actions in the layout of a statement of action: (ref, text, owners, timescale) each.

    Roles: A and B of Council, C of NHS, D of School; X leads. Groups: the Board, strategic; the Forum, a voice.
    """
    lines = [
        "Role\tAbbreviation\tOrganisation",
        "Officer A\tA\tCouncil: One",
        "Officer B\tB\tCouncil: Two",
        "Officer C\tC\tNHS Trust",
        "Head D\tD\tSchool",
        "Director\tX\tCouncil: Top",
        "",
        "<p><b>The Board:</b> Strategic accountability for the work.</p>\t<p><b>The Forum:</b> Voice of parents.</p>",
        "",
        "WSOA priority 1\t\tThe first priority.\t\t\t\t\tAccountable organisation leads\tCouncil: Director\t",
        "Ref\tFocus area\tActions\tOwner\tTimescale\tSuccess criteria\tProgress\tOutcome/impact\tEvidence\tRAG",
    ]
    seen: set[str] = set()
    for ref, text, owners, timescale in rows:
        assert parse_timescale(timescale).text == timescale
        area, letter = ref[:-1], ref[-1]
        head = f"{area}\tWhat was found in {area}." if area not in seen else "\t"
        seen.add(area)
        lines.append(f"{head}\t{letter}. {text}\t{owners}\t{timescale}\tIt is done.\t\tLife is better.\t1. A report.\t")
    return "\n".join(lines) + "\n"
