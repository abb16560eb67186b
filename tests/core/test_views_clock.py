"""The page of the demo's clock."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock, clock_shift, day_rounds, happenings, jobs
from cxc_portal.core.happenings import Happening
from cxc_portal.core.models import ClockShift, Job, JobStatus
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("demo_clock")

PAGE = "/clock/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """The keys of the moves that a worker would walk."""
    keys = []
    monkeypatch.setattr(jobs.run_job, "enqueue", keys.append)
    return keys


def page(response):
    return " ".join(response.content.decode().split())


def target_of(job):
    return clock_shift.datetime.fromisoformat(job.parameters["to"])


def is_about(moment, other):
    return abs(moment - other) < timedelta(seconds=20)


def test_everybody_sees_both_times(client):
    clock_shift.advance(clock.now() + 40 * DAY)
    shown = page(client.get(PAGE))
    assert "In earnest it is" in shown
    assert f"It is {clock.local(clock.now()):%-d %B %Y} here." in shown


def test_a_clock_that_nobody_moved_says_so(client):
    shown = page(client.get(PAGE))
    assert "That is the real time" in shown
    assert "It is" not in shown[: shown.index("<main")].replace("It is a", "")
    assert 'href="/clock/"' in shown


@pytest.mark.parametrize(("step", "length"), [("day", DAY), ("week", 7 * DAY)])
def test_a_step_sets_a_worker_off(client, step, length):
    ada = UserFactory()
    client.force_login(ada)
    response = client.post(PAGE, {"seen": "0", "step": step})
    assert response["Location"] == PAGE
    job = Job.objects.get()
    assert is_about(target_of(job), clock.now() + length)
    assert job.owner == ada


def test_a_visitor_moves_it_to_what_happens_next(client, monkeypatch):
    at = (clock.now() + 3 * DAY).replace(microsecond=0)
    monkeypatch.setattr(
        happenings, "_providers", [lambda *asked: [Happening(at, "It begins", "/")]]
    )
    shown = client.get(PAGE)
    assert "It begins" in page(shown)
    named = shown.content.decode().split('name="moment" value="')[1].split('"')[0]
    client.post(PAGE, {"seen": "0", "moment": named})
    job = Job.objects.get()
    assert (target_of(job), job.owner) == (at, None)


def test_what_happens_too_far_ahead_is_not_offered(client, monkeypatch):
    at = clock_shift.farthest() + DAY
    monkeypatch.setattr(happenings, "_providers", [lambda *asked: [Happening(at, "It begins")]])
    assert "It begins" not in page(client.get(PAGE))


def test_a_day_begins_at_eight(client):
    day = clock.today() + 10 * DAY
    client.post(PAGE, {"seen": "0", "day": day.isoformat()})
    assert target_of(Job.objects.get()) == clock.at_hour(day, day_rounds.MORNING_HOUR)


@pytest.mark.parametrize("day", ["", "soon"])
def test_without_a_day_the_page_says_what_is_missing(client, day):
    response = client.post(PAGE, {"seen": "0", "day": day})
    assert list(response.context["day_form"].errors) == ["day"]
    assert not Job.objects.exists()


@pytest.mark.parametrize(("ahead", "why"), [(-1, "forward only"), (1200, "three years")])
def test_a_day_that_the_clock_does_not_go_to_stays_in_its_field_with_the_reason(client, ahead, why):
    day = (clock.today() + ahead * DAY).isoformat()
    response = client.post(PAGE, {"seen": "0", "day": day})
    (error,) = response.context["day_form"].errors["day"]
    assert why in error
    assert f'value="{day}"' in page(response)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "data", [{"seen": "x", "step": "day"}, {"seen": "0", "step": "year"}, {"seen": "0"}]
)
def test_what_the_page_did_not_offer_moves_nothing(client, data):
    assert client.post(PAGE, data).status_code in {200, 302}
    assert not Job.objects.exists()


def test_who_presses_on_an_old_page_is_told(client):
    ClockShift.objects.create(pk=1, moves=4)
    response = client.post(
        PAGE,
        {"seen": "3", "step": "day"},
        follow=True,
        headers={"referer": f"http://testserver{PAGE}"},
    )
    assert "Somebody else has moved the clock" in page(response)


def test_while_it_moves_the_page_asks_how_far_it_is(client, queued):
    client.post(PAGE, {"seen": "0", "step": "day"})
    shown = client.get(PAGE, headers={"HX-Target": "clock"})
    assert shown.content.decode().lstrip().startswith('<div id="clock"')
    assert "it waits for a worker" in page(shown)
    assert "One day on" not in page(shown)
    Job.objects.update(total=3, done=1)
    assert "1 of 3" in page(client.get(PAGE))


def test_the_page_tells_what_a_move_sent(client, queued, monkeypatch):
    monkeypatch.setattr(day_rounds, "run", lambda *stops: {"core.post_letters": 1})
    client.post(PAGE, {"seen": "0", "step": "day"})
    jobs.run(Job.objects.get().pk)
    shown = page(client.get(PAGE))
    assert f"{Job.objects.get().total} mails went out on the way." in shown
    assert 'name="seen" value="1"' in shown


def test_the_page_tells_that_a_move_failed(client):
    job = Job.objects.create(
        kind=clock_shift.KIND,
        status=JobStatus.FAILED,
        error="It broke.",
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    ClockShift.objects.create(pk=1, moves=1, job=job)
    assert "It broke." in page(client.get(PAGE))
