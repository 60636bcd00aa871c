"""Commands as somebody would start them, with the CPU time and the peak memory that each took."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple

KIEMTIN: Final = str(Path(sys.executable).with_name("kiemtin"))
# A child's peak begins with that of the process that starts it, which is therefore a small one.
_LAUNCH: Final = """
import json, os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6]))
sys.stdout.flush()
os._exit(os.waitstatus_to_exitcode(status))
"""


class Spent(NamedTuple):
    """What a command took: seconds, CPU seconds of it and its processes, and its most memory in MB of 1,000,000."""

    seconds: float
    cpu: float
    peak: float


def run_command(command: Sequence[str], environment: Mapping[str, str], stdin: str = "") -> Spent:
    """Run a command and wait for it; its output is dropped, and the benchmark ends when it fails."""
    start = perf_counter()
    done = subprocess.run(  # noqa: S603  our own commands
        [sys.executable, "-S", "-c", _LAUNCH, *command],
        env={**os.environ, **environment},
        input=stdin.encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    seconds = perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed with status {done.returncode}")
    return Spent(seconds, *json.loads(done.stdout))
