"""A copy is of the database that is meant, and no password stands in the list of processes."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from storage.database import Database
from storage.transfer import snapshot


def test_a_database_in_a_folder_with_marks_of_addresses_is_copied(tmp_path: Path) -> None:
    home = tmp_path / "nhà #1"
    home.mkdir()
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE posts (text TEXT)")
            connection.exec_driver_sql("INSERT INTO posts VALUES ('một bài')")
        copy = snapshot.take(database, tmp_path)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT text FROM posts").fetchall() == [("một bài",)]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [copy.name]


@pytest.mark.parametrize(("password", "given"), [("bí mật@1", "bí mật@1"), ("", None)])
def test_a_password_goes_by_the_environment(password: str, given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: dict[str, Any] = {}

    def run(arguments: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        ran.update(options, arguments=arguments)
        return subprocess.CompletedProcess(arguments, 0, "", "")

    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setattr("storage.transfer.snapshot.shutil.which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr("storage.transfer.snapshot.subprocess.run", run)
    url = make_url("postgresql+psycopg://kiemtin@db.example:5433/tin?sslmode=require").set(password=password or None)
    snapshot._run("pg_dump", url, [])
    assert ran["arguments"] == ["/usr/bin/pg_dump", "--dbname=postgresql://kiemtin@db.example:5433/tin?sslmode=require"]
    assert ran["env"].get("PGPASSWORD") == given
