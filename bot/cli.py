"""The command line. Every command takes --now, gives an example with --help, and fails with one plain sentence."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot import office
from bot.app import App, account, open_app, real_now, run_clock
from bot.settings import SettingsError
from programme.messages import Form, Request, UserError, Where
from storage.db import DatabaseError
from storage.history import Head

COULD_NOT, USED_WRONGLY = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (could not) or 2 (used wrongly)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except (UserError, SettingsError, DatabaseError) as error:
        return _fail(str(error))
    except FileNotFoundError as error:
        return _fail(f"There is no file {error.filename}: check the name and the folder.")
    except PermissionError as error:
        return _fail(f"{error.filename} may not be opened: check who may read and write it.")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return _fail("Stopped.")


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return COULD_NOT


def _say(text: str) -> None:
    print(text)


def _app(options: argparse.Namespace) -> App:
    # With --json, standard output is one document and nothing else.
    return open_app(out=sys.stderr if getattr(options, "json", False) else sys.stdout)


def _import(options: argparse.Namespace) -> int:
    path = Path(options.file)
    data = path.read_bytes()
    app = _app(options)
    try:
        terms = app.calendar.half_terms
        found = office.read_plan_file(data, path.name, terms)
        if options.json:
            _say(json.dumps(office.plan_as_json(found), ensure_ascii=False, indent=2))
            log = sys.stderr
        else:
            log = sys.stdout
        told = office.import_plan(app.db, found, account(), options.now, dry_run=options.dry_run)
        for line in told:
            print(line, file=log)
    finally:
        app.close()
    return 0


def _tick(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        new, tally = app.tick(options.now)
        if options.json:
            counts = {"planned": new, "sent": tally.sent, "put_off": tally.put_off, "failed": tally.failed}
            _say(json.dumps({**counts, "dropped": tally.dropped}))
        else:
            _say(
                f"Planned {new} reminders; sent {tally.sent} messages, put off {tally.put_off}, "
                f"dropped {tally.dropped} with nothing left to say, gave up {tally.failed}."
            )
    finally:
        app.close()
    return 0


def _speak(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        door = app.door(run_clock(options.now))
        request = Request(options.actor, " ".join(options.words), Where("console"), account=account())
        reply = door.answer(request)
    finally:
        app.close()
    if reply is None:
        return 0
    _say(reply.text)
    return COULD_NOT if isinstance(reply, Form) or not reply.done else 0


def _digest(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        data = office.write_digest(app, options.group, options.format, options.now)
    finally:
        app.close()
    return _write(data, options)


def _write(data: bytes, options: argparse.Namespace) -> int:
    if options.out:
        Path(options.out).write_bytes(data)
        print(f"Written: {options.out}", file=sys.stderr)
    elif options.format in ("text", "html"):
        _say(data.decode())
    else:
        raise UserError(f"A {options.format} file needs a name: add --out FILE.{options.format}")
    return 0


def _people(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        with app.db.write() as tx:
            today = app.calendar.today(options.now)
            if options.what == "set":
                line = office.set_holder(
                    tx,
                    options.role,
                    options.address,
                    name=options.name,
                    email=options.email,
                    since=options.since,
                    today=today,
                    now=options.now,
                    account=account(),
                )
            elif options.what == "end":
                line = office.end_holder(
                    tx,
                    options.role,
                    options.address,
                    on=options.on or today,
                    today=today,
                    now=options.now,
                    account=account(),
                )
            elif options.what == "office":
                line = office.set_office(tx, options.address, name=options.name, now=options.now, account=account())
            else:
                line = office.list_people(tx, today, as_json=options.json)
    finally:
        app.close()
    _say(line)
    return 0


def _roles(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        with app.db.write() as tx:
            today = app.calendar.today(options.now)
            if options.what == "list":
                line = office.list_roles(tx, today, as_json=options.json)
            else:
                means = [part.strip() for part in options.means.split(",") if part.strip()]
                line = office.set_meaning(tx, options.text, means, today=today, now=options.now, account=account())
    finally:
        app.close()
    _say(line)
    return 0


def _groups(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        with app.db.write() as tx:
            today = app.calendar.today(options.now)
            if options.what == "list":
                line = office.list_groups(tx, today, options.now, app.calendar, as_json=options.json)
            else:
                values = {
                    "kinds": _split(options.kind),
                    "strategic": True if options.strategic else None,
                    "chair": options.chair,
                    "holds": _split(options.holds),
                    "scope": options.scope,
                    "reports_to": options.reports_to or None,
                    "channel": options.channel,
                    "papers": options.papers,
                }
                line = office.set_group(
                    tx,
                    options.name,
                    {name: value for name, value in values.items() if value is not None},
                    options.meets or [],
                    today=today,
                    now=options.now,
                    calendar=app.calendar,
                    account=account(),
                )
    finally:
        app.close()
    _say(line)
    return 0


def _split(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _terms(options: argparse.Namespace) -> int:
    text = Path(options.file).read_text(encoding="utf-8")
    app = _app(options)
    try:
        with app.db.write() as tx:
            line = office.set_terms(tx, text, now=options.now, account=account())
    finally:
        app.close()
    _say(line)
    return 0


def _pause(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        with app.db.write() as tx:
            line = office.set_paused(
                tx, options.paused, getattr(options, "until", None), now=options.now, account=account()
            )
    finally:
        app.close()
    _say(line)
    return 0


def _audit(options: argparse.Namespace) -> int:
    app = _app(options)
    try:
        with app.db.read() as tx:
            lines, faults = office.verify_audit(tx, options.head)
    finally:
        app.close()
    _say("\n".join(lines))
    return COULD_NOT if faults else 0


def _serve(options: argparse.Namespace) -> int:
    from bot.serve import serve  # the web server, only where it is wanted

    return serve(host=options.host, port=options.port)


def _demo(options: argparse.Namespace) -> int:
    from bot.demo import run_demo, run_tour

    if options.tour:
        return run_tour(sys.stdout)
    return run_demo(Path(options.folder), options.host, options.port, fresh=options.fresh)


def _instant(text: str) -> datetime:
    """`2022-09-05T09:00+01:00`; without an offset London's own time is meant."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not an instant: write it like 2022-09-05T09:00+01:00") from None
    return office.as_instant(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date: write it like 2022-09-05") from None


def _head(text: str) -> Head:
    number, _, mac = text.partition(":")
    if not number.isdigit() or not mac:
        raise argparse.ArgumentTypeError(f"{text} is not a head: copy N:MAC from an earlier audit verify or a backup")
    return Head(int(number), mac)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="halfterm",
        description="Keeps an improvement programme's actions on track.",
        epilog="Try: halfterm demo",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        to: Any, name: str, run: Callable[[argparse.Namespace], int], text: str, example: str, *, as_json: bool = False
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = to.add_parser(
            name,
            help=text,
            description=text,
            epilog=f"Example: halfterm {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        made.add_argument("--now", type=_instant, default=None, metavar="INSTANT", help="act as at this instant")
        made.set_defaults(now=real_now())
        if as_json:
            made.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        return made

    def family(name: str, text: str) -> Any:
        made = commands.add_parser(name, help=text, description=text, epilog=f"Example: halfterm {name} list")
        return made.add_subparsers(required=True, metavar="WHAT", dest="what")

    one = add(commands, "demo", _demo, "Try it: a sample programme with a clock you can move.", "demo")
    one.add_argument("--host", default="127.0.0.1", help="loopback only")
    one.add_argument("--port", type=int, default=8000)
    one.add_argument("--folder", default="demo-data", help="where the demo keeps its own database")
    one.add_argument("--fresh", action="store_true", help="begin again from Monday 5 September 2022")
    one.add_argument("--tour", action="store_true", help="play the whole loop as text, then stop")

    one = add(commands, "serve", _serve, "Run the bot: every configured channel, and the clock.", "serve")
    one.add_argument("--host", default=None)
    one.add_argument("--port", type=int, default=None)

    one = add(commands, "import", _import, "Read a plan: say what was read, how, and what is doubtful.",
              "import plan.txt --dry-run", as_json=True)  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="show what would change, change nothing")

    add(commands, "tick", _tick, "Plan and deliver what is due at that instant, once; also for cron.",
        "tick --now 2022-09-05T09:00+01:00", as_json=True)  # fmt: skip

    one = add(commands, "say", _speak, "Say one thing to the bot on the console and print its reply.",
              'say --as SENDPO "/actions mine"')  # fmt: skip
    one.add_argument("--as", dest="actor", required=True, metavar="WHO", help="a role, a person, an address, or office")
    one.add_argument("words", nargs="+", metavar="TEXT")

    one = add(
        commands,
        "digest",
        _digest,
        "A governance group's digest.",
        'digest "SEND Oversight Board" --format docx --out digest.docx',
    )
    one.add_argument("group", metavar="GROUP")
    one.add_argument("--format", choices=["text", "html", "docx", "pdf", "xlsx"], default="text")
    one.add_argument("--out", metavar="FILE")

    people = family("people", "Who holds a role, and who is the programme office.")
    one = add(people, "set", _people, "Let a person hold a role.", "people set SENDPO slack:T1:U1")
    one.add_argument("role", metavar="ROLE")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--name")
    one.add_argument("--email")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE", help="from this day on (default: always has)")
    one = add(
        people, "end", _people, "Let a person hold a role no longer.", "people end SENDPO slack:T1:U1 --on 2022-10-01"
    )
    one.add_argument("role", metavar="ROLE")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--on", type=_day, metavar="DATE", help="from this day on (default: today)")
    one = add(people, "office", _people, "Add a person to the programme office.", "people office slack:T1:U9")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--name")
    add(people, "list", _people, "Who holds what.", "people list", as_json=True)

    roles = family("roles", "What an owner string of the plan means.")
    one = add(roles, "same", _roles, "An owner string is another name for a role.", 'roles same "FIS Manager" FIS')
    one.add_argument("text", metavar="OWNER")
    one.add_argument("means", metavar="ROLE")
    one = add(roles, "means", _roles, "An owner string means several roles.", 'roles means "Area Leaders" EDCS,COO')
    one.add_argument("text", metavar="OWNER")
    one.add_argument("means", metavar="ROLE,ROLE")
    add(roles, "list", _roles, "Every role, and the owner strings nobody has explained.", "roles list", as_json=True)

    groups = family("groups", "Governance groups and their meetings.")
    one = add(groups, "set", _groups, "Add or change a group.",
              'groups set "SEND Oversight Board" --chair EDCS --meets 2022-10-04T10:00')  # fmt: skip
    one.add_argument("name", metavar="NAME")
    one.add_argument("--kind", help="decides, informed or voice")
    one.add_argument("--strategic", action="store_true")
    one.add_argument("--chair", metavar="ROLE")
    one.add_argument("--holds", metavar="P1,P2.3", help="the priorities and focus areas it holds")
    one.add_argument("--scope", metavar="P1,P2.3", help="what its digest shows (default everything)")
    one.add_argument("--reports-to", nargs="+", metavar="NAME")
    one.add_argument("--channel", metavar="ADDRESS")
    one.add_argument("--meets", nargs="+", type=_instant, metavar="INSTANT")
    one.add_argument("--papers", type=int, metavar="DAYS", help="working days before the meeting")
    add(groups, "list", _groups, "The groups, their chairs and next meetings.", "groups list", as_json=True)

    one = add(commands, "terms", _terms, "Set the term dates from a CSV file (half_term,starts_on,ends_on).",
              "terms terms.csv")  # fmt: skip
    one.add_argument("file", metavar="FILE")

    one = add(commands, "pause", _pause, "Stop everything unprompted.", "pause --until 2023-01-03")
    one.set_defaults(paused=True)
    one.add_argument("--until", type=_day, metavar="DATE")
    one = add(commands, "resume", _pause, "Start it again.", "resume")
    one.set_defaults(paused=False)

    audit = commands.add_parser("audit", help="The history's chain.").add_subparsers(
        required=True, metavar="WHAT", dest="what"
    )
    one = add(audit, "verify", _audit, "Check that no row of the history was changed, lost or cut off.", "audit verify")
    one.add_argument("--head", type=_head, metavar="N:MAC", help="check against a head kept elsewhere")
    return parser


if __name__ == "__main__":
    sys.exit(main())
