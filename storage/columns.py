"""What the tables are made of: an instant's type, names for constraints, and the columns that most of them have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, Table, Text, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, stored naive: SQLite and PostgreSQL then give back and order the same thing."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *columns: Any, **options: Any) -> Table:
    """A table with an id and the programme it belongs to."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("programme_id", Integer, ForeignKey("programme.id"), nullable=False),
        *columns,
        **options,
    )


def key(target: str, *, nullable: bool = False) -> Column[Any]:
    """A foreign key to that table's id."""
    return Column(f"{target.removeprefix('governance_')}_id", Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    """Words; "" where there are none, unless they may be missing."""
    return Column(name, Text, nullable=True) if nullable else Column(name, Text, nullable=False, server_default="")


def flag(name: str) -> Column[Any]:
    """Yes or no; no by default."""
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default="0")


def unique_where(condition: str, name: str, *columns: str) -> sa.Index:
    """These columns name one row, of those that this holds for."""
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


def begins(conn: sa.Connection, column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Whether a column begins so; SQLite's index serves a range, and not what begins so."""
    found = column.startswith(text, autoescape=True)
    if conn.dialect.name != "sqlite":
        return found
    return sa.and_(found, column >= text, column < text[:-1] + chr(ord(text[-1]) + 1))
