"""A plan into the tables: the first import and every later one. Updates made since are kept, nothing is wiped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from programme.messages import UserError
from programme.plan import Metric, Plan, PlanAction, Point
from programme.refs import bare_key, nearest_refs, ref_key
from programme.timescales import parse_timescale
from storage.db import Tx, insert
from storage.history import keep_words, record
from storage.people import name_key
from storage.schema import (
    action,
    entry,
    focus_area,
    former_name,
    governance_group,
    holder,
    last_plan,
    lead,
    metric_point,
    owner,
    priority,
    programme,
    proposal,
    rating_definition,
    role,
    words,
)


def find_last_plan(tx: Tx) -> dict[str, Any] | None:
    """The plan as last imported, in the form `store_plan` was given; None before the first import."""
    plan: dict[str, Any] | None
    plan = tx.conn.execute(sa.select(last_plan.c.plan).where(last_plan.c.programme_id == tx.programme)).scalar()
    return plan


def store_plan(
    tx: Tx, plan: Plan, before: Plan | None, as_dict: Mapping[str, Any], *, actor: str, account: str, now: datetime
) -> list[str]:
    """Bring the tables from the plan imported `before` (None: the first time) to this one.

    Only what differs between the two files is applied, so that ratings, timescales and entries given since stay.
    Returns what was kept against the file, one sentence each.
    """
    _replace(
        tx, priority, [{"ref": one.ref, "title": one.title, "position": n} for n, one in enumerate(plan.priorities)]
    )
    leads = [(one.ref, each) for one in plan.priorities for each in one.leads]
    _replace(
        tx,
        lead,
        [
            {"priority_ref": ref, "organisation": each.organisation, "role": each.role, "position": n}
            for n, (ref, each) in enumerate(leads)
        ],
    )
    _replace(
        tx,
        focus_area,
        [
            {"ref": one.ref, "priority_ref": one.priority, "text": one.text, "position": n}
            for n, one in enumerate(plan.focus_areas)
        ],
    )
    _replace(tx, rating_definition, [{"name": one.name, "definition": one.definition} for one in plan.ratings])
    _replace(
        tx,
        metric_point,
        [
            {
                "ref": metric.ref,
                "position": n,
                "period": point.period,
                "due_on": parse_timescale(point.period.partition("(")[0]).due_on,
                "text": point.text,
            }
            for metric in plan.metrics
            for n, point in enumerate(metric.points)
        ],
    )
    _store_roles(tx, plan)
    _store_groups(tx, plan)
    kept = _store_actions(tx, plan, before, now)
    facts = {"actions": len(plan.actions), "kept": len(kept)}
    record(tx, "import", actor=actor, account=account, now=now, facts=facts)
    _replace(tx, last_plan, [{"plan": dict(as_dict)}])
    if before is None:
        values = {"imported_at": now, "name": plan.title}
        tx.conn.execute(sa.update(programme).where(programme.c.id == tx.programme).values(**values))
    return kept


def _replace(tx: Tx, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    tx.conn.execute(sa.delete(table).where(table.c.programme_id == tx.programme))
    if rows:
        tx.conn.execute(sa.insert(table), [{"programme_id": tx.programme, **row} for row in rows])


def _store_roles(tx: Tx, plan: Plan) -> None:
    """Roles of the table, and one for each owner string that it lacks. A role that is held or marked stays."""
    query = sa.select(role).where(role.c.programme_id == tx.programme).order_by(role.c.position, role.c.id)
    stored = tx.conn.execute(query).all()
    listed = {name.casefold() for one in plan.roles for name in (one.abbreviation, one.title)}
    former = _list_former(tx, "role", {one.abbreviation for one in plan.roles} | {row.abbreviation for row in stored})
    known_texts = listed | {text.casefold() for text in former}
    strings = dict.fromkeys(text for one in plan.actions for text in one.owners if text.casefold() not in known_texts)
    wanted = [(one.abbreviation, one.title, one.organisation, "table") for one in plan.roles]
    wanted += [(text, "", "", "owner") for text in strings]
    known = _pair_roles(stored, [(former.get(abbreviation, abbreviation), title) for abbreviation, title, *_ in wanted])
    for position, (abbreviation, title, organisation, source) in enumerate(wanted):
        values = {"organisation": organisation, "source": source, "position": position, "title": title}
        before = known[position]
        if before is None or before.title != title:
            values["elected"] = "council member" in title.lower() or "councillor" in title.lower()
        if before is None:
            insert(tx, role, abbreviation=abbreviation, **values)
        else:
            tx.conn.execute(sa.update(role).where(role.c.id == before.id).values(**values))
    kept = {one.id for one in known if one}
    kept |= {one.id for one in stored if one.young_people or one.school or one.reads_all}
    kept |= set(tx.conn.execute(sa.select(holder.c.role_id).where(holder.c.programme_id == tx.programme)).scalars())
    gone = [row.id for row in stored if row.id not in kept]
    if gone:
        tx.conn.execute(sa.delete(role).where(role.c.id.in_(gone)))


def _list_former(tx: Tx, kind: str, here: Set[str]) -> dict[str, str]:
    """What a name of before is called now, where that is here and the old one is no other's by now."""
    names = sa.select(former_name.c.name, former_name.c.now).where(
        former_name.c.programme_id == tx.programme, former_name.c.kind == kind
    )
    return {row.name: row.now for row in tx.conn.execute(names) if row.now in here}


