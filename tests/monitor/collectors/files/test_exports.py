"""Tables as people get them: exportcomments.com, the Meta Content Library, and 4CAT's of X and of TikTok comments."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.files import Refusal, open_file
from monitor.collectors.files.base import REPOST

Write = Callable[[str, str | bytes], Path]

EXPORTED = """Facebook comments,,,,,,,
Post URL,https://mang.example/bai/1,,,,,,
Number of comments,2,,,,,,
,Name (click to view profile),Profile ID,Date,Likes,Comment,Comment ID,Comment URL
1,Thợ A,100200300,2026-11-24 14:00:00,3,Chưa nhận lương,c1,https://mang.example/bai/1?c=c1
1-1,Thợ B,100200301,24/11/2026 2:00 PM,0,Chưa nhận lương,,
"""
LIBRARY = """id,text,creation_time,lang,mcl_url,post_owner.id,post_owner.name,statistics.like_count,\
statistics.reaction_count,statistics.comment_count,statistics.share_count,statistics.views
9001,Công ty cho nghỉ bù,2026-11-24T07:00:00+0000,vi,https://thu-vien.example/9001,55,Trang mẫu,5,8,2,1,900
9002,Nhận lương chưa?,2026-11-24 07:00:00,vi,https://thu-vien.example/9002,55,Trang mẫu,,,,,
"""
X_TABLE = """id,thread_id,timestamp,unix_timestamp,link,body,author,author_id,language_guess,retweet_count,reply_count,\
like_count,impression_count,is_retweet
1,1,2026-11-24 07:00:00,1795503600,https://x.com/a/status/1,Lương &amp; thưởng &lt;tháng 11&gt;,a,11,vi,1,2,3,70,no
2,2,2026-11-24 07:00:00,1795503600,https://x.com/b/status/2,RT @a: Lương &amp; thưởng,b,12,vi,1,0,0,5,yes
"""
TIKTOK_COMMENTS = """id,thread_id,author,body,timestamp,unix_timestamp,likes,replies,post_id,post_url,post_body,\
comment_url
7,70,tho,Chưa nhận lương &amp; thưởng,2026-11-24 07:00:00,1795503600,4,1,70,https://tt.example/v/70,\
Lương tháng 11,https://tt.example/v/70?c=7
"""


def posts(path: Path) -> list[PublicPost]:
    return [row for row in open_file(path).rows() if isinstance(row, PublicPost)]


def test_an_export_of_comments_is_read_below_its_title_lines(write: Write) -> None:
    path = write("a.csv", "\ufeff" + EXPORTED)
    file = open_file(path)
    assert file.format == "exportcomments"
    assert file.notes == ("3 rows stand above the one that names the columns",)
    first, second = posts(path)
    assert (first.external_id, first.author, first.url) == ("c1", "100200300", "https://mang.example/bai/1?c=c1")
    assert first.published_at == second.published_at
    assert (first.text, first.title, first.engagement) == ("Chưa nhận lương", None, {"likes": 3})


def test_a_table_of_the_meta_content_library_is_in_utc(write: Write) -> None:
    path = write("a.csv", LIBRARY)
    assert open_file(path).format == "meta_content_library"
    first, second = posts(path)
    assert (first.external_id, first.author, first.language) == ("9001", "55", "vi")
    assert first.engagement == {"likes": 8, "comments": 2, "shares": 1, "views": 900}
    assert first.published_at is not None
    assert first.published_at == second.published_at
    assert first.published_at.isoformat() == "2026-11-24T07:00:00+00:00"


def test_posts_of_x_by_4cat_have_their_signs_and_reposts_are_counted(write: Write) -> None:
    path = write("a.csv", X_TABLE)
    post, repost = open_file(path).rows()
    assert open_file(path).format == "fourcat"
    assert isinstance(post, PublicPost)
    assert (post.text, post.url) == ("Lương & thưởng <tháng 11>", "https://x.com/a/status/1")
    assert (post.language, post.engagement) == ("vi", {"likes": 3, "shares": 1, "replies": 2, "views": 70})
    assert repost == Refusal(3, REPOST)


def test_comments_on_tiktok_by_4cat_have_their_own_address_and_what_they_answer(write: Write) -> None:
    (comment,) = posts(write("a.csv", TIKTOK_COMMENTS))
    assert (comment.url, comment.context) == ("https://tt.example/v/70?c=7", "Lương tháng 11")
    assert comment.text == "Chưa nhận lương &amp; thưởng"  # as it was written: only X refers to signs


@pytest.mark.parametrize("content", [EXPORTED, LIBRARY, X_TABLE, TIKTOK_COMMENTS])
def test_every_row_is_a_post_or_a_refusal(write: Write, content: str) -> None:
    assert all(isinstance(row, PublicPost | Refusal) for row in open_file(write("a.csv", content)).rows())
