"""The first tables, and the triggers that keep decisions and the audit trail from being rewritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_first_tables"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
APPEND_ONLY = ("reviews", "audit_events")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "clusters",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name=op.f("ck_clusters_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )
    op.create_table(
        "models",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("version", sa.String(length=200), nullable=False),
        sa.Column(
            "data_hash", sa.String(length=64), nullable=False, comment="of the posts and labels it was trained on"
        ),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('candidate', 'shadow', 'active', 'retired')", name=op.f("ck_models_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("version", name=op.f("uq_models_version")),
    )
    op.create_table(
        "reports",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False, comment="ISO week, as 2026-W47"),
        sa.Column("schema_version", KEY, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_week"), ["week"], unique=False)

    op.create_table(
        "sources",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column(
            "name", sa.String(length=200), nullable=False, comment="short name that people use on the command line"
        ),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="which collector reads it, or 'import'"),
        sa.Column("address", sa.Text(), nullable=False, comment="URL, or the name of the imported file"),
        sa.Column(
            "role",
            sa.String(length=20),
            nullable=False,
            comment="'monitored' posts are flagged; 'reference' posts are evidence",
        ),
        sa.Column("settings", JSON, nullable=False, comment="what only this kind of collector understands"),
        sa.Column("interval_seconds", KEY, nullable=False, comment="how long to wait between two readings"),
        sa.Column(
            "legal_basis",
            sa.Text(),
            nullable=False,
            comment="why this may be read and kept; nothing is read without it",
        ),
        sa.Column("retention_days", KEY, nullable=False, comment="posts older than this are deleted"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("why_disabled", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('monitored', 'reference')", name=op.f("ck_sources_role")),
        sa.CheckConstraint("interval_seconds > 0", name=op.f("ck_sources_interval_positive")),
        sa.CheckConstraint("retention_days > 0", name=op.f("ck_sources_retention_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("role IN ('analyst', 'admin')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it was done to, as table:number or a name"),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_audit_events_user_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_user_id"), ["user_id"], unique=False)

    op.create_table(
        "crawl_runs",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("seen", KEY, nullable=False),
        sa.Column("new", KEY, nullable=False),
        sa.Column("changed", KEY, nullable=False),
        sa.Column("gone", KEY, nullable=False),
        sa.Column("skipped", JSON, nullable=False, comment="how many items were left out, by reason"),
        sa.Column("gap", sa.Text(), nullable=True, comment="what is known to have been missed, in words"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('running', 'ok', 'unchanged', 'failed', 'interrupted')", name=op.f("ck_crawl_runs_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_crawl_runs_source_id_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_runs")),
    )
    with op.batch_alter_table("crawl_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_crawl_runs_source_id_started_at"), ["source_id", "started_at"], unique=False
        )

    op.create_table(
        "source_state",
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("validators", JSON, nullable=False, comment="ETag and Last-Modified, verbatim, by URL"),
        sa.Column("cursor", JSON, nullable=False, comment="the collector's own bookmark"),
        sa.Column("next_due_at", TIME, nullable=True, comment="empty: due at once"),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("failures", KEY, nullable=False, comment="failed readings in a row"),
        sa.Column("last_success_at", TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_source_state_source_id_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_source_state")),
    )
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_state_next_due_at"), ["next_due_at"], unique=False)

    op.create_table(
        "captures",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("status", KEY, nullable=True, comment="HTTP status; empty for a file"),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("size_bytes", KEY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["crawl_runs.id"], name=op.f("fk_captures_run_id_crawl_runs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_captures_sha256"), ["sha256"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False, comment="the platform's own identifier, stable over edits"),
        sa.Column("url", sa.Text(), nullable=True, comment="where a person can read it"),
        sa.Column(
            "author_key",
            sa.String(length=64),
            nullable=True,
            comment="keyed hash; only to drop duplicates and to erase on request",
        ),
        sa.Column("published_at", TIME, nullable=True),
        sa.Column("published_raw", sa.Text(), nullable=True, comment="the date as the platform wrote it"),
        sa.Column("collected_at", TIME, nullable=False, comment="when it was first seen; reports count by this"),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("title", sa.Text(), nullable=True, comment="the post's own heading; judged together with the text"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "context", sa.Text(), nullable=True, comment="heading of the article or thread it answers; not judged"
        ),
        sa.Column("segmented", sa.Text(), nullable=True, comment="words of the current version, compounds joined by _"),
        sa.Column("content_hash", sa.String(length=64), nullable=False, comment="of the current version"),
        sa.Column("engagement", JSON, nullable=False),
        sa.Column("edited_at", TIME, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True, comment="when the platform no longer had it"),
        sa.Column("revision_number", KEY, nullable=False, comment="0 is the original"),
        sa.Column("cluster_id", KEY, nullable=True),
        sa.Column("capture_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name=op.f("fk_posts_capture_id_captures"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_posts_cluster_id_clusters"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_posts_source_id_sources"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_posts_source_id_external_id")),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_posts_author_key"), ["author_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_posts_capture_id"), ["capture_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posts_cluster_id"), ["cluster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_posts_collected_at"), ["collected_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_posts_content_hash"), ["content_hash"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("author_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False, comment="a correction without a source is another rumour"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_corrections_author_id_users"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_corrections_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_post_id"), ["post_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("reference_id", KEY, nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False, comment="cosine, 0 to 1"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name=op.f("ck_evidence_state")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_evidence_post_id_posts"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reference_id"], ["posts.id"], name=op.f("fk_evidence_reference_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("post_id", "reference_id", name=op.f("uq_evidence_post_id_reference_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_reference_id"), ["reference_id"], unique=False)

    op.create_table(
        "flags",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that is flagged"),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("model_id", KEY, nullable=False),
        sa.Column("reasons", JSON, nullable=False, comment="[[words, weight], ...], strongest first"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("lease_owner", sa.String(length=100), nullable=True, comment="who is looking at it now"),
        sa.Column("lease_until", TIME, nullable=True),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name=op.f("ck_flags_state")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_flags_model_id_models"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_flags_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("post_id", "label", name=op.f("uq_flags_post_id_label")),
    )
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flags_model_id"), ["model_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_flags_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_flags_state_probability"), ["state", "probability"], unique=False)

    op.create_table(
        "post_bands",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("band", KEY, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_bands_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "band", name=op.f("pk_post_bands")),
    )
    with op.batch_alter_table("post_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_bands_band_key"), ["band", "key"], unique=False)

    op.create_table(
        "post_revisions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("edited_at", TIME, nullable=True),
        sa.Column("capture_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name=op.f("fk_post_revisions_capture_id_captures"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_revisions_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_revisions")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_post_revisions_post_id_number")),
    )
    with op.batch_alter_table("post_revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_revisions_capture_id"), ["capture_id"], unique=False)

    op.create_table(
        "scores",
        sa.Column("post_id", KEY, nullable=False),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("model_id", KEY, nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name=op.f("ck_scores_probability")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["models.id"], name=op.f("fk_scores_model_id_models"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_scores_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "revision_number", "model_id", "label", name=op.f("pk_scores")),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scores_model_id"), ["model_id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("flag_id", KEY, nullable=False),
        sa.Column("reviewer_id", KEY, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("evidence", JSON, nullable=False, comment="addresses that support the decision"),
        sa.Column("revision_number", KEY, nullable=False, comment="the version of the post that was judged"),
        sa.Column("decided_at", TIME, nullable=False),
        sa.CheckConstraint(
            "decision IN ('confirmed', 'rejected', 'unsure', 'reopened')", name=op.f("ck_reviews_decision")
        ),
        sa.ForeignKeyConstraint(["flag_id"], ["flags.id"], name=op.f("fk_reviews_flag_id_flags"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_reviews_reviewer_id_users"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_decided_at"), ["decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_flag_id"), ["flag_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_reviewer_id"), ["reviewer_id"], unique=False)

    _forbid_updates()


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviews_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_flag_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_decided_at"))

    op.drop_table("reviews")
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scores_model_id"))

    op.drop_table("scores")
    with op.batch_alter_table("post_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_revisions_capture_id"))

    op.drop_table("post_revisions")
    with op.batch_alter_table("post_bands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_bands_band_key"))

    op.drop_table("post_bands")
    with op.batch_alter_table("flags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flags_state_probability"))
        batch_op.drop_index(batch_op.f("ix_flags_opened_at"))
        batch_op.drop_index(batch_op.f("ix_flags_model_id"))

    op.drop_table("flags")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_reference_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corrections_post_id"))
        batch_op.drop_index(batch_op.f("ix_corrections_author_id"))

    op.drop_table("corrections")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posts_content_hash"))
        batch_op.drop_index(batch_op.f("ix_posts_collected_at"))
        batch_op.drop_index(batch_op.f("ix_posts_cluster_id"))
        batch_op.drop_index(batch_op.f("ix_posts_capture_id"))
        batch_op.drop_index(batch_op.f("ix_posts_author_key"))

    op.drop_table("posts")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_sha256"))
        batch_op.drop_index(batch_op.f("ix_captures_run_id"))

    op.drop_table("captures")
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_state_next_due_at"))

    op.drop_table("source_state")
    with op.batch_alter_table("crawl_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_crawl_runs_source_id_started_at"))

    op.drop_table("crawl_runs")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_user_id"))
        batch_op.drop_index(batch_op.f("ix_audit_events_at"))
        batch_op.drop_index(batch_op.f("ix_audit_events_action"))

    op.drop_table("audit_events")
    op.drop_table("users")
    op.drop_table("sources")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reports_week"))

    op.drop_table("reports")
    op.drop_table("models")
    op.drop_table("clusters")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_update()")


def _forbid_updates() -> None:
    """Make the database itself refuse to change a row that was once written; rows may still be deleted by retention."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        if op.get_context().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_update()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
            )
