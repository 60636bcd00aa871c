"""Databases filled with very many posts, each with its words and keys; kept in a folder, for filling takes long."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

from sqlalchemy import func, select, text

from storage.database import Database
from storage.models import Post
from tests.benchmarks.desk_rows import add_desk_rows
from tests.benchmarks.stored_bands import store_bands
from tests.benchmarks.varied_posts import Syllable, analyse, store, varied
from tests.postgres import running_postgres

SEED = 14
VARIED_FROM_EACH = 28  # posts that are varied from one original, however many posts there are


@contextmanager
def filled_database(
    kind: str, originals: Sequence[Sequence[Syllable]], count: int, kept: Path | None
) -> Iterator[Database]:
    """Give a database with so many posts, filled unless the folder holds it already.

    Args:
        kind: `sqlite` or `postgresql`.
        originals: Texts from which posts are varied.
        count: How many posts.
        kept: Where filled databases are kept; None: they vanish afterwards.

    """
    name = f"posts_{count}"
    if kind == "sqlite":
        with _folder(kept) as folder, Database(f"sqlite:///{folder}/{name}.db") as database:
            _fill(database, originals, count)
            yield database
        return
    files = kept / "postgresql" if kept else None
    with running_postgres(files) as server, Database(server.make_database(name)) as database:
        _fill(database, originals, count)
        yield database


def some_originals(originals: Sequence[Sequence[Syllable]], count: int) -> Sequence[Sequence[Syllable]]:
    """Draw so many originals that each is varied equally often, or a new post had more copies among more posts."""
    wanted = max(1, count // VARIED_FROM_EACH)
    return originals if wanted >= len(originals) else Random(SEED).sample(list(originals), wanted)  # noqa: S311


def _fill(database: Database, originals: Sequence[Sequence[Syllable]], count: int) -> None:
    database.upgrade()
    with database.work() as session:
        if session.scalar(select(func.max(Post.id))):
            return
    start = perf_counter()
    store(database, varied(some_originals(originals, count), count, SEED), count, SEED)
    store_bands(database)
    with database.work() as session:  # nobody waits for evidence
        session.execute(text("UPDATE flags SET searched_at = '2030-01-01'"))
        session.commit()
    print(f"{count:,} posts stored and indexed in {perf_counter() - start:,.0f} s", flush=True)


@contextmanager
def desk_database(
    kind: str, originals: Sequence[Sequence[Syllable]], count: int, kept: Path | None
) -> Iterator[Database]:
    """Give a database as `filled_database` makes it, with all that a desk shows; what is written to it vanishes.

    The folder keeps it as it was before, under a name of its own; the arguments are those of `filled_database`.
    """
    name = f"desk_{count}"
    if kind == "sqlite":
        with _folder(kept) as folder, tempfile.TemporaryDirectory() as own:
            whole = folder / f"{name}.db"
            if not whole.exists():
                with filled_database(kind, originals, count, folder) as filled:
                    _add_rows_to_copy(filled, whole)
            shutil.copy(whole, own)
            with Database(f"sqlite:///{own}/{name}.db") as database:
                _upgrade_kept(database)
                yield database
        return
    with running_postgres(kept / "postgresql" if kept else None) as server:
        if not server.has_database(name):
            with Database(server.make_database(f"posts_{count}")) as filled:
                _fill(filled, originals, count)
            with Database(server.copy_database(f"posts_{count}", f"{name}_begun")) as begun:
                begun.upgrade()
                add_desk_rows(begun, datetime.now(UTC))
            server.rename_database(f"{name}_begun", name)
        with server.new_database(name) as url, Database(url) as database:
            _upgrade_kept(database)
            yield database


def _upgrade_kept(database: Database) -> None:
    """Bring a copy up to date, without the figures of SQLite's tables that earlier versions of the benchmark stored."""
    database.upgrade()
    if database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS sqlite_stat1"))
    analyse(database)


def _add_rows_to_copy(filled: Database, whole: Path) -> None:
    """Copy a SQLite database and add what a desk shows; the copy has its name once it is whole."""
    begun = whole.with_suffix(".begun")
    begun.unlink(missing_ok=True)
    with filled.engine.connect() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (str(begun),))
    with Database(f"sqlite:///{begun}") as database:
        database.upgrade()
        add_desk_rows(database, datetime.now(UTC))
    begun.rename(whole)


def _folder(kept: Path | None) -> AbstractContextManager[Path]:
    if kept is not None:
        return nullcontext(kept)
    return _vanishing_folder()


@contextmanager
def _vanishing_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
