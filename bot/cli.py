"""The command line: what may be typed, and how a command ends. `bot.verbs` has what each one does.

Every command takes --now, gives an example with --help, and fails with one plain sentence on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from bot import office, verbs, verbs_meetings, verbs_people, verbs_policy, verbs_weekly
from bot.app import real_now, run_clock
from bot.settings import SettingsError
from programme.messages import UserError
from storage.db import DatabaseError
from storage.history import Head


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (could not) or 2 (used wrongly, by way of SystemExit)."""
    options = _parser().parse_args(arguments)
    options.clock = run_clock(options.now) if options.now else real_now
    options.given_now, options.now = options.now, options.now or real_now()
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except (UserError, SettingsError, DatabaseError) as error:
        return _fail(str(error))
    except BrokenPipeError:  # whoever read our output has stopped, as `head` does; nothing may be flushed to it later
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except FileNotFoundError as error:
        return _fail(f"There is no file {error.filename}: check the name and the folder.")
    except IsADirectoryError as error:
        return _fail(f"{error.filename} is a folder: give a file.")
    except PermissionError as error:
        return _fail(f"{error.filename} may not be opened: check who may read and write it.")
    except OSError as error:
        return _fail(
            f"{error.filename or 'The system'} cannot be used ({error.strerror}): check the disk and the name."
        )
    except UnicodeEncodeError:
        return _fail("What was typed is not text in UTF-8: check the terminal's encoding.")
    except KeyboardInterrupt:
        return _fail("Stopped.")
    except Exception as error:  # what nobody has foreseen; its text may hold somebody's words
        if os.environ.get("HALFTERM_DEBUG"):
            raise
        return _fail(
            f"Something went wrong ({type(error).__name__}). Nothing was half done; "
            "to see where it was, set HALFTERM_DEBUG=1 and run it again."
        )


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return verbs.COULD_NOT


def _instant(text: str) -> datetime:
    """`2022-09-05T09:00`; without an offset London's own time is meant."""
    instant: datetime | None
    try:
        instant = office.as_instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        instant = None
    if instant is None or not 1990 <= instant.year < 2200:  # a calendar has to find working days around it
        raise argparse.ArgumentTypeError(f"{text} is not an instant: write it like 2022-09-05T09:00")
    return instant


