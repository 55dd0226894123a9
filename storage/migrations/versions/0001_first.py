"""The first schema."""

import sqlalchemy as sa
from alembic import op

from storage.schema import APPEND_ONLY

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("people_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("planned_mark", sa.Text(), server_default="", nullable=False),
        sa.Column("paused", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("chain_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chain_mac", sa.Text(), server_default="", nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    op.create_table(
        "last_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_last_plan_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_last_plan")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_last_plan_programme_id")),
    )
    op.create_table(
        "report_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_report_done_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_done")),
    )
    op.create_index(op.f("ix_report_done_programme_id_due_on"), "report_done", ["programme_id", "due_on"], unique=False)
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("ref_key", sa.String(length=40), nullable=False),
        sa.Column("bare_key", sa.String(length=40), nullable=False),
        sa.Column("focus_area_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("priority_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("success_criteria", sa.Text(), nullable=True),
        sa.Column("expected_outcome", sa.Text(), nullable=True),
        sa.Column("expected_evidence", sa.JSON(), nullable=False),
        sa.Column("timescale", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_exact", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("due_state", sa.String(length=10), nullable=False),
        sa.Column("first_timescale", sa.Text(), server_default="", nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("rag", sa.String(length=12), nullable=True),
        sa.Column("rag_by", sa.Text(), server_default="", nullable=False),
        sa.Column("rag_at", sa.DateTime(), nullable=True),
        sa.Column("quiet_until", sa.Date(), nullable=True),
        sa.Column("last_entry_on", sa.Date(), nullable=True),
        sa.Column("gone_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "rag IS NULL OR rag IN ('at_risk', 'vulnerable', 'on_track', 'deferred')", name=op.f("ck_action_rag")
        ),
        sa.CheckConstraint("state IN ('open', 'complete')", name=op.f("ck_action_state")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_action_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("programme_id", "ref", name=op.f("uq_action_programme_id_ref")),
    )
    op.create_index(op.f("ix_action_programme_id_bare_key"), "action", ["programme_id", "bare_key"], unique=False)
    op.create_index(op.f("ix_action_programme_id_ref_key"), "action", ["programme_id", "ref_key"], unique=False)
    op.create_index(
        op.f("ix_action_programme_id_state_due_on"), "action", ["programme_id", "state", "due_on"], unique=False
    )
    op.create_table(
        "focus_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("priority_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_focus_area_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focus_area")),
    )
    op.create_table(
        "governance_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("strategic", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("chair", sa.Text(), server_default="", nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("papers", sa.Integer(), nullable=True),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("reports_to", sa.JSON(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("cadence", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_governance_group_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_group")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_governance_group_programme_id_name")),
    )
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("priority_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_lead_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    op.create_table(
        "metric_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_metric_point_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_point")),
    )
    op.create_index(op.f("ix_metric_point_programme_id_ref"), "metric_point", ["programme_id", "ref"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("scheme", sa.String(length=10), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("renews", sa.String(length=300), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="due", nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("conversation", sa.String(length=100), nullable=True),
        sa.Column("post", sa.String(length=100), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'sending', 'sent', 'failed', 'dropped')", name=op.f("ck_outbox_state")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (state IN ('due', 'claimed', 'sending'))", name=op.f("ck_outbox_settled")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_outbox_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("programme_id", "key", name=op.f("uq_outbox_programme_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_outbox_post_conversation"),
        "outbox",
        ["post", "conversation"],
        unique=False,
        sqlite_where=sa.text("post IS NOT NULL"),
        postgresql_where=sa.text("post IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_outbox_programme_id_renews_state"),
        "outbox",
        ["programme_id", "renews", "state"],
        unique=False,
        sqlite_where=sa.text("renews IS NOT NULL"),
        postgresql_where=sa.text("renews IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["programme_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_answers",
        "outbox",
        ["programme_id", "kind", "state", "due_at"],
        unique=False,
        sqlite_where=sa.text("kind = 'reply' AND state = 'due'"),
        postgresql_where=sa.text("kind = 'reply' AND state = 'due'"),
    )
    op.create_index(
        "ix_outbox_leased",
        "outbox",
        ["programme_id"],
        unique=False,
        sqlite_where=sa.text("lease IS NOT NULL AND settled_at IS NULL"),
        postgresql_where=sa.text("lease IS NOT NULL AND settled_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_settled",
        "outbox",
        ["programme_id", "state", "settled_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("office", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("rhythm", sa.String(length=10), server_default="", nullable=False),
        sa.Column("write_to", sa.String(length=300), server_default="", nullable=False),
        sa.Column("feed", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("rhythm IN ('', 'daily', 'weekly')", name=op.f("ck_person_rhythm")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_person_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("programme_id", "address", name=op.f("uq_person_programme_id_address")),
    )
    op.create_table(
        "person_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_address_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_person_address_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
        sa.UniqueConstraint("programme_id", "address", name=op.f("uq_person_address_programme_id_address")),
    )
    op.create_index(op.f("ix_person_address_person_id"), "person_address", ["person_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("settled_by", sa.Text(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'approved', 'declined')", name=op.f("ck_claim_state")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_claim_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_programme_id_state"), "claim", ["programme_id", "state"], unique=False)
    op.create_index(op.f("ix_claim_programme_id_address"), "claim", ["programme_id", "address"], unique=False)
    op.create_table(
        "priority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_priority_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority")),
    )
    op.create_table(
        "rating_definition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("definition", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_rating_definition_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_definition")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("abbreviation", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("elected", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("school", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("reads_all", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("young_people", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_role_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    op.create_index(op.f("ix_role_programme_id_abbreviation"), "role", ["programme_id", "abbreviation"], unique=False)
    op.create_table(
        "role_meaning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("means", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_role_meaning_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_meaning")),
        sa.UniqueConstraint("programme_id", "text", "means", name=op.f("uq_role_meaning_programme_id_text_means")),
    )
    op.create_table(
        "home",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("page", sa.Integer(), server_default="1", nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_home_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
        sa.UniqueConstraint("programme_id", "address", name=op.f("uq_home_programme_id_address")),
    )
    op.create_index(op.f("ix_home_programme_id_opened_at"), "home", ["programme_id", "opened_at"], unique=False)
    op.create_table(
        "listening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("with_reasons", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_listening_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
        sa.UniqueConstraint("programme_id", "address", name=op.f("uq_listening_programme_id_address")),
    )
    op.create_table(
        "seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("external_id", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_seen_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen")),
        sa.UniqueConstraint("channel", "workspace", "external_id", name=op.f("uq_seen_channel_workspace_external_id")),
    )
    op.create_table(
        "spoken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("workspace", sa.String(length=100), nullable=False),
        sa.Column("conversation", sa.String(length=100), nullable=False),
        sa.Column("said_id", sa.String(length=300), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("edited", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_spoken_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken")),
    )
    op.create_index(op.f("ix_spoken_programme_id_at"), "spoken", ["programme_id", "at"], unique=False)
    op.create_index(
        op.f("ix_spoken_programme_id_conversation_said_id"),
        "spoken",
        ["programme_id", "conversation", "said_id"],
        unique=False,
    )
    op.create_table(
        "setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_setting_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("programme_id", "name", name=op.f("uq_setting_programme_id_name")),
    )
    op.create_table(
        "web_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("mine", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("delivery", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_web_line_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_line")),
        sa.UniqueConstraint("delivery", name=op.f("uq_web_line_delivery")),
    )
    op.create_index(op.f("ix_web_line_address"), "web_line", ["address"], unique=False)
    op.create_table(
        "words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("redacted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_words_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_words")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_workspace_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint(
            "programme_id", "channel", "external_id", name=op.f("uq_workspace_programme_id_channel_external_id")
        ),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.String(length=100), nullable=False),
        sa.Column("team_name", sa.Text(), server_default="", nullable=False),
        sa.Column("enterprise_id", sa.Text(), server_default="", nullable=False),
        sa.Column("app_id", sa.Text(), server_default="", nullable=False),
        sa.Column("bot_id", sa.Text(), server_default="", nullable=False),
        sa.Column("bot_user_id", sa.Text(), server_default="", nullable=False),
        sa.Column("installer", sa.Text(), server_default="", nullable=False),
        sa.Column("scopes", sa.Text(), server_default="", nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
        sa.UniqueConstraint("team_id", name=op.f("uq_installation_team_id")),
    )
    op.create_table(
        "oauth_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oauth_state")),
        sa.UniqueConstraint("hash", name=op.f("uq_oauth_state_hash")),
    )
    op.create_index(op.f("ix_oauth_state_expires_at"), "oauth_state", ["expires_at"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("words_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_entry_action_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_entry_programme_id")),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_entry_words_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_action_id_at"), "entry", ["action_id", "at"], unique=False)
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason_at", sa.DateTime(), nullable=True),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('open', 'undone', 'closed')", name=op.f("ck_escalation_state")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_escalation_action_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_escalation_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
    )
    op.create_index(op.f("ix_escalation_action_id"), "escalation", ["action_id"], unique=False)
    op.create_index(op.f("ix_escalation_programme_id_state"), "escalation", ["programme_id", "state"], unique=False)
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("words_id", sa.Integer(), nullable=True),
        sa.Column("words_mac", sa.Text(), server_default="", nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_history_programme_id")),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_history_words_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_history_programme_id_number")),
    )
    op.create_index(op.f("ix_history_programme_id_ref"), "history", ["programme_id", "ref"], unique=False)
    op.create_index(
        op.f("ix_history_programme_id_actor_number"), "history", ["programme_id", "actor", "number"], unique=False
    )
    op.create_table(
        "holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_holder_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_holder_programme_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_holder_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
    )
    op.create_index(op.f("ix_holder_person_id"), "holder", ["person_id"], unique=False)
    op.create_index(op.f("ix_holder_role_id"), "holder", ["role_id"], unique=False)
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_cover_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cover_person_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cover_programme_id")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_cover_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    op.create_index(op.f("ix_cover_role_id"), "cover", ["role_id"], unique=False)
    op.create_index(op.f("ix_cover_programme_id_until_on"), "cover", ["programme_id", "until_on"], unique=False)
    op.create_table(
        "former_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("now", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('role', 'group')", name=op.f("ck_former_name_kind")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_former_name_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
        sa.UniqueConstraint("programme_id", "kind", "name", name=op.f("uq_former_name_programme_id_kind_name")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("rung", sa.String(length=300), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("falls_on", sa.Date(), nullable=False),
        sa.Column("passed_for", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="planned", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'sent', 'silenced', 'waiting', 'failed')", name=op.f("ck_ledger_state")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_ledger_outbox_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_ledger_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint(
            "programme_id",
            "kind",
            "subject",
            "rung",
            "person_id",
            "falls_on",
            name=op.f("uq_ledger_programme_id_kind_subject_rung_person_id_falls_on"),
        ),
    )
    op.create_index(
        op.f("ix_ledger_programme_id_state_falls_on_person_id"),
        "ledger",
        ["programme_id", "state", "falls_on", "person_id"],
        unique=False,
    )
    op.create_index(op.f("ix_ledger_programme_id_subject"), "ledger", ["programme_id", "subject"], unique=False)
    op.create_index(
        "ix_ledger_chased",
        "ledger",
        ["programme_id", "person_id", "at"],
        unique=False,
        sqlite_where=sa.text("kind = 'overdue' AND state IN ('sent', 'failed')"),
        postgresql_where=sa.text("kind = 'overdue' AND state IN ('sent', 'failed')"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ref", sa.String(length=40), server_default="", nullable=False),
        sa.Column("sure", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'dropped')", name=op.f("ck_draft_state")),
        sa.ForeignKeyConstraint(["group_id"], ["governance_group.id"], name=op.f("fk_draft_group_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_draft_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_draft_programme_id_number")),
    )
    op.create_index(op.f("ix_draft_programme_id_state"), "draft", ["programme_id", "state"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="planned", nullable=False),
        sa.Column("slot", sa.Text(), server_default="", nullable=False),
        sa.Column("wished_on", sa.Date(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("earlier", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'cancelled')", name=op.f("ck_meeting_state")),
        sa.ForeignKeyConstraint(["group_id"], ["governance_group.id"], name=op.f("fk_meeting_group_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_meeting_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_meeting_planned",
        "meeting",
        ["group_id", "starts_at"],
        unique=True,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_meeting_slot",
        "meeting",
        ["group_id", "slot"],
        unique=True,
        sqlite_where=sa.text("slot <> ''"),
        postgresql_where=sa.text("slot <> ''"),
    )
    op.create_index(op.f("ix_meeting_programme_id_starts_at"), "meeting", ["programme_id", "starts_at"], unique=False)
    op.create_table(
        "mitigation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("words_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("by_text", sa.Text(), server_default="", nullable=False),
        sa.Column("by_on", sa.Date(), nullable=True),
        sa.Column("in_place_at", sa.DateTime(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_mitigation_action_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_mitigation_programme_id")),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_mitigation_words_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mitigation")),
    )
    op.create_index(op.f("ix_mitigation_action_id"), "mitigation", ["action_id"], unique=False)
    op.create_table(
        "owner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("text_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_owner_action_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_owner_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner")),
    )
    op.create_index(op.f("ix_owner_action_id"), "owner", ["action_id"], unique=False)
    op.create_index(op.f("ix_owner_programme_id_text"), "owner", ["programme_id", "text"], unique=False)
    op.create_index(op.f("ix_owner_programme_id_text_key"), "owner", ["programme_id", "text_key"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("timescale", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_exact", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("words_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="open", nullable=False),
        sa.CheckConstraint("kind IN ('closure', 'timescale')", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint("state IN ('open', 'agreed', 'returned', 'undone')", name=op.f("ck_proposal_state")),
        sa.ForeignKeyConstraint(["action_id"], ["action.id"], name=op.f("fk_proposal_action_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_proposal_programme_id")),
        sa.ForeignKeyConstraint(["words_id"], ["words.id"], name=op.f("fk_proposal_words_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_action_id"), "proposal", ["action_id"], unique=False)
    op.create_index(op.f("ix_proposal_programme_id_state"), "proposal", ["programme_id", "state"], unique=False)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
