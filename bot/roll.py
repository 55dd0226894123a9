"""Role holders from a CSV file: read, looked up in Slack by e-mail, and set, all of them or none."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Protocol

from bot import office
from programme.messages import UserError
from programme.refs import plain
from storage import people
from storage.db import Database, Tx

_EMAIL = re.compile(r"[^\s@,;:<>\"()]+@[^\s@,;:<>\"().]+(?:\.[^\s@,;:<>\"().]+)+")
_COLUMNS = {
    **dict.fromkeys(("role", "abbreviation"), "role"),
    **dict.fromkeys(("email", "e-mail", "mail", "email address", "e-mail address"), "email"),
    **dict.fromkeys(("name", "full name"), "name"),
    **dict.fromkeys(("from", "since", "from date"), "from"),
}
_MOST_LINES, MOST_BYTES = 5_000, 2_000_000
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Holding:
    """One line that can be taken. `found`: their Slack account is known, so that `address` is there; `note` says what
    the office should know of it."""

    line: int
    role: str
    email: str
    name: str
    since: date | None
    address: str = ""
    found: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One line that cannot be taken, and what to write instead."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.why}"


class _Account(Protocol):
    """Somebody's account in a chat, in their own workspace `team`; `wrong` says why they cannot be written to, "" where
    they can, and `note` what is to be known of how."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def wrong(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def note(self) -> str: ...


FindAccount = Callable[[str], "_Account | None"]


@dataclass(frozen=True, slots=True)
class Roll:
    """What a file of role holders came to. `held` were so already."""

    set: tuple[Holding, ...]
    held: tuple[Holding, ...]
    refused: tuple[Refusal, ...]
    dry_run: bool

    def to_json(self) -> str:
        def row(one: Holding) -> dict[str, object]:
            found = asdict(one)
            return found | {"since": one.since.isoformat() if one.since else None}

        whole = {
            "set": [row(one) for one in self.set],
            "held": [row(one) for one in self.held],
            "refused": [asdict(one) for one in self.refused],
            "dry_run": self.dry_run,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2)

    def to_lines(self) -> list[str]:
        mail = [one for one in self.set if not one.found]
        lines = [f"{one.role}: {one.name or one.email} ({one.address})" for one in self.set if one.found]
        lines += [f"{one.role}: {one.name or one.email} ({one.address}), not in Slack" for one in mail]
        noted = {one.address: f"{one.name or one.email} is {one.note}." for one in (*self.set, *self.held) if one.note}
        lines += noted.values()
        lines += [f"Not taken: {one}" for one in self.refused]
        done = "would be set" if self.dry_run else "set"
        counts = [f"{len(self.set)} {'holding' if len(self.set) == 1 else 'holdings'} {done}"]
        counts += [f"{len(mail)} of them by e-mail only"] if mail else []
        counts += [f"{len(self.held)} held already"] if self.held else []
        counts += [f"{len(self.refused)} not taken"] if self.refused else []
        return [*lines, f"{', '.join(counts)}.{' Dry run: nothing was stored.' if self.dry_run else ''}"]


def read_roll(data: bytes) -> tuple[list[Holding], list[Refusal]]:
    """The lines of a CSV file with the columns role and email, perhaps name and from: those that can be taken, and the
    others. UserError where it is no such file."""
    if len(data) > MOST_BYTES:
        raise UserError("The file is too large for a list of people: load it in parts.")
    rows = _read_rows(data)
    if not rows:
        raise UserError("The file is empty: its first line is role,email,name,from.")
    _, head = rows[0]
    columns = [_COLUMNS.get(" ".join(cell.split()).casefold(), "") for cell in head]
    missing = [name for name in ("role", "email") if name not in columns]
    if missing:
        raise UserError(f"The first line names no column {' nor '.join(missing)}: let it be role,email,name,from.")
    if len(rows) > _MOST_LINES:
        raise UserError(f"The file has more than {_MOST_LINES:,} lines: load it in parts.")
    taken: list[Holding] = []
    refused: list[Refusal] = []
    first: dict[tuple[str, str], int] = {}
    for line, cells in rows[1:]:
        values = {name: " ".join(cell.split()) for name, cell in zip(columns, cells, strict=False) if name}
        try:
            one = _read_line(line, values)
            before = first.setdefault((people.name_key(one.role), one.email), line)
            if before != line:
                raise UserError(f"the same as line {before}: leave it out")
        except UserError as error:
            refused.append(Refusal(line, error.text))
        else:
            taken.append(one)
    return taken, refused


