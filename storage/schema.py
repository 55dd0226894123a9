"""The tables. Every constraint is named (Alembic's batch mode drops the unnamed), every instant is aware UTC."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import UtcDateTime, flag, key, table, text
from storage.columns import metadata as metadata

programme = Table(
    "programme",
    metadata,
    Column("id", Integer, primary_key=True),
    text("name"),
    Column("revision", Integer, nullable=False, server_default="0"),  # counts every change that planning depends on
    Column("people_revision", Integer, nullable=False, server_default="0"),  # those that are not about one action
    text("planned_mark"),  # the day and revision last planned for
    flag("paused"),
    Column("paused_until", Date),
    Column("chain_number", Integer, nullable=False, server_default="0"),
    text("chain_mac"),
    Column("imported_at", UtcDateTime),
)

workspace = table(
    "workspace",
    Column("channel", String(10), nullable=False),
    Column("external_id", String(100), nullable=False),
    text("name"),
    Column("left_at", UtcDateTime),  # since when nobody there is answered, whoever has an address in it
    UniqueConstraint("programme_id", "channel", "external_id"),
)
# Of the whole database, not of one programme: where the bot is installed in Slack, with tokens that are locked.
installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("team_id", String(100), nullable=False),
    text("team_name"),
    text("enterprise_id"),
    text("app_id"),
    text("bot_id"),
    text("bot_user_id"),
    text("installer"),
    text("scopes"),
    Column("token", Text, nullable=False),
    text("refresh_token", nullable=True),
    Column("expires_at", UtcDateTime),
    Column("installed_at", UtcDateTime, nullable=False),
    text("trouble"),
    Column("lease", String(40)),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("team_id"),
)
oauth_state = Table(
    "oauth_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    UniqueConstraint("hash"),
    Index(None, "expires_at"),
)

# The plan

# As last imported: what the next import is compared with. Not in the programme's row, which every change rewrites.
last_plan = table("last_plan", Column("plan", JSON, nullable=False), UniqueConstraint("programme_id"))
priority = table("priority", text("ref"), text("title"), Column("position", Integer, nullable=False))
lead = table(
    "lead", text("priority_ref"), text("organisation"), text("role"), Column("position", Integer, nullable=False)
)
focus_area = table(
    "focus_area", text("ref"), text("priority_ref"), text("text"), Column("position", Integer, nullable=False)
)
rating_definition = table("rating_definition", text("name"), text("definition"))
metric_point = table(
    "metric_point",
    text("ref"),
    Column("position", Integer, nullable=False),
    text("period"),
    text("text", nullable=True),
    Index(None, "programme_id", "ref"),
)

action = table(
    "action",
    Column("ref", String(40), nullable=False),
    Column("ref_key", String(40), nullable=False),  # as every spelling of it shares
    Column("bare_key", String(40), nullable=False),  # and without its scheme's letter
    text("focus_area_ref"),
    text("priority_ref"),
    Column("position", Integer, nullable=False),
    text("text"),
    text("success_criteria", nullable=True),
    text("expected_outcome", nullable=True),
    Column("expected_evidence", JSON, nullable=False),
    text("timescale"),
    Column("due_on", Date),
    flag("due_exact"),
    Column("due_state", String(10), nullable=False),
    text("first_timescale"),
    Column("first_due_on", Date),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("rag", String(12)),
    text("rag_by"),
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
owner = table(
    "owner",
    key("action"),
    Column("position", Integer, nullable=False),
    Column("text", String(200), nullable=False),
    Column("text_key", Text, nullable=False),  # as every spelling of it shares
    Index(None, "action_id"),
    Index(None, "programme_id", "text"),
    Index(None, "programme_id", "text_key"),
)

# People, roles and groups

role = table(
    "role",
    Column("abbreviation", String(200), nullable=False),
    text("title"),
    text("organisation"),
    Column("source", String(10), nullable=False),  # "table": the plan's roles table; "owner": only an owner cell
    flag("elected"),
    flag("school"),
    flag("reads_all"),
    Column("position", Integer, nullable=False),
    Index(None, "programme_id", "abbreviation"),
)
role_meaning = table(
    "role_meaning",
    Column("text", String(200), nullable=False),
    Column("means", String(200), nullable=False),
    UniqueConstraint("programme_id", "text", "means"),
)
person = table(
    "person",
    Column("address", String(300), nullable=False),
    text("name"),
    text("email"),
    flag("office"),
    Column("closed_at", UtcDateTime),  # since when their account there has been closed
    UniqueConstraint("programme_id", "address"),
)
claim = table(
    "claim",
    Column("address", String(300), nullable=False),
    text("name"),
    Column("role", String(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    text("settled_by"),
    Column("settled_at", UtcDateTime),
    Index(None, "programme_id", "state"),
    Index(None, "programme_id", "address"),
    CheckConstraint("state IN ('open', 'approved', 'declined')", name="state"),
)
holder = table(
    "holder",
    key("role"),
    key("person"),
    Column("from_on", Date),
    Column("until_on", Date),
    Index(None, "role_id"),
    Index(None, "person_id"),
)
governance_group = table(
    "governance_group",
    Column("name", String(200), nullable=False),
    text("purpose"),
    Column("kinds", JSON, nullable=False),
    flag("strategic"),
    text("chair"),
    text("scope"),
    text("channel"),
    Column("papers", Integer, nullable=False, server_default="5"),  # working days before the meeting
    Column("holds", JSON, nullable=False),
    Column("reports_to", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("programme_id", "name"),
)
meeting = table(
    "meeting",
    key("governance_group"),
    Column("starts_at", UtcDateTime, nullable=False),
    Index(None, "programme_id", "starts_at"),
    UniqueConstraint("group_id", "starts_at"),
)

# What was said and done

words = table("words", text("text", nullable=True), Column("redacted_at", UtcDateTime))
history = table(
    "history",
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    text("actor"),
    text("account"),
    Column("verb", String(20), nullable=False),
    Column("ref", String(40)),
    Column("facts", Text, nullable=False),
    key("words", nullable=True),
    text("words_mac"),
    Column("mac", String(64), nullable=False),
    UniqueConstraint("programme_id", "number"),
    Index(None, "programme_id", "ref"),
    Index(None, "programme_id", "actor", "number"),
)
entry = table(
    "entry",
    key("action"),
    Column("kind", String(12), nullable=False),
    Column("on_date", Date),
    Column("at", UtcDateTime),
    text("by"),
    text("organisation"),
    text("value"),
    key("words", nullable=True),
    Column("number", Integer),  # the history row it came with; None for the plan's own
    Column("undone_at", UtcDateTime),
    Index(None, "action_id", "at"),
)
escalation = table(
    "escalation",
    key("action"),
    Column("kind", String(12), nullable=False),
    text("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("reason_at", UtcDateTime),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("acknowledged_at", UtcDateTime),
    text("acknowledged_by"),
    Index(None, "action_id"),
    Index(None, "programme_id", "state"),
    CheckConstraint("state IN ('open', 'undone', 'closed')", name="state"),
)
mitigation = table(
    "mitigation",
    key("action"),
    key("words"),
    text("who"),
    text("by_text"),
    Column("by_on", Date),
    Column("in_place_at", UtcDateTime),
    Column("number", Integer, nullable=False),
    Column("undone_at", UtcDateTime),
    Index(None, "action_id"),
)
proposal = table(
    "proposal",
    key("action"),
    Column("kind", String(10), nullable=False),
    text("timescale"),
    Column("due_on", Date),
    flag("due_exact"),
    key("words", nullable=True),
    text("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    Index(None, "action_id"),
    Index(None, "programme_id", "state"),
    CheckConstraint("kind IN ('closure', 'timescale')", name="kind"),
    CheckConstraint("state IN ('open', 'agreed', 'returned', 'undone')", name="state"),
)

# Out and in

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
    # the index that fits most conditions, hence the programme in each.
    Index("ix_outbox_due", "programme_id", "state", "due_at"),
    Index("ix_outbox_leased", "programme_id", "state", "lease_until"),
    Index("ix_outbox_settled", "programme_id", "state", "settled_at"),
    Index(None, "conversation", "post"),
    Index(None, "programme_id", "renews", "state"),
    CheckConstraint("state IN ('due', 'claimed', 'sending', 'sent', 'failed', 'dropped')", name="state"),
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
    Index(None, "programme_id", "state", "falls_on"),
    Index(None, "programme_id", "subject"),
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
setting = table(
    "setting", Column("name", String(60), nullable=False), text("value"), UniqueConstraint("programme_id", "name")
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
