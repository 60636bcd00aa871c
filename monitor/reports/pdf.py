"""Makes a PDF of a .docx by LibreOffice, where it is installed."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from monitor.errors import NotReady, ReportFailed

PROGRAMS: Final = ("soffice", "libreoffice")
LONGEST_SECONDS: Final = 180


def find_office() -> str | None:
    """Return the path of LibreOffice; None where it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def render_pdf(docx: bytes) -> bytes:
    """Return the document as PDF.

    Raises:
        NotReady: When LibreOffice is not installed.
        ReportFailed: When it fails or takes too long.

    """
    office = find_office()
    if office is None:
        message = "a PDF needs LibreOffice: install it (Debian: apt install libreoffice-writer-nogui) or leave out pdf"
        raise NotReady(message)
    with TemporaryDirectory(prefix="kiemtin-pdf-") as folder:
        source = Path(folder, "report.docx")
        source.write_bytes(docx)
        # A profile of its own: the user's may be in use, and then nothing is converted.
        profile = Path(folder, "profile").as_uri()
        command = [office, "--headless", "--norestore", f"-env:UserInstallation={profile}"]
        command += ["--convert-to", "pdf", "--outdir", folder, str(source)]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, check=False)  # noqa: S603  our own file
        except subprocess.TimeoutExpired as error:
            message = f"LibreOffice did not make the PDF within {LONGEST_SECONDS} seconds: try again, or leave out pdf"
            raise ReportFailed(message) from error
        made = source.with_suffix(".pdf")
        if not made.is_file():
            said = (ran.stderr or ran.stdout).decode(errors="replace").strip().partition("\n")[0]
            message = f"LibreOffice made no PDF ({said or f'status {ran.returncode}'}): leave out pdf, or repair it"
            raise ReportFailed(message)
        return made.read_bytes()
