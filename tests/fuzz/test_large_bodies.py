"""Five megabytes in forms that made parsers slow or hungry: each ends within 5 s of processor time and 300 MB.

Some end by themselves, the others by the limits of their process; the next page is read in either case.
"""

import re
from itertools import islice

import pytest

from monitor.collectors.isolation.parser import ProcessParser
from monitor.errors import KiemtinError
from tests.fuzz.large_bodies import HTML_UNITS, JSON_UNITS, XML_UNITS, Body
from tests.fuzz.parsers import ENDED_BY_LIMITS, TARGETS, read_target
from tests.fuzz.run import LIMITS

MOST_TAGS = {
    "xenforo": 199_000,
    "telegram": 59_000,
    "article": 59_000,
    "thread": 59_000,
    "article without rules": 59_000,
}
BY_PARSER = {
    **dict.fromkeys(MOST_TAGS, HTML_UNITS),
    "rss": XML_UNITS,
    "json feed": JSON_UNITS,
    "mastodon": JSON_UNITS,
}
# What an error says when the process had to end instead of the parser, or when the parser failed.
FAULT = "a fault of the program"
FAULTS = ("processor time", "MB of memory", "ended the process", FAULT)


@pytest.mark.gate
@pytest.mark.parametrize(
    "name",
    # Where the limits end most bodies, each takes five seconds.
    [pytest.param(name, marks=pytest.mark.long) if name in ENDED_BY_LIMITS else name for name in BY_PARSER],
)
async def test_large_bodies_end_in_time(name: str) -> None:
    parser, target = ProcessParser(LIMITS), TARGETS[name]
    exceeded = []
    try:
        for label, body in BY_PARSER[name].items():
            for made in versions(name, body):
                try:
                    await parser.run(read_target, target.answer(made), (name,))
                except KiemtinError as error:
                    exceeded += [f"{label}: {error}"] if any(fault in str(error) for fault in FAULTS) else []
        sound = TARGETS[name].payloads()[0]
        assert await parser.run(read_target, target.answer(sound), (name,)), "the next page is read all the same"
    finally:
        await parser.aclose()
    if name in ENDED_BY_LIMITS:
        exceeded = [each for each in exceeded if FAULT in each]
    assert exceeded == []


def versions(name: str, body: Body) -> list[bytes]:
    """Give a body whole and, of a page, as much of it as has the most tags that are not refused at once."""
    whole = body.make()
    if name not in MOST_TAGS:
        return [whole]
    begin = b'<html id="XF"><body>'
    cut = next(islice(re.finditer(b"<", whole), MOST_TAGS[name], None), None)
    return [begin + whole, begin + whole[: cut.start()]] if cut else [begin + whole]
