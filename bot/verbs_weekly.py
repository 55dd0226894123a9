"""What `halfterm weekly` does: the programme office's weekly note at any instant."""

from __future__ import annotations

import json
from argparse import Namespace

from bot import verbs
from jobs.compose import Composer
from jobs.pausing import find_pause
from jobs.weekly import gather_note
from programme.calendar import say_date
from programme.weekly import say_note
from storage.history import get_head


def show_note(options: Namespace) -> int:
    with verbs.open_for(options) as app, app.db.read() as tx:
        facts = Composer(app.calendar, app.policy, app.senders.keys()).read(tx, options.now)
        listed, head = gather_note(facts), str(get_head(tx))
        today = app.calendar.today(options.now)
        paused = find_pause(tx, today)
    if options.json:
        lists = [{"title": one.title, "total": one.total, "first": list(one.lines)} for one in listed]
        print(json.dumps({"as_at": today.isoformat(), "lists": lists, "head": head}, ensure_ascii=False, indent=2))
        return 0
    lines = [paused] if paused else []
    lines += [f"For the programme office, as at {say_date(today)}.", *(f"- {each}" for each in say_note(listed, head))]
    print("\n".join(lines))
    return 0
