"""A trainer moves the demo's clock: a day that is past is refused, a week brings a visit to its end
and with it the turn of its visitor."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cxc_portal.core import clock, jobs
from cxc_portal.core.models import Job
from profiles.workdays import is_working_day
from tests.factories.exchanges import person_of
from tests.factories.reports import published_questionnaire
from tests.factories.running import running_exchange

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo_clock"),
]

PAGE = "/clock/"
DAY = timedelta(days=1)
TURN = "Write the report"


@pytest.fixture
def moves(monkeypatch):
    """The moves that wait for a worker, who tells at each stop how far it is."""
    keys = []
    monkeypatch.setattr(jobs.run_job, "enqueue", keys.append)
    monkeypatch.setattr(jobs, "REPORT_EVERY", timedelta(0))
    return keys


def days_until_a_day_to_come(count, country="FR"):
    """So many working days, the last of them after today, the first of them not."""
    day = clock.today() + DAY
    while not is_working_day(day, country):
        day += DAY
    found = []
    while len(found) < count:
        if is_working_day(day, country):
            found.append(day)
        day -= DAY
    return found[::-1]


def test_a_trainer_moves_the_clock_to_the_end_of_a_visit(someone, moves):
    published_questionnaire()
    exchange = running_exchange(days=days_until_a_day_to_come(5))
    visitor, trainer = someone(person_of(exchange, "VO")), someone()
    visitor.goto("/dashboard/")
    expect(visitor.main().get_by_role("link", name=TURN)).to_have_count(0)

    trainer.goto("/")
    trainer.press("Move the clock", "link")
    trainer.arrives_at(PAGE)
    expect(trainer.main()).to_contain_text("That is the real time: nobody has moved the clock.")
    expect(trainer.main()).to_contain_text(f"Exchange {exchange.ref} is over")
    trainer.check()

    goes_to_no_day_that_is_past(trainer)
    later = f"{clock.local(clock.now() + 7 * DAY):%-d %B %Y}"
    trainer.by_keyboard("One week on")
    expect(trainer.main().get_by_role("status")).to_contain_text("it waits for a worker")
    trainer.check()
    jobs.run(moves.pop(), watcher=looking_on(trainer))
    expect(trainer.main().get_by_role("status")).to_contain_text("The clock is there.")
    expect(trainer.main()).to_contain_text(later)
    trainer.check()

    visitor.goto("/dashboard/")
    expect(visitor.page.get_by_text(f"It is {later} here.")).to_be_visible()
    expect(visitor.main().get_by_role("link", name=TURN)).to_be_visible()
    visitor.check()


def goes_to_no_day_that_is_past(trainer):
    typed = str(clock.today() - 3 * DAY)
    day = trainer.page.get_by_label("Day", exact=True)
    day.fill(typed)
    trainer.press("Move to that day")
    expect(trainer.main().get_by_role("alert")).to_contain_text("The clock moves forward only.")
    expect(day).to_have_value(typed)
    expect(day).to_have_attribute("aria-invalid", "true")
    trainer.check()
    assert not Job.objects.exists()


def looking_on(trainer):
    """Looks at the page when the worker has come to its third stop: it says so by itself."""

    def look(number, total):
        if number == 3:
            expect(trainer.main()).to_contain_text(f"2 of {total}")
            trainer.check()

    return look
