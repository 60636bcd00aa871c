"""The examples of docs/api.md, run against a desk on loopback."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI

from monitor.outbox.webhook import signed
from monitor.settings.settings import Settings
from tests.clock import FakeClock
from tests.monitor.desk.api.conftest import KeyMaker
from tests.monitor.desk.api.served import served
from tests.monitor.desk.world import World

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ (curl .*)\n(?:(.+)\n)?```", PAGE)
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def address(app: FastAPI, settings: Settings, world: World) -> Iterator[str]:
    """Serve a desk with the flags that the page shows."""
    world.flag("Nghe nói mai cấm đường", label="unverified")
    world.flag("Xưởng nóng 40 độ")
    world.flag("Nợ lương hai tháng", probability=0.6)
    with served(app, settings) as found:
        yield found


def run(command: list[str], key: str, address: str) -> str:
    environment = os.environ | {"KIEMTIN_KEY": key, "KIEMTIN_API": f"{address}/api/v1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)  # noqa: S603  of our page
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_every_call_of_curl_answers_what_the_page_shows(address: str, make_api_key: KeyMaker) -> None:
    assert len(EXAMPLES) >= 5
    key = make_api_key("flags:read", "posts:read", days=90)
    deciding = make_api_key("decisions:write", "flags:read", name="case-system")
    for call, shown in EXAMPLES:
        used = deciding if "/decisions" in call else key
        said = run(shlex.split(call.replace(ADDRESS, address).replace("$KIEMTIN_KEY", used)), used, address)
        answer = json.loads(said)
        if shown:
            assert without_cursor(answer) == without_cursor(json.loads(shown)), call
        else:
            assert "type" not in answer, answer


def without_cursor(answer: Any) -> Any:
    """Leave the cursor out, but for whether there is one."""
    return answer | {"next": bool(answer["next"])} if "next" in answer else answer


def test_the_program_reads_every_page(address: str, make_api_key: KeyMaker) -> None:
    program = ROOT / "examples" / "api" / "read_flags.py"
    printed = run([sys.executable, str(program), "concern"], make_api_key(), address)
    assert printed == "3 0.60 Nợ lương hai tháng\n2 0.87 Xưởng nóng 40 độ\n"


def test_the_receiver_knows_a_genuine_webhook(clock: FakeClock) -> None:
    receiver = example("receive_webhook")
    body, now = b'{"type":"decision"}', clock.now()
    headers = signed(b"secret", "msg_cases_1", now, body)
    assert receiver.is_genuine(b"secret", headers, body, now.timestamp())
    assert not receiver.is_genuine(b"another", headers, body, now.timestamp())
    assert not receiver.is_genuine(b"secret", headers, body + b" ", now.timestamp())
    assert not receiver.is_genuine(b"secret", headers, body, now.timestamp() + 301)


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / "api" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
