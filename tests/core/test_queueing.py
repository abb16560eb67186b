import logging

import pytest
from celery import shared_task
from kombu.exceptions import OperationalError

from cxc_portal.core.queueing import SweptTask


@shared_task(name="tests.trial", base=SweptTask)
def trial(number):
    """Some work."""


def test_a_task_is_queued_with_its_key(monkeypatch):
    queued = []
    monkeypatch.setattr(trial, "delay", lambda *args: queued.append(args))
    trial.enqueue(7)
    assert queued == [(7,)]


@pytest.mark.parametrize("problem", [OperationalError("away"), OSError("disk full"), ValueError()])
def test_a_queue_that_is_away_is_logged_and_left_to_the_sweep(monkeypatch, caplog, problem):
    def fail(*args):
        raise problem

    monkeypatch.setattr(trial, "delay", fail)
    trial.enqueue(7)
    assert caplog.record_tuples == [
        (
            "cxc_portal.core.queueing",
            logging.ERROR,
            "could not queue tests.trial(7,); the sweep will",
        )
    ]
