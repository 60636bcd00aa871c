"""Posts are found by their words: FTS5 on SQLite, a GIN index of lexemes on PostgreSQL."""

import sqlite3

import sqlalchemy as sa
from alembic import op

from storage.errors import StorageError

revision = "0014_search"
down_revision = "0013_api_keys"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLDEST_SQLITE = (3, 42, 0)  # the first whose full-text index can really forget deleted words


def upgrade() -> None:
    """Bring the tables forward. Stored posts are indexed by the next `kiemtin score` or `kiemtin run`."""
    indexed = "whether search and matching know the current version"
    op.add_column(
        "posts", sa.Column("indexed", sa.Boolean(), server_default=sa.false(), nullable=False, comment=indexed)
    )
    waiting = sa.text("NOT indexed")
    op.create_index("ix_posts_not_indexed", "posts", ["id"], sqlite_where=waiting, postgresql_where=waiting)
    dated = "when it was published, or collected where that is not known"
    op.create_table(
        "search_texts",
        sa.Column("post_id", KEY, nullable=False, autoincrement=False),
        sa.Column("source_id", KEY, nullable=False, comment="the post's source, so that filters need no second table"),
        sa.Column("dated", sa.DateTime(timezone=True), nullable=False, comment=dated),
        sa.Column("accented", sa.Text(), nullable=False, comment="normalised syllables, separated by spaces"),
        sa.Column("bare", sa.Text(), nullable=False, comment="the same syllables without diacritics"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_search_texts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_search_texts")),
    )
    if op.get_context().dialect.name == "postgresql":
        _index_on_postgresql()
    else:
        _index_on_sqlite()


def downgrade() -> None:
    """Take the index, its texts and the mark of indexed posts back."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER posts_reworded ON posts")
        op.execute("DROP TRIGGER post_revisions_reworded ON post_revisions")
        op.drop_table("search_texts")
        for function in ("search_lexemes(text, text)", "forget_words()", "forget_words_of_revision()"):
            op.execute(f"DROP FUNCTION {function}")
    else:
        op.execute("DROP TRIGGER posts_reworded")
        op.execute("DROP TRIGGER post_revisions_reworded")
        op.execute("DROP TABLE search_index")
        op.drop_table("search_texts")
    op.drop_index("ix_posts_not_indexed", "posts")
    op.drop_column("posts", "indexed")


def _index_on_sqlite() -> None:
    """Make the index by triggers on its texts, and drop a post's words when these change by whatever statement."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} cannot forget deleted words: use a Python with SQLite 3.42 or newer"
        raise StorageError(message)
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(accented, bare, content='search_texts', content_rowid='post_id', "
        "tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
    remove = (
        "INSERT INTO search_index (search_index, rowid, accented, bare) "
        "VALUES ('delete', OLD.post_id, OLD.accented, OLD.bare);"
    )
    add = "INSERT INTO search_index (rowid, accented, bare) VALUES (NEW.post_id, NEW.accented, NEW.bare);"
    for event, statements in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
        op.execute(f"CREATE TRIGGER search_texts_{event.lower()} AFTER {event} ON search_texts BEGIN {statements} END")
    for table, columns, key in (
        ("posts", "title, text, revision_number", "id"),
        ("post_revisions", "title, text", "post_id"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_reworded AFTER UPDATE OF {columns} ON {table} BEGIN "  # noqa: S608  our own names
            f"DELETE FROM search_texts WHERE post_id = NEW.{key}; "
            f"UPDATE posts SET indexed = false WHERE id = NEW.{key}; END"
        )


def _index_on_postgresql() -> None:
    """Index syllables and pairs of neighbours, so that phrases are looked up without reading the texts."""
    parts = " || ".join(
        f"array(SELECT {mark}w FROM unnest({words}) t(w)) || "  # noqa: S608  our own names
        f"array(SELECT {mark}w || ' ' || next FROM unnest({words}, ({words})[2:]) t(w, next) WHERE next IS NOT NULL)"
        for mark, words in (("", "string_to_array(accented, ' ')"), ("'~' || ", "string_to_array(bare, ' ')"))
    )
    # Dear, so that the planner looks lexemes up instead of computing them for each row.
    op.execute(
        "CREATE FUNCTION search_lexemes(accented text, bare text) RETURNS tsvector LANGUAGE sql IMMUTABLE "
        f"PARALLEL SAFE COST 2000 AS $$ SELECT array_to_tsvector({parts}) $$"
    )
    op.execute("CREATE INDEX ix_search_texts_lexemes ON search_texts USING gin (search_lexemes(accented, bare))")
    op.execute(
        "CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM search_texts WHERE post_id = NEW.id; NEW.indexed := false; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION forget_words_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "DELETE FROM search_texts WHERE post_id = NEW.post_id; "
        "UPDATE posts SET indexed = false WHERE id = NEW.post_id; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER posts_reworded BEFORE UPDATE OF title, text, revision_number ON posts "
        "FOR EACH ROW EXECUTE FUNCTION forget_words()"
    )
    op.execute(
        "CREATE TRIGGER post_revisions_reworded AFTER UPDATE OF title, text ON post_revisions "
        "FOR EACH ROW EXECUTE FUNCTION forget_words_of_revision()"
    )
