"""What users of pip get: the wheel alone, in an empty environment, far from the checkout."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
WALK = CHECKOUT / "tests" / "demo_walk.py"


def run(*command: str | Path, folder: Path) -> str:
    """Run a program to its end and return what it wrote, as a user without any settings of ours would."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KIEMTIN_", "PYTHON"))}
    done = subprocess.run(  # noqa: S603  our own words
        [*map(str, command)], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it by the pip of this Python, with the newest of everything that its bounds allow."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "venv", "environment", folder=folder)
    pip = (folder / "environment" / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", "dist", CHECKOUT, folder=folder)
    (wheel,) = (folder / "dist").glob("kiemtin-*.whl")
    run(*pip, "install", wheel, folder=folder)
    return folder / "environment"


@pytest.mark.gate
def test_the_demo_runs_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    told = run(environment / "bin" / "python", WALK, "kiemtin-demo", str(port), folder=tmp_path)
    assert "FAIL" not in told
    assert told.count("\nok  ") > 5, told
    assert (tmp_path / "kiemtin-demo" / "kiemtin.db").exists()


@pytest.mark.gate
def test_the_wheel_holds_the_packages_and_no_tests(environment: Path) -> None:
    (site,) = environment.glob("lib/python3.*/site-packages")
    assert {"monitor", "classifiers", "storage"} <= {path.name for path in site.iterdir()}
    assert not (site / "tests").exists()
    assert (site / "classifiers" / "model" / "default" / "model.npz").is_file()
    run(environment / "bin" / "python", "-m", "pip", "check", folder=environment)
    run(environment / "bin" / "python", "-c", "import trafilatura", folder=environment)  # its extra, an old pip misses
