"""Where a person is written to and what comes from them: their first address, and the others that are theirs too."""

from __future__ import annotations

import sqlalchemy as sa

from storage.db import PROGRAMME, Tx
from storage.schema import person, person_address

# Columns in the order of the fields of a Person.
PERSON = (
    person.c.id,
    person.c.address,
    person.c.name,
    person.c.office,
    person.c.closed_at.is_not(None),
    person.c.hour,
    person.c.rhythm,
    person.c.write_to,
)
REACHED_AT = sa.case((person.c.write_to != "", person.c.write_to), else_=person.c.address)
_ADDRESS: sa.BindParameter[str] = sa.bindparam("address")
# Whose address it is, by two indexes: a plain “or” would have SQLite look at everybody.
IDS_AT = (
    sa.select(person.c.id)
    .where(person.c.programme_id == PROGRAMME, person.c.address == _ADDRESS)
    .union_all(
        sa.select(person_address.c.person_id).where(
            person_address.c.programme_id == PROGRAMME, person_address.c.address == _ADDRESS
        )
    )
)
# Whose other address it is, before whose first it was: the office has said that they are the same.
AT_ADDRESS = sa.select(*PERSON).where(person.c.id.in_(IDS_AT)).order_by(person.c.address == _ADDRESS).limit(1)
EVERY_ADDRESS = (
    sa.select(person.c.programme_id, person.c.address)
    .union_all(sa.select(person_address.c.programme_id, person_address.c.address))
    .subquery()
)
OTHERS = (  # the other addresses of whom a further condition names
    sa.select(person_address.c.address)
    .join(person, person_address.c.person_id == person.c.id)
    .where(person_address.c.programme_id == PROGRAMME)
)
_ALL = (
    sa.select(person.c.address, sa.literal(0).label("turn"))
    .where(person.c.programme_id == PROGRAMME, person.c.id == sa.bindparam("person"))
    .union_all(
        sa.select(person_address.c.address, person_address.c.id).where(
            person_address.c.programme_id == PROGRAMME, person_address.c.person_id == sa.bindparam("person")
        )
    )
    .order_by("turn")
)


def list_others(tx: Tx) -> dict[int, list[str]]:
    """Person → the addresses that are theirs beside their first, in the order in which they came."""
    found: dict[int, list[str]] = {}
    query = sa.select(person_address.c.person_id, person_address.c.address).order_by(person_address.c.id)
    for number, address in tx.run(query.where(person_address.c.programme_id == PROGRAMME)):
        found.setdefault(number, []).append(address)
    return found


def list_addresses(tx: Tx, person_id: int) -> list[str]:
    """Every address of a person, their first one before the others."""
    return list(tx.run(_ALL, person=person_id).scalars())
