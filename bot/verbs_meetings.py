"""What the commands about groups, their meetings and the term dates do, once their words have been read."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import groups, office
from bot.app import account
from bot.verbs import open_for
from documents.read import MOST_BYTES
from documents.terms_ics import is_icalendar, read_terms
from programme.calendar import HalfTerm, parse_terms, say_date
from programme.messages import UserError


def set_group(options: Namespace) -> int:
    values = {
        "kinds": _split(options.kind),
        "strategic": True if options.strategic else None,
        "chair": options.chair,
        "members": options.members or None,
        "holds": _split(options.holds),
        "scope": _split(options.scope),
        "reports_to": options.reports_to or None,
        "channel": options.channel,
        "papers": options.papers,
        "cadence": options.cadence,
    }
    with open_for(options) as app, app.db.write() as tx:
        line = office.set_group(
            tx,
            options.name,
            {name: value for name, value in values.items() if value is not None},
            options.meets or [],
            today=app.calendar.today(options.now),
            now=options.now,
            calendar=app.calendar,
            account=account(),
            cancels=options.cancel or [],
            new=options.new,
        )
    print(line)
    return 0


def list_groups(options: Namespace) -> int:
    with open_for(options) as app, app.db.read() as tx:
        today = app.calendar.today(options.now)
        print(groups.list_groups(tx, today, options.now, app.calendar, as_json=options.json))
    return 0


def set_terms(options: Namespace) -> int:
    path = Path(options.file)
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UserError(f"{path.name} is too large for a file of term dates: give one with the term dates alone.")
    told: list[str] = []
    if is_icalendar(data):
        found = read_terms(data)
        text = _to_csv(found.half_terms)
        told = [f"  {one.name}: {say_date(one.starts_on)} to {say_date(one.ends_on)}" for one in found.half_terms]
        told += [f"  Left out: {one}" for one in found.left_out]
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UserError(f"{options.file} is not text in UTF-8: save it again as CSV with that encoding.") from None
    if options.dry_run:
        count = len(parse_terms(text))
        terms = f"{count} half {'term' if count == 1 else 'terms'}"
        print("\n".join([f"{terms} read; dry run: nothing was stored.", *told]))
        return 0
    with open_for(options) as app, app.db.write() as tx:
        line = office.set_terms(tx, text, now=options.now, account=account(), calendar=app.calendar)
    print("\n".join([line, *told]))
    return 0


def _to_csv(half_terms: tuple[HalfTerm, ...]) -> str:
    rows = [f"{one.name},{one.starts_on.isoformat()},{one.ends_on.isoformat()}" for one in half_terms]
    return "\n".join(["half_term,starts_on,ends_on", *rows, ""])


def _split(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]
