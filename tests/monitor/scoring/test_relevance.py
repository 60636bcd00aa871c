"""What matters to an office: words of working life, its province, and what it named, which is never a person."""

from math import log10

import pytest

from monitor.scoring.relevance import (
    NOTHING,
    PROVINCE,
    WATCHED,
    WORK,
    Focus,
    Relevance,
    people_of,
    read_words,
    words_of_work,
)
from storage.scoring.focus import FocusDraft
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

OFFICE = Focus(
    FocusDraft(province="Thái Nguyên", neighbours=("Lạng Sơn",), words=("Công ty May Nậm Pha", "bãi rác", "cau treo"))
)


LONG = "Một chuyện dài chẳng liên quan gì. " * 20 + "Gần một nhà máy."


@pytest.mark.parametrize(("text", "found"), [*EXAMPLES["work"].items(), (LONG, [])])
def test_a_text_is_about_work_when_its_words_do_not_only_stand_there_in_passing(text: str, found: list[str]) -> None:
    assert list(words_of_work(text)) == found


@pytest.mark.parametrize(("text", "found"), EXAMPLES["matters"].items())
def test_what_matters_is_named_as_it_was_found(text: str, found: dict[str, list[str]]) -> None:
    assert OFFICE.relevance_of(text) == Relevance(**{name: tuple(words) for name, words in found.items()})


def test_an_office_that_named_nothing_has_the_words_of_working_life() -> None:
    anybody = Focus(FocusDraft())
    assert anybody.relevance_of("Ở Thái Nguyên công nhân đình công").value == WORK
    assert anybody.relevance_of("Ở Thái Nguyên mưa to").value == NOTHING


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Hơn 11.000 công nhân ngừng việc, 3 người bị thương", 11_000),
        ("no luong 350 nu cong nhan", 350),
        ("hàng trăm người phải nhập viện", 100),
        ("Gọi 0912345678, lương 12 triệu", 1),
    ],
)
def test_the_more_people_are_touched_the_more_a_matter_of_work_is_worth(text: str, people: int) -> None:
    assert people_of(text) == people
    matters = f"Công ty nợ lương. {text}"
    assert OFFICE.relevance_of(matters).value == pytest.approx(WORK * (1 + log10(people) / 4))


def test_what_matters_in_several_ways_counts_in_each() -> None:
    both = OFFICE.relevance_of("Công nhân ở Thái Nguyên, gần Lạng Sơn, đòi dọn bãi rác")
    assert both.value == pytest.approx(WORK * PROVINCE * WATCHED), "its own province hides those beside it"


@pytest.mark.parametrize(
    ("typed", "kept", "refused"),
    [
        (" bãi rác \n\nCông ty Nguyễn Kim, nước sạch", ("bãi rác", "Công ty Nguyễn Kim", "nước sạch"), ()),
        ("Nguyễn Văn Mẫu\nbãi rác", ("bãi rác",), ("Nguyễn Văn Mẫu",)),
        ("trần thị mẫu, chị Hoa, @lan.mau, 0912345678", (), ("trần thị mẫu", "chị Hoa", "@lan.mau", "0912345678")),
        ("…, !", (), ()),
    ],
)
def test_a_person_is_never_watched(typed: str, kept: tuple[str, ...], refused: tuple[str, ...]) -> None:
    assert read_words(typed) == (kept, refused)