def _pair_roles(stored: Sequence[Any], wanted: Sequence[tuple[str, str]]) -> list[Any | None]:
    """For each role wanted (abbreviation, title) the stored one that it is, or None where it is new.

    The same abbreviation with another title is the same role, renamed: who holds it goes on holding it.
    """
    free: dict[tuple[str, str | None], list[Any]] = defaultdict(list)
    for row in reversed(stored):
        free[row.abbreviation, row.title].append(row)
        free[row.abbreviation, None].append(row)
    taken: set[int] = set()

    def take(abbreviation: str, title: str | None) -> Any | None:
        rows = free[abbreviation, title]
        while rows:
            row = rows.pop()
            if row.id not in taken:
                taken.add(row.id)
                return row
        return None

    exact = [take(abbreviation, title) for abbreviation, title in wanted]
    return [one or take(abbreviation, None) for one, (abbreviation, _title) in zip(exact, wanted, strict=True)]


def _store_groups(tx: Tx, plan: Plan) -> None:
    """Add groups and bring purposes up to date; chairs, meetings and what the office set stay."""
    stored = {
        row.name.casefold(): row.id
        for row in tx.conn.execute(sa.select(governance_group).where(governance_group.c.programme_id == tx.programme))
    }
    names = sa.select(governance_group.c.name).where(governance_group.c.programme_id == tx.programme)
    for name, now in _list_former(tx, "group", set(tx.conn.execute(names).scalars())).items():
        stored.setdefault(name.casefold(), stored[now.casefold()])
    for position, group in enumerate(plan.groups):
        group_id = stored.get(group.name.casefold())
        if group_id is None:
            stored[group.name.casefold()] = insert(
                tx,
                governance_group,
                name=group.name,
                purpose=group.purpose,
                kinds=_guess_kinds(group.name, group.purpose),
                holds=[],
                reports_to=[],
                members=[],
                position=position,
            )
        else:
            tx.conn.execute(
                sa.update(governance_group)
                .where(governance_group.c.id == group_id)
                .values(purpose=group.purpose, position=position)
            )


def _guess_kinds(name: str, purpose: str) -> list[str]:
    """Cabinets, executive and governing bodies are informed; youth and parent bodies are a voice."""
    text = f"{name} {purpose}".lower()
    if any(word in text for word in ("voice", "youth forum", "parent")):
        return ["voice"]
    if any(word in name.lower() for word in ("cabinet", "governing body", "executive")):
        return ["informed"]
    return ["decides"]


