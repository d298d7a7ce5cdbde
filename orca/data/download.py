"""Files from the network: mirrors in order, resumed, retried, and checked before they count."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlparse

from orca.data.task import Way
from orca.errors import DataError
from orca.logs import log, progress
from orca.provenance import file_digest

if TYPE_CHECKING:
    import requests

CHUNK_BYTES = 2**16
"""A connection that breaks loses at most this much of what has arrived."""

LARGEST_BYTES = 200 * 10**9
"""Most bytes that are accepted where no exact size is stated."""

PAGE_STARTS = (b"<!doctype html", b"<html", b"<?xml", b"<error")
"""How answers begin that are pages for a person, or an object store's refusal."""


class _PassingError(Exception):
    """The connection or the server failed in a way that may pass."""


class _RefusedError(Exception):
    """This address will not give the file, however often it is asked."""


@dataclass(frozen=True, kw_only=True)
class Download(Way):
    """A file that a server gives.

    pooch is not used: it resumes no partial file, tries no other address, and accepts a refusing
    server's page as data; files here have up to 55 GB.

    Args:
        name: file name under the source's folder.
        urls: where it lies, the best first.
        size: size in bytes, if known.
        rounded: the size is known in round numbers alone, or from another than the publisher; it
            says how much there is to fetch, and no file is refused for it.
        digest: published digest, such as "md5:..." or "sha256:...", if known.
        barrier: what keeps a program from fetching it, where a person is needed.
        pickled: it is a pickle, or holds some; without a published digest a person must vouch for it.
        page: the file is itself HTML or XML, so an answer that looks like it is no refusal.
        attempts: tries per address.
        pause_s: seconds before the second try; doubled before each further one.
        also: other names that people's copies have.
        patience_s: seconds without a byte after which a connection counts as lost.
    """

    name: str
    urls: tuple[str, ...] = ()
    size: int | None = None
    rounded: bool = False
    digest: str = ""
    barrier: str = ""
    pickled: bool = False
    page: bool = False
    attempts: int = 5
    pause_s: float = 2.0
    patience_s: float = 60.0
    locked: bool = True
    also: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anybody can have the file: whether it lies anywhere."""
        return bool(self.urls)

    @property
    def needs_trust(self) -> bool:
        """Whether a person has to vouch for the file: it is a pickle without a published digest."""
        return self.pickled and not self.digest

    def bring(self, path: Path) -> None:
        """Make `path` the file, complete and checked, or leave no file of that name.

        What has arrived so far waits in `.<name>.part` beside it and is gone on with, at the
        next address too if a digest will show whether the pieces fit; else each address has a
        part of its own.

        Raises:
            DataError: if no address gives the file; it says what each of them answered, and
                which file to put where.
        """
        faults: list[str] = []
        for url in self.urls:
            part = self._part(path, url)
            try:
                self._try_often(url, part)
                self.check(part)
            except _RefusedError as refusal:
                faults.append(f"{url}: {refusal}")
            except DataError as damaged:
                part.unlink(missing_ok=True)
                faults.append(f"{url}: {damaged.what}")
            else:
                part.replace(path)
                for other in self.urls:
                    self._part(path, other).unlink(missing_ok=True)
                return
            log.warning(faults[-1])
        raise DataError(
            where=str(path),
            what="; ".join([self.barrier] * bool(self.barrier) + faults) or "it has no address",
            mend=f"get it by hand and put it at {path}{self._requirement()}",
        )

    def _part(self, path: Path, url: str) -> Path:
        own = "" if self.digest else f".{sha256(url.encode()).hexdigest()[:8]}"
        return path.with_name(f".{path.name}{own}.part")

    def check(self, path: Path) -> None:
        """Compare a file with the published size and digest.

        Raises:
            DataError: if it differs, or is a page instead of data.
        """
        algorithm, _, expected = self.digest.partition(":")
        if not self.page and (start := _page_start(path)):
            what = f"it is a page that begins with {start!r}, not the data"
        elif self._exact_size is not None and path.stat().st_size != self._exact_size:
            what = f"it has {path.stat().st_size} bytes instead of {self.size}"
        elif self.digest and (found := file_digest(path, algorithm)) != expected:
            what = f"its {algorithm} is {found} instead of {expected}"
        else:
            return
        mend = f"remove it and fetch again{self._requirement()}"
        raise DataError(where=str(path), what=what, mend=mend)

    @property
    def _exact_size(self) -> int | None:
        return None if self.rounded else self.size

    def _requirement(self) -> str:
        about = "about " * self.rounded
        facts = [f"{about}{self.size} bytes"] * (self.size is not None)
        facts += [self.digest] * bool(self.digest)
        return f" (it should have {', '.join(facts)})" if facts else ""

    def _try_often(self, url: str, part: Path) -> None:
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            stop=tenacity.stop_after_attempt(self.attempts),
            wait=tenacity.wait_exponential_jitter(
                initial=self.pause_s, max=120, jitter=self.pause_s / 2
            ),
            before_sleep=lambda state: log.info(
                "%s: %s; trying again", url, state.outcome and state.outcome.exception()
            ),
        )
        try:
            retrying(self._transfer, url, part)
        except tenacity.RetryError as error:
            fault = error.last_attempt.exception()
            raise _RefusedError(f"given up after {self.attempts} tries, {fault}") from fault

    def _transfer(self, url: str, part: Path) -> None:
        import requests

        have = part.stat().st_size if part.exists() else 0
        if self._exact_size is not None and have >= self._exact_size:
            if have == self._exact_size:
                return
            part.unlink()
            have = 0
        headers = {"Accept-Encoding": "identity", "User-Agent": "orca-cross-modal"}
        if have:
            headers["Range"] = f"bytes={have}-"
        try:
            with (
                _session() as session,
                session.get(url, headers=headers, stream=True, timeout=self.patience_s) as answer,
            ):
                _refuse_failures(answer)
                if not self.page and "text/html" in answer.headers.get("Content-Type", ""):
                    raise _RefusedError("it answers with an HTML page instead of the file")
                _save(answer, part, have=have, most=self._exact_size or LARGEST_BYTES)
        except requests.RequestException as fault:
            raise _PassingError(f"the connection failed: {fault}") from fault
        except OSError as fault:
            raise DataError(
                where=str(part),
                what=f"it cannot be written: {fault.strerror or fault}",
                mend="make room on the disk, then run the same command again",
            ) from fault


def _refuse_failures(answer: "requests.Response") -> None:
    """Sort failures into those that may pass and those that will not."""
    status = answer.status_code
    if status in (408, 425, 429) or status >= 500:
        raise _PassingError(f"HTTP status {status}")
    if status not in (200, 206, 416):
        raise _RefusedError(f"HTTP status {status} ({answer.reason})")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise _RefusedError("it packs the file, which nobody asked for")


def _session() -> "requests.Session":
    """Return a session that follows no redirect away from https."""
    import requests

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> str | None:
            target: str | None = super().get_redirect_target(resp)
            scheme = urlparse(urljoin(resp.url, target)).scheme if target else "https"
            if scheme not in ("http", "https") or urlparse(resp.url).scheme > scheme:
                raise _RefusedError(f"it leads from {resp.url} to {target}")
            return target

    return Session()


def _save(answer: "requests.Response", part: Path, *, have: int, most: int) -> None:
    """Append the answer's bytes to `part`, which has `have`; start anew if it is the whole file.

    Raises:
        _PassingError: if the server does not know the part that it was asked for; it is asked for
            the whole next.
        _RefusedError: if it sends another part than asked for, nothing, or more than the file.
        requests.RequestException: if the connection breaks; what has arrived is kept.
    """
    fits = re.match(rf"bytes {have}-", answer.headers.get("Content-Range", ""))
    if answer.status_code == 416 or (answer.status_code == 206 and not fits):
        part.unlink(missing_ok=True)
        if have and answer.status_code == 416:
            raise _PassingError("the server does not know the part that is already here")
        raise _RefusedError("it sends another part than asked for")
    have = have if answer.status_code == 206 else 0
    announced = answer.headers.get("Content-Length", "")
    total = have + int(announced) if re.fullmatch("[0-9]{1,18}", announced) else 0
    if total > most:
        raise _RefusedError(f"it announces {total} bytes for a file of at most {most}")
    with part.open("ab" if have else "wb") as file:
        for chunk in progress(
            answer.iter_content(CHUNK_BYTES),
            what=f"{part.name.strip('.').removesuffix('.part')} (pieces of 64 KiB)",
            total=max(1, total // CHUNK_BYTES),
            done=have // CHUNK_BYTES,
        ):
            have += file.write(chunk)
            if have > most:
                break
    if not 0 < have <= most:
        part.unlink()
        raise _RefusedError(f"it sends {have} bytes for a file of 1 to {most}")


def _page_start(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start[:40].decode("latin-1") if start.startswith(PAGE_STARTS) else ""
