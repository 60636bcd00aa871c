"""Copies are looked up by keys of another signature, and a cluster has a name."""

import sqlalchemy as sa
from alembic import op

revision = "0021_copies"
down_revision = "0020_reports_of_periods"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward. Keys of stored posts are made by the next `kiemtin score` or `kiemtin run`."""
    op.drop_table("post_bands")
    op.create_table(
        "post_bands",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_bands_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "post_id", name=op.f("pk_post_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_post_bands_post_id"), "post_bands", ["post_id"])
    name = "the most telling words of its first post"
    op.add_column("clusters", sa.Column("name", sa.Text(), nullable=True, comment=name))
    op.execute("UPDATE posts SET indexed = false WHERE indexed")


def downgrade() -> None:
    """Take the table's former shape back, without keys; the former program makes them anew."""
    op.drop_column("clusters", "name")
    op.drop_table("post_bands")
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
