"""The tables of what goes out and comes in: the outbox, the ledger, what channels hear, what was seen already."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Integer, String, UniqueConstraint
from sqlalchemy import text as sql_text

from storage.columns import UtcDateTime, flag, key, table, text


def _index_where(condition: str, name: str | None, *columns: str) -> Index:
    """An index of the rows that this holds for: a row that comes or goes costs less than one that moves in it."""
    where = sql_text(condition)
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


_CHASED = "kind = 'overdue' AND state IN ('sent', 'failed')"
IS_CHASED = sql_text(_CHASED)  # written as in the index of these lines, else SQLite does not see that it fits

outbox = table(
    "outbox",
    Column("key", String(300), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("address", String(300), nullable=False),
    Column("scheme", String(10), nullable=False),
    Column("facts", JSON, nullable=False),  # what to compose from at delivery: references, never composed words
    Column("renews", String(300)),  # the key without its number, of what is queued unless one is still due
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="due"),
    Column("lease", String(40)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("said", JSON),  # refs and ledger lines, committed just before the post
    flag("doubtful"),
    text("trouble"),
    Column("conversation", String(100)),
    Column("post", String(100)),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("programme_id", "key"),
    # Asked of it all day: what is due, whose claimant is gone, what may be forgotten. Without statistics SQLite takes
    # the index that fits most conditions, hence the programme in each. What is not settled yet is in the first two: to
    # mark a row as being sent, which is a commit of its own, changes no index.
    _index_where("settled_at IS NULL", "ix_outbox_open", "programme_id", "due_at"),
    _index_where("lease IS NOT NULL AND settled_at IS NULL", "ix_outbox_leased", "programme_id"),
    _index_where("kind = 'reply' AND state = 'due'", "ix_outbox_answers", "programme_id", "kind", "state", "due_at"),
    _index_where("settled_at IS NOT NULL", "ix_outbox_settled", "programme_id", "state", "settled_at"),
    _index_where("post IS NOT NULL", None, "post", "conversation"),  # ids of posts mostly grow
    _index_where("renews IS NOT NULL", None, "programme_id", "renews", "state"),
    CheckConstraint("state IN ('due', 'claimed', 'sending', 'sent', 'failed', 'dropped')", name="state"),
    CheckConstraint("(settled_at IS NULL) = (state IN ('due', 'claimed', 'sending'))", name="settled"),
    sqlite_autoincrement=True,  # a channel is asked by this id: one that was tidied away is never given out again
)
ledger = table(
    "ledger",
    Column("kind", String(12), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("rung", String(300), nullable=False),  # a timescale or a name may stand in it
    Column("person_id", Integer, nullable=False),  # 0: nobody could be found
    Column("falls_on", Date, nullable=False),
    text("passed_for"),  # the role with no reachable holder for whom the office is asked to pass it on
    Column("state", String(10), nullable=False, server_default="planned"),
    text("reason"),
    key("outbox", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("programme_id", "kind", "subject", "rung", "person_id", "falls_on"),
    Index(None, "programme_id", "state", "falls_on", "person_id"),
    Index(None, "programme_id", "subject"),
    _index_where(_CHASED, "ix_ledger_chased", "programme_id", "person_id", "at"),
    CheckConstraint("state IN ('planned', 'sent', 'silenced', 'waiting', 'failed')", name="state"),
)
home = table(
    "home",
    Column("address", String(300), nullable=False),
    Column("page", Integer, nullable=False, server_default="1"),
    Column("opened_at", UtcDateTime, nullable=False),
    UniqueConstraint("programme_id", "address"),
    Index(None, "programme_id", "opened_at"),
)
listening = table(  # what a channel has said that it wants to hear
    "listening",
    Column("address", String(300), nullable=False),
    Column("ratings", JSON, nullable=False),
    Column("areas", JSON, nullable=False),  # refs of focus areas and priorities, names of groups; none means all
    flag("with_reasons"),
    UniqueConstraint("programme_id", "address"),
)
seen = table(
    "seen",
    Column("channel", String(10), nullable=False),
    Column("workspace", String(100), nullable=False),
    Column("external_id", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "workspace", "external_id"),
)
# Which rows of the history a message has written: an edit of the message changes those.
spoken = table(
    "spoken",
    Column("channel", String(10), nullable=False),
    Column("workspace", String(100), nullable=False),
    Column("conversation", String(100), nullable=False),
    Column("said_id", String(300), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    flag("edited"),
    Index(None, "programme_id", "conversation", "said_id"),
    Index(None, "programme_id", "at"),
)
web_line = table(
    "web_line",
    Column("address", String(300), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    flag("mine"),
    Column("body", JSON, nullable=False),
    Column("delivery", String(60)),
    UniqueConstraint("delivery"),
    Index(None, "address"),
)
