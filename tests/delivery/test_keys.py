"""Rows are found by how their key begins: those and no others, and without reading the whole queue."""

from __future__ import annotations

import sqlalchemy as sa

from storage import outbox as messages
from storage.columns import begins
from storage.schema_out import outbox
from tests.delivery.scene import Scene

KEYS = (
    "notice:P1.1a:3:1",
    "notice:P1.1a:3:2",
    "notice:P1.1a:33:1",
    "notice:P1.1a;",
    "notice:P1_1a:3:1",
    "NOTICE:P1.1a:3:1",
)


def test_only_what_begins_so_is_listed(either: Scene) -> None:
    with either.app.db.write() as tx:
        for key in KEYS:
            assert messages.say(tx, key, "notice", "slack:T1:U1", due_at=either.now, facts={})
        assert [line.key for line in messages.list_lines(tx, key_starts="notice:P1.1a:3:")] == list(KEYS[:2])
        assert [line.key for line in messages.list_lines(tx, key_starts="notice:P1_1a:")] == [KEYS[4]]


def test_an_index_finds_it(scene: Scene) -> None:
    with scene.app.db.read() as tx:
        query = sa.select(outbox.c.id).where(
            outbox.c.programme_id == 1, begins(tx.conn, outbox.c.key, "notice:P1.1a:3:")
        )
        sql = str(query.compile(tx.conn, compile_kwargs={"literal_binds": True}))
        (step,) = tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    assert "INDEX" in step[3]
    assert "key>?" in step[3]
