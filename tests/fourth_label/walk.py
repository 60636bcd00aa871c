"""Go from a file of posts to a report with a label of one's own; run in a copy of the program that has the label.

Each step prints nothing but what the test reads: one line of JSON at the end.
"""

import json
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.app.application import Application
from monitor.cli import main
from monitor.desk.web.passwords import hash_password
from monitor.settings.settings import load_settings
from storage.accounts import users
from storage.models import Flag, Matter
from tests.monitor.desk.browser import PASSWORD, Browser

LABEL = "hazard"
POSTS = Path(__file__).with_name("posts.jsonl")


def kiemtin(*arguments: str) -> str:
    """Run the command inside this process; give what it wrote."""
    written = StringIO()
    with redirect_stdout(written), pytest.raises(SystemExit) as leaving:
        main(list(arguments))
    assert leaving.value.code == 0, (arguments, written.getvalue())
    return written.getvalue()


def decide_at_the_desk(app: Application) -> dict[str, object]:
    """Sign in, find a flag of the label in the queue, confirm it, and say what was seen."""
    with app.ready_database.work() as session:
        users.add(session, name="lan", password_hash=hash_password(PASSWORD), role="reviewer", now=app.clock.now())
        session.commit()
        flag = session.scalars(select(Flag).where(Flag.label == LABEL).order_by(Flag.id)).first()
        assert flag is not None, "no post was flagged"
        number = flag.id
    browser = Browser(app.desk())
    browser.sign_in()
    queue = browser.page(f"/queue?label={LABEL}")
    page = browser.claim(number)
    buttons = [button["value"] for button in page.select(f'form[action="/flags/{number}/decisions"] button[value]')]
    answer = browser.decide(number, "yes")
    overview = browser.page("/overview")
    with app.ready_database.work() as session:
        state = session.get_one(Flag, number).state
        opened = len(session.scalars(select(Matter)).all())
    return {
        "chips": sorted({chip.get_text() for chip in queue.select(f".chip-{LABEL}")}),
        "buttons": buttons,
        "answer": answer.status_code,
        "state": state,
        "matters": opened,
        "home": browser.page("/").get_text(),
        "overview": overview.get_text(),
        "colours": browser.get("/static/labels.css").text,
    }


def walk(folder: Path) -> dict[str, object]:
    """Take all steps in an empty folder."""
    texts = [json.loads(line)["text"] for line in POSTS.read_text(encoding="utf-8").splitlines()]
    posts = folder / "posts.jsonl"
    lines = (json.dumps({"id": str(n), "text": text}, ensure_ascii=False) for n, text in enumerate(texts))
    posts.write_text("\n".join(lines), encoding="utf-8")
    os.environ |= {"KIEMTIN_HOME": str(folder / "home"), "KIEMTIN_MODEL": "four"}
    kiemtin("init")
    kiemtin("train", "--name", "four", "--no-corpus", "--data", f"own={POSTS}")
    kiemtin("import", str(posts))
    scored = json.loads(kiemtin("score", "--json"))
    with Application(load_settings(folder / "home")) as app:
        desk = decide_at_the_desk(app)
    reports = {code: folder / code for code in ("vi", "en")}
    for code, where in reports.items():
        kiemtin("report", "--format", "html,xlsx,jsonl", "--lang", code, "--out", str(where))
    kiemtin("export", "decisions", "--format", "jsonl", "--out", str(folder))
    rows = [json.loads(line) for line in next(reports["vi"].glob("*.jsonl")).read_text(encoding="utf-8").splitlines()]
    return {
        "opened": scored["opened"],
        "classified": json.loads(kiemtin("classify", str(posts), "--model", "four", "--json").splitlines()[0]),
        "desk": desk,
        "pages": {
            code: next(path for path in sorted(where.glob("*.html")) if "che-ten" not in path.name).read_text("utf-8")
            for code, where in reports.items()
        },
        "rows": [row for row in rows if row["table"] == "labels"],
        "decisions": [
            json.loads(line) for line in next(folder.glob("*decisions*.jsonl")).read_text("utf-8").splitlines()
        ],
    }


if __name__ == "__main__":
    found = walk(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(found, ensure_ascii=False))
