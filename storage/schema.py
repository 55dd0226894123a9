"""The tables. Every constraint is named (Alembic's batch mode drops the unnamed), every instant is aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


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


def _table(name: str, *columns: Any, **options: Any) -> Table:
    """A table with an id and the programme it belongs to."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("programme_id", Integer, ForeignKey("programme.id"), nullable=False),
        *columns,
        **options,
    )


def _key(target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(f"{target.removeprefix('governance_')}_id", Integer, ForeignKey(f"{target}.id"), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=True) if nullable else Column(name, Text, nullable=False, server_default="")


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default="0")


programme = Table(
    "programme",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("name"),
    Column("revision", Integer, nullable=False, server_default="0"),  # counts every change that planning depends on
    Column("people_revision", Integer, nullable=False, server_default="0"),  # those that are not about one action
    _text("planned_mark"),  # the day and revision last planned for
    Column("paused", Boolean(create_constraint=False), nullable=False, server_default="0"),
    Column("paused_until", Date),
    Column("chain_number", Integer, nullable=False, server_default="0"),
    _text("chain_mac"),
    Column("plan", JSON),  # as last imported: what the next import is compared with
    Column("imported_at", UtcDateTime),
)

workspace = _table(
    "workspace",
    Column("channel", String(10), nullable=False),
    Column("external_id", String(100), nullable=False),
    UniqueConstraint("channel", "external_id"),
)

# The plan

priority = _table("priority", _text("ref"), _text("title"), Column("position", Integer, nullable=False))
lead = _table(
    "lead", _text("priority_ref"), _text("organisation"), _text("role"), Column("position", Integer, nullable=False)
)
focus_area = _table(
    "focus_area", _text("ref"), _text("priority_ref"), _text("text"), Column("position", Integer, nullable=False)
)
rating_definition = _table("rating_definition", _text("name"), _text("definition"))
metric_point = _table(
    "metric_point",
    _text("ref"),
    Column("position", Integer, nullable=False),
    _text("period"),
    _text("text", nullable=True),
    Index(None, "programme_id", "ref"),
)

action = _table(
    "action",
    Column("ref", String(40), nullable=False),
    Column("ref_key", String(40), nullable=False),  # as every spelling of it shares
    Column("bare_key", String(40), nullable=False),  # and without its scheme's letter
    _text("focus_area_ref"),
    _text("priority_ref"),
    Column("position", Integer, nullable=False),
    _text("text"),
    _text("success_criteria", nullable=True),
    _text("expected_outcome", nullable=True),
    Column("expected_evidence", JSON, nullable=False),
    _text("timescale"),
    Column("due_on", Date),
    _flag("due_exact"),
    Column("due_state", String(10), nullable=False),
    _text("first_timescale"),
    Column("first_due_on", Date),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("rag", String(12)),
    _text("rag_by"),
    Column("rag_at", UtcDateTime),
    Column("quiet_until", Date),  # an answer or a snooze silences reminders up to this day
    Column("last_entry_on", Date),  # the newest written entry, for honest ratings without reading them all
    Column("gone_at", UtcDateTime),  # the plan no longer has it
    UniqueConstraint("programme_id", "ref"),
    Index(None, "programme_id", "ref_key"),
    Index(None, "programme_id", "bare_key"),
    Index(None, "programme_id", "state", "due_on"),
    CheckConstraint("state IN ('open', 'complete')", name="state"),
    CheckConstraint("rag IS NULL OR rag IN ('at_risk', 'vulnerable', 'on_track', 'deferred')", name="rag"),
)
owner = _table(
    "owner",
    _key("action"),
    Column("position", Integer, nullable=False),
    Column("text", String(200), nullable=False),
    Index(None, "action_id"),
    Index(None, "programme_id", "text"),
)

# People, roles and groups

