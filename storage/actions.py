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
from programme.refs import bare_key, nearest_refs, ref_key, split_refs
from programme.timescales import Timescale, parse_timescale
from programme.updates import Update
from storage.db import PROGRAMME, Tx, insert
from storage.history import record
from storage.people import Directory
from storage.schema import action, entry, escalation, focus_area, history, mitigation, owner, proposal, words

_HERE = sa.select(action).where(action.c.programme_id == PROGRAMME, action.c.gone_at.is_(None))
_BY_REF = _HERE.where(action.c.ref_key == sa.bindparam("key"))
_BY_BARE_REF = _HERE.where(action.c.bare_key == sa.bindparam("key"))
_ONE: sa.BindParameter[int] = sa.bindparam("action")
_ROW = sa.select(action).where(action.c.id == _ONE)
# Changes: the columns are those that values are given for.
_CHANGE = sa.update(action).where(action.c.id == _ONE)
_CHANGE_ALARM = sa.update(escalation).where(escalation.c.action_id == _ONE, escalation.c.state == "open")
_EXPLAIN_ALARM = _CHANGE_ALARM.where(escalation.c.reason_at.is_(None))
_CHANGE_PROPOSAL = sa.update(proposal).where(proposal.c.action_id == _ONE, proposal.c.state == "open")
_CHANGE_MITIGATION = sa.update(mitigation).where(mitigation.c.action_id == _ONE, mitigation.c.in_place_at.is_(None))


def _about(table: sa.Table, query: sa.Select[Any]) -> tuple[sa.Select[Any], ...]:
    """The query of the rows about one action, about a few, `ids`, and about all."""
    return (
        query.where(table.c.action_id == _ONE),
        query.where(table.c.action_id.in_(sa.bindparam("ids", expanding=True))),
        query.where(table.c.programme_id == PROGRAMME),
    )


def _with_words(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table, words.c.text).outerjoin(words, table.c.words_id == words.c.id).order_by(table.c.id)


_OWNERS = _about(owner, sa.select(owner).order_by(owner.c.action_id, owner.c.position))
_ENTRIES = _about(entry, _with_words(entry).where(entry.c.undone_at.is_(None)))
_PROPOSALS = _about(proposal, _with_words(proposal).where(proposal.c.state.in_(("open", "agreed"))))
_ALARMS = _about(escalation, sa.select(escalation).where(escalation.c.state != "undone").order_by(escalation.c.id))
_MITIGATIONS = _about(
    mitigation,
    sa.select(mitigation, words.c.text, history.c.at)
    .join(words, mitigation.c.words_id == words.c.id)
    .join(
        history,
        sa.and_(history.c.programme_id == mitigation.c.programme_id, history.c.number == mitigation.c.number),
    )
    .where(mitigation.c.undone_at.is_(None))
    .order_by(mitigation.c.id),
)

_LONGEST_BUTTON = 1_900  # characters that every channel's button carries


def get_action(tx: Tx, typed: str, directory: Directory, command: str = "action") -> tuple[Action, str]:
    """The action whose reference words begin with, however it was typed, and the rest of the words.

    UserError where there is none: a focus area lists its actions, anything else offers the nearest, each as `command`
    with the rest of the words.
    """
    readings = split_refs(typed) or [(typed, "")]
    for ref, rest in readings:
        rows = _find_rows(tx, ref)
        if len(rows) == 1:
            return build_actions(tx, rows, directory)[0], rest
    raise _unknown(tx, readings, command)


def names_action(tx: Tx, typed: str) -> bool:
    """Whether words begin with the reference of an action."""
    return any(_find_rows(tx, ref) for ref, _rest in split_refs(typed))


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
    return build_actions(tx, tx.conn.execute(query.order_by(action.c.position)).all(), directory)


