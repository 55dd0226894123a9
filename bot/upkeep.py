"""What keeps an installation well: the doctor's checks, backups, and putting one back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from time import sleep

from bot.app import App, real_now
from bot.settings import Settings, SettingsError, read_settings
from jobs.deliver import NotSent, Undeliverable
from jobs.pausing import find_pause
from programme.calendar import Calendar, say_date
from programme.facts import find_holding_group, find_strategic_group
from programme.policy_words import list_rules
from storage import backup
from storage.actions import list_actions
from storage.db import DatabaseError
from storage.installations import list_installations
from storage.listening import list_listening
from storage.outbox import list_lines
from storage.people import list_groups, list_holdings, list_office, read_directory

_SOON = timedelta(days=120)
_CAN_ASK = ("slack",)  # channels that can say whether a message arrived
_SHOWN = 5  # names in a line that lists


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `ok` is None where it works as it is, and something is better done."""

    ok: bool | None
    text: str

    def __str__(self) -> str:
        return f"{'CHECK' if self.ok is None else 'OK' if self.ok else 'FIX'}: {self.text}"


def examine(
    environ: Mapping[str, str], env_file: Path, now: datetime, clock: Callable[[], datetime] = real_now
) -> list[Check]:
    """Whatever keeps the bot from doing its work, and what to do about each. Nobody is written to.

    The programme is looked at as at `now`; the real time, which Slack's is held against, is `clock`'s.
    """
    try:
        app = App(read_settings(environ, env_file, listens=True))
    except SettingsError as error:
        return [Check(False, line) for line in str(error).splitlines()]
    except DatabaseError as error:
        return [Check(False, str(error))]
    try:
        return [
            *_check_paused(app, now),
            Check(True, "The settings can be read; the database opens and its schema is up to date."),
            _check_key(app.settings),
            *_check_rules(app, now),
            *_check_calendar(app.calendar, now),
            *_check_programme(app, now),
            *_check_slack(app, now, clock),
        ]
    finally:
        app.close()


def _check_paused(app: App, now: datetime) -> Iterator[Check]:
    with app.db.read() as tx:
        paused = find_pause(tx, app.calendar.today(now))
    if paused:
        yield Check(None, paused)


def _check_key(settings: Settings) -> Check:
    if settings.secret_key:
        return Check(True, "SECRET_KEY is set.")
    return Check(
        None,
        f"The key that signs the history is in {settings.key_file()}, beside the database: keep a copy of it apart, "
        "or set SECRET_KEY to what it holds. Whoever has both can rewrite the history.",
    )


def _check_rules(app: App, now: datetime) -> Iterator[Check]:
    """Whether the programme has rules of its own, and whether the roles that they name are there."""
    path = app.settings.find_rules()
    if path is None:
        yield Check(True, "There is no halfterm.toml, so the rules are halfterm's own: halfterm policy says them.")
        return
    set_here = sum(rule.changed for rule in list_rules(app.policy))
    rules = "1 rule is" if set_here == 1 else f"{set_here} rules are"
    yield Check(True, f"{path} can be read; {rules} the programme's own: halfterm policy says them.")
    with app.db.read() as tx:
        directory = read_directory(tx, app.calendar.today(now))
    for report in app.policy.reports:
        if report.owner and not directory.find_roles(report.owner):
            yield Check(
                None,
                f"{path} gives the report {report.name} to {report.owner}, which is no role of the plan, so the office "
                "is asked for it: write a role of halfterm roles list",
            )


def _check_calendar(calendar: Calendar, now: datetime) -> Iterator[Check]:
    today = calendar.today(now)
    last = max(calendar.bank_holidays)
    if last - today > _SOON:
        yield Check(True, f"Bank holidays are known until {say_date(last)}.")
    else:
        ok = None if last >= today else False
        yield Check(ok, f"Bank holidays are known only until {say_date(last)}: install a newer version of halfterm.")
    terms = calendar.half_terms
    if not terms:
        yield Check(None, "There are no term dates, so “end of autumn term” cannot be read: halfterm terms FILE")
    elif terms[-1].ends_on - today > _SOON:
        yield Check(True, f"Term dates are known until {say_date(terms[-1].ends_on)}.")
    else:
        yield Check(None, f"Term dates are known only until {say_date(terms[-1].ends_on)}: halfterm terms FILE")


