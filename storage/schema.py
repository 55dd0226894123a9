"""The tables. Every constraint is named (Alembic's batch mode drops the unnamed), every instant is aware UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import UtcDateTime, flag, key, table, text, unique_where
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
    Column("due_on", Date),  # the last day of the period
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
    flag("young_people"),
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
    Column("closed_at", UtcDateTime),  # since when the account where they are written to has been closed
    Column("hour", Integer),  # at which their bundles come; the programme's where it is not set
    Column("rhythm", String(10), nullable=False, server_default=""),  # how often; the programme's where it is ""
    Column("write_to", String(300), nullable=False, server_default=""),  # another address of theirs; "" for `address`
    Column("feed", Integer, nullable=False, server_default="0"),  # how many links to their calendar were ended
    UniqueConstraint("programme_id", "address"),
    CheckConstraint("rhythm IN ('', 'daily', 'weekly')", name="rhythm"),
)
person_address = table(  # what comes from here is that person's too
    "person_address",
    key("person"),
    Column("address", String(300), nullable=False),
    UniqueConstraint("programme_id", "address"),
    Index(None, "person_id"),
)
report_done = table(  # which report was handed in, of those that the settings have
    "report_done",
    Column("name", String(200), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "programme_id", "due_on"),
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
cover = table(  # somebody acts for a role's holder who is away
    "cover",
    key("role"),
    key("person"),  # who is away
    Column("by_id", Integer, ForeignKey("person.id")),  # none where whoever was to do it has left
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),  # the day on which they are back
    Index(None, "role_id"),
    Index(None, "programme_id", "until_on"),
)
former_name = table(
    "former_name",
    Column("kind", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("now", String(200), nullable=False),
    Column("until_on", Date, nullable=False),  # the day from which it is called otherwise
    UniqueConstraint("programme_id", "kind", "name"),
    CheckConstraint("kind IN ('role', 'group')", name="kind"),
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
    Column("papers", Integer),  # working days before the meeting; as many as the programme has where it is not set
    Column("holds", JSON, nullable=False),
    Column("reports_to", JSON, nullable=False),
    Column("members", JSON, nullable=False),  # roles, beside the chair
    text("cadence"),
    Column("position", Integer, nullable=False),
    UniqueConstraint("programme_id", "name"),
)
meeting = table(
    "meeting",
    key("governance_group"),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="planned"),
    text("slot"),  # which of its group's cadence it is, such as Autumn 1 2022; "" for one that somebody gave
    Column("wished_on", Date),  # the day the cadence names, where another had to be taken: to be confirmed
    flag("by_hand"),  # a person gave, moved, confirmed or cancelled it: the cadence leaves it alone
    Column("earlier", JSON, nullable=False),  # the days it was moved away from, each with the row it was then
    Column("origin", Integer),  # the first row of the same meeting: a day anew is a row anew, with a loop of its own
    Column("sequence", Integer, nullable=False, server_default="0"),  # how often it was changed
    Column("changed_at", UtcDateTime),
    Index(None, "programme_id", "starts_at"),
    unique_where("state = 'planned'", "ix_meeting_planned", "group_id", "starts_at"),
    unique_where("slot <> ''", "ix_meeting_slot", "group_id", "slot"),
    CheckConstraint("state IN ('planned', 'cancelled')", name="state"),
    sqlite_autoincrement=True,  # packs are known by this id: one that was moved is never given out again
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
draft = table(  # a line of pasted minutes, to be confirmed; its words are those of its row in the history
    "draft",
    Column("number", Integer, nullable=False),
    key("governance_group"),
    Column("meeting_on", Date),
    text("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("ref", String(40), nullable=False, server_default=""),  # "" for one that names no action known
    flag("sure"),  # nothing else could be meant
    Column("state", String(10), nullable=False, server_default="open"),
    Column("first", Integer),  # the rows of the history that confirming it wrote
    Column("last", Integer),
    UniqueConstraint("programme_id", "number"),
    Index(None, "programme_id", "state"),
    CheckConstraint("state IN ('open', 'confirmed', 'dropped')", name="state"),
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
