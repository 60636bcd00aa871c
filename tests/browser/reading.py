"""What a screen reader says of a page: its parts, its headings in order, and the name of each control."""

import re
from itertools import pairwise

from playwright.sync_api import Page

CONTROLS = (
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "spinbutton", "progressbar",
)  # fmt: skip
_LINE = re.compile(r"^\s*- (?:')?([a-z]+)(?: \"((?:[^\"\\]|\\.)*)\")?(.*)$")
_LEVEL = re.compile(r"\[level=(\d)\]")


def spoken_faults(page: Page) -> list[str]:
    """List what somebody who hears the page would stumble over."""
    found, roles, levels = [], [], []
    for line in page.locator("body").aria_snapshot().splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        role, name, rest = match[1], match[2], match[3]
        roles.append(role)
        if role in CONTROLS and not name:
            found.append(f"without a name: {line.strip()}")
        if role == "heading" and (level := _LEVEL.search(rest)):
            levels.append(int(level[1]))
    found += [
        f"{roles.count(part)} times {part}" for part in ("banner", "main", "contentinfo") if roles.count(part) != 1
    ]
    if levels.count(1) != 1:
        found.append(f"headings of the first level: {levels.count(1)}")
    found += [
        f"a heading of level {after} follows one of level {before}"
        for before, after in pairwise(levels)
        if after > before + 1
    ]
    order = [part for part in roles if part in ("banner", "main", "contentinfo")]
    if order != sorted(order, key=["banner", "main", "contentinfo"].index):
        found.append(f"read in the order {', '.join(order)}")
    return found
