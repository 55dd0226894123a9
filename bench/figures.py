"""What the benches share: a programme on a database of its own, work timed in turns, and medians."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter

from bot import office
from bot.app import App
from bot.settings import Settings
from documents import read
from programme.plan import FocusArea, Plan

NOW = datetime(2022, 9, 5, 7, 55, tzinfo=UTC)  # five minutes before the first reminder may be sent
_CHECKOUT = Path(__file__).parents[1]
_REAL_PLAN = _CHECKOUT.parent / "shared" / "seeds" / "003_fa3a29701a2bdb87.txt"
_SAMPLE_PLAN = _CHECKOUT / "bot" / "sample" / "plan.txt"

Figures = dict[str, object]


def find_plan() -> Path:
    """A real statement of action where one lies beside the checkout, else the sample."""
    return _REAL_PLAN if _REAL_PLAN.exists() else _SAMPLE_PLAN


def read_plan() -> Plan:
    return read.read_plan(find_plan().read_bytes(), find_plan().name, ())


@contextmanager
def open_programme() -> Iterator[App]:
    """The plan in a fresh SQLite database, set up as everywhere; each role is held by somebody on Slack."""
    with TemporaryDirectory() as folder:
        app = App(Settings(database_url=f"sqlite:///{folder}/bench.db"))
        try:
            _set_stage(app)
            yield app
        finally:
            app.close()


def _set_stage(app: App) -> None:
    plan = read_plan()
    office.import_plan(app.db, plan, "bench", NOW, dry_run=False)
    hold_every_role(app, plan)


def hold_every_role(app: App, plan: Plan) -> list[str]:
    """Let each role of the plan be held by somebody on Slack; their ids there, in the roles' order."""
    today = app.calendar.today(NOW)
    roles = list(dict.fromkeys(role.abbreviation for role in plan.roles))
    with app.db.write() as tx:
        office.set_office(tx, "slack:T1:UOFFICE", name=None, now=NOW, account="bench")
        for number, role in enumerate(roles):
            office.set_holder(
                tx,
                role,
                f"slack:T1:U{number}",
                name=None,
                email=None,
                since=None,
                today=today,
                now=NOW,
                account="bench",
            )
    return [f"U{number}" for number in range(len(roles))]


def timed(work: Callable[[], object]) -> float:
    """How many seconds the work took, once."""
    start = perf_counter()
    work()
    return perf_counter() - start


def time_in_turns(rounds: int, *works: Callable[[], object]) -> list[list[float]]:
    """The seconds of each work, done A B A B …, so that a busy moment of the machine falls on all of them alike."""
    times = [[timed(work) for work in works] for _ in range(rounds)]
    return [list(column) for column in zip(*times, strict=True)]


def middle(values: list[float]) -> float:
    """The median."""
    return round(median(values), 3)


def in_ms(times: list[float]) -> Figures:
    """The median and the 99th percentile, in milliseconds."""
    return {"p50_ms": round(1000 * median(times), 3), "p99_ms": round(1000 * quantiles(times, n=100)[98], 3)}


def enlarge(plan: Plan, size: int) -> Plan:
    """The plan with its actions repeated until there are so many, its owners owning all the more."""
    actions, areas = list(plan.actions), list(plan.focus_areas)
    for number in count(3):
        if len(actions) >= size:
            break
        copies = {one.ref: f"P{number}.{n}" for n, one in enumerate(plan.focus_areas, 1)}
        areas += [FocusArea(copies[one.ref], one.text, one.priority) for one in plan.focus_areas]
        actions += [
            replace(
                one,
                ref=copies[one.focus_area] + one.ref.removeprefix(one.focus_area),
                focus_area=copies[one.focus_area],
            )
            for one in plan.actions
        ]
    return replace(plan, actions=tuple(actions[:size]), focus_areas=tuple(areas), metrics=())
