"""After an exchange in the browser: partnerships remind, complete, return and validate."""

import pytest
from playwright.sync_api import expect

from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of, reported_by

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_partnerships_bring_an_exchange_to_its_end(someone, portal):
    exchange = finished_exchange()
    reported_by(exchange, "VO", outcome="ended_early")
    home = exchange.get_absolute_url()
    review = f"{home}report/review/"

    officer = someone(person_of(exchange, "VOP"))
    officer.goto("/reports/")
    officer.check()
    officer.press("Motores Lda", "link")
    officer.arrives_at(review)
    officer.check()
    officer.press("Remind")
    expect(officer.main().get_by_text("AQUIMER was reminded.")).to_be_visible()
    officer.page.get_by_text("Return the report of Motores Lda").click()
    officer.page.get_by_label("What is missing").fill("Why did it end early?")
    officer.check()
    officer.press("Return with a comment")
    expect(officer.main().get_by_text("Motores Lda reads your comment.")).to_be_visible()
    officer.check()

    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(home)
    expect(visitor.main().get_by_text("Your turn: complete your report.")).to_be_visible()
    visitor.check()
    reported_by(exchange, "VO")

    other = someone(person_of(exchange, "HOP"))
    other.goto(review)
    other.main().get_by_role("link", name="Complete it on behalf").click()
    other.arrives_at(f"{home}report/HO/on-behalf/")
    other.press("Hand in on behalf")
    expect(other.main().get_by_role("alert")).to_be_visible()
    other.check()
    other.page.get_by_label("What do you know, and from where?").fill("A call on Monday.")
    other.page.get_by_label("It took place as planned").check()
    other.page.get_by_label("Working days without travel").fill("4")
    other.press("Hand in on behalf")
    other.arrives_at(review)
    expect(other.main().get_by_text("Completed on behalf by EXXTRA").first).to_be_visible()
    expect(other.main().get_by_text("The two reports differ")).to_be_visible()
    other.check()
    other.by_keyboard("Validate the report of AQUIMER")
    expect(other.main().get_by_text("Validated. Thank you.")).to_be_visible()

    officer.goto(review)
    officer.press("Validate the report of Motores Lda")
    expect(officer.main().get_by_text("Closed: the exchange took place")).to_be_visible()
    officer.check()
    assert report_of(exchange, "HO").on_behalf_of == exchange.host_partnership
    visitor.goto(home)
    expect(visitor.main().get_by_text("Closed: the exchange took place")).to_be_visible()
    visitor.check()
