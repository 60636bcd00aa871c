"""The home folder and the language of commands: both are known before the settings are read, and without pydantic."""

import os
import tomllib
from pathlib import Path

CONFIG_NAME = "kiemtin.toml"
CONFIG_ENCODING = "utf-8-sig"  # editors of Windows put a mark before UTF-8
DEFAULT_HOME = Path("kiemtin-data")


def home_folder(home: Path | None = None) -> Path:
    """Return the home folder: the given one, else KIEMTIN_HOME, else ./kiemtin-data."""
    return (home or Path(os.environ.get("KIEMTIN_HOME") or DEFAULT_HOME)).expanduser().absolute()


def language_of_commands(home: Path | None = None) -> str:
    """Return the language in which commands answer, also where the settings are wrong: that is said in it as well."""
    try:
        values = tomllib.loads((home_folder(home) / CONFIG_NAME).read_text(encoding=CONFIG_ENCODING))
    except (OSError, ValueError):
        values = {}
    chosen = os.environ.get("KIEMTIN_LANGUAGE", values.get("language"))
    return chosen if chosen in ("vi", "en") else "vi"
