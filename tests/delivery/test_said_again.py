"""A message that had nothing left to say when it was to leave can be queued again; one that may have gone cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage import ledger, outbox
from storage.schema_out import outbox as messages
from tests.delivery.scene import Scene

KEY, WAS, IS = "notice:P1.1a:3:1", "console:A", "slack:T1:U1"


def put(scene: Scene, key: str, **values: object) -> None:
    with scene.app.db.write() as tx:
        assert outbox.say(tx, key, "notice", WAS, due_at=scene.now, facts={"number": 3})
        settled = None if values["state"] in ("due", "claimed", "sending") else scene.now
        change = sa.update(messages).where(messages.c.key == key)
        tx.conn.execute(change.values(settled_at=settled, **values))


def test_a_dropped_message_is_due_again_as_things_are_now(either: Scene) -> None:
    put(either, KEY, state="dropped", trouble="they were away", attempts=3, said={"refs": []})
    later = either.now + timedelta(days=1)
    with either.app.db.write() as tx:
        assert outbox.say_again(tx, KEY, IS, due_at=later, facts={"number": 4})
        assert not outbox.say_again(tx, KEY, IS, due_at=later, facts={"number": 4})
        (row,) = outbox.claim_some(tx, later, 1, lease="mine", schemes=["slack"])
    assert (row.key, row.address, row.facts, row.due_at) == (KEY, IS, {"number": 4}, later)
    assert (row.attempts, row.said, row.doubtful, row.in_doubt) == (0, None, False, False)


@pytest.mark.parametrize(
    "values",
    [{"state": state} for state in ("due", "claimed", "sending", "sent", "failed")]
    + [{"state": "dropped", "doubtful": True}],
    ids=str,
)
def test_what_is_under_way_or_may_have_gone_stays_as_it_is(scene: Scene, values: dict[str, object]) -> None:
    put(scene, KEY, **values)
    with scene.app.db.write() as tx:
        assert ledger.list_known_keys(tx, [KEY]) == {KEY}
        assert not outbox.say_again(tx, KEY, IS, due_at=scene.now, facts={})


def test_a_key_is_known_while_anything_of_it_is_there_that_was_not_dropped(either: Scene) -> None:
    put(either, KEY, state="dropped")
    put(either, f"{KEY}0", state="sent")
    with either.app.db.read() as tx:
        assert ledger.list_known_keys(tx, [KEY, "notice:P1.1a:3:2"]) == set()
    put(either, f"{KEY}:17", state="sent")
    with either.app.db.read() as tx:
        assert ledger.list_known_keys(tx, [KEY]) == {KEY}
