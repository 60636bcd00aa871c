"""Matters in place of cases, and corrections that answer them; blind readings and wishes of flags a day leave."""

from alembic import op

from storage.migrations.matters.grievances import grievances_of
from storage.migrations.matters.rows import read_home
from storage.migrations.matters.rumours import rumours_of
from storage.migrations.matters.writing import write_matters
from storage.migrations.statements import make_rules, make_tables

revision = "0003_matters"
down_revision = "0002_known_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward, and carry over what they hold."""
    home = read_home(op.get_bind())
    rumours, answered = rumours_of(home)
    make_tables("matters")
    write_matters(op.get_bind(), [*grievances_of(home), *rumours], answered)
    make_rules("matters")
