"""What is in `deploy/` fits the program: its commands exist, its services are confined, its proxies are believed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.cli.commands import COMMANDS
from monitor.settings.settings import Settings

DEPLOY = Path(__file__).parent.parent / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
CONFINED = {
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
    "PrivateDevices=yes", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "SystemCallFilter=@system-service",
    "User=kiemtin", "UMask=0077", "StateDirectoryMode=0700",
}  # fmt: skip


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_every_service_is_confined_and_runs_a_command_that_exists(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert set(text.splitlines()) >= CONFINED
    named = re.findall(r"/opt/kiemtin/bin/kiemtin --log-format json (\w+)", text)
    assert named
    assert set(named) <= set(COMMANDS)


def test_the_timers_read_score_send_and_report_as_one_process_does() -> None:
    text = read("systemd/kiemtin-read.service") + read("systemd/kiemtin-report.service")
    assert re.findall(r"^ExecStart=.*--log-format json (\w+)", text, re.MULTILINE) == [
        "crawl",
        "score",
        "outbox",
        "report",
    ]


def test_every_timer_has_its_service() -> None:
    timers = {unit.stem for unit in (DEPLOY / "systemd").glob("*.timer")}
    assert timers == {"kiemtin-read", "kiemtin-report", "kiemtin-doctor"}
    assert timers <= {unit.stem for unit in SERVICES}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this system has no systemd-analyze")
def test_systemd_understands_the_units_and_finds_them_little_exposed(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text(encoding="utf-8").replace("/opt/kiemtin/bin/kiemtin", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert (verified.returncode, verified.stderr) == (0, "")
    services = [unit for unit in units if unit.endswith(".service")]
    judged = subprocess.run(  # noqa: S603
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", *services],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-200:]


def test_the_image_runs_as_nobody_special_from_locked_packages() -> None:
    text = read("Dockerfile")
    last = text.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in last
    assert "pip install" not in last
    assert "uv sync --locked --no-editable" in text
    assert "/readyz" in last
    for copied in re.findall(r"^COPY ([\w. ]+) \S+$", text, re.MULTILINE):
        assert all((DEPLOY.parent / name).exists() for name in copied.split()), copied
    assert set(re.findall(r"--extra (\w+)", text)) == {"postgres", "cluster"}


def test_each_setting_that_is_named_exists() -> None:
    known = {f"KIEMTIN_{name.upper()}" for name in Settings.model_fields} | {"KIEMTIN_LOG_FORMAT"}
    own = {"KIEMTIN_HOST", "KIEMTIN_UPSTREAM"}  # of the compose file and of Caddy
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for path in files for name in re.findall(r"KIEMTIN_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert named - own <= known


def test_the_containers_cannot_write_their_root_nor_gain_rights() -> None:
    text = read("compose.yaml")
    assert text.count("read_only: true") == 2  # kiemtin with its init, and caddy; PostgreSQL writes sockets and locks
    assert text.count('"no-new-privileges:true"') == 3
    assert text.count("cap_drop: [ALL]") == 2
    proxy = re.search(r"ipv4_address: (\S+)", text)
    assert proxy
    assert f"KIEMTIN_TRUSTED_PROXIES: '[\"{proxy[1]}\"]'" in text


def test_a_proxy_redirects_people_and_refuses_programs_in_the_clear() -> None:
    nginx = re.sub(r"\s+", " ", read("nginx.conf"))
    assert re.search(r"listen 80; .*?location /api/ \{ return 403; \} location / \{ return 301 https://", nginx)
    caddy = re.sub(r"\s+", " ", read("Caddyfile"))
    assert 'http://{$KIEMTIN_HOST} { handle /api/* { respond "HTTPS only" 403 } handle { redir https://' in caddy


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_overwrites_what_visitors_say_of_their_address(name: str) -> None:
    text = read(name)
    assert re.search(r"X-Forwarded-For \{?\$?remote_(host|addr)", text)
    assert "proxy_add_x_forwarded_for" not in text