def record_update(
    tx: Tx, one: Action, update: Update, actor: Actor, *, now: datetime, today: date, account: str = ""
) -> int:
    """Write what was decided: history row, the action's facts, the entry, the alarm, the proposal, the mitigation.

    Returns the history row's number.
    """
    columns = dict(update.columns)
    if "rag" in columns:
        columns["rag_at"] = now
    row = tx.run(_ROW, action=one.id).one()
    open_alarm = one.escalation.number if one.escalation and one.escalation.state == "open" else None
    facts = {
        "value": update.value,
        "before": {name: as_json(getattr(row, name)) for name in columns},
        "after": {name: as_json(value) for name, value in columns.items()},
        # What an undo opens again.
        "alarm": open_alarm if update.alarm in ("raise", "close") else None,
        "proposal": one.proposal.number if one.proposal and (update.propose or update.decide) else None,
    }
    number, words_id = record(
        tx, update.verb, actor=actor.key, now=now, ref=one.ref, facts=facts, text=update.words, account=account
    )
    if columns:
        tx.run(_CHANGE, action=one.id, **columns)
    if update.entry:
        insert(
            tx,
            entry,
            action_id=one.id,
            kind=update.entry,
            on_date=today,
            at=now,
            by=actor.key,
            organisation=spoken_for(one, actor),
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
        tx.run(_CHANGE_MITIGATION, action=one.id, in_place_at=now)
    return number


def find_said(tx: Tx, number: int) -> Said | None:
    """What was said in a history row; None where it was taken back."""
    query = sa.select(entry, words.c.text).outerjoin(words, entry.c.words_id == words.c.id)
    mine = sa.and_(entry.c.programme_id == tx.programme, entry.c.number == number, entry.c.undone_at.is_(None))
    row = tx.conn.execute(query.where(mine)).one_or_none()
    return _as_said(row) if row else None


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


def list_areas(tx: Tx, priority: str) -> list[str]:
    """The focus areas of the priority of that reference; [] where there is none."""
    query = sa.select(focus_area.c.ref, focus_area.c.priority_ref).where(focus_area.c.programme_id == tx.programme)
    rows = tx.conn.execute(query.order_by(focus_area.c.position))
    return [row.ref for row in rows if ref_key(row.priority_ref) == ref_key(priority)]


def _find_rows(tx: Tx, ref: str) -> Sequence[Any]:
    """The action of a reference; several where `2.3c` fits more than one scheme."""
    key, bare = ref_key(ref), bare_key(ref)
    return tx.run(_BY_REF, key=key).all() or (tx.run(_BY_BARE_REF, key=bare).all() if key == bare else [])


def _unknown(tx: Tx, readings: Sequence[tuple[str, str]], command: str) -> UserError:
    """What to say of words that name no action: readings of it as split_refs gives them, the longest first."""

    def offer(refs: Sequence[str], rest: str) -> tuple[Button, ...]:
        return tuple(Button(ref, fit_command(command, ref, rest)) for ref in refs)

    typed, rest = readings[0]
    for ref, after in readings:
        if several := [row.ref for row in _find_rows(tx, ref)]:
            return UserError(f"“{ref}” could be {_either(several)}: which one do you mean?", offer(several, after))
        area, refs = list_focus_area(tx, ref)
        if area:
            which = f"say which of its actions you mean, {_either(refs)}" if refs else "it has no actions"
            return UserError(f"{area} is a focus area: {which}.", offer(refs, after))
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
        return UserError(f"There is no action {typed[:40]}: type actions to see yours.")
    return UserError(f"There is no action {typed[:40]}: did you mean {_either(near)}?", offer(near, rest))


def fit_command(*parts: str) -> str:
    """A command that a button can hold; too long a one leaves out what would be cut."""
    whole = " ".join(part for part in parts if part)
    return whole if len(whole) <= _LONGEST_BUTTON else " ".join(parts[:-1])


def _either(refs: Sequence[str]) -> str:
    return refs[0] if len(refs) == 1 else f"{', '.join(refs[:-1])} or {refs[-1]}"


def _record_alarm(tx: Tx, one: Action, update: Update, actor: Actor, now: datetime, number: int) -> None:
    if update.alarm in ("raise", "close"):
        tx.run(_CHANGE_ALARM, action=one.id, state="closed")
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
            **({"acknowledged_at": now, "acknowledged_by": actor.key} if update.seen else {}),
        )
    if update.alarm == "explain":
        tx.run(_EXPLAIN_ALARM, action=one.id, reason_at=now)
    if update.verb == "ack":
        tx.run(_CHANGE_ALARM, action=one.id, acknowledged_at=now, acknowledged_by=actor.key)


