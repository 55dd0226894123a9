"""A year of planning for 10,000 actions, day by day, beside adding the same rungs to APScheduler's store, a job each.

Each morning the rungs that fall due are written down and queued in bundles, as `tick` does it: starting lists,
warnings before timescales, requests and chases before the meetings of six half terms, what is overdue, the leads.
Nobody answers, so that there is as much to plan as there can be. The bundles are taken by a sender at once, without
their words: what composing costs is measured elsewhere. Memory is what the process holds.
"""

from __future__ import annotations

import gc
from datetime import date, datetime, timedelta
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figures import NOW, Figures, enlarge, hold_every_role, read_plan
from bench.outbox import Taker, tell
from bench.peer import open_peer
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
_MEETINGS = ("2022-09-27", "2022-11-22", "2023-01-24", "2023-03-14", "2023-05-09", "2023-06-27")  # one a half term


def bench_year(actions: int = _ACTIONS, days: int = _DAYS) -> Figures:
    plan = enlarge(read_plan(), actions)
    written: list[tuple[date, int, float]] = []
    memory: list[float] = []
    theirs = 0.0
    with TemporaryDirectory() as folder, open_peer() as peer:
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"), senders={"slack": Taker()})
        office.import_plan(app.db, plan, "bench", NOW, dry_run=False)
        hold_every_role(app, plan)
        _set_meetings(app, plan)
        for day in range(days):
            now = NOW + timedelta(days=day, minutes=10)
            if not app.calendar.is_open(now.date()):
                continue
            start = perf_counter()
            new = app.plan(now)
            took = perf_counter() - start
            _take_everything(app, now)
            app.tidy(now)
            memory.append(resident_mb())
            if not written or written[-1][0].month != now.month:
                tell(f"{now:%B %Y}")
            gc.freeze()  # it need not look through what planning remembers
            theirs += peer.add(new, now + timedelta(days=36_500))
            gc.unfreeze()
            written.append((now.date(), new, took))
        app.close()
    rungs = sum(new for _on, new, _took in written)
    seconds = sum(took for _on, _new, took in written)
    quarter = len(memory) // 4
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
        "resident_mb_by_quarter": [round(mean(memory[n : n + quarter]), 1) for n in range(0, 4 * quarter, quarter)],
    }


def _set_meetings(app: App, plan: Plan) -> None:
    """One group holds every action and meets once in each half term."""
    instants = [datetime.fromisoformat(f"{day}T10:00+00:00") for day in _MEETINGS]
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
