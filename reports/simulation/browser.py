"""A browser without a screen: one person's session, pages, and the forms on them."""

import http.client
import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

PATIENCE = 120
LOCAL = {"localhost", "127.0.0.1"}
REDIRECTS = (302, 303)
TICKABLE = ("checkbox", "radio")
NOT_SENT = ("submit", "button", "reset", "image", "file")
SAID = r"""\b(?:[^>"']|"[^"]*"|'[^']*')*>"""
CONTROL = re.compile(
    rf"(<textarea\b.*?</textarea\s*>|</?(?:form|input|select|option|button){SAID})"
    rf"|<!--.*?-->|<script\b.*?</script\s*>|</?[a-z][a-z0-9-]*{SAID}",
    re.DOTALL | re.IGNORECASE,
)
"""The tags of a page, of which only those of its forms are kept: the rest is nine tenths of it."""

Values = Sequence[tuple[str, str]]
Files = Mapping[str, bytes]


class PageWrong(Exception):
    """A page did not answer as it should; says which, and what stood on it."""


@dataclass
class Meter:
    """How many requests there were, and how long they took, over all browsers."""

    requests: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, seconds: float) -> None:
        with self._lock:
            self.requests += 1
            self.seconds += seconds
            self.slowest = max(self.slowest, seconds)