def _record_proposal(
    tx: Tx, one: Action, update: Update, actor: Actor, now: datetime, number: int, words_id: int | None
) -> None:
    if update.decide:
        tx.run(_CHANGE_PROPOSAL, action=one.id, state=update.decide)
    if update.propose:
        tx.run(_CHANGE_PROPOSAL, action=one.id, state="returned")
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


def build_actions(tx: Tx, rows: Sequence[Any], directory: Directory) -> list[Action]:
    """Rows of the action table as facts, with a fixed number of reads however many there are."""
    ids = [row.id for row in rows]
    owners: dict[int, list[str]] = defaultdict(list)
    for row in _of(tx, _OWNERS, ids):
        owners[row.action_id].append(row.text)
    said: dict[int, list[Said]] = defaultdict(list)
    planned: dict[int, list[Entry]] = defaultdict(list)
    moved: dict[int, list[str]] = defaultdict(list)
    for row in _of(tx, _ENTRIES, ids):
        if row.number is None:
            planned[row.action_id].append(Entry(row.on_date, row.text or ""))
        else:
            said[row.action_id].append(_as_said(row))
    proposals: dict[int, Proposal] = {}
    for row in _of(tx, _PROPOSALS, ids):
        if row.state == "open":
            proposals[row.action_id] = _as_proposal(row)
        elif row.kind == "timescale":
            moved[row.action_id].append(row.timescale)
    alarms: dict[int, Any] = {}
    for row in _of(tx, _ALARMS, ids):
        alarms[row.action_id] = row
    mitigations: dict[int, Mitigation] = {}
    for row in _of(tx, _MITIGATIONS, ids):
        mitigations[row.action_id] = Mitigation(
            row.text or "",
            row.who,
            row.by_text,
            row.by_on,
            parse_timescale(row.by_text).exact,
            row.in_place_at,
            row.at.date(),
            directory.resolve(row.who) if row.who else None,
        )
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


def _of(tx: Tx, queries: tuple[sa.Select[Any], ...], ids: Sequence[int]) -> Sequence[Any]:
    """Rows about these actions: by id for a few, by programme for many (a list of thousands is no condition)."""
    one, few, many = queries
    if len(ids) > 500:
        wanted = set(ids)
        return [row for row in tx.run(many).all() if row.action_id in wanted]
    if len(ids) == 1:
        return tx.run(one, action=ids[0]).all()
    return tx.run(few, ids=ids).all() if ids else []


def _as_said(row: Any) -> Said:
    return Said(row.kind, row.at, row.on_date, row.by, row.organisation, row.value, row.text or "")


def _as_proposal(row: Any) -> Proposal:
    when = Timescale(row.timescale, row.due_on, row.due_exact, "dated", None) if row.kind == "timescale" else None
    return Proposal(row.kind, when, row.text or "", row.by, row.at, row.number)


def _as_alarm(row: Any, ref: str) -> Escalation:
    facts = (row.by, row.at, row.number, row.reason_at, row.state, row.acknowledged_at, row.acknowledged_by)
    return Escalation(ref, Rag(row.kind), *facts)


def spoken_for(one: Action, actor: Actor) -> str:
    """The owners' organisations that this actor answers for, a line each; "" for the chair and the office, who answer
    for all."""
    return "\n".join(sorted(set(actor.bodies) & one.bodies))


def as_json(value: Any) -> Any:
    """A fact as the history keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Rag) else value
