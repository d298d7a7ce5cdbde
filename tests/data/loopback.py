"""A server on this machine that gives files well or badly, as told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """One file and the way it is given.

    Args:
        content: its bytes.
        statuses: statuses of the first answers, before the file is given.
        cut_after: bytes after which the first answers break off, one number per answer.
        media: the Content-Type.
        stall_s: seconds of silence in the middle of the first answers, one number per answer.
        ranges: whether a part may be asked for.
        headers: further headers, or others than these.
        redirect: address that the client is sent to.
        asked: what was asked for so far: the Range header, or "" for the whole file.
    """

    content: bytes
    statuses: list[int] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)
    stall_s: list[float] = field(default_factory=list)
    media: str = "application/octet-stream"
    ranges: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    redirect: str = ""
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    files: dict[str, Served]

    def do_GET(self) -> None:  # noqa: N802
        served = self.files.get(self.path)
        if served is None:
            self.send_error(404)
            return
        wanted = self.headers.get("Range", "")
        served.asked.append(wanted)
        if served.statuses:
            self.send_error(served.statuses.pop(0))
            return
        if served.redirect:
            self.send_response(302)
            self.send_header("Location", served.redirect)
            self.end_headers()
            return
        content = self._head(served, wanted)
        if content is None:
            return
        if served.cut_after:
            content = content[: served.cut_after.pop(0)]
        if served.stall_s:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            time.sleep(served.stall_s.pop(0))
            return
        with suppress(ConnectionError):  # the client has had enough
            self.wfile.write(content)
            self.wfile.flush()

    def _head(self, served: Served, wanted: str) -> bytes | None:
        """Send status and headers; return the bytes that are to follow, if any are."""
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        content, own = served.content, dict(served.headers)
        if wanted and served.ranges and start >= len(content):
            self.send_error(416)
            return None
        headers = {"Content-Type": served.media}
        if wanted and served.ranges:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content = content[start:]
        self.send_response(206 if wanted and served.ranges else 200)
        headers["Content-Length"] = str(len(content))
        for name, value in (headers | own).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        return content

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Loopback:
    """Files by path, and where the server listens."""

    files: dict[str, Served]
    address: str

    def serve(self, path: str, content: bytes, **how: object) -> str:
        """Serve a file from now on; return its address."""
        self.files[f"/{path}"] = Served(content, **how)  # type: ignore[arg-type]
        return f"{self.address}/{path}"


@contextmanager
def loopback() -> Iterator[Loopback]:
    """Run a server as long as the block lasts."""
    files: dict[str, Served] = {}
    handler = type("Handler", (_Handler,), {"files": files})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Loopback(files, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
