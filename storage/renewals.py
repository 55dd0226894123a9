"""What was said is kept true: which messages and App Homes show an action, and what is queued to renew them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import outbox as messages
from storage.addresses import OTHERS
from storage.db import PROGRAMME, Tx
from storage.schema import history, meeting, person
from storage.schema_out import home, ledger, outbox

SHOWN_FOR = timedelta(days=35)  # how long a message is kept true: its buttons can be tapped as long, and longer
_OPEN_FOR = timedelta(days=30)  # how long a home that was opened is
_CHANGEABLE = "slack"  # the channel whose messages and homes can be changed
_HOME = "shown"  # what a row of the kind home is about: all of it
_ASKING = ("bundle", "notice")
_DIGESTS = ("pack", "since")
_SOON = timedelta(minutes=6)  # longer than a lease: by then what is being sent has gone, or never will
_GATHERED = timedelta(minutes=10)  # the changes of so long are one edit of a digest; longer than a lease too

_REF: sa.BindParameter[str] = sa.bindparam("ref")
_SHOWN = (
    sa.select(sa.literal("message").label("what"), outbox.c.id, outbox.c.address)
    .join(ledger, ledger.c.outbox_id == outbox.c.id)
    .where(
        ledger.c.programme_id == PROGRAMME,
        ledger.c.subject == _REF,
        outbox.c.scheme == _CHANGEABLE,
        outbox.c.state == "sent",
        outbox.c.settled_at >= sa.bindparam("since", type_=outbox.c.settled_at.type),
    )
)
_UNDER_WAY = sa.select(sa.literal("under way"), outbox.c.id, outbox.c.address).where(
    outbox.c.programme_id == PROGRAMME,
    outbox.c.lease.is_not(None),
    outbox.c.settled_at.is_(None),
    outbox.c.state.in_(("claimed", "sending")),
    outbox.c.kind.in_(_ASKING),
    outbox.c.scheme == _CHANGEABLE,
)
# The notices of every alarm about it: SQLite's index serves a range of keys, and not what begins so.
_BEGINS = {
    "sqlite": sa.and_(outbox.c.key > sa.bindparam("first"), outbox.c.key < sa.bindparam("end")),
    "postgresql": outbox.c.key.like(sa.bindparam("like"), escape="/"),
}
_NOTICES = sa.select(sa.literal("message"), outbox.c.id, outbox.c.address).where(
    outbox.c.programme_id == PROGRAMME,
    outbox.c.scheme == _CHANGEABLE,
    outbox.c.state == "sent",
    outbox.c.settled_at >= sa.bindparam("since", type_=outbox.c.settled_at.type),
)
_PEOPLE: sa.BindParameter[str] = sa.bindparam("people", expanding=True)
_HOMES = sa.select(sa.literal("home"), home.c.id, home.c.address).where(
    home.c.programme_id == PROGRAMME,
    home.c.opened_at >= sa.bindparam("opened", type_=home.c.opened_at.type),
    sa.or_(home.c.address.in_(_PEOPLE), home.c.address.in_(OTHERS.where(person.c.address.in_(_PEOPLE)))),
)
# The digests for meetings that are still to come, whatever is in them. On SQLite too, only what its index serves.
_MEETING: sa.ColumnElement[str] = sa.cast(meeting.c.id, sa.String)
_FOR_IT = {
    "sqlite": sa.or_(
        *(
            sa.and_(outbox.c.key > f"{kind}:" + _MEETING + ":", outbox.c.key < f"{kind}:" + _MEETING + ";")
            for kind in _DIGESTS
        )
    ),
    "postgresql": sa.and_(outbox.c.kind.in_(_DIGESTS), outbox.c.facts["meeting"].as_integer() == meeting.c.id),
}
_AHEAD = (
    sa.select(sa.literal("digest"), outbox.c.id, outbox.c.address)
    .join(meeting, meeting.c.programme_id == outbox.c.programme_id)
    .where(
        meeting.c.programme_id == PROGRAMME,
        meeting.c.starts_at >= sa.bindparam("now", type_=meeting.c.starts_at.type),
        outbox.c.scheme == _CHANGEABLE,
        outbox.c.state.in_(("claimed", "sending", "sent")),
        sa.or_(
            outbox.c.settled_at.is_(None),
            outbox.c.settled_at >= sa.bindparam("since", type_=outbox.c.settled_at.type),
        ),
    )
)
_TOUCHED = {
    dialect: sa.union(_SHOWN, _UNDER_WAY, _NOTICES.where(begins), _AHEAD.where(_FOR_IT[dialect]), _HOMES)
    for dialect, begins in _BEGINS.items()
}


def renew(tx: Tx, ref: str, now: datetime, people: Collection[str]) -> None:
    """An action has changed: queue an edit of every message of late that shows it, and of the homes that do.

    `people` are the addresses of those whose home may show it. Every digest for a meeting to come is queued, a while
    later: whether it has the action is found out then.
    """
    when = {
        "programme": tx.programme,
        "ref": ref,
        "now": now,
        "since": now - SHOWN_FOR,
        "opened": now - _OPEN_FOR,
        "people": list(people),
    }
    dialect, key = tx.conn.dialect.name, f"notice:{ref}"
    if dialect == "sqlite":
        when |= {"first": f"{key}:", "end": f"{key};"}
    else:
        escaped = key.replace("/", "//").replace("%", "/%").replace("_", "/_")
        when |= {"like": f"{escaped}:%"}
    for what, number, address in tx.conn.execute(_TOUCHED[dialect], when).all():
        if what == "message":
            _edit(tx, number, address, now)
        elif what == "under way":  # composed, perhaps, before this change
            _edit(tx, number, address, now + _SOON)
        elif what == "digest":
            facts = {"row": number, "since": now.isoformat()}
            messages.renew(tx, "edit", address, str(number), due_at=now + _GATHERED, facts=facts)
        else:
            _show(tx, address, now)


def renew_homes(tx: Tx, now: datetime, people: Collection[str] | None = None) -> None:
    """Who holds what has changed: queue the homes of these people and of the programme office, as far as they were
    opened of late; of everybody where nobody is named."""
    opened = sa.select(home.c.address).where(home.c.programme_id == tx.programme, home.c.opened_at >= now - _OPEN_FOR)
    if people is not None:
        office = sa.select(person.c.address).where(person.c.programme_id == tx.programme, person.c.office)
        others = OTHERS.where(sa.or_(person.c.office, person.c.address.in_(list(people))))
        theirs = (home.c.address.in_(list(people)), home.c.address.in_(office), home.c.address.in_(others))
        opened = opened.where(sa.or_(*theirs))
    for address in tx.run(opened.order_by(home.c.id)).scalars().all():
        _show(tx, address, now)


def renew_claim(tx: Tx, number: int, now: datetime) -> None:
    """A claim has been answered: queue an edit of what the programme office was asked."""
    for line in messages.list_lines(tx, key_starts=f"claim:{number}:", states=["claimed", "sending", "sent"]):
        if line.address.startswith(f"{_CHANGEABLE}:"):
            _edit(tx, line.id, line.address, now if line.state == "sent" else now + _SOON)


def renew_cancelled(tx: Tx, number: int, starts_at: datetime, now: datetime) -> None:
    """A meeting that was to come was taken away: queue an edit of the digests that were sent for it."""
    for kind in _DIGESTS:
        for line in messages.list_lines(tx, key_starts=f"{kind}:{number}:", states=["claimed", "sending", "sent"]):
            if line.address.startswith(f"{_CHANGEABLE}:"):
                due_at = now if line.state == "sent" else now + _SOON
                facts = {"row": line.id, "cancelled": starts_at.isoformat()}
                messages.renew(tx, "edit", line.address, f"{line.id} cancelled", due_at=due_at, facts=facts)


def open_home(tx: Tx, address: str, page: int, now: datetime) -> None:
    """Somebody looks at this page of their home: remember it, and show it to them now."""
    values = {"page": page, "opened_at": now}
    dialect = postgresql if tx.conn.dialect.name == "postgresql" else sqlite
    new = dialect.insert(home).values(programme_id=tx.programme, address=address, **values)
    tx.conn.execute(new.on_conflict_do_update(index_elements=["programme_id", "address"], set_=values))
    _show(tx, address, now)


@dataclass(frozen=True, slots=True)
class Home:
    """The page of their home that somebody looked at last, and the channel's hash of what is shown there."""

    page: int = 1
    hash: str = ""


