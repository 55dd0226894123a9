"""What the programme office does at the command line: import, people, roles, groups, terms, and checking the record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from bot.absence import say_cover
from bot.groups import check_members, check_reports_to, say_cadence, say_members
from bot.naming import MARKS
from documents.doubts import list_open_doubts
from documents.papers import PaperKind, write_paper
from documents.plan_json import plan_from_dict, plan_to_dict
from jobs.compose import draw_digest, read_digest
from jobs.gone import follow_plan, say_lost
from programme.cadence import parse_cadence
from programme.calendar import LONDON, Calendar, parse_terms, say_date
from programme.childdata import find_in_plan
from programme.compare import compare_plans, find_twin
from programme.digest_words import compose_digest_paper
from programme.messages import UserError
from programme.plan import Plan
from programme.roles import suggest_roles
from storage import appointments, people
from storage.addresses import list_others
from storage.cover import leave_covers
from storage.db import Database, Tx
from storage.gone import list_open_alarms
from storage.handover import plan_handover
from storage.history import Head, record, verify
from storage.meetings import add_meeting, cancel_meeting, fill_ahead, has_cadences
from storage.naming import find_name_now, list_former_names, list_last_names, list_renamed, name_with_former
from storage.plans import find_last_plan, get_area_ref, store_plan
from storage.programme import set_paused as pause_programme
from storage.programme import set_setting
from storage.renewals import renew_homes

if TYPE_CHECKING:
    from bot.app import App

_ADDRESS = re.compile(
    r"slack:[A-Z0-9]+:[A-Z0-9]+|teams:[^\s:]+:\S+|mail:[^\s@]+@[^\s@]+\.[^\s@]+|(?:console|web):[\w.&+ -]+",
    re.IGNORECASE,
)
_OFFICE = "office"
_MOST_PAPERS = 60  # working days; nobody hands in papers earlier


def as_instant(found: datetime) -> datetime:
    """An aware UTC instant; without an offset London's own time is meant."""
    return (found if found.tzinfo else found.replace(tzinfo=LONDON)).astimezone(UTC)


def import_plan(db: Database, plan: Plan, account: str, now: datetime, *, dry_run: bool) -> list[str]:
    """Store a plan, or with `dry_run` only say what would change. Returns the lines to show, doubts last."""
    if held := find_in_plan(plan):
        named = "; ".join(f"{where} looks like it holds {what}" for where, what in list(held.items())[:5])
        raise UserError(f"{named}: take it out of the file before importing, nothing was stored.")
    lines = [_say_size(plan)]
    with db.write() as tx:
        answered = people.read_directory(tx, now.date()).meanings
        last = find_last_plan(tx)
        before = plan_from_dict(last) if last else None
        if before is not None:
            groups = {one.name: one.now for one in list_former_names(tx, "group")}
            changes = compare_plans(before, plan, groups).without_answered(list_renamed(tx))
            lines += ["Against the last import:", *(f"  {line}" for line in changes.lines())]
        alarms = list_open_alarms(tx)
        lines += [f"  {one}" for one in say_lost(alarms, {one.ref for one in plan.actions})]
        stored = tx.conn.begin_nested()
        kept = store_plan(tx, plan, before, plan_to_dict(plan), actor=_OFFICE, account=account, now=now)
        lines += [f"  {line}" for line in kept + follow_plan(tx, alarms, now)]
        if dry_run:
            stored.rollback()
        else:
            renew_homes(tx, now)
    if found := list_open_doubts(plan, lambda owner: people.name_key(owner) in answered):
        doubts = "1 doubt" if len(found) == 1 else f"{len(found)} doubts"
        if before == plan:
            lines.append(f"{doubts} for the programme office, as at the last import: import with --json lists them.")
        else:
            lines += [f"{doubts} for the programme office:", *(f"  {one.where}: {one.text}" for one in found)]
    lines.append(
        "Dry run: nothing was stored."
        if dry_run
        else "Stored. Nobody has been written to; reminders begin with the next tick."
    )
    return lines


def _say_size(plan: Plan) -> str:
    def count(things: Sequence[object], one: str, more: str) -> str:
        return f"{len(things)} {one if len(things) == 1 else more}"

    return (
        f"Read {count(plan.actions, 'action', 'actions')} in {count(plan.focus_areas, 'focus area', 'focus areas')} "
        f"under {count(plan.priorities, 'priority', 'priorities')}, {count(plan.roles, 'role', 'roles')}, "
        f"{count(plan.groups, 'group', 'groups')}, {count(plan.ratings, 'rating', 'ratings')} and "
        f"{count(plan.metrics, 'metric', 'metrics')}."
    )


