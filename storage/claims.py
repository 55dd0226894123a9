"""Claims: who says which role is theirs, and what the programme office answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from programme.facts import Role
from programme.messages import UserError
from programme.permissions import refuse_young_people
from storage.db import Tx, insert
from storage.history import record
from storage.programme import touch
from storage.schema import claim

MOST = 3  # claims that one person may have open, or have had declined lately
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Claim:
    """`number` is what the office types; `name` is what the channel calls the person, if it does."""

    number: int
    address: str
    name: str
    role: str
    at: datetime
    state: Literal["open", "approved", "declined"]
    settled_by: str

    @property
    def who(self) -> str:
        """Who claims it, as the office sees them."""
        return f"{self.name} ({self.address})" if self.name else self.address


_CLAIMS = sa.select(
    claim.c.id, claim.c.address, claim.c.name, claim.c.role, claim.c.at, claim.c.state, claim.c.settled_by
).order_by(claim.c.id)


def make_claim(tx: Tx, address: str, name: str, role: Role, now: datetime, account: str) -> Claim | None:
    """Write down a claim; None where the same one is open already. UserError where they have made too many,
    or nobody is given that role."""
    refuse_young_people(role)
    touch(tx)  # PostgreSQL's writers take turns here, so that the same claim twice at once is one too
    theirs = [Claim(*row) for row in tx.conn.execute(_CLAIMS.where(_here(tx), claim.c.address == address))]
    if any(one.state == "open" and one.role == role.abbreviation for one in theirs):
        return None
    if sum(one.state == "open" or (one.state == "declined" and now - one.at < _LATELY) for one in theirs) >= MOST:
        raise UserError(f"You have asked for {MOST} roles already, so please speak to the programme office.")
    number = insert(tx, claim, address=address, name=name, role=role.abbreviation, at=now)
    facts = {"claim": number, "role": role.abbreviation, "address": address}
    record(tx, "claim", actor=address, account=account, now=now, facts=facts)
    return Claim(number, address, name, role.abbreviation, now, "open", "")


def find_claim(tx: Tx, number: int) -> Claim | None:
    row = tx.conn.execute(_CLAIMS.where(_here(tx), claim.c.id == number)).one_or_none()
    return Claim(*row) if row else None


def list_open_claims(tx: Tx) -> list[Claim]:
    """Every claim that waits for the office, the oldest first."""
    return [Claim(*row) for row in tx.conn.execute(_CLAIMS.where(_here(tx), claim.c.state == "open"))]


def settle_claim(
    tx: Tx, one: Claim, state: Literal["approved", "declined"], *, by: str, why: str, now: datetime, account: str
) -> None:
    """Approve a claim, or decline it."""
    tx.conn.execute(
        sa.update(claim).where(_here(tx), claim.c.id == one.number).values(state=state, settled_by=by, settled_at=now)
    )
    facts = {"claim": one.number, "role": one.role, "address": one.address}
    record(tx, f"claim_{state}", actor=by, account=account, now=now, facts=facts, text=why)


def _here(tx: Tx) -> sa.ColumnElement[bool]:
    return claim.c.programme_id == tx.programme