def _check_programme(app: App, now: datetime) -> Iterator[Check]:
    with app.db.read() as tx:
        directory = read_directory(tx, app.calendar.today(now))
        office = list_office(tx)
        groups = list_groups(tx, directory)
        actions = list_actions(tx, directory, only_open=True)
        waiting = [line for line in list_lines(tx, states=["due"]) if line.address.partition(":")[0] not in app.senders]
    if not directory.roles:
        yield Check(False, "There is no plan yet: halfterm import FILE")
        return
    if office:
        yield Check(True, f"The programme office is {', '.join(one.label for one in office)}.")
    else:
        yield Check(
            False, "Nobody is the programme office, so nobody hears what goes wrong: halfterm people office ADDRESS"
        )
    strategic = find_strategic_group(groups)
    if strategic is None:
        yield Check(
            False, "No group is strategic, so nobody hears of what is at risk: halfterm groups set NAME --strategic"
        )
    holding = {find_holding_group(action.focus_area, action.priority, groups) for action in actions}
    for group in (one for one in groups if one in holding):
        if not group.chairs:
            yield Check(
                False,
                f'{group.name} has no chair to agree anything: halfterm groups set "{group.name}" --chair ROLE, and '
                "halfterm people set ROLE ADDRESS",
            )
        if group.asks and group.next_meeting(now) is None:
            yield Check(
                None,
                f"{group.name} has no meeting to come, so it asks nobody: "
                f'halfterm groups set "{group.name}" --meets INSTANT',
            )
    vacant = list(dict.fromkeys(owner.text for action in actions for owner in action.owners if not owner.people))
    if vacant:
        names = ", ".join(vacant[:_SHOWN]) + (f" and {len(vacant) - _SHOWN} more" if len(vacant) > _SHOWN else "")
        yield Check(
            None, f"Nobody holds {names}: the office is asked to pass their reminders on. See halfterm roles list"
        )
    if waiting:
        schemes = sorted({line.address.partition(":")[0] for line in waiting})
        yield Check(None, f"{len(waiting)} messages wait for a channel that is not set up here: {', '.join(schemes)}.")


def _check_slack(app: App, now: datetime, clock: Callable[[], datetime]) -> Iterator[Check]:
    settings = app.settings
    if not settings.has_slack:
        yield Check(None, "Slack is not set up: see .env.example.")
        return
    from bot.slack import doctor  # only where Slack is configured

    channels, people = _list_addresses(app, app.calendar.today(now))
    by_socket = settings.slack_app_token and not settings.has_many_workspaces
    for team, token in _list_slack_tokens(app):
        if isinstance(token, Check):
            yield token
            continue
        found = doctor.examine_workspace(
            token,
            settings.slack_api_url,
            clock,
            sleep,
            way="Socket Mode" if by_socket else "signed HTTP at /slack/events",
            mend=f"have it installed again in workspace {team}, at {settings.public_url}/slack/install"
            if team
            else "check SLACK_BOT_TOKEN, as it stands under Slack, OAuth & Permissions",
            channels=_of_team(channels, team),
            people=_of_team(people, team),
        )
        yield from (Check(*finding) for finding in found)
    app_token = settings.slack_app_token if by_socket else ""
    way_in = doctor.examine_way_in(app_token, settings.slack_signing_secret, settings.slack_api_url)
    yield from (Check(*finding) for finding in way_in)


