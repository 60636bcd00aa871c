"""Where posts come from, the posts themselves, and the people of the desk with their audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_sources_and_posts"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
# In the order in which they refer to each other.
TABLES = (
    "sources",
    "source_state",
    "crawl_runs",
    "captures",
    "clusters",
    "posts",
    "post_revisions",
    "post_bands",
    "users",
    "audit_events",
)


def upgrade() -> None:
    """Bring the tables forward."""
    _create_sources()
    _create_source_state()
    _create_crawl_runs()
    _create_captures()
    _create_clusters()
    _create_posts()
    _create_post_revisions()
    _create_post_bands()
    _create_users()
    _create_audit_events()
    _keep_audit_trail()


def downgrade() -> None:
    """Take the tables back; their indexes and triggers go with them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_update()")


def _create_sources() -> None:
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


def _create_source_state() -> None:
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
    op.create_index(op.f("ix_source_state_next_due_at"), "source_state", ["next_due_at"])


def _create_crawl_runs() -> None:
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
    op.create_index(op.f("ix_crawl_runs_source_id_started_at"), "crawl_runs", ["source_id", "started_at"])


def _create_captures() -> None:
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
    op.create_index(op.f("ix_captures_run_id"), "captures", ["run_id"])
    op.create_index(op.f("ix_captures_sha256"), "captures", ["sha256"])


def _create_clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name=op.f("ck_clusters_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
    )


def _create_posts() -> None:
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
        sa.Column(
            "original_hash", sa.String(length=64), nullable=False, comment="of the version first seen; never changes"
        ),
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
    op.create_index(op.f("ix_posts_author_key"), "posts", ["author_key"])
    op.create_index(op.f("ix_posts_capture_id"), "posts", ["capture_id"])
    op.create_index(op.f("ix_posts_cluster_id"), "posts", ["cluster_id"])
    op.create_index(op.f("ix_posts_collected_at"), "posts", ["collected_at"])
    op.create_index(op.f("ix_posts_content_hash"), "posts", ["content_hash"])


def _create_post_revisions() -> None:
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
    op.create_index(op.f("ix_post_revisions_capture_id"), "post_revisions", ["capture_id"])


def _create_post_bands() -> None:
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
    op.create_index(op.f("ix_post_bands_band_key"), "post_bands", ["band", "key"])


def _create_users() -> None:
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


def _create_audit_events() -> None:
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
    op.create_index(op.f("ix_audit_events_action"), "audit_events", ["action"])
    op.create_index(op.f("ix_audit_events_at"), "audit_events", ["at"])
    op.create_index(op.f("ix_audit_events_user_id"), "audit_events", ["user_id"])


def _keep_audit_trail() -> None:
    """Make the database itself refuse to change what was once noted."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_events_append_only BEFORE UPDATE ON audit_events "
            "FOR EACH ROW EXECUTE FUNCTION refuse_update()"
        )
    else:
        op.execute(
            "CREATE TRIGGER audit_events_append_only BEFORE UPDATE ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'rows of audit_events are only ever added'); END"
        )
