"""The programme as it stands: what `storage` reads and every rule decides from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import dropwhile, takewhile
from typing import Literal

from programme.plan import Entry
from programme.policy import Rhythm
from programme.rag import COMPLETE, LOOKS, Look, Rag
from programme.timescales import Timescale

EntryKind = Literal[
    "progress",
    "evidence",
    "rating",
    "reason",
    "answer",
    "timescale",
    "not_mine",
    "minute",
    "return",
    "agree",
    "reopen",
    "ask",
    "figure",
]

RungKind = Literal[
    "starting",
    "timescale",
    "mitigation",
    "overdue",
    "lead",
    "meeting",
    "vulnerable",
    "news",
    "not_mine",
    "office",
    "ask",
    "answered",
    "above",
    "report",
    "handover",
    "uncovered",
    "confirm",
    "weekly",
]

# What a person may do that counts as an answer to a reminder (section 5, Reminders); “not mine” only asks for quiet.
ANSWERS = frozenset({"progress", "evidence", "rating", "answer", "timescale", "figure"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody we can write to. `address` is `slack:T1:U1`, `mail:a@b` …, and what history knows them by; `office`: of
    the programme office.

    They may have chosen the `hour` and the `rhythm` of their bundles and to be written to at another address of theirs,
    `write_to`. `closed`: their account where they are written to is closed, so that nothing reaches them.
    """

    id: int
    address: str
    name: str = ""
    office: bool = False
    closed: bool = False
    hour: int | None = None
    rhythm: Rhythm = ""
    write_to: str = ""

    @property
    def reached_at(self) -> str:
        """The address that they are written to."""
        return self.write_to or self.address

    @property
    def may_daily(self) -> bool:
        """Whether their bundles may come every day: they chose so, or what the office is told cannot wait."""
        return self.office or self.rhythm == "daily"

    @property
    def label(self) -> str:
        return self.name or self.address

    @property
    def scheme(self) -> str:
        """The channel that they are written to by: `slack`."""
        return self.reached_at.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the plan. `listed` is False for an owner string that the plan's roles table lacks. Nobody holds one of
    `young_people`, who are never written to (section 5, Who may do what)."""

    abbreviation: str
    title: str = ""
    organisation: str = ""
    listed: bool = True
    elected: bool = False
    school: bool = False
    reads_all: bool = False
    young_people: bool = False

    @property
    def body(self) -> str:
        """The organisation without its department: `BMBC` of `BMBC: Data & Intelligence`."""
        return self.organisation.partition(":")[0].strip()


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner of an action as written, the roles it means, and the people who hold them today."""

    text: str
    roles: tuple[Role, ...]
    people: tuple[Person, ...]

    @property
    def bodies(self) -> frozenset[str]:
        """The organisations this owner answers for; an owner of none stands for itself."""
        return frozenset(role.body or role.abbreviation for role in self.roles) or frozenset({self.text})


