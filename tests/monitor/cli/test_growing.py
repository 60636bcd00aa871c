"""What deploy/compose.cluster.yaml starts, as processes of this machine: PostgreSQL, scheduler, two workers, desk."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import func, select

from classifiers.labels import LABEL_NAMES
from storage.database import Database
from storage.models import Score
from tests.cluster import running_cluster
from tests.monitor.cli.command import Command
from tests.monitor.cli.test_serving import wait_for
from tests.postgres import PostgresServer

COMPOSE = Path(__file__).parents[3] / "deploy" / "compose.cluster.yaml"
POSTS = 150


@pytest.mark.long
def test_one_database_two_workers_and_the_desk(
    kiemtin: Command,
    home: Path,
    postgres_server: PostgresServer,
    port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posts = tmp_path / "forum.jsonl"
    rows = (json.dumps({"id": str(number), "text": f"Xưởng nóng, tin số {number}"}) for number in range(POSTS))
    posts.write_text("\n".join(rows), encoding="utf-8")
    with postgres_server.new_database() as url, running_cluster(2) as cluster:
        monkeypatch.setenv("KIEMTIN_DATABASE_URL", url)
        monkeypatch.setenv("KIEMTIN_CLUSTER", cluster.address)
        kiemtin.well("init", "--no-model")
        kiemtin.well("import", str(posts))
        command = [str(Path(sys.executable).with_name("kiemtin")), "run"]
        with Database(url) as database, subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:  # noqa: S603

            def all_is_scored() -> bool:
                with database.work() as session:
                    return session.scalar(select(func.count()).select_from(Score)) == POSTS * len(LABEL_NAMES)

            wait_for(all_is_scored, child)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
                assert answer.status == 200
            child.terminate()
        assert child.returncode == 0


def test_the_file_starts_the_same() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert "KIEMTIN_CLUSTER: tcp://scheduler:8786" in text
    assert "entrypoint: [dask, scheduler, --no-dashboard]" in text
    assert 'entrypoint: [dask, worker, "tcp://scheduler:8786", --nthreads, "1", --no-dashboard]' in text
    assert "models:/var/lib/kiemtin/models:ro" in text, "the workers see the models and nothing else of the home"
    assert "replicas: 2" in text