def _store_actions(tx: Tx, plan: Plan, before: Plan | None, now: datetime) -> list[str]:
    old = {one.ref: one for one in before.actions} if before else {}
    live = {
        row.ref: row for row in tx.conn.execute(sa.select(action).where(action.c.programme_id == tx.programme)).all()
    }
    areas = {one.ref: one.priority for one in plan.focus_areas}
    moved = set(
        tx.conn.execute(
            sa.select(proposal.c.action_id).where(
                proposal.c.programme_id == tx.programme,
                proposal.c.kind == "timescale",
                proposal.c.state == "agreed",
            )
        ).scalars()
    )
    new_rows, kept = [], []
    for position, one in enumerate(plan.actions):
        common = {
            "focus_area_ref": one.focus_area,
            "priority_ref": areas.get(one.focus_area, ""),
            "position": position,
            "text": one.text,
            "success_criteria": one.success_criteria,
            "expected_outcome": one.outcome,
            "expected_evidence": list(one.evidence),
            "gone_at": None,
        }
        row = live.get(one.ref)
        if row is None:
            new_rows.append(
                {
                    "programme_id": tx.programme,
                    "ref": one.ref,
                    **_keys(one.ref),
                    **common,
                    **_timescale(one),
                    **_first(one),
                    **_rating(one, now),
                }
            )
            continue
        values, why = _later(row, one, old.get(one.ref), now, was_moved=row.id in moved)
        kept += why
        tx.conn.execute(sa.update(action).where(action.c.id == row.id).values(**common, **values))
    if new_rows:
        tx.conn.execute(sa.insert(action), new_rows)
    gone = [row.id for ref, row in live.items() if ref not in {one.ref for one in plan.actions} and row.gone_at is None]
    if gone:
        tx.conn.execute(sa.update(action).where(action.c.id.in_(gone)).values(gone_at=now))
    ids = {
        row.ref: row.id
        for row in tx.conn.execute(sa.select(action.c.id, action.c.ref).where(action.c.programme_id == tx.programme))
    }
    _store_owners(tx, plan, ids)
    _store_progress(tx, plan, ids)
    return kept


def _keys(ref: str) -> dict[str, str]:
    return {"ref_key": ref_key(ref), "bare_key": bare_key(ref)}


def _timescale(one: PlanAction) -> dict[str, Any]:
    when = one.timescale
    return {"timescale": when.text, "due_on": when.due_on, "due_exact": when.exact, "due_state": when.state}


def _first(one: PlanAction) -> dict[str, Any]:
    return {
        "first_timescale": one.timescale.text,
        "first_due_on": one.timescale.due_on,
        "state": "complete" if one.timescale.state == "completed" else "open",
        "last_entry_on": max((each.on for each in one.progress if each.on), default=None),
    }


def _rating(one: PlanAction, now: datetime) -> dict[str, Any]:
    return {"rag": one.rag, "rag_by": "", "rag_at": now if one.rag else None}


def _later(
    row: Any, one: PlanAction, old: PlanAction | None, now: datetime, *, was_moved: bool
) -> tuple[dict[str, Any], list[str]]:
    """What a later import changes of an action's own facts, and what it leaves because people have moved on since.

    `old` is None where the plan imported last did not have it; `was_moved`: a timescale was agreed here.
    """
    values: dict[str, Any] = {}
    kept = []
    if row.timescale != one.timescale.text and (old is None or old.timescale != one.timescale):
        moved_here = was_moved if old is None else row.timescale != old.timescale.text
        if moved_here:
            said = one.timescale.text or "nothing"
            still = ", so it stays open" if (one.timescale.state, row.state) == ("completed", "open") else ""
            kept.append(f"{one.ref}: the timescale agreed here, {row.timescale}, is kept{still}; the file says {said}.")
        else:
            values |= _timescale(one)
            if one.timescale.state == "completed":
                values["state"] = "complete"
            elif row.due_state == "completed":
                values["state"] = "open"
    if one.rag is not None and row.rag != one.rag and (old is None or old.rag != one.rag):
        if row.rag_by:
            kept.append(f"{one.ref}: the rating given here is kept; the file says {one.rag.value.replace('_', ' ')}.")
        else:
            values |= _rating(one, now)
    entries = [each.on for each in one.progress if each.on]
    if entries and (row.last_entry_on is None or max(entries) > row.last_entry_on):
        values["last_entry_on"] = max(entries)
    return values, kept