@dataclass
class Form:
    """One form of a page: where it leads, what it would send as it stands, and what it `offered` to
    tick."""

    action: str
    key: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    offered: dict[str, list[str]] = field(default_factory=dict)

    def has(self, names: set[str]) -> bool:
        return names <= self.names

    def filled(self, data: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What it sends once these fields say something else; a list is several values."""
        kept = [(name, value) for name, value in self.values if name not in data]
        return [*kept, *((name, str(one)) for name, value in data.items() for one in _many(value))]


@dataclass(frozen=True)
class Page:
    """An answer of the server."""

    status: int
    path: str
    text: str
    location: str = ""

    @property
    def forms(self) -> list[Form]:
        reader = _Reader()
        reader.feed("".join(CONTROL.findall(self.text)))
        return reader.forms

    def form_with(self, *names: str, action: str = "") -> Form:
        """The first form that has all these fields and, if given, leads to this end of a path."""
        for form in self.forms:
            if form.has(set(names)) and form.action.endswith(action):
                return form
        raise PageWrong(f"{self.path} ({self.status}) has no form with {', '.join(names)}{action}")


class Browser:
    """One person in front of one portal. On this machine each has an address of its own, as people
    elsewhere do."""

    def __init__(self, base: str, number: int, meter: Meter) -> None:
        self.base, self.meter = base.rstrip("/"), meter
        parts = urlsplit(self.base)
        self._scheme, self._host, self._port = parts.scheme, parts.hostname or "", parts.port
        high, low = divmod(number % 62_500, 250)
        is_here = self._host in LOCAL
        self._source = (f"127.1.{high + 1}.{low + 1}", 0) if is_here else None
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str) -> Page:
        """A page, redirects followed."""
        page = self._ask("GET", path)
        for _again in range(5):
            if page.status not in REDIRECTS:
                break
            page = self._ask("GET", page.location)
        return page

    def send(
        self, path: str, form: Form, data: Mapping[str, Any], files: Files | None = None
    ) -> Page:
        """Send a form of the page at `path`. Where it leads to is not opened. Raises `PageWrong`
        when the form comes back instead."""
        target = urlsplit(urljoin(path, form.action or path))
        address = f"{target.path}?{target.query}" if target.query else target.path
        values = form.filled(data)
        body, kind = _multipart(values, files) if files else (urlencode(values).encode(), FORM_TYPE)
        page = self._ask("POST", address, body, kind)
        if page.status not in REDIRECTS:
            raise PageWrong(f"POST {address}: {page.status}: {complaint(page.text)}")
        return page

    def fill(
        self, path: str, data: Mapping[str, Any], *, action: str = "", files: Files | None = None
    ) -> Page:
        """Open a page and send the form on it that has these fields."""
        page = self.get(path)
        if page.status != http.client.OK:
            raise PageWrong(f"GET {path}: {page.status}")
        names = [] if action else [*data, *(files or {})]
        return self.send(page.path, page.form_with(*names, action=action), data, files)

    def press(self, path: str) -> Page:
        """Open a page that asks for nothing but a press, and press."""
        page = self.get(path)
        for form in page.forms:
            if form.method == "post" and not form.action:
                return self.send(page.path, form, {})
        raise PageWrong(f"{page.path} ({page.status}) has nothing to press")

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Page:
        path = _local(path)
        headers = {"Host": f"{self._host}:{self._port}" if self._port else self._host}
        headers["Referer"] = self.base + path
        if self.cookies:
            pairs = (f"{name}={one.value}" for name, one in self.cookies.items() if one.value)
            headers["Cookie"] = "; ".join(pairs)
        if kind:
            headers["Content-Type"] = kind
        began = time.monotonic()
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        self.meter.note(time.monotonic() - began)
        for value in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(value)
        return Page(answer.status, path, text, answer.headers.get("Location", ""))

    def _connection(self) -> http.client.HTTPConnection:
        if self._scheme == "https":
            return http.client.HTTPSConnection(self._host, self._port, timeout=PATIENCE)
        here = "127.0.0.1" if self._host in LOCAL else self._host
        return http.client.HTTPConnection(
            here, self._port, timeout=PATIENCE, source_address=self._source
        )


FORM_TYPE = "application/x-www-form-urlencoded"


def complaint(text: str) -> str:
    """What a page says went wrong: its error summary or its notices, as plain words."""
    reader = _Complaints()
    reader.feed(text)
    return " ".join(" ".join(reader.words).split())[:300] or "it came back without a word"


def _local(path: str) -> str:
    parts = urlsplit(path)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _multipart(values: Values, files: Files) -> tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts = [_part(boundary, f'name="{name}"', value.encode()) for name, value in values]
    for name, content in files.items():
        said = f'name="{name}"; filename="{name}.pdf"\r\nContent-Type: application/pdf'
        parts.append(_part(boundary, said, content))
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, said: str, content: bytes) -> bytes:
    head = f"--{boundary}\r\nContent-Disposition: form-data; {said}\r\n\r\n"
    return head.encode() + content + b"\r\n"


class _Reader(HTMLParser):
    """Finds the forms of a page and what they would send as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select: tuple[Form, str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[Form, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(said.get("action", ""), said.get("id", ""), said.get("method", ""))
            self.forms.append(self._open)
        elif tag == "option" and self._select:
            self._options.append((said.get("value", ""), "selected" in said))
        elif form := self._form_of(said):
            self._control(tag, form, said)

    def _form_of(self, said: Mapping[str, str]) -> Form | None:
        key = said.get("form")
        if not key:
            return self._open
        return next((form for form in self.forms if form.key == key), None)

    def _control(self, tag: str, form: Form, said: Mapping[str, str]) -> None:
        name = said.get("name", "")
        if not name or "disabled" in said:
            return
        if tag in ("input", "select", "textarea", "button"):
            form.names.add(name)
        if tag == "select":
            self._select, self._options = (form, name, "multiple" in said), []
        elif tag == "textarea":
            self._area, self._text = (form, name), ""
        elif tag == "input":
            self._input(form, name, said)

    def _input(self, form: Form, name: str, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text")
        if kind in TICKABLE:
            form.offered.setdefault(name, []).append(said.get("value", "on"))
        if kind in NOT_SENT or (kind in TICKABLE and "checked" not in said):
            return
        form.values.append((name, said.get("value", "on" if kind in TICKABLE else "")))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select" and self._select:
            form, name, is_multiple = self._select
            form.values.extend((name, value) for value in self._chosen(is_multiple))
            self._select = None
        elif tag == "textarea" and self._area:
            form, name = self._area
            form.values.append((name, self._text.removeprefix("\n")))
            self._area = None

    def _chosen(self, is_multiple: bool) -> Iterator[str]:
        chosen = [value for value, is_selected in self._options if is_selected]
        if chosen or is_multiple:
            yield from chosen
        elif self._options:
            yield self._options[0][0]


class _Complaints(HTMLParser):
    """Collects the words of error summaries and notices."""

    MARKS = ("error-summary", "notice", "message", "error")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._depth or any(mark in classes for mark in self.MARKS):
            self._depth += tag not in ("br", "input", "img", "use", "hr")

    def handle_endtag(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.words.append(data)