def _read_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """Every line that is not blank, with its number in the file."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")  # as Excel saves a CSV file
    if "\0" in text:
        raise UserError("That is not a CSV file: save the sheet as CSV and load that.")
    text = plain(text)
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(";,\t", key=head.count)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((before + 1, cells))
            before = reader.line_num
    except csv.Error:
        raise UserError(f"Line {before + 1} cannot be read as CSV: look for a quotation mark too many.") from None
    return rows


def _read_line(line: int, values: dict[str, str]) -> Holding:
    role, email = values.get("role", ""), values.get("email", "").removeprefix("mailto:").strip("<> ")
    if not role:
        raise UserError("it names no role: write one of halfterm roles list")
    if not email:
        raise UserError(f"it has no e-mail address for {role[:60]}: write one")
    if not _EMAIL.fullmatch(email) or len(email) > 200:
        raise UserError(f"“{email[:60]}” is not an e-mail address: write one such as a.b@council.gov.uk")
    since = _read_day(values["from"]) if values.get("from") else None
    return Holding(line, role, email.lower(), values.get("name", "")[:_LONGEST_NAME], since)


def _read_day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date, of no zone
        except ValueError:
            continue
    raise UserError(f"“{text[:40]}” is not a date: write it like 2022-10-01")


def find_accounts(
    holdings: Sequence[Holding], team: str, find: FindAccount, progress: Callable[[int, int], None]
) -> tuple[list[Holding], list[Refusal]]:
    """The same with their addresses in Slack, where they have one; and those who cannot be written to there.

    `progress` is told how many of how many people have been looked up.
    """
    emails = list(dict.fromkeys(one.email for one in holdings))
    accounts: dict[str, _Account | None] = {}
    for number, email in enumerate(emails, 1):
        accounts[email] = find(email)
        progress(number, len(emails))
    taken: list[Holding] = []
    refused: list[Refusal] = []
    for one in holdings:
        account = accounts[one.email]
        if account is None:
            taken.append(one)
        elif account.wrong:
            refused.append(Refusal(one.line, f"{one.email}: {account.wrong}, so write somebody else's address"))
        else:
            address, name = f"slack:{account.team or team}:{account.id}", one.name or account.name[:_LONGEST_NAME]
            taken.append(replace(one, address=address, name=name, found=True, note=account.note))
    return taken, refused


def check_roles(tx: Tx, holdings: Sequence[Holding], today: date) -> tuple[list[Holding], list[Refusal]]:
    """The same with their roles as the plan writes them, and those whose role it lacks."""
    directory = people.read_directory(tx, today)
    taken: list[Holding] = []
    refused: list[Refusal] = []
    for one in holdings:
        try:
            taken.append(replace(one, role=people.get_role(one.role[:200], directory)[1].abbreviation))
        except UserError as error:
            refused.append(Refusal(one.line, error.text))
    return taken, refused


def load_roll(
    db: Database,
    holdings: Sequence[Holding],
    refused: Sequence[Refusal],
    *,
    today: date,
    now: datetime,
    account: str,
    dry_run: bool,
) -> Roll:
    """Let these people hold these roles, all in one transaction. Whoever holds one already, or is to, keeps it as it is
    unless a date is given."""
    done: list[Holding] = []
    held: list[Holding] = []
    holdings = [one if one.address else replace(one, address=f"mail:{one.email}") for one in holdings]
    with db.read() if dry_run else db.write() as tx:
        holders = people.list_holdings(tx)
        kept = {(role, one.address) for role, one, _, until in holders if until is None or until > today}
        for one in holdings:
            known = people.find_person(tx, one.address)  # that may be another address of somebody's
            first = known.address if known else one.address
            if (one.role, first) in kept and one.since is None:
                held.append(one)
                continue
            done.append(one)
            kept.add((one.role, first))
            if dry_run:
                continue
            office.set_holder(
                tx,
                one.role,
                one.address,
                name=one.name or None,
                email=one.email,
                since=one.since,
                today=today,
                now=now,
                account=account,
            )
            mail = f"mail:{one.email}"
            if one.found and first != mail and (one.role, mail) in kept:  # they were not in Slack the last time
                day = max(one.since or today, today)
                office.end_holder(tx, one.role, mail, on=day, today=today, now=now, account=account)
    return Roll(tuple(done), tuple(held), tuple(sorted(refused, key=lambda one: one.line)), dry_run)
