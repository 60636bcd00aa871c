"""What is wrong with a source is said in the language of the reader, with what to do."""

import pytest

from monitor.desk.views.source_faults import explain, known_fault


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("https://tin.example.vn/rss could not be read: connection refused", "Không kết nối được tin.example.vn"),
        ("https://tin.example.vn/rss took longer than 30 s (`timeout_seconds`): try again later", "quá chậm"),
        ("https://tin.example.vn/rss answers 503: try again later", "Máy chủ tin.example.vn đang gặp lỗi"),
        ("https://tin.example.vn/rss answers 404: check the address of the source", "Không tìm thấy trang ở"),
        (
            "https://tin.example.vn/robots.txt does not allow https://tin.example.vn/a: ask the site's owner",
            "tin.example.vn không cho chương trình đọc trang này (robots.txt)",
        ),
        ("https://tin.example.vn/robots.txt answers 503: nothing of this site is read", "chưa cho biết quy định"),
        (
            "https://tin.example.vn/ shows a challenge for browsers: the site does not want this",
            "chặn",
        ),
        ("https://tin.example.vn/ answers 401: the site does not want this to be read without signing in", "đăng nhập"),
        ("tin.example.vn asks us to wait 5 minutes (status 429): try again later", "yêu cầu đọc chậm lại"),
        ("the token of source hội has expired or was withdrawn (190): make a new Page token", "Khóa để đọc hội"),
        ("https://tin.example.vn/ is neither RSS, Atom nor JSON Feed: check the address", "không còn đúng dạng"),
        ("may.example.vn leads to 10.0.0.1, which is not a public address: if it is meant", "không được phép mở"),
    ],
)
def test_lines_of_collectors_are_understood(line: str, what: str) -> None:
    fault = explain(line, "hội")
    assert what in fault.what
    assert fault.remedy
    assert fault.line == line


def test_a_line_of_no_known_kind_leads_to_the_doctor() -> None:
    assert known_fault("ban quản trị yêu cầu", "forum") is None
    fault = explain("something new under the sun", "forum")
    assert (fault.what, "kiemtin doctor" in fault.remedy) == ("Nguồn không đọc được", True)
