"""Made-up requests to every operation of the running API, by schemathesis, with a key and without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from monitor.settings.settings import Settings
from tests.monitor.desk.api.conftest import KeyMaker
from tests.monitor.desk.api.served import served
from tests.monitor.desk.world import World

pytestmark = pytest.mark.gate

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def requests_per_minute() -> int:
    return 100_000


def tried(address: str, folder: Path, *options: str) -> str:
    """Send made-up requests, with all checks, always the same ones; give what was found."""
    command = [
        *(str(PROGRAM), "--config-file", str(CONFIG), "run", f"{address}/api/v1/openapi.json"),
        *("--checks", "all", "--seed", "1", "--no-color"),
        *("--suppress-health-check", "all", "--continue-on-failure", *options),
    ]
    environment = os.environ | {"HYPOTHESIS_STORAGE_DIRECTORY": str(folder)}
    done = subprocess.run(  # noqa: S603  our own words
        command, capture_output=True, text=True, cwd=folder, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    return done.stdout


def test_with_a_key_nothing_fails_and_nothing_is_undocumented(
    app: FastAPI, settings: Settings, make_api_key: KeyMaker, world: World, tmp_path: Path
) -> None:
    for number in range(3):
        world.flag(f"Xưởng nóng {number}")
    with served(app, settings) as address:
        said = tried(
            address,
            tmp_path,
            *("--phases", "examples,coverage,fuzzing", "-n", "6"),
            *("-H", f"Authorization: Bearer {make_api_key()}"),
        )
    assert " generated" in said


def test_without_a_key_everything_is_refused_in_order(app: FastAPI, settings: Settings, tmp_path: Path) -> None:
    with served(app, settings) as address:
        said = tried(
            address,
            tmp_path,
            *("--phases", "examples,fuzzing", "-n", "3"),
            # These expect one status, and get 401, or 429 after a minute's worth of refusals.
            *("--exclude-checks", "missing_required_header,positive_data_acceptance,negative_data_rejection"),
        )
    assert " generated" in said
