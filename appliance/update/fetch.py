"""Files from a web server: resumed where they were cut, never longer than promised, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import json
import logging
import os
import ssl
import stat
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ..durable import sync
from ..faults import SourceFailed
from .base import Progress

log = logging.getLogger(__name__)

_BLOCK = 1 << 18
_TIMEOUT_S = 30.0
"""Of a connection that says nothing; a whole bundle over a slow one takes as long as it takes."""
MOST_TEXT = 1 << 20
"""An index or an answer is some kilobytes; a server that never ends fills no memory."""
PART = ".part"
"""Behind the name of what is not whole yet."""
RESERVE = 64 << 20
"""Bytes that a fetch leaves free: the record writes beside it, and without it nothing opens (law 10)."""

Free = Callable[[Path], int]
"""Bytes that may still be written in a folder."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of a server. `sha256` in lower-case hex, empty where nobody has promised one."""

    url: str
    size: int
    sha256: str


class _SamePlace(urllib.request.HTTPRedirectHandler):
    """A redirection must not lead from TLS to plain text, nor carry a token to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urllib.parse.urlsplit(req.full_url), urllib.parse.urlsplit(newurl)
        if (old.scheme, new.scheme) == ("https", "http"):
            raise urllib.error.URLError("it redirects from https to http")
        follow = super().redirect_request(req, fp, code, msg, headers, newurl)
        if follow is not None and not _same_server(req.full_url, newurl):
            follow.remove_header("Authorization")
        return follow


@dataclass(frozen=True, slots=True)
class Web:
    """Servers as this board speaks to them. `headers` (a token) go to the server of `home` alone. Raises
    SourceFailed.

    Plain http is refused unless `plain`: who listens could learn the token, and who is in between could hold
    updates back. The bundles themselves are signed.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    plain: bool = False
    home: str = ""

    def text(self, url: str) -> Any:
        """An answer in JSON."""
        return self._parsed(url, self._request(url))

    def tell(self, url: str, data: Mapping[str, object], method: str = "POST") -> None:
        """What a server has closed or forgotten need not be told, or it would be told for ever."""
        request = self._request(url, json.dumps(data).encode(), method)
        request.add_header("Content-Type", "application/json")
        try:
            with self._opened(request):
                pass
        except SourceFailed as fault:
            if not _closed(fault):
                raise
            log.warning("told in vain: %s", fault)

    def take(self, url: str, place: Path, progress: Progress, free: Free) -> Path:
        """A file of which only the address is known, at `place`: its signature has to vouch for it."""
        with self._opened(self._request(url, method="HEAD")) as answer:
            size = int(answer.headers.get("Content-Length") or 0)
        if not size:
            raise SourceFailed("it does not say how long the file is", part=url)
        return self.fetch(Wanted(url, size, ""), place, progress, free)

    def fetch(self, wanted: Wanted, place: Path, progress: Progress, free: Free) -> Path:
        """The file at `place`, as promised. What a cut left lies in `place`.part, and is gone on from."""
        if wanted.sha256 and place.is_file() and _digest(place) == wanted.sha256:
            return place
        part = place.with_name(f"{place.name}{PART}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            have = _kept(part, wanted.size)
            if free(place.parent) < wanted.size - have + RESERVE:
                raise SourceFailed(f"{place.parent} has no room for {wanted.size >> 20} MiB", part=place.name)
            if have < wanted.size:
                self._go_on(wanted, part, have, progress)
            _hold(part, wanted)
            part.replace(place)
            sync(place.parent)
        except OSError as error:
            raise SourceFailed(f"{place}: {error.strerror or error}", part=place.name) from error
        return place

    def _go_on(self, wanted: Wanted, part: Path, have: int, progress: Progress) -> None:
        request = self._request(wanted.url)
        if have:
            request.add_header("Range", f"bytes={have}-")
        with self._opened(request) as answer:
            # A server that knows no ranges sends the whole once more.
            have = have if answer.status == http.client.PARTIAL_CONTENT else 0
            with _part(part, have) as file:
                for block in _blocks(answer, wanted, wanted.size - have):
                    file.write(block)
                    have += len(block)
                    progress(have / wanted.size, "fetching")
        sync(part)

    def _parsed(self, url: str, request: urllib.request.Request) -> Any:
        request.add_header("Accept", "application/json, application/hal+json")
        with self._opened(request) as answer:
            data = answer.read(MOST_TEXT + 1)
        if len(data) > MOST_TEXT:
            raise SourceFailed("its answer does not end", part=url)
        try:
            return json.loads(data)
        except ValueError as error:
            raise SourceFailed(f"its answer is no JSON: {error}", part=url) from error

    def _request(self, url: str, data: bytes | None = None, method: str = "GET") -> urllib.request.Request:
        scheme = urllib.parse.urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and self.plain):
            raise SourceFailed("only https:// addresses are asked", part=url)
        headers = dict(self.headers) if _same_server(url, self.home) else {}
        return urllib.request.Request(url, data, headers, method=method)

    @contextmanager
    def _opened(self, request: urllib.request.Request) -> Iterator[http.client.HTTPResponse]:
        """The answer; what goes wrong while it is read is a fault, too."""
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=self.context), _SamePlace)
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            with error:
                raise SourceFailed(
                    f"it answers {error.code} {error.reason}", part=request.full_url
                ) from error
        except (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError) as error:
            why = error.reason if isinstance(error, urllib.error.URLError) else error
            raise SourceFailed(f"{why}", part=request.full_url) from error
        except ConnectionError as error:
            raise SourceFailed(f"{error.strerror}", part=request.full_url) from error


_CLOSED = (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.CONFLICT, http.HTTPStatus.GONE)


def _closed(fault: SourceFailed) -> bool:
    answer = fault.__cause__
    return isinstance(answer, urllib.error.HTTPError) and answer.code in _CLOSED


def _same_server(one: str, other: str) -> bool:
    """Scheme, host and port are the same. What is no address is nobody's."""
    try:
        return _server(one) == _server(other)
    except ValueError:
        return False


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _kept(part: Path, most: int) -> int:
    """How much of it a cut has left. What is no file, or longer than the whole, is thrown away."""
    try:
        found = part.lstat()
    except FileNotFoundError:
        return 0
    if stat.S_ISREG(found.st_mode) and found.st_size <= most:
        return found.st_size
    part.unlink()
    return 0


def _part(part: Path, have: int) -> IO[bytes]:
    """To go on after `have` bytes. The folder may be the gate's, and root writes: no link is followed."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    os.ftruncate(handle, have)
    os.lseek(handle, have, os.SEEK_SET)
    return os.fdopen(handle, "r+b")


def _blocks(answer: http.client.HTTPResponse, wanted: Wanted, left: int) -> Iterator[bytes]:
    while block := answer.read(_BLOCK):
        left -= len(block)
        if left < 0:
            raise SourceFailed(f"it sends more than the promised {wanted.size} bytes", part=wanted.url)
        yield block
    if left:
        raise SourceFailed(f"the connection ended {left} bytes too early", part=wanted.url)


def _hold(part: Path, wanted: Wanted) -> None:
    """A file that is not what was promised is not kept: nothing can be gone on from."""
    if wanted.sha256 and digest_of(part) != wanted.sha256:
        part.unlink()
        raise SourceFailed("its bytes are not those that were promised (SHA-256 differs)", part=wanted.url)


def _digest(path: Path) -> str:
    try:
        return digest_of(path)
    except OSError as error:
        raise SourceFailed(f"{path}: {error.strerror}", part=path.name) from error


def digest_of(path: Path) -> str:
    """Hex SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
