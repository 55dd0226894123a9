"""Answering while planning runs beside it in the same process, back to back and each time as if all of it were due;
`serve` begins one a minute at most."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Thread
from time import perf_counter

from bench.figures import Figures, in_ms, middle
from bot.app import App
from storage import planned

Body = tuple[str, str]  # content type and body

_TOGETHER = 100  # requests between looks at whether planning is through


def measure_beside(
    app: App, ways: Mapping[str, Iterator[Body]], post: Callable[[list[Body]], list[float]], now: datetime
) -> dict[str, Figures]:
    """By way in: the answer's time alone and beside, for as long as one planning takes from beginning to end; how many
    plannings ran, and how long they took.

    `post` posts bodies, several at once, and says how many seconds each answer took.
    """
    found: dict[str, Figures] = {}
    alone = Plannings(app, now)
    alone.run()
    for way, bodies in ways.items():
        print(f"  {way}, with planning beside ...", file=sys.stderr, flush=True)
        post([next(bodies) for _ in range(_TOGETHER)])
        figures: Figures = {"alone": _figures(post([next(bodies) for _ in range(2 * _TOGETHER)]))}
        plannings, times = Plannings(app, now), list[float]()
        with _beside(plannings.run):
            while not plannings.times:
                times += post([next(bodies) for _ in range(_TOGETHER)])
        figures["planning"] = _figures(times) | {
            "answers": len(times),
            "plannings": len(plannings.times),
            "a_planning_s": middle(plannings.times),
        }
        found[way] = figures
    found["a_planning_alone"] = {"s": middle(alone.times)}
    return found


class Plannings:
    """Plans as if nothing had been; `times` are the seconds of each."""

    def __init__(self, app: App, now: datetime) -> None:
        self.times: list[float] = []
        self._app, self._now = app, now

    def run(self) -> None:
        with self._app.db.write() as tx:
            planned.set_mark(tx, "")
        start = perf_counter()
        self._app.plan(self._now)
        self.times.append(perf_counter() - start)


@contextmanager
def _beside(work: Callable[[], object]) -> Iterator[None]:
    """The work again and again in a thread of its own; what has begun is finished before the block is left."""
    ended = Event()

    def again() -> None:
        while not ended.is_set():
            work()

    thread = Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _figures(times: list[float]) -> Figures:
    return in_ms(times) | {"slowest_ms": round(1000 * max(times), 1)}
