"""What the channels have said that they want to hear."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from programme.listening import Listening
from storage.db import PROGRAMME, Tx
from storage.schema import action
from storage.schema_out import listening

_ALL = sa.select(listening).where(listening.c.programme_id == PROGRAMME).order_by(listening.c.id)


def list_listening(tx: Tx) -> list[Listening]:
    """Every channel that has said what it wants to hear, nothing among it."""
    return [_as_listening(row) for row in tx.conn.execute(_ALL, {"programme": tx.programme})]


def find_listening(tx: Tx, address: str) -> Listening | None:
    """What the channel at that address has said; None where it has said nothing."""
    return next((one for one in list_listening(tx) if one.address == address), None)


def set_listening(tx: Tx, one: Listening) -> None:
    """From now on it hears this."""
    mine = sa.and_(listening.c.programme_id == tx.programme, listening.c.address == one.address)
    tx.conn.execute(sa.delete(listening).where(mine))
    tx.conn.execute(
        sa.insert(listening).values(
            programme_id=tx.programme,
            address=one.address,
            ratings=list(one.ratings),
            areas=list(one.areas),
            with_reasons=one.with_reasons,
        )
    )


def list_heard_areas(tx: Tx) -> list[tuple[str, str]]:
    """(focus area, priority) of every action: what can be heard of."""
    query = sa.select(action.c.focus_area_ref, action.c.priority_ref).distinct()
    mine = query.where(action.c.programme_id == tx.programme, action.c.gone_at.is_(None))
    return [(area, priority) for area, priority in tx.conn.execute(mine)]


def _as_listening(row: Any) -> Listening:
    return Listening(row.address, tuple(row.ratings), tuple(row.areas), row.with_reasons)
