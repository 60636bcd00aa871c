"""Does the time of a rule over text grow with its length alone, or with the square of it?

The same text is read at one length and at four times that. Linear work takes four times as long, quadratic work sixteen
times. Processor time of this thread is compared, the best of several looks, so a busy machine changes nothing.
"""

import time
from collections.abc import Callable, Iterable

from hypothesis import strategies as st

from tests.examples import examples_of

LONGEST = 19_000  # characters: what stands before and behind goes into the 20,000 of a post that are classified
TIMES_LONGER = 4
BOUND = 9.0  # between 4 and 16
TOO_SHORT_TO_TELL = 0.01  # seconds
LOOKS = 8

# Parts of which hostile texts are made: each begins or ends something that a rule looks for.
PARTS = examples_of(__file__)["parts"]


def quadratic(rule: Callable[[str], object], parts: Iterable[str] = PARTS) -> dict[str, float]:
    """Give the parts of which a rule cannot bear many, with how much longer four times as many took."""
    rule("a")  # what is loaded once does not count
    growth = {part: _growth(rule, part) for part in parts}
    return {part: ratio for part, ratio in growth.items() if ratio > BOUND}


@st.composite
def repetitions(draw: st.DrawFn) -> tuple[str, str, str]:
    """Draw what a hostile text begins with, what it repeats, and what it ends with."""
    pieces = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=3)), max_size=4).map("".join)
    return draw(pieces), draw(pieces.filter(bool)), draw(pieces)


def is_quadratic(rule: Callable[[str], object], head: str, part: str, tail: str) -> bool:
    """Tell whether a rule takes too long for a text that repeats a part."""
    rule("a")
    return _growth(lambda text: rule(f"{head}{text}{tail}"), part) > BOUND


def _growth(rule: Callable[[str], object], part: str) -> float:
    # A part is never cut: what is left of one at the end may be a word that the rule treats in another way.
    short_text = part * (LONGEST // TIMES_LONGER // len(part))
    shorter = longest = float("inf")
    for _ in range(LOOKS):
        shorter = min(shorter, _seconds(rule, short_text))
        longest = min(longest, _seconds(rule, short_text * TIMES_LONGER))
        ratio = max(longest, TOO_SHORT_TO_TELL) / max(shorter, TOO_SHORT_TO_TELL / TIMES_LONGER)
        if ratio <= BOUND:
            break
    return ratio


def _seconds(rule: Callable[[str], object], text: str) -> float:
    started = time.thread_time()
    rule(text)
    return time.thread_time() - started