def _meeting(text: str) -> datetime:
    """An instant whose hour is written."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return _instant(text)
    raise argparse.ArgumentTypeError(f"{text} has no hour: write the hour too, such as {text}T10:00")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a date: write it like 2022-09-05") from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: give a number from 0 to 65535")
    return int(text)


def _head(text: str) -> Head:
    number, _, mac = text.partition(":")
    if not (number.isascii() and number.isdigit()) or (not mac and int(number)):
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
        made.add_argument("--now", type=_instant, metavar="INSTANT", help="act as at this instant (default: now)")
        if as_json:
            made.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        return made

    def family(name: str, text: str, example: str) -> Any:
        made = commands.add_parser(name, help=text, description=text, epilog=f"Example: halfterm {name} {example}")
        return made.add_subparsers(required=True, metavar="WHAT", dest="what")

    one = add(commands, "demo", verbs.demo, "Try it: a sample programme with a clock you can move.", "demo")
    one.add_argument("--host", default="127.0.0.1", help="loopback only")
    one.add_argument("--port", type=_port, default=8000)
    one.add_argument("--folder", default="demo-data", help="where the demo keeps its own database")
    one.add_argument("--fresh", action="store_true", help="begin again from Monday 5 September 2022")
    one.add_argument("--tour", action="store_true", help="play the whole loop as text, then stop")

    one = add(commands, "serve", verbs.serve, "Run the bot: every configured channel, and the clock.", "serve")
    one.add_argument("--host")
    one.add_argument("--port", type=_port)

    one = add(commands, "import", verbs.import_plan, "Read a plan: say what was read, how, and what is doubtful.",
              "import plan.txt --dry-run", as_json=True)  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="show what would change, change nothing")

    add(commands, "tick", verbs.tick, "Plan and deliver what is due at that instant, once; also for cron.",
        "tick --now 2022-09-05T09:00+01:00", as_json=True)  # fmt: skip

    one = add(commands, "say", verbs.say, "Say one thing to the bot on the console and print its reply.",
              'say --as SENDPO "/actions mine"')  # fmt: skip
    one.add_argument("--as", dest="actor", required=True, metavar="WHO", help="a role, a person, an address, or office")
    one.add_argument("words", nargs="+", metavar="TEXT")

    one = add(
        commands,
        "digest",
        verbs.digest,
        "A governance group's digest.",
        'digest "SEND Oversight Board" --format docx --out digest.docx',
    )
    one.add_argument("group", metavar="GROUP")
    one.add_argument(
        "--format", choices=["text", "html", "docx", "pdf", "xlsx"], help="default: what --out ends in, else text"
    )
    one.add_argument("--out", metavar="FILE")

    people = family("people", "Who holds a role, and who is the programme office.", "list")
    one = add(people, "set", verbs.set_holder, "Let a person hold a role.", "people set SENDPO slack:T1:U1")
    one.add_argument("role", metavar="ROLE")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--name")
    one.add_argument("--email")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE", help="from this day on (default: always has)")
    one = add(
        people,
        "end",
        verbs.end_holder,
        "Let a person hold a role no longer.",
        "people end SENDPO slack:T1:U1 --on 2022-10-01",
    )
    one.add_argument("role", metavar="ROLE")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--on", type=_day, metavar="DATE", help="from this day on (default: today)")
    one = add(people, "office", verbs.set_office, "Add a person to the programme office.", "people office slack:T1:U9")
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--name")
    one = add(people, "load", verbs.load_people, "Let everybody in a CSV file hold their roles (role,email,name,from).",
              "people load holders.csv --dry-run", as_json=True)  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="look everybody up and say what would be set, set nothing")
    one.add_argument("--workspace", metavar="T1", help="the Slack workspace to look in, where the bot is in several")
    one = add(people, "also", verbs_policy.also, "Let an address be another one of a person's, for them to choose.",
              "people also mail:a@council.gov.uk slack:T1:U1")  # fmt: skip
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("other", metavar="OTHER")
    one.add_argument("--remove", action="store_true", help="it is theirs no longer")
    one = add(people, "cover", verbs_people.cover, "Let somebody act for who holds a role while they are away.",
              "people cover SENDPO slack:T1:U1 --by slack:T1:U2 --from 2022-10-03 --to 2022-10-14")  # fmt: skip
    one.add_argument("role", metavar="ROLE")
    one.add_argument("address", metavar="ADDRESS", help="who is away")
    one.add_argument("--by", required=True, metavar="ADDRESS", help="who acts for them")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE", help="the first day (default: today)")
    one.add_argument("--to", required=True, type=_day, metavar="DATE", help="the last day")
    one = add(people, "uncover", verbs_people.end_cover, "End a cover today.", "people uncover SENDPO")
    one.add_argument("role", metavar="ROLE")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE",
                     help="its first day (default: the cover in force, else the next)")  # fmt: skip
    add(people, "list", verbs.list_people, "Who holds what.", "people list", as_json=True)

    workspaces = family("workspaces", "Which workspaces the bot answers in.", "list")
    one = add(workspaces, "join", verbs.join_workspace, "Answer who speaks in a Slack workspace.",
              'workspaces join T024BE7LD --name "City Council"')  # fmt: skip
    one.add_argument("workspace", metavar="WORKSPACE")
    one.add_argument("--name")
    one = add(workspaces, "leave", verbs.leave_workspace, "Answer nobody there any more.", "workspaces leave T024BE7LD")
    one.add_argument("workspace", metavar="WORKSPACE")
    add(workspaces, "list", verbs.list_workspaces, "Every workspace, and where the bot is installed.",
        "workspaces list", as_json=True)  # fmt: skip
    one = add(workspaces, "rekey", verbs.rekey_workspaces, "Lock the workspaces' tokens with the newest of TOKEN_KEYS.",
              "workspaces rekey --dry-run")  # fmt: skip
    one.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")

    manifest = family("manifest", "What a chat's administrator installs the bot with.", "slack")
    one = add(manifest, "slack", verbs.manifest_slack, "The Slack app's manifest, as JSON.",
              "manifest slack --prefix ht", as_json=True)  # fmt: skip
    one.add_argument("--prefix", default="", metavar="ht", help="/ht-rag instead of /rag, where another app has a name")
    one.add_argument("--http", nargs="?", const="", metavar="URL",
                     help="by signed HTTP at this address (default: PUBLIC_URL) instead of Socket Mode")  # fmt: skip
    one.add_argument("--by-email", dest="chosen", action="append_const", const="by-email",
                     help="with the scope that people load looks e-mails up with")  # fmt: skip
    one.add_argument("--channels", dest="chosen", action="append_const", const="channels",
                     help="with the scopes to look into the channels it writes to")  # fmt: skip
    one.add_argument("--files", dest="chosen", action="append_const", const="files",
                     help="with the scope to look at files")  # fmt: skip
    add(manifest, "teams", verbs.manifest_teams, "The Teams app's manifest: not there yet.", "manifest teams")

    roles = family("roles", "What an owner string of the plan means.", "list")
    one = add(
        roles, "same", verbs.set_meaning, "An owner string is another name for a role.", 'roles same "FIS Manager" FIS'
    )
    one.add_argument("text", metavar="OWNER")
    one.add_argument("means", metavar="ROLE")
    one = add(
        roles, "means", verbs.set_meaning, "An owner string means several roles.", 'roles means "Area Leaders" EDCS,COO'
    )
    one.add_argument("text", metavar="OWNER")
    one.add_argument("means", metavar="ROLE,ROLE")
    one = add(roles, "rename", verbs_people.rename_role, "A role is called otherwise; who holds it goes on holding it.",
              "roles rename EDCS DCS --from 2022-10-01")  # fmt: skip
    one.add_argument("old", metavar="OLD")
    one.add_argument("new", metavar="NEW")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE", help="from this day on (default: today)")
    one = add(roles, "set", verbs_people.set_role,
              "Mark a role: of a school, elected, one that reads everything, or young people's.",
              'roles set "Head of Greenacre" --school')  # fmt: skip
    one.add_argument("role", metavar="ROLE")
    for mark, text in (("school", "it keeps the school holidays"), ("elected", "a councillor's: alarms by the digest"),
                       ("reads-all", "it reads every action and digest"),
                       ("young-people", "nobody is given it, and nobody written to")):  # fmt: skip
        both, name = one.add_mutually_exclusive_group(), mark.replace("-", "_")
        both.add_argument(f"--{mark}", dest=name, action="store_true", default=None, help=text)
        both.add_argument(f"--not-{mark}", dest=name, action="store_false", default=None)
    add(
        roles,
        "list",
        verbs.list_roles,
        "Every role, and the owner strings nobody has explained.",
        "roles list",
        as_json=True,
    )

    groups = family("groups", "Governance groups and their meetings.", "list")
    one = add(groups, "set", verbs_meetings.set_group, "Add or change a group.",
              'groups set "SEND Oversight Board" --chair EDCS --meets 2022-10-04T10:00')  # fmt: skip
    one.add_argument("name", metavar="NAME")
    one.add_argument("--kind", help="decides, informed or voice")
    one.add_argument("--strategic", action="store_true")
    one.add_argument("--chair", metavar="ROLE")
    one.add_argument("--members", nargs="+", metavar="ROLE", help="have its pack and read what it holds; none: nobody")
    one.add_argument("--holds", metavar="P1,P2.3", help="the priorities and focus areas it holds")
    one.add_argument("--scope", metavar="P1,P2.3", help="what its digest shows (default everything)")
    one.add_argument("--reports-to", nargs="+", metavar="NAME", help="the groups above it, the first first; none: none")
    one.add_argument("--channel", metavar="ADDRESS")
    one.add_argument("--meets", nargs="+", type=_meeting, metavar="INSTANT")
    one.add_argument("--papers", type=int, metavar="DAYS", help="working days before the meeting")
    one.add_argument("--cadence", metavar="RULE", help='as "every half term, week 4, Tuesday 10:00"; none ends it')
    one.add_argument("--cancel", nargs="+", type=_meeting, metavar="INSTANT", help="take these meetings away")
    one.add_argument("--new", action="store_true", help="another group, though its name is like a known one")
    one = add(groups, "rename", verbs_people.rename_group, "A group is called otherwise; its chair and meetings stay.",
              'groups rename "SEND Board" "SEND and AP Board" --from 2022-10-01')  # fmt: skip
    one.add_argument("old", metavar="OLD")
    one.add_argument("new", metavar="NEW")
    one.add_argument("--from", dest="since", type=_day, metavar="DATE", help="from this day on (default: today)")
    add(groups, "list", verbs_meetings.list_groups, "The groups, their chairs and next meetings.", "groups list",
        as_json=True)  # fmt: skip

    one = add(commands, "terms", verbs_meetings.set_terms,
              "Set the term dates from a CSV file (half_term,starts_on,ends_on) or an iCalendar file (.ics).",
              "terms terms.csv")  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="say what was read, set nothing")

    one = add(commands, "pause", verbs.pause, "Stop everything unprompted.", "pause --until 2023-01-03")
    one.add_argument("--until", type=_day, metavar="DATE")
    add(commands, "resume", verbs.resume, "Start it again.", "resume")

    audit = family("audit", "The history's chain.", "verify")
    one = add(
        audit,
        "verify",
        verbs.verify_audit,
        "Check that no row of the history was changed, lost or cut off.",
        "audit verify",
        as_json=True,
    )
    one.add_argument("--head", type=_head, metavar="N:MAC", help="check against a head kept elsewhere")

    add(commands, "weekly", verbs_weekly.show_note, "The programme office's weekly note, as at now.", "weekly",
        as_json=True)  # fmt: skip
    add(commands, "policy", verbs_policy.show_policy, "The rules in force: when it reminds, chases and tells others.",
        "policy", as_json=True)  # fmt: skip
    add(commands, "doctor", verbs.doctor, "Look for what keeps the bot from its work, and say what to do.", "doctor",
        as_json=True)  # fmt: skip
    one = add(commands, "backup", verbs.backup, "Copy the database to a file, while it is in use.",
              "backup halfterm-2022-09-05.db")  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one = add(commands, "restore", verbs.restore, "Put a backup in the place of the database; stop serve first.",
              "restore halfterm-2022-09-05.db --dry-run")  # fmt: skip
    one.add_argument("file", metavar="FILE")
    one.add_argument("--dry-run", action="store_true", help="check it and say what would be done, change nothing")
    one.add_argument("--with-faults", action="store_true", help="even where its history does not check out")
    return parser


if __name__ == "__main__":
    sys.exit(main())
