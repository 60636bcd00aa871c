"""A mail server and a webhook on loopback that keep what they are sent, and can be told to refuse or to break off."""

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as a sender needs.

    `replies` gives other answers to commands (`MAIL`, `RCPT`, `DATA`, `.` for the end of a message); `None` breaks off.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.messages: list[bytes] = []
        self.replies: dict[str, str | None] = {}

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 mail.example.vn")
        while line := self.rfile.readline():
            word = line.split()[0].decode().upper() if line.split() else ""
            if word in self.server.replies:
                reply = self.server.replies[word]
                if reply is None:
                    return
                self.say(reply)
            elif word == "DATA":
                self.say("354 go on")
                if not self.take():
                    return
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def take(self) -> bool:
        content = b""
        while not content.endswith(b"\r\n.\r\n"):
            line = self.rfile.readline()
            if not line:
                return False
            content += line
        if "." in self.server.replies:
            reply = self.server.replies["."]
            if reply is None:
                self.server.messages.append(content)  # taken, and the answer is lost
                return False
            self.say(reply)
            return True
        self.server.messages.append(content)
        self.say("250 taken")
        return True


class Webhook(ThreadingHTTPServer):
    """Keeps what is posted, with its key, headers and bytes; answers `status`, or breaks off where that is 0."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.status = 200

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def address(self) -> str:
        return f"http://{self.place}/kiemtin"


class _Answer(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.headers["Idempotency-Key"], json.loads(body)))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.server.paths.append(self.path)
        self.server.bodies.append(body)
        if not self.server.status:
            return
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(server: Any) -> Iterator[Any]:
    """Serve in a thread."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve both until killed: print their ports, and add a line to a file for each thing that was taken."""
    mails, hook = MailServer(), Webhook()
    taken = Path(sys.argv[1]).open("ab", buffering=0)  # noqa: SIM115  open until the process is killed
    mails.messages = _Log(taken, b"mail\n")  # type: ignore[assignment]
    hook.posted = _Log(taken, b"webhook\n")  # type: ignore[assignment]
    threading.Thread(target=mails.serve_forever, daemon=True).start()
    print(mails.port, hook.address, flush=True)  # noqa: T201  the test reads it
    hook.serve_forever()


class _Log:
    """Takes the place of a list, and writes a line for each thing that is added."""

    def __init__(self, file: Any, line: bytes) -> None:
        self._file, self._line = file, line

    def append(self, _: object) -> None:
        self._file.write(self._line)


if __name__ == "__main__":
    main()