def check_address(address: str) -> str:
    """An address as stored; UserError says what one looks like."""
    if not _ADDRESS.fullmatch(address.strip()):
        raise UserError(
            f"“{address}” is not an address: use slack:T1:U1, teams:TENANT:ID, mail:a@b.gov.uk or console:NAME."
        )
    scheme, _, rest = address.strip().partition(":")
    scheme = scheme.lower()
    return f"{scheme}:{rest.upper() if scheme == 'slack' else rest.lower() if scheme == 'mail' else rest}"


def set_holder(
    tx: Tx,
    role: str,
    address: str,
    *,
    name: str | None,
    email: str | None,
    since: date | None,
    today: date,
    now: datetime,
    account: str,
) -> str:
    """Let a person hold a role, from a day or always."""
    address = check_address(address)
    directory = people.read_directory(tx, today)
    person = appointments.set_person(tx, address, name=name, email=email)
    role_id, _ = people.get_role(role, directory)
    plan_handover(tx, directory, role_id, person, since, now, LONDON)
    found = appointments.set_holder(tx, role, person, directory, from_on=since)
    facts = {"role": found.abbreviation, "address": address, "from": since}
    record(tx, "people_set", actor=_OFFICE, account=account, now=now, facts=facts)
    renew_homes(tx, now, [address])
    known = people.find_person(tx, address)
    closed = " Their account there is closed, so nothing reaches them." if known and known.closed else ""
    return f"{name or address} holds {found.abbreviation}{f' from {say_date(since)}' if since else ''}.{closed}"


def end_holder(tx: Tx, role: str, address: str, *, on: date, today: date, now: datetime, account: str) -> str:
    """Let a person hold a role no longer, from a day on."""
    found = appointments.end_holder(tx, role, check_address(address), people.read_directory(tx, today), on=on)
    facts = {"role": found.abbreviation, "address": address, "on": on}
    record(tx, "people_end", actor=_OFFICE, account=account, now=now, facts=facts)
    renew_homes(tx, now, [check_address(address)])
    line = f"{address} no longer holds {found.abbreviation} from {say_date(on)}."
    person = people.find_person(tx, check_address(address))
    if person is None or appointments.list_roles_held(tx, person.id, on):
        return line
    covered = [people.read_directory(tx, today).roles[one].abbreviation for one in leave_covers(tx, person.id, on)]
    if not covered:
        return line
    names = " and ".join(covered)
    return f"{line} They covered {names}, which comes to the programme office until somebody else does."


def set_office(tx: Tx, address: str, *, name: str | None, now: datetime, account: str) -> str:
    """Add a person to the programme office."""
    address = check_address(address)
    appointments.set_person(tx, address, name=name, office=True)
    record(tx, "people_office", actor=_OFFICE, account=account, now=now, facts={"address": address})
    renew_homes(tx, now, [address])
    return f"{name or address} is of the programme office."


def end_office(tx: Tx, address: str, *, now: datetime, account: str) -> str:
    """Take a person out of the programme office."""
    address = check_address(address)
    appointments.end_office(tx, address)
    record(tx, "people_end", actor=_OFFICE, account=account, now=now, facts={"role": _OFFICE, "address": address})
    renew_homes(tx, now, [address])
    left = "" if people.list_office(tx) else " Nobody is now: add somebody with halfterm people office ADDRESS"
    return f"{address} is no longer of the programme office.{left}"


def list_people(tx: Tx, today: date, *, as_json: bool) -> str:
    """Who holds what, past and to come too."""
    holdings = people.list_holdings(tx)
    covers = [one for one in people.read_directory(tx, today).covers if one.until_on > today]
    office = [one for one in people.list_persons(tx).values() if one.office]
    others = list_others(tx)
    if as_json:
        rows = [
            {
                "role": role,
                "address": one.address,
                "name": one.name or None,
                "from": _iso(since),
                "until": _iso(until),
            }
            | ({"closed": True} if one.closed else {})
            | ({"also": others[one.id], "written_to": one.reached_at} if one.id in others else {})
            for role, one, since, until in holdings
        ]
        shown = [
            {"role": one.role, "away": one.away.address, "by": one.by.address if one.by else None}
            | {"from": _iso(one.from_on), "to": _iso(one.last_on)}
            for one in covers
        ]
        whole = {"people": rows, "office": [{"address": one.address, "name": one.name or None} for one in office]}
        return json.dumps(whole | ({"covers": shown} if shown else {}), ensure_ascii=False, indent=2)
    lines = [f"programme office: {one.label}{', account closed' if one.closed else ''}" for one in office]
    for role, one, since, until in holdings:
        dates = " ".join([*([f"from {since}"] if since else []), *([f"until {until}"] if until else [])])
        parts = [f"{one.label}{f' ({one.address})' if one.name else ''}", dates, "account closed" if one.closed else ""]
        parts += [f"also {each}{' (written to)' if each == one.write_to else ''}" for each in others.get(one.id, ())]
        lines.append(f"{role}: {', '.join(part for part in parts if part)}")
    lines += [f"Covered: {say_cover(one)}" for one in covers]
    return "\n".join(lines) or "Nobody yet. Add somebody: halfterm people set ROLE ADDRESS"


