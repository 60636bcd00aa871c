"""The tables of sources, posts, scores and flags, as the first release makes them."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.initial.columns import JSON, KEY, TIME, create_partial_index, to


def create_tables() -> None:
    """Create them in the order in which they refer to each other."""
    _create_sources()
    _create_crawl_runs_and_host_state()
    _create_robots_copies()
    _create_clusters_and_posts()
    _create_post_revisions_and_search_texts()
    _create_models_and_scores()
    _create_flags()
    _create_thresholds_and_focus()


def _create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("interval_seconds", KEY, nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("retention_days", KEY, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("why_disabled", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("validators", JSON, nullable=False),
        sa.Column("cursor", JSON, nullable=False),
        sa.Column("next_due_at", TIME, index=True),
        sa.Column("lease_owner", sa.String(100)),
        sa.Column("lease_until", TIME),
        sa.Column("failures", KEY, nullable=False),
        sa.Column("last_success_at", TIME),
        sa.Column("last_error", sa.Text()),
        sa.CheckConstraint("interval_seconds > 0", name="interval_positive"),
        sa.CheckConstraint("retention_days > 0", name="retention_positive"),
        sa.CheckConstraint("role IN ('monitored', 'reference')", name="role"),
    )


def _create_crawl_runs_and_host_state() -> None:
    op.create_table(
        "crawl_runs",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("source_id", KEY, to("sources", "CASCADE"), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("seen", KEY, nullable=False),
        sa.Column("new", KEY, nullable=False),
        sa.Column("changed", KEY, nullable=False),
        sa.Column("gone", KEY, nullable=False),
        sa.Column("skipped", JSON, nullable=False),
        sa.Column("gap", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.CheckConstraint("outcome IN ('running', 'ok', 'unchanged', 'failed', 'interrupted')", name="outcome"),
    )
    op.create_index("ix_crawl_runs_source_id_started_at", "crawl_runs", ["source_id", "started_at"])
    op.create_table(
        "captures",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("run_id", KEY, to("crawl_runs", "CASCADE"), nullable=False, index=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", TIME, nullable=False),
        sa.Column("status", KEY),
        sa.Column("content_type", sa.Text()),
        sa.Column("size_bytes", KEY, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, index=True),
        sa.Column("warc_path", sa.Text()),
    )
    create_partial_index("ix_captures_warc_path", "captures", ["warc_path"], "warc_path IS NOT NULL")
    op.create_table(
        "host_state",
        sa.Column("host", sa.Text(), primary_key=True),
        sa.Column("ready_at", TIME),
        sa.Column("closed_until", TIME),
        sa.Column("refusals", KEY, nullable=False),
        sa.Column("day_began", TIME),
        sa.Column("sent", KEY, nullable=False),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("lease_until", TIME),
    )


def _create_robots_copies() -> None:
    op.create_table(
        "robots_copies",
        sa.Column("url", sa.Text(), primary_key=True),
        sa.Column("status", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", TIME, nullable=False, index=True),
    )


def _create_clusters_and_posts() -> None:
    op.create_table(
        "clusters",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("name", sa.Text()),
        sa.CheckConstraint("state IN ('suggested', 'confirmed', 'rejected')", name="state"),
    )
    op.create_table(
        "posts",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("source_id", KEY, to("sources", "CASCADE"), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("author_key", sa.String(64), index=True),
        sa.Column("published_at", TIME),
        sa.Column("published_raw", sa.Text()),
        sa.Column("published_precision", sa.String(10)),
        sa.Column("collected_at", TIME, nullable=False),
        sa.Column("language", sa.String(20)),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("context", sa.Text()),
        sa.Column("original_hash", sa.String(64), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False, index=True),
        sa.Column("engagement", JSON, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("deleted_at", TIME),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("cluster_id", KEY, to("clusters", "SET NULL")),
        sa.Column("indexed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("unscored", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("flagged_at", TIME),
        sa.Column("recheck_at", TIME),
        sa.Column("rechecked_at", TIME),
        sa.Column("capture_id", KEY, to("captures", "SET NULL"), index=True),
        sa.UniqueConstraint("source_id", "external_id"),
    )
    op.create_index("ix_posts_cluster_id_source_id", "posts", ["cluster_id", "source_id"])
    op.create_index(
        "ix_posts_collected_at_published_at_source_id", "posts", ["collected_at", "published_at", "source_id"]
    )
    create_partial_index(
        "ix_posts_dated", "posts", ["published_at", "collected_at", "source_id"], "published_at <= collected_at"
    )
    create_partial_index("ix_posts_not_indexed", "posts", ["id"], "NOT indexed", on_sqlite='"indexed" = 0')
    op.create_index("ix_posts_source_id_collected_at", "posts", ["source_id", "collected_at"])
    create_partial_index(
        "ix_posts_undated",
        "posts",
        ["collected_at", "published_at", "source_id"],
        "published_at IS NULL OR published_at > collected_at",
    )
    create_partial_index("ix_posts_recheck_at", "posts", ["recheck_at"], "recheck_at IS NOT NULL")
    create_partial_index("ix_posts_unscored", "posts", ["id"], "unscored", on_sqlite="unscored = 1")


def _create_post_revisions_and_search_texts() -> None:
    op.create_table(
        "post_revisions",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("post_id", KEY, to("posts", "CASCADE"), nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("edited_at", TIME),
        sa.Column("capture_id", KEY, to("captures", "SET NULL"), index=True),
        sa.UniqueConstraint("post_id", "number"),
    )
    op.create_table(
        "post_bands",
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("post_id", KEY, to("posts", "CASCADE"), primary_key=True, autoincrement=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased_authors",
        sa.Column("author_key", sa.String(64), primary_key=True),
        sa.Column("erased_at", TIME, nullable=False),
    )
    op.create_table(
        "search_texts",
        sa.Column("post_id", KEY, to("posts", "CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("dated", TIME, nullable=False),
        sa.Column("accented", sa.Text(), nullable=False),
        sa.Column("bare", sa.Text(), nullable=False),
    )
    op.create_index("ix_search_texts_dated_post_id", "search_texts", ["dated", "post_id"])
    op.create_index("ix_search_texts_source_id_dated_post_id", "search_texts", ["source_id", "dated", "post_id"])
    op.create_index("ix_search_texts_source_id_post_id", "search_texts", ["source_id", "post_id"])


def _create_models_and_scores() -> None:
    op.create_table(
        "models",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("version", sa.String(200), nullable=False, unique=True),
        sa.Column("data_hash", sa.String(64), nullable=False),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("thresholds", JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("comparison", JSON),
        sa.Column("promoted_at", TIME),
        sa.Column("replaces", sa.String(200)),
        sa.Column("history_until", KEY),
        sa.CheckConstraint("state IN ('candidate', 'active', 'retired')", name="state"),
    )
    op.create_table(
        "scores",
        sa.Column("post_id", KEY, to("posts", "CASCADE"), primary_key=True),
        sa.Column("revision_number", KEY, primary_key=True),
        sa.Column("model_id", KEY, to("models", "CASCADE"), primary_key=True, index=True),
        sa.Column("label", sa.String(40), primary_key=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("unsure", sa.Boolean()),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
    )


def _create_flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("post_id", KEY, to("posts", "CASCADE"), nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("sampling", sa.String(20)),
        sa.Column("drawn_at", TIME, index=True),
        sa.Column("revision_number", KEY, nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("priority", KEY, nullable=False, server_default="0"),
        sa.Column("searched_at", TIME),
        sa.Column("searched_among", KEY),
        sa.Column("model_id", KEY, to("models", "CASCADE"), nullable=False, index=True),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_at", TIME, nullable=False, index=True),
        sa.Column("dated", TIME, nullable=False),
        sa.Column("reach", sa.Float(), nullable=False, server_default="1"),
        sa.Column("relevance", sa.Float()),
        sa.Column("summary", sa.Text()),
        sa.Column("worth", sa.Float(), nullable=False, server_default="0"),
        sa.Column("lease_owner", sa.String(100)),
        sa.Column("lease_until", TIME),
        sa.UniqueConstraint("post_id", "label"),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected', 'unsure')", name="state"),
        sa.CheckConstraint("origin IN ('scored', 'drawn')", name="origin"),
        sa.CheckConstraint("sampling IN ('uncertain', 'random')", name="sampling"),
    )
    op.create_index("ix_flags_label_state_post_id", "flags", ["label", "state", "post_id"])
    create_partial_index("ix_flags_lease_owner", "flags", ["lease_owner"], "lease_owner IS NOT NULL")
    create_partial_index("ix_flags_sampling_state", "flags", ["sampling", "state"], "sampling IS NOT NULL")
    op.create_index("ix_flags_source_id_label_state", "flags", ["source_id", "label", "state"])
    op.create_index("ix_flags_state_worth", "flags", ["state", "worth"])


def _create_thresholds_and_focus() -> None:
    op.create_table(
        "thresholds",
        sa.Column("label", sa.String(40), primary_key=True),
        sa.Column("aim", sa.String(20), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.CheckConstraint("aim IN ('precision', 'per_day')", name="aim"),
    )
    op.create_table(
        "focus",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("neighbours", JSON, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
    )
