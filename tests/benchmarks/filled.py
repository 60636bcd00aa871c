"""Databases filled with very many posts; kept in a folder, for filling takes long."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

from storage.database import Database
from tests.benchmarks.desk_rows import add_desk_rows
from tests.benchmarks.varied_posts import Syllable, store, varied
from tests.postgres import running_postgres

SEED = 14
VARIED_FROM_EACH = 28  # posts that are varied from one original, however many posts there are


@contextmanager
def filled_database(kind: str, name: str, kept: Path | None, fill: Callable[[Database], None]) -> Iterator[Database]:
    """Give a copy of a database that is filled unless the folder holds it already; what is written to it vanishes.

    Args:
        kind: `sqlite` or `postgresql`.
        name: What it is called in the folder, once it is whole.
        kept: Where filled databases are kept; None: they vanish afterwards.
        fill: Fills a database that has its tables.

    """
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            with tempfile.TemporaryDirectory() as own:
                shutil.copy(_whole_file(Path(folder), name, fill), own)
                with Database(f"sqlite:///{own}/{name}.db") as database:
                    yield database
            return
        with running_postgres(Path(folder) / "postgresql") as server:
            if not server.has_database(name):
                _fill(server.copy_database("template1", f"{name}_begun"), fill)
                server.rename_database(f"{name}_begun", name)
            with server.new_database(name) as url, Database(url) as database:
                yield database


def _whole_file(folder: Path, name: str, fill: Callable[[Database], None]) -> Path:
    whole, begun = folder / f"{name}.db", folder / f"{name}.begun"
    if not whole.exists():
        begun.unlink(missing_ok=True)
        _fill(f"sqlite:///{begun}", fill)
        begun.rename(whole)
    return whole


def _fill(url: str, fill: Callable[[Database], None]) -> None:
    start = perf_counter()
    with Database(url) as database:
        database.upgrade()
        fill(database)
    print(f"filled in {perf_counter() - start:,.0f} s", flush=True)


@contextmanager
def desk_database(
    kind: str, originals: Sequence[Sequence[Syllable]], count: int, kept: Path | None
) -> Iterator[Database]:
    """Give a database with so many posts varied from originals, their words, and all that a desk shows."""

    def fill(database: Database) -> None:
        store(database, varied(some_originals(originals, count), count, SEED), count, SEED)
        add_desk_rows(database, datetime.now(UTC))

    with filled_database(kind, f"desk_{count}", kept, fill) as database:
        yield database


def some_originals(originals: Sequence[Sequence[Syllable]], count: int) -> Sequence[Sequence[Syllable]]:
    """Draw so many originals that each is varied equally often, or a new post had more copies among more posts."""
    wanted = max(1, count // VARIED_FROM_EACH)
    return originals if wanted >= len(originals) else Random(SEED).sample(list(originals), wanted)  # noqa: S311
