"""One address on the web, asked with limits of time and size, and told of in one line."""

from __future__ import annotations

import base64
import os
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from http.client import HTTPException, IncompleteRead
from typing import IO, TYPE_CHECKING, Final, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from skingraph.errors import BadParameter, BadQuery, QueryStopped, ServiceFailed, SkingraphError

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import Self

_VARIABLE: Final = "SKINGRAPH_AUTHORIZATION"
_LOOPBACK: Final = ("localhost", "127.", "::1")
_REDIRECTS: Final = 5
_EXHAUSTED: Final = (408, 413, 429, 503, 504)


@dataclass(frozen=True, slots=True)
class Wire:
    """An address, and how long it may take to answer and how much it may say.

    Raises:
        BadParameter: it is no address of a web server.
    """

    url: str
    seconds: float = 60.0
    size: int = 512 << 20

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            _ = parts.port
        except ValueError as error:
            raise BadParameter(f"{self.name}: is no address ({error}).") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadParameter(f"{self.name}: is no address. Write it as http://HOST/PATH.")

    @property
    def name(self) -> str:
        """The address as it may be shown: without credentials, and without what follows `?`."""
        shown = re.sub(r"//[^/]*@", "//", self.url.partition("?")[0].partition("#")[0])
        return "".join(letter for letter in shown if letter.isprintable())

    def within(self, seconds: float, size: int) -> Self:
        """The same address under other limits."""
        return replace(self, seconds=seconds, size=size)

    def post(self, body: bytes, kind: str, *, accept: str) -> bytes:
        """What it answers to this.

        Raises:
            BadQuery: it says that the query is wrong.
            QueryStopped: it, or the time or size allowed here, is exhausted.
            ServiceFailed: it cannot be reached, or does not answer as such a service.
        """
        answer, content_type = self.send("POST", body, kind, accept=accept)
        if content_type not in (accept, "text/plain", "application/json"):
            raise ServiceFailed(
                f"{self.name}: answers with {content_type or 'no type'} instead of {accept}."
                " Give the address of its SPARQL endpoint"
            )
        return answer

    def send(
        self,
        method: str,
        body: bytes | None = None,
        kind: str = "",
        *,
        accept: str = "*/*",
    ) -> tuple[bytes, str]:
        """The body of the answer and its media type; raises as `post` does."""
        # What stands between the lines of a header would be a header.
        address, secret = _without_credentials(self.url)
        headers = {"Accept": accept, "User-Agent": "skingraph"}
        if kind:
            headers["Content-Type"] = kind
        if secret:
            headers["Authorization"] = secret
        request = urllib.request.Request(address, body, headers, method=method)
        deadline = time.monotonic() + self.seconds
        try:
            with _opener(address).open(request, timeout=self.seconds) as response:
                if response.headers.get("X-SQL-State"):
                    raise QueryStopped(
                        f"{self.name}: gives only a part of the answer; narrow it, or raise the"
                        " limits of the service"
                    )
                answer = self._read(response, deadline)
                return answer, response.headers.get_content_type()
        except SkingraphError:
            # Some of ours are also errors of the kinds below.
            raise
        except urllib.error.HTTPError as error:
            with error:
                self._refused(error)
        except TimeoutError as error:
            raise self._no_answer() from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._no_answer() from error
            reason = getattr(error.reason, "strerror", None) or error.reason
            raise ServiceFailed(
                f"{self.name}: cannot be reached ({reason}). Check the address"
            ) from error
        except (HTTPException, OSError, ValueError) as error:
            raise ServiceFailed(
                f"{self.name}: breaks off in mid-answer ({type(error).__name__}). Ask again"
            ) from error

    def _read(self, response: IO[bytes], deadline: float) -> bytes:
        """The whole body, or an error: a part of it is no answer."""
        received = bytearray()
        # Each piece has a limit of its own below; together they have this one.
        while piece := response.read1(1 << 20):  # type: ignore[attr-defined]
            received += piece
            if len(received) > self.size:
                raise QueryStopped(
                    f"{self.name}: the answer is larger than {self.size >> 20} MB; narrow it, or"
                    " set a LIMIT"
                )
            if time.monotonic() > deadline:
                raise self._no_answer()
        promised = response.headers.get("Content-Length")  # type: ignore[attr-defined]
        if promised is not None and promised.isdigit() and len(received) < int(promised):
            raise IncompleteRead(b"", int(promised) - len(received))
        return bytes(received)

    def _no_answer(self) -> QueryStopped:
        return QueryStopped(
            f"{self.name}: no answer within {self.seconds:g} s; narrow it, or raise --timeout"
        )

    def _refused(self, error: urllib.error.HTTPError) -> NoReturn:
        try:
            text = error.read(4096).decode(errors="replace")
        except (HTTPException, OSError):
            text = ""
        is_page = "html" in error.headers.get_content_type()
        said = " ".join((re.sub(r"<[^>]*>", " ", text) if is_page else text).split())[:300]
        what = f"{self.name}: says {error.code}" + (f" ({said})" if said else "")
        if error.code in (401, 403, 407):
            raise ServiceFailed(
                f"{self.name}: says {error.code}, it wants other credentials. Put the"
                f" Authorization header into {_VARIABLE}"
            )
        if 300 <= error.code < 400:
            raise _astray(self.name)
        if error.code == 400 or "SPARQL compiler" in said:
            raise BadQuery(f"{self.name}: refuses the query: {said or 'without a reason'}")
        if error.code in _EXHAUSTED or "timed out" in said.lower():
            raise QueryStopped(f"{what}; narrow it, or ask later")
        raise ServiceFailed(f"{what}. Give the address of its SPARQL endpoint")


class _SameAgain(urllib.request.HTTPRedirectHandler):
    """Follows to web addresses only, with the same request; credentials stay with their host."""

    max_redirections = _REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme not in ("http", "https"):
            fp.close()
            raise _astray(Wire(req.full_url).name)
        address, _ = _without_credentials(newurl)
        kept = dict(req.header_items())
        if _origin(address) != _origin(req.full_url):
            kept.pop("Authorization", None)
        asks = code == 303
        if asks:
            kept.pop("Content-type", None)
        kept.pop("Content-length", None)
        kept.pop("Host", None)
        return urllib.request.Request(
            address,
            None if asks else req.data,
            kept,
            method="GET" if asks else req.get_method(),
        )


def _astray(name: str) -> ServiceFailed:
    return ServiceFailed(f"{name}: leads on to what is no service on the web. Give its address")


def _opener(address: str) -> urllib.request.OpenerDirector:
    """What speaks HTTP and nothing else; a proxy of the environment is for other machines."""
    opener = urllib.request.OpenerDirector()
    host = urlsplit(address).hostname or ""
    if not host.startswith(_LOOPBACK):
        opener.add_handler(urllib.request.ProxyHandler())
    for handler in (
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        _SameAgain,
    ):
        opener.add_handler(handler())
    return opener


def _without_credentials(url: str) -> tuple[str, str]:
    """The address, and the header that the credentials in it, or in the environment, make."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    address = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    if "@" in parts.netloc:
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return address, "Basic " + base64.b64encode(pair.encode()).decode()
    secret = os.environ.get(_VARIABLE, "")
    if any(not " " <= letter <= "~" for letter in secret):
        raise BadParameter(f"{_VARIABLE}: holds a character that a header cannot have.")
    return address, secret


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()