def set_meaning(tx: Tx, text: str, means: Sequence[str], *, today: date, now: datetime, account: str) -> str:
    """What an owner string means, from now on and after every later import."""
    roles = appointments.set_meaning(tx, text, means, people.read_directory(tx, today))
    if not appointments.is_owner(tx, text):
        raise UserError(f"No action has an owner “{text}”: halfterm roles list shows the owner strings of the plan.")
    names = [role.abbreviation for role in roles]
    record(tx, "roles", actor=_OFFICE, account=account, now=now, facts={"text": text, "means": names})
    renew_homes(tx, now)
    return f"“{text}” means {' and '.join(names)}."


def list_roles(tx: Tx, today: date, *, as_json: bool) -> str:
    """Every role, who holds it, and for each unexplained owner string three suggestions, never applied."""
    directory = people.read_directory(tx, today)
    listed = people.list_plan_roles(directory)
    rows: list[dict[str, Any]] = []
    for role_id, role in directory.roles.items():
        found = directory.find_roles(role.abbreviation)
        means = [one.abbreviation for _, one in found if one.abbreviation != role.abbreviation]
        holders = [one.address for one in directory.holders.get(role_id, [])]
        row: dict[str, Any] = {
            "abbreviation": role.abbreviation,
            "title": role.title or None,
            "organisation": role.organisation or None,
            "listed": role.listed,
            "means": means,
            "holders": holders,
            "suggested": [],
            "marks": [name for name in MARKS if getattr(role, name)],
        }
        if not role.listed and not means:
            row["suggested"] = [
                {"abbreviation": one.abbreviation, "title": one.title, "organisation": one.organisation}
                for one in suggest_roles(role.abbreviation, listed)
            ]
        rows.append(row)
    if as_json:
        whole = [row | dict.fromkeys(row.pop("marks"), True) for row in rows]
        return json.dumps({"roles": whole}, ensure_ascii=False, indent=2)
    lines: list[str] = []
    called = list_last_names(tx, "role")
    for row in rows:
        who = ", ".join(row["holders"]) or "nobody"
        name = name_with_former(called, row["abbreviation"])
        marks = f" ({', '.join(row['marks']).replace('_', ' ')})" if row["marks"] else ""
        if row["listed"]:
            lines.append(f"{name}: {row['title']}, {row['organisation']}{marks}: {who}")
        elif row["means"]:
            lines.append(f"{row['abbreviation']}{marks}: means {' and '.join(row['means'])}")
        else:
            lines.append(f"{row['abbreviation']}: not in the roles table{marks}: {who}. Perhaps:")
            lines += [f"    {one['abbreviation']} ({one['title']}, {one['organisation']})" for one in row["suggested"]]
    return "\n".join(lines) or "No roles yet. Import a plan: halfterm import FILE"