@dataclass(frozen=True, slots=True)
class Said:
    """A dated thing somebody said of an action. `by` is the actor's key, `body` the organisations spoken for, a line
    each."""

    kind: str
    at: datetime
    on: date
    by: str
    body: str
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A closure or a new timescale, waiting for the holding group's chair."""

    kind: Literal["closure", "timescale"]
    timescale: Timescale | None
    words: str
    by: str
    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """An alarm raised by a rating; `number` is the history row that raised it."""

    ref: str
    kind: Rag
    by: str
    at: datetime
    number: int
    reason_at: datetime | None
    state: Literal["open", "undone", "closed"]
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What is done about a risk; `owner` is the role that `who` names, if it names one."""

    text: str
    who: str
    by_text: str
    by_on: date | None
    by_exact: bool
    in_place_at: datetime | None
    written_on: date
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A live action. `timescale` is the agreed one, `first_timescale` never changes."""

    id: int
    ref: str
    focus_area: str
    priority: str
    text: str
    owners: tuple[Owner, ...]
    timescale: Timescale
    first_timescale: Timescale
    state: Literal["open", "complete"]
    rag: Rag | None
    rag_by: str
    rag_at: datetime | None
    quiet_until: date | None
    last_entry_on: date | None
    success_criteria: str | None = None
    expected_outcome: str | None = None
    expected_evidence: tuple[str, ...] = ()
    plan_progress: tuple[Entry, ...] = ()
    said: tuple[Said, ...] = ()
    proposal: Proposal | None = None
    escalation: Escalation | None = None
    mitigation: Mitigation | None = None
    moves: tuple[str, ...] = ()  # every agreed timescale after the first, as written

    @property
    def look(self) -> Look:
        return COMPLETE if self.state == "complete" else LOOKS[self.rag]

    @property
    def owner_names(self) -> str:
        return ", ".join(owner.text for owner in self.owners)

    @property
    def bodies(self) -> frozenset[str]:
        return frozenset().union(*(owner.bodies for owner in self.owners))

    def is_overdue(self, day: date) -> bool:
        """Whether its agreed timescale is past on that day and it is not complete."""
        due = self.timescale.due_on
        return self.state == "open" and due is not None and due < day

    def waiting_for(self, since: date) -> frozenset[str]:
        """The organisations among the owners that have not answered on or after that day, or since it came back."""
        answers = self._list_answers(since, "return", "reopen")
        answered = {body for said in answers for body in said.body.split("\n")}
        return frozenset() if "" in answered else self.bodies - answered

    def has_answered(self, person: int, since: date) -> bool:
        """Whether somebody has answered for what this owner owns it as, on or after that day, and nothing came back
        since: they themselves, or somebody of each organisation that they own it for."""
        own = [owner for owner in self.owners if any(one.id == person for one in owner.people)]
        mine = {one.address for owner in own for one in owner.people if one.id == person}
        answers = self._list_answers(since, "return", "reopen", "ask")
        if any(said.by in mine for said in answers):
            return True
        answered = {body for said in answers for body in said.body.split("\n")}
        return bool(own) and ("" in answered or all(owner.bodies <= answered for owner in own))

    def _list_answers(self, since: date, *but_before: str) -> list[Said]:
        """On or after that day, and not before the last thing said of these kinds."""
        back = self.last_said(*but_before)
        answers = [said for said in self.said if said.kind in ANSWERS and said.on >= since]
        return [said for said in answers if back is None or said.at > back.at]

    def quiet_after(self, bodies: Iterable[str], since: date, until: date) -> date | None:
        """How long an answer for these organisations, given now, keeps reminders away: to `until`, once each
        organisation has answered on or after `since`."""
        if self.waiting_for(since) - set(bodies):
            return self.quiet_until
        return max(until, self.quiet_until) if self.quiet_until else until

    def last_said(self, *kinds: str) -> Said | None:
        """The latest thing said of these kinds."""
        return next((said for said in reversed(self.said) if said.kind in kinds), None)

    def reason_for(self, rag: Rag | None) -> str:
        """The latest reason given for that rating, the last time it had it; "" where none was."""
        ratings = [said for said in reversed(self.said) if said.kind == "rating"]
        last_time = takewhile(lambda said: said.value == rag, dropwhile(lambda said: said.value != rag, ratings))
        return next((said.words for said in last_time if said.words), "")

    @property
    def reason(self) -> str:
        """The latest reason given for the rating it has now."""
        return self.reason_for(self.rag)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a group. `slot` is which of the group's cadence it is ("" where somebody gave it); `wished_on` the
    day the cadence names, where another had to be taken; `earlier` the days it was moved away from; `origin` the number
    it keeps when it moves, `sequence` how often it was changed."""

    id: int
    group: str
    starts_at: datetime
    slot: str = ""
    wished_on: date | None = None
    earlier: tuple[date, ...] = ()
    origin: int = 0
    sequence: int = 0
    changed_at: datetime | None = None

    @property
    def to_confirm(self) -> bool:
        return self.wished_on is not None


@dataclass(frozen=True, slots=True)
class Group:
    """A governance group. `holds` are refs of priorities and focus areas; `papers` working days before a meeting, or as
    many as the programme has. `meetings` are those that were or are to be held, none that was cancelled. `members` are
    roles; `readers` whoever has its papers beside the chairs: its members, and the elected leads of what it holds."""

    id: int
    name: str
    purpose: str = ""
    kinds: tuple[str, ...] = ("decides",)
    strategic: bool = False
    chair: str = ""
    chairs: tuple[Person, ...] = ()
    scope: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    reports_to: tuple[str, ...] = ()
    channel: str = ""
    papers: int | None = None
    meetings: tuple[Meeting, ...] = ()
    cadence: str = ""
    members: tuple[str, ...] = ()
    readers: tuple[Person, ...] = ()

    def next_meeting(self, now: datetime) -> Meeting | None:
        return min((m for m in self.meetings if m.starts_at >= now), key=lambda m: m.starts_at, default=None)

    def last_meeting(self, now: datetime) -> Meeting | None:
        return max((m for m in self.meetings if m.starts_at < now), key=lambda m: m.starts_at, default=None)

    @property
    def asks(self) -> bool:
        """Whether it asks owners for updates: not if it is only informed, or the voice of young people or parents."""
        return not {"informed", "voice"} & set(self.kinds)


@dataclass(frozen=True, slots=True)
class Accountable:
    """An accountable lead of a priority: as the plan names it, the role that means, and who holds it today."""

    priority: str
    organisation: str
    text: str
    role: Role | None
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking. `key` is what history keeps; `roles` are abbreviations; `chairs` are names of groups; `covers` are
    those of the roles that are theirs only while somebody is away."""

    key: str
    label: str
    roles: tuple[str, ...] = ()
    chairs: tuple[str, ...] = ()
    office: bool = False
    reads_all: bool = False
    person: Person | None = None
    bodies: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


def find_strategic_group(groups: Sequence[Group]) -> Group | None:
    """The group set with `--strategic`; until then the one whose purpose reads "strategic accountability"."""
    for group in groups:
        if group.strategic:
            return group
    return next((group for group in groups if "strategic accountability" in group.purpose.lower()), None)


def find_holding_group(focus_area: str, priority: str, groups: Sequence[Group]) -> Group | None:
    """The one group that holds an action: by focus area, else by priority, else the strategic group."""
    for ref in (focus_area, priority):
        for group in groups:
            if ref in group.holds:
                return group
    return find_strategic_group(groups)


def covers(group: Group, action: Action) -> bool:
    """Whether a group's digest shows this action; a group without a scope sees everything."""
    return not group.scope or action.focus_area in group.scope or action.priority in group.scope


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """One line of the ledger: of this kind, about this subject (a ref), for this person, falling on this local date.

    `person` 0 stands for nobody; `passed_for` names the role with nobody in it for whom the office has it.
    """

    on: date
    kind: RungKind
    subject: str
    rung: str
    person: int
    passed_for: str = ""
