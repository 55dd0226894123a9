"""What each command of the command line does, once its words have been read. Returns the exit code."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep

from bot import office
from bot.app import App, account, open_app
from bot.settings import read_settings
from documents.papers import PaperKind
from documents.plan_json import plan_to_json
from documents.read import MOST_BYTES, read_plan
from jobs.pausing import find_pause
from jobs.sender import NotSent, Undeliverable
from programme.calendar import say_date
from programme.messages import Form, Request, UserError, Where
from storage.installations import list_installations

COULD_NOT, USED_WRONGLY = 1, 2

_BY_ENDING: dict[str, PaperKind] = {".html": "html", ".docx": "docx", ".pdf": "pdf", ".xlsx": "xlsx"}


@contextmanager
def open_for(options: Namespace) -> Iterator[App]:
    # With --json, standard output is one document and nothing else.
    app = open_app(out=sys.stderr if getattr(options, "json", False) else sys.stdout)
    try:
        yield app
    finally:
        app.close()


def import_plan(options: Namespace) -> int:
    path = Path(options.file)
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)  # enough to see that it is too large
    with open_for(options) as app:
        found = read_plan(data, path.name, app.calendar.half_terms)
        told = office.import_plan(app.db, found, account(), options.now, dry_run=options.dry_run)
    if options.json:
        print(json.dumps(plan_to_json(found), ensure_ascii=False, indent=2))
    for line in told:
        print(line, file=sys.stderr if options.json else sys.stdout)
    return 0


def tick(options: Namespace) -> int:
    with open_for(options) as app:
        with app.db.read() as tx:
            paused = find_pause(tx, app.calendar.today(options.now))
        if paused:
            print(paused, file=sys.stderr if options.json else sys.stdout)
        new, tally = app.tick(options.now)
    if options.json:
        counts = {"planned": new, "sent": tally.sent, "put_off": tally.put_off, "failed": tally.failed}
        print(json.dumps({**counts, "dropped": tally.dropped}))
    else:
        print(
            f"Planned {new} {'reminder' if new == 1 else 'reminders'}; "
            f"sent {tally.sent} {'message' if tally.sent == 1 else 'messages'}, put off {tally.put_off}, "
            f"dropped {tally.dropped} with nothing left to say, gave up {tally.failed}."
        )
        goes_at = app.calendar.local(app.calendar.next_sending(options.now))
        if not tally.sent and goes_at > options.now:
            print(f"Nothing goes now: next sending time {goes_at:%A} {say_date(goes_at.date())}, {goes_at:%H:%M}.")
    return 0


def say(options: Namespace) -> int:
    by = f"console, for {options.actor}, by {account()}"
    request = Request(options.actor, " ".join(options.words), Where("console"), account=by)
    with open_for(options) as app:
        reply = app.door(lambda: options.now).answer(request)
    if reply is None:
        return 0
    print(reply.text)
    return COULD_NOT if isinstance(reply, Form) or not reply.done else 0


def digest(options: Namespace) -> int:
    ending = Path(options.out).suffix.lower() if options.out else ""
    kind: PaperKind = options.format or _BY_ENDING.get(ending, "text")
    if kind in ("docx", "pdf", "xlsx") and not options.out:
        print(f"{'An' if kind == 'xlsx' else 'A'} {kind} file needs a name: add --out FILE.{kind}", file=sys.stderr)
        return USED_WRONGLY
    if options.out and not (folder := Path(options.out).parent).is_dir():
        raise UserError(f"There is no folder {folder}: make it first, or choose another for --out.")
    with open_for(options) as app:
        data = office.write_digest(app, options.group, kind, options.now)
    if options.out:
        Path(options.out).write_bytes(data)
        print(f"Written: {options.out}", file=sys.stderr)
    else:
        print(data.decode())
    return 0


def set_holder(options: Namespace) -> int:
    with open_for(options) as app, app.db.write() as tx:
        line = office.set_holder(
            tx,
            options.role,
            options.address,
            name=options.name,
            email=options.email,
            since=options.since,
            today=app.calendar.today(options.now),
            now=options.now,
            account=account(),
        )
    print(line)
    return 0


def end_holder(options: Namespace) -> int:
    with open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        if options.role.casefold() == "office":
            if options.on:
                raise UserError("One is of the programme office or not, without dates: leave --on out.")
            print(office.end_office(tx, options.address, now=options.now, account=account()))
            return 0
        line = office.end_holder(
            tx,
            options.role,
            options.address,
            on=options.on or today,
            today=today,
            now=options.now,
            account=account(),
        )
    print(line)
    return 0


def set_office(options: Namespace) -> int:
    with open_for(options) as app, app.db.write() as tx:
        line = office.set_office(tx, options.address, name=options.name, now=options.now, account=account())
    print(line)
    return 0


def load_people(options: Namespace) -> int:
    from bot import roll  # with what it reads, only where it is wanted

    with Path(options.file).open("rb") as file:
        data = file.read(roll.MOST_BYTES + 1)
    holdings, refused = roll.read_roll(data)
    with open_for(options) as app:
        today = app.calendar.today(options.now)
        with app.db.read() as tx:
            holdings, unknown = roll.check_roles(tx, holdings, today)
        wrong: list[roll.Refusal] = []
        if holdings and (token := _find_slack_token(app, options.workspace)):
            from bot.slack.people import SlackPeople  # only where Slack is configured

            slack = SlackPeople(token, app.settings.slack_api_url, sleep)
            team = slack.find_team()
            if options.workspace and options.workspace != team:
                raise UserError(f"The bot is in the Slack workspace {team}, not in {options.workspace}.")
            holdings, wrong = roll.find_accounts(holdings, team, slack.find_by_email, _say_progress)
        done = roll.load_roll(
            app.db,
            holdings,
            [*refused, *unknown, *wrong],
            today=today,
            now=options.now,
            account=account(),
            dry_run=options.dry_run,
        )
    print(done.to_json() if options.json else "\n".join(done.to_lines()))
    return COULD_NOT if done.refused else 0


def _find_slack_token(app: App, workspace: str | None) -> str:
    """The bot's token in that workspace, or in the only one; "" where Slack is not set up. UserError where there are
    several, or none of that id."""
    if not app.settings.has_many_workspaces:
        return app.settings.slack_bot_token
    with app.db.read() as tx:
        teams = [one.team_id for one in list_installations(tx)]
    if workspace and workspace not in teams:
        raise UserError(f"The bot is not installed in the Slack workspace {workspace}: see halfterm workspaces list")
    if len(teams) > 1 and not workspace:
        raise UserError(f"The bot is in several Slack workspaces, so say in which to look: --workspace {teams[0]}")
    try:
        return app.installs.token_of(workspace or teams[0]) if teams else ""
    except (NotSent, Undeliverable) as error:
        raise UserError(f"Slack cannot be asked: {error.reason}.") from None


def _say_progress(number: int, of: int) -> None:
    print(f"{number} of {of}", file=sys.stderr)


def manifest_slack(options: Namespace) -> int:
    from bot.commands import COMMANDS  # all known: the door imports every one
    from bot.slack.manifest import build_manifest

    settings = read_settings(os.environ, Path(".env"))
    url = options.http or (settings.public_url if options.http == "" or settings.has_many_workspaces else "")
    if options.http == "" and not url:
        raise UserError("Slack calls an address by HTTP: give it after --http, or set PUBLIC_URL.")
    made = build_manifest(
        COMMANDS.values(),
        prefix=options.prefix,
        public_url=url,
        many=settings.has_many_workspaces and bool(url),
        chosen=options.chosen or (),
    )
    print(json.dumps(made, ensure_ascii=False, indent=2))
    return 0


def manifest_teams(options: Namespace) -> int:
    print("There is no Teams app yet, so it has no manifest.", file=sys.stderr)
    return USED_WRONGLY


def join_workspace(options: Namespace) -> int:
    from bot import joining  # with what locks tokens, only where it is wanted

    with open_for(options) as app, app.db.write() as tx:
        line = joining.join(tx, options.workspace, name=options.name, now=options.now, account=account())
    print(line)
    return 0


def leave_workspace(options: Namespace) -> int:
    from bot import joining

    with open_for(options) as app, app.db.write() as tx:
        line = joining.leave(tx, options.workspace, now=options.now, account=account())
    print(line)
    return 0


def list_workspaces(options: Namespace) -> int:
    from bot import joining

    with open_for(options) as app, app.db.read() as tx:
        print(joining.list_all(tx, app.settings, as_json=options.json))
    return 0


def rekey_workspaces(options: Namespace) -> int:
    from bot import joining

    with open_for(options) as app, app.db.write() as tx:
        line = joining.rekey(tx, app.settings, dry_run=options.dry_run, now=options.now, account=account())
    print(line)
    return 0


def list_people(options: Namespace) -> int:
    with open_for(options) as app, app.db.read() as tx:
        print(office.list_people(tx, app.calendar.today(options.now), as_json=options.json))
    return 0


def set_meaning(options: Namespace) -> int:
    means = [part.strip() for part in options.means.split(",") if part.strip()]
    with open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        line = office.set_meaning(tx, options.text, means, today=today, now=options.now, account=account())
    print(line)
    return 0


def list_roles(options: Namespace) -> int:
    with open_for(options) as app, app.db.read() as tx:
        print(office.list_roles(tx, app.calendar.today(options.now), as_json=options.json))
    return 0


def pause(options: Namespace) -> int:
    with open_for(options) as app, app.db.write() as tx:
        today = app.calendar.today(options.now)
        if options.until and options.until <= today:
            raise UserError(
                f"{say_date(options.until)} is not a day to come: "
                f"type for example halfterm pause --until {today + timedelta(weeks=4)}"
            )
        line = office.set_paused(tx, True, options.until, now=options.now, account=account())
    print(line)
    return 0


def resume(options: Namespace) -> int:
    with open_for(options) as app, app.db.write() as tx:
        line = office.set_paused(tx, False, None, now=options.now, account=account())
    print(line)
    return 0


def verify_audit(options: Namespace) -> int:
    with open_for(options) as app, app.db.read() as tx:
        lines, faults = office.verify_audit(tx, options.head, as_json=options.json)
    print("\n".join(lines))
    return COULD_NOT if faults else 0


def doctor(options: Namespace) -> int:
    from bot.upkeep import examine  # with what it looks into, only where it is wanted

    checks = examine(os.environ, Path(".env"), options.now)
    if options.json:
        found = [{"ok": check.ok is not False, "well": check.ok is True, "text": check.text} for check in checks]
        print(json.dumps({"checks": found}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(map(str, checks)))
    return COULD_NOT if any(check.ok is False for check in checks) else 0


def backup(options: Namespace) -> int:
    from bot.upkeep import make_backup

    with open_for(options) as app:
        print(make_backup(app, Path(options.file), options.now))
    return 0


def restore(options: Namespace) -> int:
    from bot import upkeep

    settings = read_settings(os.environ, Path(".env"))  # the database may be what is broken
    lines = upkeep.restore(
        settings, Path(options.file), options.now, dry_run=options.dry_run, with_faults=options.with_faults
    )
    print("\n".join(lines))
    return 0


def serve(options: Namespace) -> int:
    from bot.serve import serve as run  # the web server, only where it is wanted

    return run(host=options.host, port=options.port, clock=options.clock)


def demo(options: Namespace) -> int:
    from bot.demo import run_demo, run_tour

    if options.tour:
        if options.given_now:
            raise UserError("The tour has days of its own: leave --now out.")
        return run_tour(sys.stdout)
    return run_demo(Path(options.folder), options.host, options.port, fresh=options.fresh, starts=options.given_now)
