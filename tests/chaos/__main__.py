"""`make chaos`: a thousand kills on SQLite and a thousand on PostgreSQL (KILLS=N: so many; SEED=N: the same again)."""

import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests import corpus
from tests.chaos.runs import on_postgresql, on_sqlite


def main() -> int:
    """Run both, beside each other; returns 1 when something did not hold."""
    kills, seed = int(os.environ.get("KILLS", "1000")), int(os.environ.get("SEED", "1"))
    failed = 0
    with (
        tempfile.TemporaryDirectory(prefix="kiemtin-chaos-") as name,
        ProcessPoolExecutor(2, get_context("spawn")) as pool,
    ):
        folder = Path(name)
        model = corpus.small_model(folder)
        runs = [
            (database, pool.submit(run, folder / database, model, kills, seed))
            for database, run in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql))
        ]
        for database, run in runs:
            account = run.result()
            print(f"{database}, seed {seed}\n{account.as_text()}\n", flush=True)  # noqa: T201  its output
            failed += len(account.broken)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
