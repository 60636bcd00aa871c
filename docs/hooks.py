"""Puts README, CONTRIBUTING, CHANGELOG and the labelling guide into the documentation site.

They stay where readers of the repository look for them. Their links are rewritten to the site's pages. A link to a file
that has no page, such as a module, becomes plain text.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "classifiers/corpus/GUIDE.md": "guide.md",
}
LINK = re.compile(r"(?P<image>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are kept outside the folder of the documentation."""
    for source, page in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=rewrite_links(text, source, page)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite links that lead from a page of the documentation to a file outside of it."""
    path = page.file.src_uri
    return markdown if path in PAGES.values() else rewrite_links(markdown, f"docs/{path}", path)


def rewrite_links(text: str, source: str, page: str) -> str:
    """Turn links between files of the repository into links between pages.

    Args:
        text: Markdown.
        source: The file that it is from, relative to the repository.
        page: Where it stands in the site, relative to the folder of the documentation.

    """

    def rewritten(match: re.Match[str]) -> str:
        target, _, anchor = match["target"].partition("#")
        if not target or ":" in target:
            return match[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = PAGES.get(file) or (file.removeprefix("docs/") if file.startswith("docs/") else None)
        if place is None:
            return match["words"]
        link = posixpath.relpath(place, posixpath.dirname(page) or ".")
        return f"{match['image']}[{match['words']}]({link}{'#' + anchor if anchor else ''})"

    return LINK.sub(rewritten, text)
