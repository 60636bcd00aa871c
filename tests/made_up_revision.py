"""A further revision, made up: upgrades from what the program has now are tested with it."""

import shutil
from pathlib import Path
from typing import Final

from storage.database import MIGRATIONS

REVISION: Final = "9999_made_up"
_SCRIPT: Final = '''
"""Reviews are copied, and posts get a column."""

import sqlalchemy as sa
from alembic import op

revision = "9999_made_up"
down_revision = "{before}"


def upgrade():
    op.create_table("made_up", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("note", sa.Text()))
    op.execute("INSERT INTO made_up (id, note) SELECT id, note FROM reviews")
    op.add_column("posts", sa.Column("mood", sa.Text()))
    op.execute("UPDATE posts SET mood = 'calm'")
    {last}
'''


def add_revision(folder: Path, *, last: str = "") -> Path:
    """Make a folder with the program's migrations and one that follows them; returns the folder.

    Args:
        folder: Where to; it is made.
        last: A statement of Python at the end of the migration.

    """
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = max(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))
    (folder / f"{REVISION}.py").write_text(_SCRIPT.format(before=before, last=last), encoding="utf-8")
    return folder
