"""Files that people import, as sound payloads: workbooks and downloads of accounts."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.monitor.collectors.files.test_downloads import COMMENTS, POSTS
from tests.monitor.collectors.files.test_workbook import by_hand, inline, sheet_of

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
FACEBOOK_MEMBER = "comments_and_reactions/comments.json"
FACEBOOK_DOWNLOADS = (COMMENTS, POSTS)
_STRING_TABLE = "<sst><si><t>id</t></si><si><t>text</t></si><si><r><t>Chưa nhận </t></r><r><t>lương</t></r></si></sst>"
_STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)
_ROWS = (
    (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><t>date</t></is></c></row>'
    ),
    '<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" s="1"><v>46350.5</v></c></row>',
    inline("8", "Mai nghỉ", "2026-11-24"),
)


def workbook_parts() -> Mapping[str, bytes]:
    """Make the parts of a workbook."""
    with TemporaryDirectory() as folder:
        path = by_hand(Path(folder) / "a.xlsx", sheet_of(*_ROWS), _STRING_TABLE, **{STYLES: _STYLES})
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes]) -> bytes:
    """Pack an archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()
