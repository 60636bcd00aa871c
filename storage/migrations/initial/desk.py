"""The tables of the people at the desk and of their work, as the first release makes them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.initial.columns import JSON, KEY, TIME, create_partial_index, to


def create_tables() -> None:
    """Create them in the order in which they refer to each other."""
    _create_users_and_invitations()
    _create_api_keys_and_saved_searches()
    _create_evidence_and_reviews()
    _create_search_notes_and_quote_choices()
    _create_cases_and_corrections()
    _create_correction_events()


def _create_users_and_invitations() -> None:
    op.create_table(
        "users",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("mentions_seen_until", TIME),
        sa.Column("totp_seed", sa.String(64)),
        sa.Column("totp_since", TIME),
        sa.Column("totp_step", KEY),
        sa.CheckConstraint("role IN ('viewer', 'reviewer', 'lead', 'admin')", name="role"),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("user_id", KEY, to("users", "CASCADE"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("failures", KEY, nullable=False),
        sa.CheckConstraint("stage IN ('code', 'enrol', 'full')", name="stage"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("user_id", KEY, to("users", "CASCADE"), nullable=False, index=True),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "invitations",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("user_id", KEY, to("users", "CASCADE"), nullable=False, index=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
    )


def _create_api_keys_and_saved_searches() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
        sa.Column("revoked_at", TIME),
    )
    op.create_table(
        "saved_searches",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("user_id", KEY, to("users", "CASCADE"), nullable=False),
        sa.Column("page", sa.String(20), nullable=False, server_default="search"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("watched_since", TIME),
        sa.Column("watched_post", KEY),
        sa.UniqueConstraint("user_id", "page", "name"),
        sa.CheckConstraint("page IN ('search', 'queue')", name="page"),
    )


def _create_evidence_and_reviews() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("post_id", KEY, to("posts", "CASCADE"), nullable=False),
        sa.Column("reference_id", KEY, to("posts", "CASCADE"), nullable=False, index=True),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("bearing", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("marked_by", KEY, to("users", "RESTRICT"), index=True),
        sa.Column("marked_at", TIME),
        sa.UniqueConstraint("post_id", "reference_id"),
        sa.CheckConstraint("bearing IN ('reports', 'contradicts', 'unclear')", name="bearing"),
        sa.CheckConstraint("state IN ('suggested', 'supports', 'refutes', 'unrelated')", name="state"),
    )
    op.create_table(
        "fact_checks",
        sa.Column("post_id", KEY, to("posts", "CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("bears", sa.String(20), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.CheckConstraint("bears IN ('refutes', 'supports', 'unclear')", name="bears"),
    )
    op.create_table(
        "reviews",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("flag_id", KEY, to("flags", "CASCADE"), nullable=False, index=True),
        sa.Column("reviewer_id", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("decided_at", TIME, nullable=False, index=True),
        sa.Column("withdraws", KEY),
        sa.Column("batch", KEY),
        sa.Column("blind_to", KEY),
        sa.Column("case_id", KEY, index=True),
        sa.Column("redacted_at", TIME),
        sa.CheckConstraint(
            "decision IN ('no_source', 'refuted', 'supported', 'not_a_claim', 'sourced', 'yes', 'no', 'unsure', "
            "'reopened', 'withdrawn')",
            name="decision",
        ),
    )
    op.create_index("ix_reviews_reviewer_id_decided_at", "reviews", ["reviewer_id", "decided_at"])
    create_partial_index("ix_reviews_batch", "reviews", ["batch"], "batch IS NOT NULL")
    create_partial_index("ix_reviews_blind_to", "reviews", ["blind_to"], "blind_to IS NOT NULL")
    create_partial_index("ix_reviews_withdraws", "reviews", ["withdraws"], "withdraws IS NOT NULL")


def _create_search_notes_and_quote_choices() -> None:
    op.create_table(
        "search_notes",
        sa.Column("review_id", KEY, to("reviews", "CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("post_id", KEY, nullable=False, index=True),
        sa.Column("accented", sa.Text(), nullable=False),
        sa.Column("bare", sa.Text(), nullable=False),
    )
    op.create_table(
        "assignments",
        sa.Column("flag_id", KEY, to("flags", "CASCADE"), primary_key=True),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), nullable=False, index=True),
        sa.Column("assigned_by", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
    )
    op.create_table(
        "handovers",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), nullable=False, index=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", TIME, nullable=False, index=True),
    )
    op.create_table(
        "quote_choices",
        sa.Column("flag_id", KEY, to("flags", "CASCADE"), primary_key=True),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("chosen_by", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("chosen_at", TIME, nullable=False, index=True),
    )


def _create_cases_and_corrections() -> None:
    op.create_table(
        "cases",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("flag_id", KEY, to("flags", "SET NULL"), index=True),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_by", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("opened_at", TIME, nullable=False, index=True),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'passed', 'answered', 'followed_up', 'settled', 'withdrawn')", name="state"
        ),
    )
    op.create_index("ix_cases_state_changed_at", "cases", ["state", "changed_at"])
    op.create_table(
        "case_events",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("case_id", KEY, to("cases", "RESTRICT"), nullable=False, index=True),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("passed_to", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(40)),
        sa.Column("place", sa.Text()),
        sa.Column("review_id", KEY),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("redacted_at", TIME),
        sa.CheckConstraint(
            "kind IN ('opened', 'described', 'noted', 'passed', 'answered', 'followed_up', "
            "'settled', 'reopened', 'withdrawn', 'restored')",
            name="kind",
        ),
    )
    op.create_table(
        "corrections",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("flag_id", KEY, to("flags", "SET NULL"), index=True),
        sa.Column("replaces_id", KEY, to("corrections", "RESTRICT"), index=True),
        sa.Column("state", sa.String(20), nullable=False, index=True),
        sa.Column("written_by", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("released_at", TIME, index=True),
        sa.Column("published_at", TIME, index=True),
        sa.Column("published_state", sa.String(20)),
        sa.Column("changed_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('draft', 'returned', 'released', 'replaced', 'withdrawn')", name="state"),
    )


def _create_correction_events() -> None:
    op.create_table(
        "correction_events",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("correction_id", KEY, to("corrections", "RESTRICT"), nullable=False, index=True),
        sa.Column("user_id", KEY, to("users", "RESTRICT"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text()),
        sa.Column("verdict", sa.String(20)),
        sa.Column("text", sa.Text()),
        sa.Column("source_name", sa.Text()),
        sa.Column("source_url", sa.Text()),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("redacted_at", TIME),
        sa.CheckConstraint("kind IN ('written', 'returned', 'released', 'replaced', 'withdrawn')", name="kind"),
        sa.CheckConstraint("verdict IN ('false', 'misleading', 'unfounded')", name="verdict"),
    )
