"""The agenda in the browser: added to, dragged about, moved by keyboard, copied, and undone."""

import pytest
from django.utils.formats import date_format
from playwright.sync_api import Locator, expect

from exchanges.services.agenda import replace_agenda
from tests.factories.exchanges import drafted_exchange, free_week, person_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.every_screen,
]

TITLE = "Plant tour"


@pytest.fixture
def exchange(portal):
    """Five days, of which a programme fills the first three."""
    exchange = drafted_exchange()
    replace_agenda(
        exchange_id=exchange.pk, revision=0, template="learn_3", actor=person_of(exchange, "HO")
    )
    return exchange


@pytest.fixture
def days():
    return [date_format(day, "l j F") for day in free_week()]


def half(visitor, day: str, part: str) -> Locator:
    whole = visitor.main().get_by_role("region", name=day, exact=True)
    return whole.locator(f"[data-drop$='/{part}']")


def drag(visitor, card: Locator, to: Locator) -> None:
    """By the handle to the end of a half-day. Near an edge the page scrolls along, so the hand
    follows the goal."""
    card.locator("[data-handle]").hover()
    visitor.page.mouse.down()
    for _step in range(4):
        box = to.bounding_box()
        assert box is not None
        visitor.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 12, steps=4)
    visitor.page.mouse.up()


def test_an_agenda_is_planned_in_every_way(someone, exchange, days):
    host = someone(person_of(exchange, "HO"))
    path = f"/exchanges/{exchange.ref}/commitment/agenda/"
    host.goto(path)
    expect(host.main().get_by_text("3 of 5 working days have content.")).to_be_visible()
    host.check()

    host.press(f"Add to {days[3]}, morning", "link")
    host.arrives_at(f"{path}entry/")
    host.press("Save")
    expect(host.main().get_by_role("alert")).to_contain_text("Say in a few words what happens.")
    host.check()
    host.page.get_by_label("What happens?").fill(TITLE)
    host.page.get_by_label("Place").fill("Hall 2")
    host.press("Save")
    host.arrives_at(path)
    said = host.page.locator("#agenda-said")
    expect(said).to_contain_text(f"“{TITLE}” stands on {days[3]}, 09:00–12:30.")
    expect(half(host, days[3], "morning")).to_contain_text("Hall 2")
    host.check()

    card = host.main().get_by_role("listitem").filter(has_text=TITLE)
    drag(host, card, half(host, days[4], "afternoon"))
    expect(said).to_contain_text(f"“{TITLE}” is now on {days[4]}, 14:00–17:30.")
    expect(half(host, days[4], "afternoon")).to_contain_text(TITLE)
    expect(card).to_be_focused()
    host.check()

    name = f"Move “{TITLE}” to {days[4]}, morning"
    host.by_keyboard(name)
    expect(said).to_contain_text(f"“{TITLE}” is now on {days[4]}, 09:00–12:30.")
    next_one = f"Move “{TITLE}” to {days[3]}, afternoon"
    expect(host.main().get_by_role("button", name=next_one)).to_be_focused()
    host.page.keyboard.press("Enter")
    expect(half(host, days[3], "afternoon")).to_contain_text(TITLE)

    day = host.main().get_by_role("region", name=days[3], exact=True)
    day.get_by_text("Copy or clear this day").click()
    day.get_by_label("Copy all entries to").select_option(label=days[4])
    host.check()
    day.get_by_role("button", name="Copy the day").click()
    expect(said).to_contain_text(f"{days[3]} is copied to {days[4]}.")
    expect(host.main().get_by_text("5 of 5 working days have content.")).to_be_visible()
    expect(host.main().get_by_role("heading", name=days[4])).to_be_focused()

    copy = half(host, days[4], "afternoon").get_by_role("listitem")
    copy.get_by_text("More").click()
    host.check()
    copy.get_by_role("button", name="Remove").click()
    expect(said).to_contain_text(f"“{TITLE}” is removed.")
    expect(half(host, days[4], "afternoon").get_by_role("listitem")).to_have_count(0)
    host.check()
    host.by_keyboard("Undo")
    expect(said).to_contain_text("Undone: the agenda is as it was before.")
    expect(half(host, days[4], "afternoon")).to_contain_text(TITLE)
    host.check()
    host.picture("agenda")
