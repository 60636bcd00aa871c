"""What people call a browser and a machine, read from the line by which a browser tells what it is."""

from typing import Final

# The first that is found counts: most browsers also name those that they are like.
_BROWSERS: Final = (
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Return browser and machine, as `Chrome, Windows`; the line itself where it names no browser that is known.

    Args:
        agent: The header User-Agent, which anybody can set to anything.

    """
    browser = next((name for mark, name in _BROWSERS if mark in agent), None)
    machine = next((name for mark, name in _MACHINES if mark in agent), None)
    return ", ".join(filter(None, (browser, machine))) if browser else agent
