"""Databases filled with very many posts; kept in a folder, for filling takes long."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
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
def desk_database(
    kind: str, originals: Sequence[Sequence[Syllable]], count: int, kept: Path | None
) -> Iterator[Database]:
    """Give a copy of a database with so many posts, their words, and all that a desk shows; what is written vanishes.

    Args:
        kind: `sqlite` or `postgresql`.
        originals: From which the posts are varied.
        count: How many posts.
        kept: Where filled databases are kept, and found the next time; None: they vanish afterwards.

    """
    name = f"desk_{count}"
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            whole, begun = Path(folder, f"{name}.db"), Path(folder, f"{name}.begun")
            if not whole.exists():
                begun.unlink(missing_ok=True)
                _fill(f"sqlite:///{begun}", originals, count)
                begun.rename(whole)
            with tempfile.TemporaryDirectory() as own:
                shutil.copy(whole, own)
                with Database(f"sqlite:///{own}/{name}.db") as database:
                    yield database
            return
        with running_postgres(Path(folder) / "postgresql") as server:
            if not server.has_database(name):
                _fill(server.copy_database("template1", f"{name}_begun"), originals, count)
                server.rename_database(f"{name}_begun", name)
            with server.new_database(name) as url, Database(url) as database:
                yield database


def _fill(url: str, originals: Sequence[Sequence[Syllable]], count: int) -> None:
    start = perf_counter()
    with Database(url) as database:
        database.upgrade()
        store(database, varied(_some_originals(originals, count), count, SEED), count, SEED)
        add_desk_rows(database, datetime.now(UTC))
    print(f"filled in {perf_counter() - start:,.0f} s", flush=True)


def _some_originals(originals: Sequence[Sequence[Syllable]], count: int) -> Sequence[Sequence[Syllable]]:
    """Draw so many originals that each is varied equally often, or a new post had more copies among more posts."""
    wanted = max(1, count // VARIED_FROM_EACH)
    return originals if wanted >= len(originals) else Random(SEED).sample(list(originals), wanted)  # noqa: S311
