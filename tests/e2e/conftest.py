"""A real browser in front of a real server: every page must be sound and accessible."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from cxc_portal.core.models import OutgoingMail
from profiles.models import User
from tests.worlds import put_demo_world, put_reference_data

# The browser's driver keeps an event loop in the test's thread; the database is not used in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
WIDTHS = {"wide": (1280, 900), "narrow": (360, 740)}
CODE = re.compile(r"^[A-Z0-9-]{6,9}$", re.MULTILINE)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium_path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser window of their own, who notices what is wrong with a page."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def goto(self, path: str) -> None:
        """Open a page of the portal."""
        self.page.goto(self.address + path)

    def path(self) -> str:
        """Where the window is."""
        return self.page.url.removeprefix(self.address).partition("?")[0]

    def arrives_at(self, path: str) -> None:
        """Wait until the window shows this page: following a link or a button takes a moment."""
        self.page.wait_for_url(re.compile(f"^{re.escape(self.address + path)}([?#].*)?$"))

    def press(self, name: str, role: str = "button") -> None:
        """Press the button or follow the link of that name."""
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    def main(self) -> Locator:
        """What the page is about, without header and footer."""
        return self.page.get_by_role("main")

    def by_keyboard(self, name: str, role: str = "button", *, most: int = 120) -> None:
        """Reach a control by the Tab key alone and press Enter."""
        target = self.page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
        self.tab_to(target, most=most)
        self.page.keyboard.press("Enter")

    def tab_to(self, target: Locator, *, most: int = 120) -> None:
        """Press Tab until the target has the focus."""
        for _step in range(most):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reachable by keyboard: {target}")

    def turn(self, width: str) -> None:
        """Make the window as wide as this, with the page in it."""
        across, down = WIDTHS[width]
        self.page.set_viewport_size({"width": across, "height": down})

    def check(self) -> None:
        """axe finds nothing, nothing sticks out sideways, and the browser has no complaints."""
        self.page.wait_for_load_state()
        results = Axe().run(self.page, options=ONLY_VIOLATIONS)
        assert results.violations_count == 0, results.generate_report()
        wide, shown = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= shown, f"{self.path()} is {wide} px wide on a screen of {shown} px"
        assert self.complaints == []

    def picture(self, name: str) -> None:
        """Keep a picture for the README where PICTURES names a folder."""
        if folder := os.environ.get("PICTURES"):
            self.page.screenshot(path=f"{folder}/{name}.png")


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    """Each journey is made on a wide screen and on a phone. See `tests.plugins.once`."""
    return str(request.param)


@pytest.fixture
def portal(
    request: pytest.FixtureRequest, transactional_db: None, live_server: Any, settings: Any
) -> Any:
    """A running portal with its reference data; with its demo world for tests marked `demo`."""
    settings.SITE_URL = live_server.url
    put = put_demo_world if request.node.get_closest_marker("demo") else put_reference_data
    put()
    return live_server


@pytest.fixture
def someone(portal: Any, chromium: Browser, width: str) -> Iterator[Callable[..., Visitor]]:
    """Opens a new browser for somebody; `someone(user)` is logged in already."""
    opened: list[Visitor] = []

    def open_window(user: User | None = None, **options: Any) -> Visitor:
        across, down = WIDTHS[width]
        context = chromium.new_context(viewport={"width": across, "height": down}, **options)
        context.set_default_timeout(10_000)
        visitor = Visitor(context, context.new_page(), portal.url)
        _listen(visitor)
        if user is not None:
            _log_in(visitor, user)
        opened.append(visitor)
        return visitor

    yield open_window
    for visitor in opened:
        visitor.context.close()


def _listen(visitor: Visitor) -> None:
    def complain(message: Any) -> None:
        if message.type == "error" and "favicon" not in message.text:
            visitor.complaints.append(message.text)

    visitor.page.on("console", complain)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))


def _log_in(visitor: Visitor, user: User) -> None:
    from django.test import Client  # a session as a log-in makes it

    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    visitor.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": visitor.address}]
    )


@pytest.fixture
def code_sent_to() -> Callable[[str], str]:
    """The newest code that was mailed to an address."""

    def find(address: str) -> str:
        mail = OutgoingMail.objects.filter(to=address).order_by("pk").last()
        assert mail is not None
        found = CODE.search(mail.text)
        assert found is not None, mail.text
        return found.group()

    return find
