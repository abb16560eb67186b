"""A test client that is stricter than a browser: no view test passes on a page that is not sound.

After each request it runs the callbacks that wait for the commit, and it fails on a page with
inline script or style, with a template tag left over, or without a content security policy.
"""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponseBase
from django.test import Client, TestCase

DATA_SCRIPTS = {"application/json", "application/ld+json", "importmap"}
LEFT_OVER = ("{{", "}}", "{%", "%}", "{#")
ADDRESSES = {"href", "src", "action", "formaction"}


class UnsoundPage(AssertionError):
    """What a page must not hold."""


class PageReader(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self, *, may_style: bool = False) -> None:
        super().__init__()
        self.problems: list[str] = []
        self._may_style = may_style
        self._raw_element = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        line = self.getpos()[0]
        for name, value in values.items():
            if name.startswith("on"):
                self.problems.append(f"line {line}: handler {name} on <{tag}>")
            if name == "style" and not self._may_style:
                self.problems.append(f"line {line}: style attribute on <{tag}>")
            if name in ADDRESSES and (value or "").strip().lower().startswith("javascript:"):
                self.problems.append(f"line {line}: script as {name} of <{tag}>")
        if tag == "style" and not self._may_style:
            self.problems.append(f"line {line}: inline <style>")
        is_code = tag == "script" and (values.get("type") or "") not in DATA_SCRIPTS
        if is_code and "src" not in values:
            self.problems.append(f"line {line}: inline <script>")
        if tag in ("script", "style"):
            self._raw_element = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._raw_element:
            self._raw_element = ""

    def handle_data(self, data: str) -> None:
        if not self._raw_element:
            self.problems.extend(
                f"line {self.getpos()[0]}: {mark} is left over"
                for mark in LEFT_OVER
                if mark in data
            )


def problems_of(response: HttpResponseBase) -> list[str]:
    """What is wrong with a response; nothing for what is no page."""
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return []
    policy = response.get("Content-Security-Policy", "")
    reader = PageReader(may_style="'unsafe-inline'" in policy)
    reader.feed(response.content.decode(response.charset))  # type: ignore[attr-defined]
    return reader.problems if policy else [*reader.problems, "no content security policy"]


class StrictClient(Client):
    def request(self, **request: Any) -> Any:
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = super().request(**request)
        if problems := problems_of(response):
            path = response.request["PATH_INFO"]
            raise UnsoundPage("\n".join([f"{path} is not sound:", *problems]))
        return response
