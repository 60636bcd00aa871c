"""Feed changed payloads to every parser: `make fuzz`. Prints what failed and with which number; see `run.py`.

The number makes the same payload again: `python -m tests.fuzz --only rss --first 4711 --count 1 --show`.
"""

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.fuzz.parsers import TARGETS
from tests.fuzz.run import mutated, run_apart


def main() -> None:
    """Run what the command line asks for; exit status 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--count", type=int, default=20_000, help="mutations a parser")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--only", choices=list(TARGETS), help="one parser")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print the payloads instead")
    given = parser.parse_args()
    names = [given.only] if given.only else list(TARGETS)
    if given.show:
        for number in range(given.first, given.first + given.count):
            sys.stdout.buffer.write(mutated(names[0], number))
        return
    with ThreadPoolExecutor(given.processes) as pool:  # each thread waits for a process
        tried = failed = 0
        for name, failures in zip(
            names, pool.map(lambda n: run_apart(n, given.first, given.count), names), strict=True
        ):
            tried += given.count
            sys.stdout.write(f"{name}: {given.count} mutations, {len(failures)} failures\n")
            for failure in failures:
                sys.stdout.write(f"  {failure}\n")
            sys.stdout.flush()
            failed += len(failures)
    sys.stdout.write(f"{tried} mutations of {len(names)} parsers, {failed} failures\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    try:
        main()
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
