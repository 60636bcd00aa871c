"""What is remembered of pages from one reading to the next, and when their layout is said to have changed."""

import json

from monitor.collectors.webpage.cursor import Bookmark


def judged(bookmark: Bookmark, *hits: bool, same_posts: bool = False) -> bool:
    return bookmark.judge(hits, nothing_found=False, same_posts=same_posts) is not None


def test_cursor_survives_storing() -> None:
    bookmark = Bookmark({})
    bookmark.remember("a", ["1", "2"])
    bookmark.go_on_at("s", "s?page=2")
    bookmark.waiting = True
    judged(bookmark, True, False)
    stored = json.loads(json.dumps(bookmark.as_cursor()))
    assert Bookmark(stored).as_cursor() == bookmark.as_cursor() == stored


def test_oldest_pages_leave_and_the_cursor_stays_small() -> None:
    bookmark = Bookmark({})
    for number in range(700):
        bookmark.remember(f"https://bao.example/{number}", [str(number)])
        bookmark.go_on_at(str(number), "x")
    assert not bookmark.knows("https://bao.example/99")
    assert bookmark.knows("https://bao.example/100")
    assert len(bookmark.as_cursor()["places"]) == 20


def test_one_film_is_no_other_layout_but_many_are() -> None:
    bookmark = Bookmark({})
    assert not judged(bookmark, True, True)
    assert not judged(bookmark, False)
    assert not judged(bookmark, False)
    assert judged(bookmark, False)
    assert bookmark.drifts == 1


def test_half_is_not_more_than_half() -> None:
    assert not judged(Bookmark({}), True, True, False, False)
    assert judged(Bookmark({}), True, False, False)


def test_a_whole_reading_outweighs_those_before_it() -> None:
    bookmark = Bookmark({})
    judged(bookmark, *[True] * 10)
    assert judged(bookmark, False, False, False)


def test_same_posts_are_judged_by_themselves() -> None:
    bookmark = Bookmark({})
    judged(bookmark, True, same_posts=True)
    assert judged(bookmark, False, same_posts=True)


def test_drift_ends_with_a_sound_reading_and_not_with_one_that_saw_nothing() -> None:
    bookmark = Bookmark({})
    assert bookmark.judge([], nothing_found=True, same_posts=True)
    assert bookmark.must_read_all
    assert not judged(bookmark)
    assert bookmark.drifts == 1
    judged(bookmark, True, True, True)
    assert not bookmark.must_read_all


def test_page_that_is_gone_stays_known_without_its_posts() -> None:
    bookmark = Bookmark({})
    bookmark.remember("a", ["1"])
    bookmark.forget("a")
    assert bookmark.knows("a")
    assert bookmark.names_on("a") == ()
    assert bookmark.pages_with(frozenset({"1"})) == []
