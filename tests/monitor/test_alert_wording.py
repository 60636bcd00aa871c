"""What an alert says: by number in mails, by name at the desk."""

import pytest

from monitor.alert_wording import alert_line

FACTS = {"source": 3, "search": 4, "hours": 26, "usual": 12.5, "posts": 7}


@pytest.mark.parametrize(
    ("kind", "language", "name", "begins"),
    [
        ("source", "vi", None, "Nguồn số 3 đã im lặng"),
        ("source", "vi", "bao-dia-phuong", "Nguồn “bao-dia-phuong” đã im lặng"),
        ("source", "en", None, "The source no. 3 has been silent"),
        ("source", "en", "bao-dia-phuong", "The source “bao-dia-phuong” has been silent"),
        ("search", "vi", None, "Tìm kiếm đã lưu số 4 có thêm"),
        ("search", "en", "nợ lương", "The saved search “nợ lương” has found"),
    ],
)
def test_who_is_meant_is_named_where_the_name_is_given(kind: str, language: str, name: str | None, begins: str) -> None:
    assert alert_line(kind, FACTS, language, name).startswith(begins)


def test_a_label_has_its_short_name_unless_the_screen_names_it() -> None:
    facts = {"label": "concern", "posts": 96, "hours": 24, "usual": 31.5}
    assert "“bức xúc”" in alert_line("label", facts, "vi")
    assert "“Workers' concern”" in alert_line("label", facts, "en", "Workers' concern")
