"""How exact the date of a post is: of `2 giờ trước` only the hour is known."""

import sqlalchemy as sa
from alembic import op

revision = "0007_date_precision"
down_revision = "0006_thresholds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table forward."""
    comment = "how exact that date is: second, minute, hour or day; not known of older posts"
    op.add_column("posts", sa.Column("published_precision", sa.String(length=10), nullable=True, comment=comment))


def downgrade() -> None:
    """Take the column back."""
    op.drop_column("posts", "published_precision")
