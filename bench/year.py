"""A year of planning for 10,000 actions, day by day, beside adding the same rungs to APScheduler's store, a job each,
in a process of its own.

Each morning the rungs that fall due are written down and queued in bundles, as `tick` does it: starting lists,
warnings before timescales, requests and chases before the meetings of six half terms, what is overdue, the leads.
Nobody answers, so that there is as much to plan as there can be. The bundles are taken by a sender at once, without
their words: what composing costs is measured elsewhere. Memory is what the process holds, in that year and the next.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figures import NOW, Figures, enlarge, hold_every_role, read_plan
from bench.outbox import Taker, tell
from bench.peer import open_peer_elsewhere
from bench.starting import resident_mb
from bot import office
from bot.app import App
from bot.settings import Settings
from jobs.deliver import Composed, Deliverer
from programme.messages import Message
from programme.plan import Plan
from storage import ledger, outbox
from storage.db import Tx
from storage.people import list_groups, read_directory

_ACTIONS, _DAYS = 10_000, 365
_AT = time(9, 5)  # in every season just after the hour of bundles
_MEETINGS = ("2022-09-27", "2022-11-22", "2023-01-24", "2023-03-14", "2023-05-09", "2023-06-27")  # one a half term
_AND_THEN = ("2023-09-26", "2023-11-21", "2024-01-23", "2024-03-12", "2024-05-07", "2024-06-25")


def bench_year(actions: int = _ACTIONS, days: int = _DAYS) -> Figures:
    plan = enlarge(read_plan(), actions)
    written: list[tuple[int, float]] = []
    memory: list[float] = []
    theirs = 0.0
    with TemporaryDirectory() as folder, open_peer_elsewhere() as add_to_peer:
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"), senders={"slack": Taker()})
        office.import_plan(app.db, plan, "bench", NOW, dry_run=False)
        hold_every_role(app, plan)
        _set_meetings(app, plan)
        for number in range(2 * days):
            day = app.calendar.today(NOW) + timedelta(days=number)
            if not app.calendar.is_open(day):
                continue
            now = app.calendar.instant(day, _AT)
            start = perf_counter()
            new = app.plan(now)
            took = perf_counter() - start
            _take_everything(app, now)
            app.tidy(now)
            memory.append(resident_mb())
            if number < days:
                theirs += add_to_peer(new, now + timedelta(days=36_500))
                written.append((new, took))
            if day.day <= 7 and day.weekday() == 0:
                tell(f"{day:%B %Y}")
        app.close()
    rungs = sum(new for new, _took in written)
    seconds = sum(took for _new, took in written)
    quarter = len(memory) // 8
    ours_a_second, theirs_a_second = rungs / seconds, rungs / theirs
    return {
        "actions": actions,
        "days_planned": len(written),
        "rungs": rungs,
        "planning_s": round(seconds, 1),
        "rungs_a_second": round(ours_a_second),
        "apscheduler_jobs_added_a_second": round(theirs_a_second),
        "ratio": round(ours_a_second / theirs_a_second, 2),
        "target_ratio": 10,
        "resident_mb_by_quarter_in_two_years": [
            round(mean(memory[n : n + quarter]), 1) for n in range(0, 8 * quarter, quarter)
        ],
    }


def _set_meetings(app: App, plan: Plan) -> None:
    """One group holds every action and meets once in each half term."""
    instants = [datetime.fromisoformat(f"{day}T10:00+00:00") for day in (*_MEETINGS, *_AND_THEN)]
    with app.db.write() as tx:
        groups = list_groups(tx, read_directory(tx, app.calendar.today(NOW)))
        office.set_group(
            tx,
            next(group.name for group in groups if group.asks),
            {"strategic": True, "chair": plan.roles[0].abbreviation},
            instants,
            today=app.calendar.today(NOW),
            now=NOW,
            calendar=app.calendar,
            account="bench",
        )


def _take_everything(app: App, now: datetime) -> None:
    """Deliver what is due, without its words."""

    def compose(tx: Tx, row: outbox.Row, at: datetime) -> Composed:
        person = row.facts.get("person")
        lines = ledger.list_planned(tx, app.calendar.today(at), person) if row.kind == "bundle" else []
        return Composed(Message(row.key), lines=tuple(line.id for line in lines))

    Deliverer(app.db, app.senders, compose, app.calendar, lambda: now).run()
