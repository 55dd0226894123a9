"""The metronome: calls the jobs on time. It keeps no data of its own, so a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from apscheduler.schedulers.background import BackgroundScheduler


class Metronome:
    """Beats once a minute to plan, every few seconds to deliver, once an hour to tidy; `wake` delivers at once.

    Every job is a function without arguments; one that is still running when its next beat comes skips that beat.
    """

    def __init__(self, plan: Callable[[], None], deliver: Callable[[], None], tidy: Callable[[], None]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(plan, "interval", seconds=60, id="plan")
        self._scheduler.add_job(deliver, "interval", seconds=5, id="deliver")
        self._scheduler.add_job(tidy, "interval", hours=1, id="tidy")
        self._plan, self._deliver = plan, deliver
        self._woken, self._stopped = Event(), Event()
        self._waker = Thread(target=self._deliver_when_woken, name="waker", daemon=True)

    def start(self) -> None:
        self._plan()
        self._scheduler.start()
        self._waker.start()

    def wake(self) -> None:
        """Somebody waits for an answer that is due now."""
        self._woken.set()

    def stop(self) -> None:
        """Let what is running finish, then stop."""
        self._stopped.set()
        self._woken.set()
        self._scheduler.shutdown(wait=True)
        self._waker.join(timeout=25)

    def _deliver_when_woken(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            if self._stopped.is_set():
                return
            self._deliver()
