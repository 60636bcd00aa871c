"""What is taken from a Discourse post's HTML, and what is left out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.discourse.api import cooked_text
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)


@pytest.mark.parametrize(("cooked", "is_reply", "text"), EXAMPLES["posts"])
def test_what_a_reader_sees(cooked: str, is_reply: bool, text: str) -> None:
    cooked = cooked.format(**EXAMPLES["parts"])
    assert cooked_text(cooked, "https://dd.example", is_reply=is_reply) == text


@given(st.text(st.sampled_from('<>/aside="quote oneboxh3 &;#\n!-['), max_size=80), st.booleans())
def test_any_tag_soup_is_read_without_an_error(markup: str, is_reply: bool) -> None:
    assert isinstance(cooked_text(markup, "https://dd.example", is_reply=is_reply), str)