role = _table(
    "role",
    Column("abbreviation", String(200), nullable=False),
    _text("title"),
    _text("organisation"),
    Column("source", String(10), nullable=False),  # "table": the plan's roles table; "owner": only an owner cell
    _flag("elected"),
    _flag("school"),
    _flag("reads_all"),
    Column("position", Integer, nullable=False),
    Index(None, "programme_id", "abbreviation"),
)
role_meaning = _table(
    "role_meaning",
    Column("text", String(200), nullable=False),
    Column("means", String(200), nullable=False),
    UniqueConstraint("programme_id", "text", "means"),
)
person = _table(
    "person",
    Column("address", String(300), nullable=False),
    _text("name"),
    _text("email"),
    _flag("office"),
    UniqueConstraint("programme_id", "address"),
)
holder = _table(
    "holder",
    _key("role"),
    _key("person"),
    Column("from_on", Date),
    Column("until_on", Date),
    Index(None, "role_id"),
    Index(None, "person_id"),
)
governance_group = _table(
    "governance_group",
    Column("name", String(200), nullable=False),
    _text("purpose"),
    Column("kinds", JSON, nullable=False),
    _flag("strategic"),
    _text("chair"),
    _text("scope"),
    _text("channel"),
    Column("papers", Integer, nullable=False, server_default="5"),  # working days before the meeting
    Column("holds", JSON, nullable=False),
    Column("reports_to", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("programme_id", "name"),
)
meeting = _table(
    "meeting",
    _key("governance_group"),
    Column("starts_at", UtcDateTime, nullable=False),
    Index(None, "programme_id", "starts_at"),
    UniqueConstraint("group_id", "starts_at"),
)

# What was said and done

words = _table("words", _text("text", nullable=True), Column("redacted_at", UtcDateTime))
history = _table(
    "history",
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _text("actor"),
    _text("account"),
    Column("verb", String(20), nullable=False),
    Column("ref", String(40)),
    Column("facts", Text, nullable=False),
    _key("words", nullable=True),
    _text("words_mac"),
    Column("mac", String(64), nullable=False),
    UniqueConstraint("programme_id", "number"),
    Index(None, "programme_id", "ref"),
)
entry = _table(
    "entry",
    _key("action"),
    Column("kind", String(12), nullable=False),
    Column("on_date", Date),
    Column("at", UtcDateTime),
    _text("by"),
    _text("organisation"),
    _text("value"),
    _key("words", nullable=True),
    Column("number", Integer),  # the history row it came with; None for the plan's own
    Column("undone_at", UtcDateTime),
    Index(None, "action_id", "at"),
)
escalation = _table(
    "escalation",
    _key("action"),
    Column("kind", String(12), nullable=False),
    _text("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("reason_at", UtcDateTime),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("acknowledged_at", UtcDateTime),
    _text("acknowledged_by"),
    Index(None, "action_id"),
    Index(None, "programme_id", "state"),
    CheckConstraint("state IN ('open', 'undone', 'closed')", name="state"),
)
mitigation = _table(
    "mitigation",
    _key("action"),
    _key("words"),
    _text("who"),
    _text("by_text"),
    Column("by_on", Date),
    Column("in_place_at", UtcDateTime),
    Column("number", Integer, nullable=False),
    Column("undone_at", UtcDateTime),
    Index(None, "action_id"),
)
proposal = _table(
    "proposal",
    _key("action"),
    Column("kind", String(10), nullable=False),
    _text("timescale"),
    Column("due_on", Date),
    _flag("due_exact"),
    _key("words", nullable=True),
    _text("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    Index(None, "action_id"),
    Index(None, "programme_id", "state"),
    CheckConstraint("kind IN ('closure', 'timescale')", name="kind"),
    CheckConstraint("state IN ('open', 'agreed', 'returned', 'undone')", name="state"),
)

# Out and in

outbox = _table(
    "outbox",
    Column("key", String(300), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("address", String(300), nullable=False),
    Column("scheme", String(10), nullable=False),
    Column("facts", JSON, nullable=False),  # what to compose from at delivery: references, never composed words
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="due"),
    Column("lease", String(40)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("said", JSON),  # refs and ledger lines, committed just before the post
    Column("doubtful", Boolean(create_constraint=False), nullable=False, server_default="0"),
    _text("trouble"),
    Column("conversation", String(100)),
    Column("post", String(100)),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("programme_id", "key"),
    # Asked of it all day: what is due, whose claimant is gone, what may be forgotten. Without statistics SQLite takes
    # the index that fits most conditions, hence the programme in each.
    Index("ix_outbox_due", "programme_id", "state", "due_at"),
    Index("ix_outbox_leased", "programme_id", "state", "lease_until"),
    Index("ix_outbox_settled", "programme_id", "state", "settled_at"),
    Index(None, "conversation", "post"),
    CheckConstraint("state IN ('due', 'claimed', 'sending', 'sent', 'failed', 'dropped')", name="state"),
    sqlite_autoincrement=True,  # a channel is asked by this id: one that was tidied away is never given out again
)
ledger = _table(
    "ledger",
    Column("kind", String(12), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("rung", String(300), nullable=False),  # a timescale or a name may stand in it
    Column("person_id", Integer, nullable=False),  # 0: nobody could be found
    Column("falls_on", Date, nullable=False),
    _text("passed_for"),  # the role with no reachable holder for whom the office is asked to pass it on
    Column("state", String(10), nullable=False, server_default="planned"),
    _text("reason"),
    _key("outbox", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("programme_id", "kind", "subject", "rung", "person_id", "falls_on"),
    Index(None, "programme_id", "state", "falls_on"),
    Index(None, "programme_id", "subject"),
    CheckConstraint("state IN ('planned', 'sent', 'silenced', 'waiting', 'failed')", name="state"),
)
seen = _table(
    "seen",
    Column("channel", String(10), nullable=False),
    Column("workspace", String(100), nullable=False),
    Column("external_id", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "workspace", "external_id"),
)
web_line = _table(
    "web_line",
    Column("address", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _flag("mine"),
    Column("body", JSON, nullable=False),
    Column("delivery", String(60)),
    UniqueConstraint("delivery"),
    Index(None, "address"),
)
setting = _table(
    "setting", Column("name", String(60), nullable=False), _text("value"), UniqueConstraint("programme_id", "name")
)

# Words and numbers of the history may be added to, never changed: the database itself refuses.
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER history_no_{verb} BEFORE {verb.upper()} ON history "
        "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$",
        "CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON history "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()",
    ],
}
