"""How many posts a CPU second classifies, beside how many underthesea alone cuts into words.

Run by `make bench-classify DATA=FILE`; the file holds JSON lines, gzipped or not, with the field `text`. Each run is a
process of its own that does both with the same posts: `word_tokenize` cuts them, half of its time before and half
after; `kiemtin classify --json` reads them from a file and writes its answers. What is loaded and looked up for the
first time costs neither of them: both read the first posts before, and the time of `kiemtin classify` for these alone,
which loads the model again, is subtracted. The default model of the data folder is used, and made if missing.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from tests.benchmarks.varied_posts import read_texts

WARM_UP: Final = 500  # posts that are not counted
RUNS: Final = 5


def _classify(texts: Sequence[str], model: str) -> float:
    """Give the CPU seconds of one call of the command."""
    from monitor.cli import main  # noqa: PLC0415  loaded by the first call, which is not counted

    with tempfile.TemporaryDirectory() as folder:
        posts = Path(folder) / "posts.jsonl"
        lines = [json.dumps({"id": place, "text": text}, ensure_ascii=False) for place, text in enumerate(texts)]
        posts.write_text("\n".join(lines), encoding="utf-8")
        begun = time.process_time()
        with redirect_stdout(io.StringIO()) as out:
            try:
                main(["classify", str(posts), "--json", "--model", model])
            except SystemExit as left:
                if left.code:
                    sys.exit("kiemtin classify failed")
        spent = time.process_time() - begun
    if len(out.getvalue().splitlines()) != len(texts):
        sys.exit("kiemtin classify did not answer every post")
    return spent


def _tokenise(texts: Sequence[str]) -> float:
    """Give the CPU seconds that underthesea takes to cut the texts into words."""
    from underthesea import word_tokenize  # noqa: PLC0415  the same

    begun = time.process_time()
    for text in texts:
        word_tokenize(text)
    return time.process_time() - begun


def _once(texts: Sequence[str], model: str) -> tuple[float, float]:
    """Give the CPU seconds of both for all posts but the first ones: underthesea's and ours."""
    first, counted = texts[:WARM_UP], texts[WARM_UP:]
    _tokenise(first)
    _classify(first, model)
    before = _tokenise(counted)
    ours = _classify(texts, model) - _classify(first, model)
    return (before + _tokenise(counted)) / 2, ours


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=4000, help="posts to classify after the first ones")
    parser.add_argument("--model", default="default", help="name or path of the model")
    parser.add_argument("--once", action="store_true", help="one run, in this process: print its two times")
    chosen = parser.parse_args()
    texts = read_texts([chosen.file])[: WARM_UP + chosen.count]
    count = len(texts) - WARM_UP
    if count <= 0:
        sys.exit(f"{chosen.file} holds too few posts: more than {WARM_UP} are needed")
    if chosen.once:
        print(json.dumps(_once(texts, chosen.model)))
        return
    command = [sys.executable, "-m", "tests.benchmarks.bench_classify", *sys.argv[1:], "--once"]
    ratios = []
    for run in range(1, RUNS + 1):
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)  # noqa: S603  this program itself
        if done.returncode:
            sys.exit(done.returncode)
        alone, ours = json.loads(done.stdout)
        ratios.append(alone / ours)
        print(
            f"run {run}: {count} posts, kiemtin classify {count / ours:,.0f} a CPU second, "
            f"word_tokenize {count / alone:,.0f}, ratio {ratios[-1]:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
