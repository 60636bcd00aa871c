"""Files of rows that pages give to download."""

import io
from collections.abc import Sequence
from typing import Final, Literal

from starlette.responses import Response

from monitor.catalogues import N_
from monitor.collectors.files.row_files import Columns, Row, open_writer

EXPORTING: Final = N_("Đang có một bản xuất khác. Xin chờ bản ấy xong rồi thử lại.")
FileKind = Literal["csv", "jsonl"]
_MEDIA_TYPES: Final = {"csv": "text/csv", "jsonl": "application/jsonl"}


def row_file(name: str, kind: FileKind, columns: Columns, schema: str, rows: Sequence[Row]) -> Response:
    """Return rows as a file to download; the name is without a suffix."""
    body = io.BytesIO()
    writer = open_writer(kind, body, columns, schema)
    writer.write(rows)
    writer.finish()
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body.getvalue(), media_type=_MEDIA_TYPES[kind], headers=headers)
