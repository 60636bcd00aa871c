"""How many posts a CPU second classifies, beside how many underthesea alone cuts into words.

Run by `make bench-classify DATA=FILE`; the file holds JSON lines, gzipped or not, with the field `text`. `kiemtin
classify --json` reads and writes JSON lines in one process of its own. What loading costs is taken out: the time of the
first posts alone is subtracted from the time of all. `word_tokenize` cuts the same posts, but the first ones, in the
same run, half of its time before and half after. The default model of the data folder is used, and made if missing.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

WARM_UP: Final = 500  # posts that are not counted
RUNS: Final = 5


def _texts(path: Path, count: int) -> list[str]:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line)["text"] for line in body.decode().split("\n")[: WARM_UP + count] if line]


def _classify(texts: Sequence[str], model: str) -> float:
    """Give the CPU seconds of one process that classifies the texts."""
    with tempfile.TemporaryDirectory() as folder:
        posts = Path(folder) / "posts.jsonl"
        lines = [json.dumps({"id": place, "text": text}, ensure_ascii=False) for place, text in enumerate(texts)]
        posts.write_text("\n".join(lines), encoding="utf-8")
        program = "import sys; from monitor.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", program, "classify", str(posts), "--json", "--model", model]
        before = os.times()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603  our own program
        after = os.times()
    if len(done.stdout.splitlines()) != len(texts):
        sys.exit("kiemtin classify did not answer every post")
    return after.children_user + after.children_system - before.children_user - before.children_system


def _tokenise(texts: Sequence[str]) -> float:
    """Give the CPU seconds that underthesea takes to cut the texts into words."""
    from underthesea import word_tokenize  # noqa: PLC0415  loaded by its first call, which is not counted

    for text in texts[:WARM_UP]:
        word_tokenize(text)
    begun = time.process_time()
    for text in texts[WARM_UP:]:
        word_tokenize(text)
    return time.process_time() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=4000, help="posts to classify after the first ones")
    parser.add_argument("--model", default="default", help="name or path of the model")
    chosen = parser.parse_args()
    texts = _texts(chosen.file, chosen.count)
    count = len(texts) - WARM_UP
    if count <= 0:
        sys.exit(f"{chosen.file} holds too few posts: more than {WARM_UP} are needed")
    _classify(texts[:1], chosen.model)  # makes the model if it is missing
    ratios = []
    for run in range(1, RUNS + 1):
        before = _tokenise(texts)
        ours = _classify(texts, chosen.model) - _classify(texts[:WARM_UP], chosen.model)
        alone = (before + _tokenise(texts)) / 2
        ratios.append(alone / ours)
        print(
            f"run {run}: {count} posts, kiemtin classify {count / ours:,.0f} a CPU second, "
            f"word_tokenize {count / alone:,.0f}, ratio {ratios[-1]:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