def _store_owners(tx: Tx, plan: Plan, ids: Mapping[str, int]) -> None:
    here = sa.select(action.c.id).where(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
    tx.conn.execute(sa.delete(owner).where(owner.c.action_id.in_(here)))
    rows = [
        {
            "programme_id": tx.programme,
            "action_id": ids[one.ref],
            "position": n,
            "text": text,
            "text_key": name_key(text),
        }
        for one in plan.actions
        for n, text in enumerate(one.owners)
    ]
    if rows:
        tx.conn.execute(sa.insert(owner), rows)


def _store_progress(tx: Tx, plan: Plan, ids: Mapping[str, int]) -> None:
    """The plan's dated progress entries, each once; the plan's own have no history row.

    What the plan said of a date that it still has is as the file says it now, so a word taken out of the file is gone
    from here too. Entries of other dates stay: many plans show only the latest.
    """
    query = (
        sa.select(entry.c.id, entry.c.action_id, entry.c.on_date, entry.c.words_id, words.c.text)
        .join(words, entry.c.words_id == words.c.id)
        .where(entry.c.programme_id == tx.programme, entry.c.number.is_(None))
    )
    known = {(row.action_id, row.on_date, row.text): row for row in tx.conn.execute(query)}
    said = {(ids[one.ref], each.on, each.text): None for one in plan.actions for each in one.progress}
    dates = {(action_id, on) for action_id, on, _text in said}
    gone = [row for key, row in known.items() if key not in said and key[:2] in dates]
    if gone:
        tx.conn.execute(sa.delete(entry).where(entry.c.id.in_([row.id for row in gone])))
        tx.conn.execute(sa.delete(words).where(words.c.id.in_([row.words_id for row in gone])))
    for action_id, on, text in said:
        if (action_id, on, text) not in known:
            insert(tx, entry, action_id=action_id, kind="progress", on_date=on, words_id=keep_words(tx, text))


def get_area_ref(tx: Tx, typed: str) -> str:
    """The ref of a priority or focus area as the plan has it; UserError lists the nearest."""
    refs = [
        row.ref
        for table in (priority, focus_area)
        for row in tx.conn.execute(sa.select(table.c.ref).where(table.c.programme_id == tx.programme))
    ]
    key = ref_key(typed)
    found = [ref for ref in refs if ref_key(ref) == key] or [ref for ref in refs if bare_key(ref) == key]
    if len(found) != 1:
        near = " or ".join(nearest_refs(typed, refs))
        hint = f" Did you mean {near}?" if near else "" if refs else " Import a plan first."
        raise UserError(f"The plan has no priority or focus area {typed}.{hint}")
    return str(found[0])


def list_metrics(tx: Tx) -> dict[str, Metric]:
    """Every metric by the ref of its action, points in the order of the columns: what the plan has, or the figure that
    was given since."""
    points: dict[str, list[Point]] = {}
    given = _read_figures(tx)
    query = sa.select(metric_point).where(metric_point.c.programme_id == tx.programme).order_by(metric_point.c.position)
    for row in tx.conn.execute(query):
        points.setdefault(row.ref, []).append(Point(row.period, given.get((row.ref, row.period), row.text)))
    return {ref: Metric(ref, tuple(each)) for ref, each in points.items()}


def _read_figures(tx: Tx) -> dict[tuple[str, str], str]:
    """(ref, period) → the last figure that somebody gave."""
    query = (
        sa.select(action.c.ref, entry.c.value, words.c.text)
        .join(entry, entry.c.action_id == action.c.id)
        .join(words, entry.c.words_id == words.c.id)
        .where(entry.c.programme_id == tx.programme, entry.c.kind == "figure", entry.c.undone_at.is_(None))
        .order_by(entry.c.id)
    )
    return {(ref, period): text for ref, period, text in tx.conn.execute(query) if text is not None}
