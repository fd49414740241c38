"""A web server on this computer, for what fetches and what tells."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Server(http.server.ThreadingHTTPServer):
    """`files` by path; `cut` bytes are sent at most of each answer; what was asked and told is kept.

    `answers` is the status that it gives to what it is told.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut: int | None = None
        self.knows_ranges = True
        self.answers = 200
        self.asked: list[tuple[str, str, str]] = []
        self.told: list[tuple[str, str, Any]] = []
        self.tokens: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def put(self, path: str, answer: object) -> None:
        self.files[path] = json.dumps(answer).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.server.asked.append((self.command, self.path, span))
        self.server.tokens.add(self.headers.get("Authorization", ""))
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        start = int(span.removeprefix("bytes=").rstrip("-")) if span and self.server.knows_ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data[start:][: self.server.cut])

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((self.command, self.path, body))
        self.send_response(self.server.answers)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_POST  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """The tests look at `asked`."""


@contextmanager
def serving() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        thread.join()
        made.server_close()
