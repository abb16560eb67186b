"""What beat would have done while the demo's clock is moved."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app, shared_task
from celery.schedules import crontab

from cxc_portal.core import day_rounds

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def at(day, hour):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.fixture
def done():
    """What the tasks of the trial did, in order."""
    return []


@pytest.fixture
def schedule(settings, done):
    """Puts tasks under these schedules; each counts two."""
    made = []

    def put(**schedules):
        settings.CELERY_BEAT_SCHEDULE = {}
        for name, (task, when) in schedules.items():
            if task not in current_app.tasks:
                made.append(task)

                @shared_task(name=task)
                def work(task=task):
                    done.append(task)
                    return 2

            settings.CELERY_BEAT_SCHEDULE[name] = {"task": task, "schedule": when}

    yield put
    for task in made:
        current_app.tasks.unregister(task)


def test_a_way_goes_by_mornings_and_evenings():
    found = list(day_rounds.stops(MONDAY, MONDAY + DAY))
    assert found == [at(23, 16), at(24, 7), at(24, 9)]


@pytest.mark.parametrize("to", [MONDAY, MONDAY - DAY])
def test_there_is_no_way_back(to):
    assert list(day_rounds.stops(MONDAY, to)) == []


def test_tasks_run_whose_hour_has_passed(schedule, done):
    schedule(
        early=("trial.early", crontab(hour=10, minute=20)),
        late=("trial.late", crontab(hour=18)),
        each_hour=("trial.each_hour", crontab(minute=5)),
        each_minute=("trial.each_minute", 60.0),
        tuesdays=("trial.tuesdays", crontab(hour=10, day_of_week="tue")),
        first_days=("trial.first_days", crontab(hour=10, day_of_month=1)),
        summers=("trial.summers", crontab(hour=10, month_of_year="6-8")),
    )
    counted = day_rounds.run(MONDAY, at(23, 16))
    assert done == ["trial.early", "trial.each_hour", "trial.each_minute"]
    assert counted == dict.fromkeys(done, 2)


def test_the_postman_comes_last_and_machines_are_left_alone(settings, monkeypatch):
    called = []
    monkeypatch.setattr(day_rounds, "_count", lambda entry: called.append(entry["task"]) or 0)
    day_rounds.run(MONDAY, MONDAY + DAY)
    everything = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert set(called) == everything - day_rounds.IN_REAL_TIME
    assert set(called[-2:]) == set(day_rounds.POSTMAN)


def test_a_task_that_fails_does_not_stop_the_others(schedule, done, monkeypatch):
    said = []
    monkeypatch.setattr(day_rounds.logger, "exception", lambda text, name: said.append(text % name))

    @shared_task(name="trial.broken")
    def broken():
        raise ValueError("broken")

    schedule(broken=("trial.broken", 60.0), sound=("trial.sound", 60.0))
    try:
        assert day_rounds.run(MONDAY, MONDAY + DAY) == {"trial.broken": 0, "trial.sound": 2}
    finally:
        current_app.tasks.unregister("trial.broken")
    assert said == ["trial.broken failed while the clock was moved"]


def test_what_counts_nothing_is_nothing(monkeypatch):
    monkeypatch.setitem(current_app.tasks, "trial.silent", lambda: None)
    assert day_rounds._count({"task": "trial.silent"}) == 0