def _list_slack_tokens(app: App) -> Iterator[tuple[str, str | Check]]:
    """Each workspace that the bot is installed in, "" for the only one, with its token or why there is none."""
    if not app.settings.has_many_workspaces:
        yield "", app.settings.slack_bot_token
        return
    with app.db.read() as tx:
        installed = [one.team_id for one in list_installations(tx)]
    if not installed:
        yield (
            "",
            Check(
                None, f"The bot is installed in no Slack workspace yet: open {app.settings.public_url}/slack/install"
            ),
        )
    for team in installed:
        try:
            yield team, app.installs.token_of(team)
        except (NotSent, Undeliverable) as error:
            yield team, Check(False, f"Slack workspace {team}: {error.reason}.")


def _list_addresses(app: App, today: date) -> tuple[dict[str, str], dict[str, str]]:
    """Channels that are written to and people who may be, with what they are to the office."""
    with app.db.read() as tx:
        groups = list_groups(tx, read_directory(tx, today))
        channels = {one.address: "a channel that hears of ratings" for one in list_listening(tx)}
        channels |= {one.channel: one.name for one in groups if one.channel}
        people = {one.reached_at: "programme office" for one in list_office(tx)}
        for role, one, _, until in list_holdings(tx):
            if not one.closed and (until is None or until > today):
                before = people.get(one.reached_at)
                people[one.reached_at] = f"{before}, {role}" if before else role
    return channels, people


def _of_team(addresses: Mapping[str, str], team: str) -> dict[str, str]:
    """Those in one Slack workspace; in any, where there is only one."""
    start = f"slack:{team}:" if team else "slack:"
    return {one: label for one, label in addresses.items() if one.startswith(start)}


def make_backup(app: App, path: Path, now: datetime) -> str:
    """Copy the database to a file; returns what to keep beside it."""
    head = backup.write_backup(app.db, path, now)
    key = app.settings.key_file()
    keep = (
        ""
        if app.settings.secret_key
        else f"\nKeep {key} too, somewhere else: without it the history cannot be checked."
    )
    return f"Written: {path}{keep}\nHead: {head}"


def restore(settings: Settings, path: Path, now: datetime, *, dry_run: bool, with_faults: bool) -> list[str]:
    """Put a backup in the place of the database. Returns the lines to show."""
    found = backup.restore(
        settings.database_url,
        settings.key(),
        path,
        now,
        can_ask=_CAN_ASK,
        dry_run=dry_run,
        with_faults=with_faults,
    )
    asked, told = (found.asked, found.told) if dry_run else _plan_again(settings, found, now)
    lines = [
        f"The backup was made at {found.made_at.isoformat(timespec='minutes')}; "
        f"its history has {found.verdict.head.number} rows."
    ]
    lines += [f"Fault: {fault}." for fault in found.verdict.faults]
    if asked:
        lines.append(f"{asked} messages may have been sent since: their channel is asked before anything is said.")
    if told:
        lines.append(
            f"{told} messages may have been sent since and cannot be asked for: "
            "they are not sent, and the office is told."
        )
    lines.append("What people have said to the bot since then is not known to it: please ask them to say it again.")
    if found.kept:
        lines.append(f"The database until now is kept as {found.kept}.")
    lines.append("Dry run: nothing was changed." if dry_run else "Restored.")
    return lines


def _plan_again(settings: Settings, found: backup.Restored, now: datetime) -> tuple[int, int]:
    """Plan each morning that has come since the backup, as it was planned then: what fell due may have been sent.

    Returns how many messages in all are to be asked for, and how many are left to the office.
    """
    asked, told, app = found.asked, found.told, App(settings)
    try:
        day, last = app.calendar.today(found.made_at), app.calendar.today(now)
        while day <= last:
            at = app.calendar.instant(day, app.calendar.opens)
            if app.calendar.is_open(day) and found.made_at < at <= now:
                app.plan(at)
                with app.db.write() as tx:
                    more = backup.doubt_planned(tx, at, now, _CAN_ASK)
                asked, told = asked + more[0], told + more[1]
            day += timedelta(days=1)
    finally:
        app.close()
    return asked, told
