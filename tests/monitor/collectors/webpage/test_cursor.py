"""What is remembered of pages from one reading to the next, and when their layout is said to have changed."""

import json

from monitor.collectors.webpage.cursor import Cursor


def judged(cursor: Cursor, *hits: bool, same_posts: bool = False) -> bool:
    return cursor.check_layout(hits, nothing_found=False, same_posts=same_posts) is not None


def test_cursor_survives_storing() -> None:
    cursor = Cursor({})
    cursor.remember("a", ["1", "2"])
    cursor.set_next_page("s", "s?page=2")
    cursor.waiting = True
    judged(cursor, True, False)
    stored = json.loads(json.dumps(cursor.as_dict()))
    assert Cursor(stored).as_dict() == cursor.as_dict() == stored


def test_oldest_pages_leave_and_the_cursor_stays_small() -> None:
    cursor = Cursor({})
    for number in range(700):
        cursor.remember(f"https://bao.example/{number}", [str(number)])
        cursor.set_next_page(str(number), "x")
    assert not cursor.has_page("https://bao.example/99")
    assert cursor.has_page("https://bao.example/100")
    assert len(cursor.as_dict()["places"]) == 20


def test_one_film_is_no_other_layout_but_many_are() -> None:
    cursor = Cursor({})
    assert not judged(cursor, True, True)
    assert not judged(cursor, False)
    assert not judged(cursor, False)
    assert judged(cursor, False)
    assert cursor.drifts == 1


def test_half_is_not_more_than_half() -> None:
    assert not judged(Cursor({}), True, True, False, False)
    assert judged(Cursor({}), True, False, False)


def test_a_whole_reading_outweighs_those_before_it() -> None:
    cursor = Cursor({})
    judged(cursor, *[True] * 10)
    assert judged(cursor, False, False, False)


def test_same_posts_are_judged_by_themselves() -> None:
    cursor = Cursor({})
    judged(cursor, True, same_posts=True)
    assert judged(cursor, False, same_posts=True)


def test_drift_ends_with_a_sound_reading_and_not_with_one_that_saw_nothing() -> None:
    cursor = Cursor({})
    assert cursor.check_layout([], nothing_found=True, same_posts=True)
    assert cursor.must_read_all
    assert not judged(cursor)
    assert cursor.drifts == 1
    judged(cursor, True, True, True)
    assert not cursor.must_read_all


def test_page_that_is_gone_stays_known_without_its_posts() -> None:
    cursor = Cursor({})
    cursor.remember("a", ["1"])
    cursor.forget("a")
    assert cursor.has_page("a")
    assert cursor.posts_on("a") == ()
    assert cursor.pages_with(frozenset({"1"})) == []
    cursor.forget("b")
    assert not cursor.has_page("b")
