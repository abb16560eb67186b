"""Every page that can be reached by links, for every role: sound, accessible, fit for a phone."""

from urllib.parse import urldefrag, urlsplit

import pytest
from django.db import connection
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from profiles.models import User
from tests.e2e.conftest import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.demo,
    pytest.mark.long,
    pytest.mark.skipif(
        connection.vendor == "postgresql", reason="markup does not depend on the database"
    ),
]

ROLES = (None, "visitor", "host", "officer", "coordinator", "support", "observer")
STARTS = {
    None: ["/", "/register/", "/accounts/login/", "/accounts/signup/", "/mailbox/", "/styleguide/"],
}
NOT_PAGES = ("/static/", "/accounts/logout/", "/healthz", "/readyz")
ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)"
"""Links within a drawing have no plain address of their own."""
NO_SCRIPTS = "/html/"
"""A mail is shown where no script runs, axe neither."""


@pytest.fixture
def width() -> str:
    """Each page is loaded on a wide screen and looked at on a small one, too."""
    return "wide"


def kind_of(path: str) -> str | None:
    """The address pattern of a page, the same for all profiles; None where nothing is."""
    if path.startswith(NOT_PAGES) or path.endswith(NO_SCRIPTS):
        return None
    try:
        return str(resolve(path).route)
    except Resolver404:
        return None


def links(visitor: Visitor) -> list[str]:
    found = visitor.page.eval_on_selector_all("a[href]", ADDRESSES)
    inside = [urldefrag(link).url for link in found if link.startswith(visitor.address)]
    return [link.removeprefix(visitor.address) for link in inside]


def open_page(visitor: Visitor, path: str) -> bool:
    """Go to a page; False where the address is a file to keep."""
    try:
        answer = visitor.page.goto(visitor.address + path)
    except Error as problem:
        if "Download is starting" in problem.message:
            return False
        raise
    assert answer is not None
    assert answer.status < 400, f"{path}: {answer.status}"
    return "text/html" in answer.headers.get("content-type", "")


def walk(visitor: Visitor, starts: list[str], seen: set[str], *, always: str) -> list[str]:
    """Look at one page of each kind that is linked from the starts; their addresses."""
    queue, looked_at = list(starts), []
    while queue:
        path = queue.pop(0)
        kind = kind_of(urlsplit(path).path)
        if kind is None or (kind in seen and path != always) or path in looked_at:
            continue
        seen.add(kind)
        if not open_page(visitor, path):
            continue
        for width in ("narrow", "wide"):
            visitor.turn(width)
            visitor.check()
        looked_at.append(path)
        queue.extend(links(visitor))
    return looked_at


def test_every_page_is_sound_for_every_role(someone):
    seen: set[str] = set()
    for role in ROLES:
        user = User.objects.get(email=f"{role}@demo.example") if role else None
        visitor = someone(user)
        start = "/dashboard/" if role else "/"
        looked_at = walk(visitor, STARTS.get(role, [start]), seen, always=start)
        assert start in looked_at
        visitor.context.close()
    assert {"profiles/<str:ref>/", "matches/<str:ref>/", "rules/"} <= seen
