"""The date of a page: as it stands near the headline in the forms of Vietnamese sites, and none of those around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import VIETNAM
from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.parsing.lxml_tree import parse_page
from monitor.collectors.parsing.page_date import shown_date
from monitor.collectors.webpage.page import read_post_page
from monitor.collectors.webpage.settings import WebpageSettings
from tests.monitor.collectors.collecting import answered
from tests.monitor.collectors.parsing.page_samples import NOW, TITLE, Sample, page, samples

URL = "https://bao.example/tin/nghi-bu.html"
BY_LOOKS = WebpageSettings.from_source(SourceView(name="Báo", address=URL))
SAMPLES = list(samples())


def read(markup: str) -> PublicPost:
    (post,) = read_post_page(answered(markup, URL, at=NOW), BY_LOOKS).posts
    return post


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_date_is_that_of_the_article_and_whole(sample: Sample) -> None:
    post = read(sample.markup)
    if sample.moment is None:
        assert (post.published_at, post.published_raw) == (None, None)
        return
    shown = post.published_at.astimezone(VIETNAM)
    if sample.precision == "day":
        assert (shown.date(), post.published_precision) == (sample.moment.date(), "day")
    else:
        assert (shown, post.published_precision != "day") == (sample.moment, True)


@pytest.mark.parametrize(
    ("meta", "raw"),
    [
        ("", "30/11/2026 14:05"),
        ("<meta property='article:published_time' content='2026-11-29T08:00:00+07:00'>", "2026-11-29T08:00:00+07:00"),
        ("<meta property='article:published_time' content='hôm nào đó'>", "30/11/2026 14:05"),
    ],
)
def test_what_a_page_states_for_machines_comes_first(meta: str, raw: str) -> None:
    assert read(page(f"<h1>{TITLE}</h1><div>30/11/2026 14:05</div>", meta)).published_raw == raw


PARTS = [
    "<h1>", "</h1>", "<a href=x>", "</a>", "<p>", "<div class=date>", "</div>", "30/11/2026", " 14:05 ", "Tin", "<li>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=14))
def test_any_page_is_read_without_an_error(parts: list[str]) -> None:
    found = shown_date(parse_page(page("".join(parts))), NOW)
    assert found.moment is None or found.moment <= NOW