def set_group(
    tx: Tx,
    name: str,
    values: Mapping[str, Any],
    meets: Sequence[datetime],
    *,
    today: date,
    now: datetime,
    calendar: Calendar,
    account: str,
    cancels: Sequence[datetime] = (),
    new: bool = False,
) -> str:
    """Add or change a governance group and its meetings. UserError where a value is not one the plan knows."""
    directory = people.read_directory(tx, today)
    name = find_name_now(tx, "group", name) or name
    values = dict(values)  # checked and put in the stored form below
    if "cadence" in values:
        ended = values["cadence"].strip().lower() in ("", "none")
        values["cadence"] = "" if ended else str(parse_cadence(values["cadence"]))
    for kind in values.get("kinds", ()):
        if kind not in ("decides", "informed", "voice"):
            raise UserError(f"“{kind}” is not a kind of group: use decides, informed or voice.")
    if "members" in values:
        values["members"] = check_members(values["members"], directory)
    if values.get("chair"):
        values["chair"] = people.get_role(values["chair"], directory)[1].abbreviation
    if not 0 <= values.get("papers", 0) <= _MOST_PAPERS:
        raise UserError(f"--papers is a number of working days before the meeting: use 0 to {_MOST_PAPERS}.")
    for name_of in ("holds", "scope"):
        if name_of in values:
            values[name_of] = [get_area_ref(tx, typed) for typed in values[name_of]]
    if "scope" in values:
        values["scope"] = ",".join(values["scope"])
    if "reports_to" in values:
        values["reports_to"] = check_reports_to(tx, name, values["reports_to"], directory)
    if values.get("channel"):
        values["channel"] = check_address(values["channel"])
    groups = people.list_groups(tx, directory)
    before = {group.name for group in groups}
    if not new and people.find_group(groups, name) is None and (twin := find_twin(name, before)):
        raise UserError(f"“{name}” is much like {twin}: use that name, or add --new for another group.")
    stored = appointments.set_group(tx, name, directory, **values)
    group = people.get_group(tx, stored, directory)
    for starts_at in meets:
        add_meeting(tx, group.id, starts_at, now, calendar)
    for starts_at in cancels:
        cancel_meeting(tx, group, starts_at, now)
    if has_cadences(tx) or "cadence" in values:
        fill_ahead(tx, now, calendar)
    yielded = appointments.take_holdings(tx, group) if values.get("holds") else []
    facts = {**values, "group": stored, "meets": [one.isoformat() for one in meets]}
    facts |= {"cancels": [one.isoformat() for one in cancels]} if cancels else {}
    record(tx, "groups_set", actor=_OFFICE, account=account, now=now, facts=facts)
    renew_homes(tx, now)  # when it meets stands in its owners' homes too
    group = people.get_group(tx, stored, directory)
    meeting = group.next_meeting(now)
    lines = [f"{stored} is set." if stored in before else f"{stored} is a new group."]
    if group.holds and not group.asks and "decides" not in group.kinds:
        lines.append(
            f"It is of the kind {' and '.join(group.kinds)}, so it asks nobody for updates on what it holds: "
            "if it should, add --kind decides."
        )
    lines += [f"{other} no longer holds {', '.join(refs)}." for other, refs in yielded]
    if group.chair:
        holders = ", ".join(one.label for one in group.chairs) or "nobody yet"
        lines.append(f"Its chair is {group.chair} ({holders}).")
    if values.get("members"):
        lines.append(say_members(group, directory))
    if meeting:
        local = calendar.local(meeting.starts_at)
        lines.append(f"It meets next on {say_date(local.date())} at {local:%H:%M}.")
        if not calendar.is_open(local.date()):
            lines.append("That is a closed day: please check it.")
    elif meets:
        lines.append("Those dates are past as at today, so it has no meeting to come.")
    if values.get("cadence"):
        lines.append(say_cadence(group, now, calendar))
    return " ".join(lines)


def set_terms(tx: Tx, text: str, *, now: datetime, account: str, calendar: Calendar | None = None) -> str:
    """The programme's half terms, from CSV. UserError names the line that is wrong. With a `calendar`, meetings that
    follow a cadence are set by them at once, otherwise within the hour."""
    terms = parse_terms(text)
    set_setting(tx, "terms", text)
    record(tx, "terms", actor=_OFFICE, account=account, now=now, facts={"half_terms": len(terms)})
    if calendar is not None and has_cadences(tx):
        fill_ahead(tx, now, replace(calendar, half_terms=terms))
    one = "term is" if len(terms) == 1 else "terms are"
    span = f"{say_date(terms[0].starts_on)} to {say_date(terms[-1].ends_on)}"
    return f"{len(terms)} half {one} set, {span}. A running serve reads them when it is started again."


def set_paused(tx: Tx, paused: bool, until: date | None, *, now: datetime, account: str) -> str:
    pause_programme(tx, paused, until)
    record(tx, "pause" if paused else "resume", actor=_OFFICE, account=account, now=now, facts={"until": until})
    if not paused:
        return "Resumed. What was missed is said once, never as a burst."
    return f"Paused {f'until {say_date(until)}' if until else 'until you resume'}. Questions are still answered."


def verify_audit(tx: Tx, head: Head | None, *, as_json: bool = False) -> tuple[list[str], int]:
    """What checking the history found, as lines, and how many faults. The head is to be kept elsewhere."""
    verdict = verify(tx, head)
    if as_json:
        faults = [str(fault) for fault in verdict.faults]
        told = {"rows": verdict.head.number, "redacted": list(verdict.redacted), "faults": faults}
        return [json.dumps({**told, "head": str(verdict.head)}, ensure_ascii=False, indent=2)], len(faults)
    lines = [f"{verdict.head.number} rows."]
    lines += [f"Row {number}: redacted." for number in verdict.redacted]
    lines += [f"Fault: {fault}." for fault in verdict.faults]
    if not verdict.faults:
        lines.append("Every row is as it was written.")
    lines.append(f"Head: {verdict.head}")
    return lines, len(verdict.faults)


def write_digest(app: App, name: str, kind: PaperKind, now: datetime) -> bytes:
    """A group's digest as a file's bytes."""
    with app.db.read() as tx:
        directory = people.read_directory(tx, app.calendar.today(now))
        group = people.get_group(tx, name, directory)
        digest = read_digest(tx, group, directory, now, app.calendar, app.policy)
    return write_paper(compose_digest_paper(digest, draw_digest(digest)), kind)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
