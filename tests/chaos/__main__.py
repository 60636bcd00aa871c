"""`make chaos`: a thousand kills on SQLite and a thousand on PostgreSQL (KILLS=N: so many; SEED=N: the same again)."""

import os
import sys
import tempfile
from pathlib import Path

from tests import corpus
from tests.chaos.runs import on_postgresql, on_sqlite


def main() -> int:
    """Run both; returns 1 when something did not hold."""
    kills, seed = int(os.environ.get("KILLS", "1000")), int(os.environ.get("SEED", "1"))
    failed = 0
    with tempfile.TemporaryDirectory(prefix="kiemtin-chaos-") as folder:
        model = corpus.small_model(Path(folder))
        for name, run in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql)):
            account = run(Path(folder) / name, model, kills, seed)
            print(f"{name}, seed {seed}\n{account.as_text()}\n", flush=True)  # noqa: T201  its output
            failed += len(account.broken)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
