"""What others write later does not bring the name of an erased author back, though nobody keeps the name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.crawl.post_drafts import post_draft
from monitor.privacy.author_names import spellings
from monitor.privacy.erased_mentions import ERASED_NAME, ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from tests.clock import MONDAY_MORNING

KEY = Pseudonymiser(b"secret")


def mentions(kind: str, given: str) -> ErasedMentions:
    return ErasedMentions(KEY, [KEY.key(kind, name) or "" for name in spellings(kind, given)])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("@lan@mang.example nói vậy", f"{ERASED_NAME} nói vậy"),
        ("như @Lan@Mang.Example.", f"như {ERASED_NAME}."),
        ("viết cho lan@mang.example nhé", f"viết cho {ERASED_NAME} nhé"),
        ("xem https://mang.example/@lan/123, rồi", f"xem {ERASED_NAME}, rồi"),
        ("xem mang.example/users/lan", f"xem {ERASED_NAME}"),
        ("(@lan)", f"({ERASED_NAME})"),  # on the server that the post is from
        ("@lan@khac.example, @lanh và hoa lan", "@lan@khac.example, @lanh và hoa lan"),
        ("https://khac.example/@lan", "https://khac.example/@lan"),
    ],
)
def test_every_way_of_naming_the_account_is_masked_and_no_other_account(text: str, masked: str) -> None:
    erased = mentions("mastodon", "lan@mang.example")
    assert erased.mask(text, "mastodon", "https://mang.example/@hoa/9") == masked


def test_a_name_with_its_server_is_masked_wherever_it_is_written() -> None:
    erased = mentions("mastodon", "https://mang.example/@lan")
    assert erased.mask("theo @lan@mang.example", "feed") == f"theo {ERASED_NAME}"
    assert erased.mask("theo @lan", "feed") == "theo @lan"


def test_a_long_name_is_masked_without_an_at_sign_as_well() -> None:
    erased = mentions("bluesky", "hoa-sen.example")
    assert erased.mask("bạn hoa-sen.example kể", "bluesky") == f"bạn {ERASED_NAME} kể"


@pytest.mark.parametrize(
    ("address", "is_erased"),
    [
        ("https://mang.example/@lan/123", True),
        ("https://mang.example/users/Lan/statuses/1", True),
        ("https://mang.example/@hoa/123", False),
        ("https://khac.example/@lan/123", False),
        ("https://mang.example/", False),
        (None, False),
    ],
)
def test_what_lies_below_the_profile_of_an_erased_account_is_that_accounts(
    address: str | None, *, is_erased: bool
) -> None:
    """A feed of an account names no author."""
    post = PublicPost(external_id="1", text="một bài", url=address)
    draft = post_draft(
        post,
        kind="feed",
        pseudonymiser=KEY,
        mentions=mentions("mastodon", "lan@mang.example"),
        collected_at=MONDAY_MORNING,
        capture_id=None,
    )
    assert draft.author_key == (KEY.key("mastodon", "lan@mang.example") if is_erased else None)


def test_without_an_erasure_texts_are_not_even_looked_at() -> None:
    assert ErasedMentions(KEY, []).mask("@lan@mang.example", "mastodon") == "@lan@mang.example"


@pytest.mark.parametrize(
    "text", ["https://[::1", "http://a\u2100b/@lan", "@[lan", "https://[x]/@lan", "//@lan", "a@[b"]
)
def test_half_an_address_stops_nothing(text: str) -> None:
    assert mentions("mastodon", "hoa@mang.example").mask(text, "mastodon", text) == text


@given(st.text(st.sampled_from("@/.:[]%?#lanhttps \u2100đ\ud800"), max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    erased = mentions("mastodon", "hoa@mang.example")
    assert erased.mask(text, "mastodon", text) == text
