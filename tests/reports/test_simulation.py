"""The programme is replayed from registration to payment, and the figures agree."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from cxc_portal.core import clock, clock_shift, day_rounds, documents
from cxc_portal.core.models import AuditEntry
from reports.simulation import run as runs
from reports.simulation.plan import PlanImpossible
from reports.simulation.replay import Replay, perform
from reports.simulation.run import Numbers, Run
from reports.simulation.scripts import Script, Step

pytestmark = pytest.mark.usefixtures("reference", "demo_clock")

ONE_EXCHANGE = Numbers(organisations=2, exchanges=1, months=5, seed=3)


@pytest.fixture
def eventful(demo_clock, monkeypatch):
    """The one exchange is in person, and everything comes back once."""
    monkeypatch.setattr(clock, "ASKED_EVERY", 0.5)
    draw = runs.draw

    def drawn(**numbers):
        plan = draw(**numbers)
        [journey] = plan.journeys
        journey = replace(journey, programme="learn_3", is_returned=True, is_refused=True)
        return replace(plan, journeys=(journey,))

    monkeypatch.setattr(runs, "draw", drawn)


def stride(to):
    """To a moment in one step, with what beat would have done by then."""
    since = clock.now()
    clock_shift.advance(to)
    day_rounds.run(since, to)


def run_of(numbers=ONE_EXCHANGE, **options):
    return Run(numbers, move=stride, settle=documents.sweep, worker=nullcontext, **options)


@pytest.mark.long
@pytest.mark.django_db
def test_through_the_services_everything_comes_to_its_end(eventful):
    outcome = run_of()()
    assert outcome.errors == []
    assert [check for check in outcome.checks if not check.is_right] == []
    assert (outcome.exchanges_closed, outcome.payments_made) == (1, 1)
    assert outcome.documents_sealed > 0
    assert outcome.mails_sent > 10
    assert outcome.is_clean
    again = run_of()()
    assert (again.exchanges_closed, again.errors) == (1, [])
    with pytest.raises(PlanImpossible, match="Choose another seed"):
        run_of(replace(ONE_EXCHANGE, organisations=9))()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_over_http_everything_comes_to_its_end(eventful, live_server, settings):
    settings.SITE_URL = live_server.url
    run = run_of(http=live_server.url, users=1)
    outcome = run()
    assert outcome.errors == []
    assert (outcome.exchanges_closed, outcome.payments_made) == (1, 1)
    assert outcome.is_clean
    assert run.meter.requests > 50


def test_the_programme_is_replayed_in_the_demo_only(settings):
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured, match="demo mode only"):
        run_of()()
    with pytest.raises(CommandError, match="set DEMO=1"):
        call_command("simulate_programme")
    assert not AuditEntry.objects.filter(event=runs.STARTED).exists()


def test_numbers_that_are_refused_leave_the_seed_free():
    with pytest.raises(PlanImpossible):
        run_of(replace(ONE_EXCHANGE, organisations=1))()
    assert not AuditEntry.objects.filter(event=runs.STARTED).exists()


# --- one script --------------------------------------------------------------------------------


def step(name="step", is_done=(False, True), do=lambda: None, due=date.min):
    answers = iter(is_done)
    return Step(name, lambda: due, lambda: next(answers), do)


def test_steps_are_done_in_their_order_and_those_that_are_done_are_left():
    done = []
    script = Script(
        "one",
        [
            step("first", do=lambda: done.append(1)),
            step("second", is_done=[True], do=lambda: done.append(2)),
            step("third", due=date.max),
        ],
    )
    perform(script)
    assert (done, script.done, script.is_open) == ([1], 2, True)
    assert script.days == {"first": clock.today()}
    assert script.has_done("second")
    assert not script.has_done("third")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (step(do=lambda: 1 // 0), "step: ZeroDivisionError"),
        (step(is_done=[False, False]), "step: NothingHappened"),
    ],
)
def test_a_step_that_fails_ends_its_script(wrong, error):
    script = Script("one", [wrong, step("next")])
    perform(script)
    assert script.error.startswith(error)
    assert (script.done, script.is_open) == (0, False)


def test_users_share_the_scripts():
    done = []
    scripts = [Script(f"{n}", [step(do=partial(done.append, n))]) for n in range(9)]
    assert Replay(scripts, clock.today(), move=stride, users=3).run() == []
    assert sorted(done) == [*range(9)]


def test_scripts_that_did_not_end_are_named():
    script = Script("one", [step(due=date.max)])
    assert Replay([script], clock.today(), move=stride).run() == [script]
