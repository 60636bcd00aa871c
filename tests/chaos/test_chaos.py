"""A hundred kills: a twentieth of what `make chaos` does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.kills import Account
from tests.chaos.runs import on_postgresql, on_sqlite

KILLS = 50  # on each database


@pytest.mark.gate
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("run", [on_sqlite, on_postgresql])
def test_what_a_killed_program_leaves_is_whole_and_the_next_one_goes_on(
    run: Callable[..., Account], tmp_path: Path, small_model: Path
) -> None:
    account = run(tmp_path / "home", small_model, KILLS, seed=20261116)
    assert account.broken == [], account.as_text()
    assert account.killed.total() == KILLS
    assert account.acknowledged > 0
