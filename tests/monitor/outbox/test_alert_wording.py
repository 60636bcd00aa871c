"""What an alert says: by number in mails, by name at the desk."""

import pytest

from monitor.catalogues import language_of_screens
from monitor.outbox.alert_wording import alert_line, alert_title

FACTS = {"cluster": 12, "source": 3, "search": 4, "hours": 26, "usual": 12.5, "posts": 7}


@pytest.mark.parametrize(
    ("kind", "language", "name", "begins"),
    [
        ("source", "vi", None, "Nguồn số 3 đã im lặng"),
        ("source", "vi", "bao-dia-phuong", "Nguồn “bao-dia-phuong” đã im lặng"),
        ("source", "en", None, "The source no. 3 has been silent"),
        ("source", "en", "bao-dia-phuong", "The source “bao-dia-phuong” has been silent"),
        ("cluster", "vi", None, "Một nội dung lan nhanh: 7 bài giống nhau trong 26 giờ (nhóm 12; bình"),
        ("cluster", "vi", "nợ lương", "Một nội dung lan nhanh: 7 bài giống nhau trong 26 giờ (nhóm 12: nợ lương; bình"),
        ("search", "vi", None, "Tìm kiếm đã lưu số 4 có thêm"),
        ("search", "en", "nợ lương", "The saved search “nợ lương” has found"),
    ],
)
def test_who_is_meant_is_named_where_the_name_is_given(kind: str, language: str, name: str | None, begins: str) -> None:
    assert alert_line(kind, FACTS, language_of_screens(language), name).startswith(begins)


@pytest.mark.parametrize("name", ["%(posts)s %s {0} {{ 7*7 }} {% x %}", "<b>nợ</b> & $posts"])
def test_a_name_is_no_template(name: str) -> None:
    for kind, language in (("search", "vi"), ("source", "en"), ("cluster", "vi")):
        assert name in alert_line(kind, FACTS, language_of_screens(language), name)


def test_a_label_has_its_name_on_screens_and_numbers_are_written_as_the_language_does() -> None:
    facts = {"label": "concern", "posts": 96, "hours": 24, "usual": 31.5}
    vietnamese, english = language_of_screens("vi"), language_of_screens("en")
    assert alert_line("label", facts, vietnamese) == (
        "Nhãn “Bức xúc của người lao động” tăng bất thường: 96 bài trong 24 giờ (bình thường 31,5)."
    )
    assert alert_line("label", facts, english) == (
        "The label “Workers' concern” is out of its usual range: 96 posts within 24 h (usually 31.5)."
    )
    assert (alert_title(vietnamese), alert_title(english)) == ("Cảnh báo của KiểmTin", "Alerts of KiểmTin")
