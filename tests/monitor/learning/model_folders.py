"""Models for tests that need several: copies of the small one under other names, some of them worse."""

import json
from pathlib import Path

FLAGS_EVERYTHING = 1e-9
FLAGS_NOTHING = 1 - 1e-9


def copy_model(small: Path, folder: Path, name: str, threshold: float | None = None) -> str:
    """Copy a model under another name, perhaps with one threshold for all labels; returns its version."""
    target = folder / name
    target.mkdir(parents=True)
    (target / "model.npz").write_bytes((small / "model.npz").read_bytes())
    manifest = json.loads((small / "manifest.json").read_text(encoding="utf-8")) | {"name": name}
    if threshold is not None:
        manifest["thresholds"] = dict.fromkeys(manifest["thresholds"], threshold)
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return f"{name}-{manifest['data_hash'][:12]}"
