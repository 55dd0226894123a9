"""A tick with nothing due: it must cost what is due, which is nothing, however many rows wait for a later day."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from bench.figures import NOW, Figures, in_ms, open_programme, time_in_turns
from bot.app import App
from storage import outbox

_ROUNDS = 300
_FEW, _MANY = 1_000, 100_000


def bench_tick() -> Figures:
    with open_programme() as few, open_programme() as many:
        for app, rows in ((few, _FEW), (many, _MANY)):
            app.tick(NOW)  # plans everything, so that no later tick has anything to plan
            _queue_for_later(app, rows)
        time_in_turns(10, lambda: few.tick(NOW), lambda: many.tick(NOW))
        over_few, over_many = time_in_turns(_ROUNDS, lambda: few.tick(NOW), lambda: many.tick(NOW))
    return {
        f"over_{_FEW}_rows": in_ms(over_few),
        f"over_{_MANY}_rows": in_ms(over_many),
        "ratio_of_p50": round(median(over_many) / median(over_few), 2),
        "target_ratio": 1.5,
    }


def _queue_for_later(app: App, rows: int) -> None:
    """Bundles of the coming years, as planning writes them."""
    with app.db.write() as tx:
        for number in range(rows):
            due = NOW + timedelta(days=1, minutes=number)
            facts = {"person": number, "day": due.date().isoformat()}
            outbox.say(tx, f"bench:{number}", "bundle", f"console:{number}", due_at=due, facts=facts)
