"""Actions: read as facts, and every change to one recorded with its history, entries and alarms at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from programme.facts import Action, Actor, Escalation, Mitigation, Proposal, Said
from programme.messages import Button, UserError
from programme.plan import Entry
from programme.rag import Rag
from programme.refs import bare_key, nearest_refs, ref_key
from programme.timescales import Timescale
from programme.updates import Update
from storage.db import Tx, insert
from storage.history import Row, record
from storage.people import Directory
from storage.schema import action, entry, escalation, focus_area, mitigation, owner, proposal, words


def get_action(tx: Tx, typed: str, directory: Directory, command: str = "action") -> Action:
    """The action of a reference however it was typed.

    UserError where there is none: a focus area lists its actions, anything else offers the nearest as `command`.
    """
    key, bare = ref_key(typed), bare_key(typed)
    here = sa.and_(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
    rows = tx.conn.execute(sa.select(action).where(here, action.c.ref_key == key)).all()
    if not rows and key == bare:
        rows = tx.conn.execute(sa.select(action).where(here, action.c.bare_key == bare)).all()
    if len(rows) == 1:
        return _build(tx, rows, directory)[0]
    raise _unknown(tx, typed, [row.ref for row in rows], command)


def list_actions(
    tx: Tx,
    directory: Directory,
    *,
    refs: Sequence[str] | None = None,
    only_open: bool = False,
    due_before: date | None = None,
) -> list[Action]:
    """Actions in the plan's order: all, or only these refs, the open ones, those due before a day."""
    query = sa.select(action).where(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
    if refs is not None:
        query = query.where(action.c.ref.in_(refs))
    if only_open:
        query = query.where(action.c.state == "open")
    if due_before is not None:
        query = query.where(action.c.due_on < due_before)
    return _build(tx, tx.conn.execute(query.order_by(action.c.position)).all(), directory)


def record_update(
    tx: Tx, one: Action, update: Update, actor: Actor, *, now: datetime, today: date, account: str = ""
) -> int:
    """Write what was decided: history row, the action's facts, the entry, the alarm, the proposal, the mitigation.

    Returns the history row's number.
    """
    columns = dict(update.columns)
    if "rag" in columns:
        columns["rag_at"] = now
    row = tx.conn.execute(sa.select(action).where(action.c.id == one.id)).one()
    facts = {
        "value": update.value,
        "before": {name: _plain(getattr(row, name)) for name in columns},
        "after": {name: _plain(value) for name, value in columns.items()},
        # What an undo opens again.
        "alarm": one.escalation.number if update.alarm and one.escalation and one.escalation.state == "open" else None,
        "proposal": one.proposal.number if one.proposal and (update.propose or update.decide) else None,
    }
    number, words_id = record(
        tx, update.verb, actor=actor.key, now=now, ref=one.ref, facts=facts, text=update.words, account=account
    )
    if columns:
        tx.conn.execute(sa.update(action).where(action.c.id == one.id).values(**columns))
    if update.entry:
        insert(
            tx,
            entry,
            action_id=one.id,
            kind=update.entry,
            on_date=today,
            at=now,
            by=actor.key,
            organisation=_spoken_for(one, actor),
            value=update.value,
            words_id=words_id,
            number=number,
        )
    _record_alarm(tx, one, update, actor, now, number)
    _record_proposal(tx, one, update, actor, now, number, words_id)
    if update.mitigation:
        by = update.mitigation.by
        insert(
            tx,
            mitigation,
            action_id=one.id,
            words_id=words_id,
            who=update.mitigation.who,
            by_text=by.text if by else "",
            by_on=by.due_on if by else None,
            number=number,
        )
    if update.verb == "in_place":
        tx.conn.execute(
            sa.update(mitigation)
            .where(mitigation.c.action_id == one.id, mitigation.c.in_place_at.is_(None))
            .values(in_place_at=now)
        )
    return number


def undo(tx: Tx, row: Row, actor: Actor, *, now: datetime, account: str = "") -> Escalation | None:
    """Take back one row's change; history keeps both. Returns the alarm it had raised, if any.

    UserError where somebody has changed the same facts since.
    """
    current = tx.conn.execute(
        sa.select(action).where(action.c.programme_id == tx.programme, action.c.ref == row.ref)
    ).one()
    before, after = row.facts.get("before", {}), row.facts.get("after", {})
    contested = {name for name in after if name not in ("quiet_until", "last_entry_on")}
    if any(_plain(getattr(current, name)) != after[name] for name in contested):
        raise UserError(f"{row.ref} has been changed by somebody since: see history {row.ref}.")
    if before:
        values = {name: _typed(name, value) for name, value in before.items()}
        tx.conn.execute(sa.update(action).where(action.c.id == current.id).values(**values))
    tx.conn.execute(
        sa.update(entry).where(entry.c.action_id == current.id, entry.c.number == row.number).values(undone_at=now)
    )
    tx.conn.execute(
        sa.update(mitigation)
        .where(mitigation.c.action_id == current.id, mitigation.c.number == row.number)
        .values(undone_at=now)
    )
    tx.conn.execute(
        sa.update(proposal)
        .where(proposal.c.action_id == current.id, proposal.c.number == row.number)
        .values(state="undone")
    )
    tx.conn.execute(
        sa.update(mitigation)
        .where(mitigation.c.action_id == current.id, mitigation.c.in_place_at == row.at)
        .values(in_place_at=None)
    )
    for table, name in ((escalation, "alarm"), (proposal, "proposal")):
        if row.facts.get(name):
            reopened = sa.and_(table.c.action_id == current.id, table.c.number == row.facts[name])
            tx.conn.execute(sa.update(table).where(reopened).values(state="open"))
    alarm = tx.conn.execute(
        sa.select(escalation).where(escalation.c.action_id == current.id, escalation.c.number == row.number)
    ).one_or_none()
    if alarm:
        tx.conn.execute(sa.update(escalation).where(escalation.c.id == alarm.id).values(state="undone"))
    record(tx, "undo", actor=actor.key, now=now, ref=row.ref, facts={"undoes": row.number}, account=account)
    return _as_alarm(alarm, str(row.ref)) if alarm else None


def find_escalation(tx: Tx, number: int) -> Escalation | None:
    """The alarm that a history row raised."""
    row = tx.conn.execute(
        sa.select(escalation, action.c.ref)
        .join(action, escalation.c.action_id == action.c.id)
        .where(escalation.c.programme_id == tx.programme, escalation.c.number == number)
    ).one_or_none()
    return _as_alarm(row, row.ref) if row else None


def list_focus_area(tx: Tx, typed: str) -> tuple[str, list[str]]:
    """The focus area of that reference and its actions' refs; ("", []) where there is none."""
    key, bare = ref_key(typed), bare_key(typed)
    rows = tx.conn.execute(sa.select(focus_area.c.ref).where(focus_area.c.programme_id == tx.programme)).all()
    found = [row.ref for row in rows if ref_key(row.ref) == key] or [
        row.ref for row in rows if key == bare and bare_key(row.ref) == bare
    ]
    if len(found) != 1:
        return "", []
    query = (
        sa.select(action.c.ref)
        .where(
            action.c.programme_id == tx.programme,
            action.c.focus_area_ref == found[0],
            action.c.gone_at.is_(None),
        )
        .order_by(action.c.position)
    )
    return found[0], [row.ref for row in tx.conn.execute(query)]


def _unknown(tx: Tx, typed: str, several: list[str], command: str) -> UserError:
    def offer(refs: list[str]) -> tuple[Button, ...]:
        return tuple(Button(ref, f"{command} {ref}") for ref in refs)

    if several:
        return UserError(f"“{typed}” could be {' or '.join(several)}. Which one?", offer(several))
    area, refs = list_focus_area(tx, typed)
    if area:
        return UserError(f"{area} is a focus area. Its actions are {', '.join(refs)}. Which one?", offer(refs))
    known = [
        row.ref
        for row in tx.conn.execute(
            sa.select(action.c.ref).where(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
        )
    ]
    if not known:
        return UserError("There is no plan yet: the programme office imports one with halfterm import FILE.")
    near = nearest_refs(typed, known)
    if not near:
        return UserError(f"There is no action {typed}. Type actions to see yours.")
    return UserError(f"There is no action {typed}. Did you mean {' or '.join(near)}?", offer(near))


def _record_alarm(tx: Tx, one: Action, update: Update, actor: Actor, now: datetime, number: int) -> None:
    still_open = sa.and_(escalation.c.action_id == one.id, escalation.c.state == "open")
    if update.alarm in ("raise", "close"):
        tx.conn.execute(sa.update(escalation).where(still_open).values(state="closed"))
    if update.alarm == "raise":
        insert(
            tx,
            escalation,
            action_id=one.id,
            kind=update.rag,
            by=actor.key,
            at=now,
            number=number,
            reason_at=now if update.words else None,
        )
    if update.alarm == "explain":
        tx.conn.execute(sa.update(escalation).where(still_open, escalation.c.reason_at.is_(None)).values(reason_at=now))
    if update.verb == "ack":
        tx.conn.execute(sa.update(escalation).where(still_open).values(acknowledged_at=now, acknowledged_by=actor.key))


def _record_proposal(
    tx: Tx, one: Action, update: Update, actor: Actor, now: datetime, number: int, words_id: int | None
) -> None:
    still_open = sa.and_(proposal.c.action_id == one.id, proposal.c.state == "open")
    if update.decide:
        tx.conn.execute(sa.update(proposal).where(still_open).values(state=update.decide))
    if update.propose:
        tx.conn.execute(sa.update(proposal).where(still_open).values(state="returned"))
        when = update.timescale
        insert(
            tx,
            proposal,
            action_id=one.id,
            kind=update.propose,
            timescale=when.text if when else "",
            due_on=when.due_on if when else None,
            due_exact=when.exact if when else False,
            words_id=words_id,
            by=actor.key,
            at=now,
            number=number,
        )


def _build(tx: Tx, rows: Sequence[Any], directory: Directory) -> list[Action]:
    """Rows of the action table as facts, with a fixed number of reads however many there are."""
    ids = [row.id for row in rows]
    owners: dict[int, list[str]] = defaultdict(list)
    for row in _of(tx, sa.select(owner).order_by(owner.c.action_id, owner.c.position), owner, ids):
        owners[row.action_id].append(row.text)
    said: dict[int, list[Said]] = defaultdict(list)
    planned: dict[int, list[Entry]] = defaultdict(list)
    moved: dict[int, list[str]] = defaultdict(list)
    query = sa.select(entry, words.c.text).outerjoin(words, entry.c.words_id == words.c.id).order_by(entry.c.id)
    for row in _of(tx, query.where(entry.c.undone_at.is_(None)), entry, ids):
        if row.number is None:
            planned[row.action_id].append(Entry(row.on_date, row.text or ""))
        else:
            said[row.action_id].append(
                Said(row.kind, row.at, row.on_date, row.by, row.organisation, row.value, row.text or "")
            )
    proposals: dict[int, Proposal] = {}
    query = (
        sa.select(proposal, words.c.text).outerjoin(words, proposal.c.words_id == words.c.id).order_by(proposal.c.id)
    )
    for row in _of(tx, query.where(proposal.c.state.in_(("open", "agreed"))), proposal, ids):
        if row.state == "open":
            proposals[row.action_id] = _as_proposal(row)
        elif row.kind == "timescale":
            moved[row.action_id].append(row.timescale)
    alarms: dict[int, Any] = {}
    for row in _of(
        tx, sa.select(escalation).where(escalation.c.state != "undone").order_by(escalation.c.id), escalation, ids
    ):
        alarms[row.action_id] = row
    mitigations: dict[int, Mitigation] = {}
    query = (
        sa.select(mitigation, words.c.text).join(words, mitigation.c.words_id == words.c.id).order_by(mitigation.c.id)
    )
    for row in _of(tx, query.where(mitigation.c.undone_at.is_(None)), mitigation, ids):
        mitigations[row.action_id] = Mitigation(row.text or "", row.who, row.by_text, row.by_on, row.in_place_at)
    resolved = {text: directory.resolve(text) for texts in owners.values() for text in texts}
    return [
        Action(
            id=row.id,
            ref=row.ref,
            focus_area=row.focus_area_ref,
            priority=row.priority_ref,
            text=row.text,
            owners=tuple(resolved[text] for text in owners[row.id]),
            timescale=Timescale(row.timescale, row.due_on, row.due_exact, row.due_state, None),
            first_timescale=Timescale(row.first_timescale, row.first_due_on, False, row.due_state, None),
            state=row.state,
            rag=Rag(row.rag) if row.rag else None,
            rag_by=row.rag_by,
            rag_at=row.rag_at,
            quiet_until=row.quiet_until,
            last_entry_on=row.last_entry_on,
            success_criteria=row.success_criteria,
            expected_outcome=row.expected_outcome,
            expected_evidence=tuple(row.expected_evidence),
            plan_progress=tuple(planned[row.id]),
            said=tuple(said[row.id]),
            proposal=proposals.get(row.id),
            escalation=_as_alarm(alarms[row.id], row.ref) if row.id in alarms else None,
            mitigation=mitigations.get(row.id),
            moves=tuple(moved[row.id]),
        )
        for row in rows
    ]


def _of(tx: Tx, query: sa.Select[Any], table: sa.Table, ids: Sequence[int]) -> Sequence[Any]:
    """Rows about these actions: by id for a few, by programme for many (a list of thousands is no condition)."""
    if len(ids) > 500:
        wanted = set(ids)
        rows = tx.conn.execute(query.where(table.c.programme_id == tx.programme)).all()
        return [row for row in rows if row.action_id in wanted]
    return tx.conn.execute(query.where(table.c.action_id.in_(ids))).all() if ids else []


def _as_proposal(row: Any) -> Proposal:
    when = Timescale(row.timescale, row.due_on, row.due_exact, "dated", None) if row.kind == "timescale" else None
    return Proposal(row.kind, when, row.text or "", row.by, row.at, row.number)


def _as_alarm(row: Any, ref: str) -> Escalation:
    return Escalation(ref, Rag(row.kind), row.by, row.at, row.number, row.reason_at, row.state, row.acknowledged_at)


def _spoken_for(one: Action, actor: Actor) -> str:
    """The owners' organisation that this actor answers for; "" for the chair and the office, who answer for all."""
    mine = [body for body in actor.bodies if body in one.bodies]
    return mine[0] if mine else ""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Rag) else value


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name.endswith("_on") or name == "quiet_until" else value