def find_home(tx: Tx, address: str) -> Home:
    """Somebody's home; its first page where they never looked at it."""
    query = sa.select(home.c.page).where(home.c.programme_id == tx.programme, home.c.address == address)
    shown = sa.and_(outbox.c.renews == f"home:{address}:{_HOME}", outbox.c.state == "sent")
    last = sa.select(outbox.c.post).where(outbox.c.programme_id == tx.programme, shown).order_by(outbox.c.id.desc())
    return Home(tx.conn.execute(query).scalar() or 1, tx.conn.execute(last.limit(1)).scalar() or "")


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that stands in a channel: what it was composed from, what it said and when, and where it is."""

    key: str
    kind: str
    address: str
    facts: dict[str, Any]
    lines: tuple[int, ...]
    at: datetime
    conversation: str
    post: str


def find_sent(tx: Tx, number: int) -> Sent | None:
    """The message of that row of the outbox; None where it has not gone, or is forgotten."""
    row = tx.conn.execute(
        sa.select(outbox).where(outbox.c.programme_id == tx.programme, outbox.c.id == number, outbox.c.state == "sent")
    ).one_or_none()
    if row is None or not row.said or not row.post:
        return None
    said_at = datetime.fromisoformat(row.said["at"])
    lines = tuple(row.said.get("lines", ()))
    return Sent(row.key, row.kind, row.address, row.facts, lines, said_at, row.conversation, row.post)


def list_changed(tx: Tx, since: datetime) -> list[str]:
    """The actions about which something was recorded since an instant."""
    query = sa.select(history.c.ref).where(history.c.programme_id == tx.programme, history.c.at >= since)
    return list(tx.conn.execute(query.where(history.c.ref.is_not(None)).distinct().order_by(history.c.ref)).scalars())


def has_been_withdrawn(tx: Tx, address: str, number: int) -> bool:
    """Whether the message of that row was edited because something in it was redacted."""
    return _find_last(tx, f"edit:{address}:{number} redacted", "sent") is not None


def tell_channel(tx: Tx, address: str, ref: str, was: str, now: datetime, due_at: datetime, *, hears: bool) -> None:
    """Queue what a channel is told of a change of rating: a message of its own, or, where one stands there already and
    can be changed, that it is edited and a line in its thread. What is due already waits as long, and will say both.

    `was` is the rating's mark before this change; `hears` whether the channel wants to be told the first time.
    """
    first = _find_last(tx, f"channel:{address}:{ref}")
    facts = {"ref": ref, "was": was}
    if not _stands(first, now):
        if hears or (first is not None and first.state == "due"):
            _put(tx, "channel", address, ref, due_at, facts)
        return
    _put(tx, "channel", address, f"{ref} then", due_at, facts | {"first": first.id})
    _put(tx, "edit", address, str(first.id), due_at, {"row": first.id})


def renew_told(tx: Tx, address: str, ref: str, now: datetime, due_at: datetime) -> None:
    """Queue an edit of what a channel was told of an action, where it stands there still."""
    first = _find_last(tx, f"channel:{address}:{ref}")
    if _stands(first, now):
        _put(tx, "edit", address, str(first.id), due_at, {"row": first.id})


def _stands(first: Any, now: datetime) -> bool:
    """Whether a message to a channel is there, or nearly, and can be changed."""
    if first is None or first.scheme != _CHANGEABLE:
        return False
    return first.state in ("claimed", "sending") or (first.state == "sent" and first.settled_at >= now - SHOWN_FOR)


def _put(tx: Tx, kind: str, address: str, subject: str, due_at: datetime, facts: dict[str, Any]) -> None:
    if not messages.renew(tx, kind, address, subject, due_at=due_at, facts=facts):
        waiting = _find_last(tx, f"{kind}:{address}:{subject}")
        if waiting is not None:
            messages.move(tx, waiting.key, due_at)


def _find_last(tx: Tx, renews: str, *states: str) -> Any:
    mine = sa.and_(outbox.c.programme_id == tx.programme, outbox.c.renews == renews)
    if states:
        mine = sa.and_(mine, outbox.c.state.in_(states))
    return tx.conn.execute(sa.select(outbox).where(mine).order_by(outbox.c.id.desc()).limit(1)).one_or_none()


def _edit(tx: Tx, number: int, address: str, due_at: datetime) -> None:
    messages.renew(tx, "edit", address, str(number), due_at=due_at, facts={"row": number})


def _show(tx: Tx, address: str, now: datetime) -> None:
    messages.renew(tx, "home", address, _HOME, due_at=now, facts={})
