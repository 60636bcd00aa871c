"""The queue is ordered by columns of its flags, and a saved search may be a view of the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0024_queue"
down_revision = "0023_corrections"
branch_labels = None
depends_on = None

ORDERS = ("worth", "dated", "reach")


def upgrade() -> None:
    """Bring the tables forward. Reach and worth of stored flags are counted by the next `kiemtin score` or `run`."""
    dated = sa.Column(
        "dated",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="when the post was published, or else collected",
    )
    reach = sa.Column(
        "reach",
        sa.Float(),
        server_default="1",
        nullable=False,
        comment="of copies, sources and reactions; orders the queue",
    )
    worth = sa.Column(
        "worth",
        sa.Float(),
        server_default="0",
        nullable=False,
        comment="what a decision is worth, in half-lives; orders the queue",
    )
    for column in (dated, reach, worth):
        op.add_column("flags", column)
    op.execute(
        "UPDATE flags SET dated = "
        "(SELECT coalesce(posts.published_at, posts.collected_at) FROM posts WHERE posts.id = flags.post_id)"
    )
    for name in ORDERS:
        op.create_index(op.f(f"ix_flags_state_{name}"), "flags", ["state", name])
    with op.batch_alter_table("saved_searches") as saved:
        saved.add_column(sa.Column("page", sa.String(length=20), server_default="search", nullable=False))
        saved.drop_constraint(op.f("uq_saved_searches_user_id_name"), type_="unique")
        saved.create_unique_constraint(op.f("uq_saved_searches_user_id_page_name"), ["user_id", "page", "name"])
        saved.create_check_constraint(op.f("ck_saved_searches_page"), "page IN ('search', 'queue')")


def downgrade() -> None:
    """Take the columns back; saved views of the queue are lost."""
    op.execute("DELETE FROM saved_searches WHERE page = 'queue'")
    with op.batch_alter_table("saved_searches") as saved:
        saved.drop_constraint(op.f("ck_saved_searches_page"), type_="check")
        saved.drop_constraint(op.f("uq_saved_searches_user_id_page_name"), type_="unique")
        saved.create_unique_constraint(op.f("uq_saved_searches_user_id_name"), ["user_id", "name"])
        saved.drop_column("page")
    for name in ORDERS:
        op.drop_index(op.f(f"ix_flags_state_{name}"), table_name="flags")
    for name in ("worth", "reach", "dated"):
        op.drop_column("flags", name)
