"""Writing a report: by its side alone, while it is open, and never over what nobody has seen."""

from datetime import date

import pytest

from cxc_portal.core import clock
from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from reports.models import Report
from reports.services.answering import save_answers
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of, reported_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def exchange():
    return finished_exchange()


@pytest.fixture
def report(exchange):
    return report_of(exchange, "VO")


def save(report, *, actor=None, **changes):
    said = {
        "answers": report.answers,
        "outcome": report.outcome,
        "starts_on": report.starts_on,
        "ends_on": report.ends_on,
        "days_done": report.days_done,
        "revision": report.revision,
    }
    actor = actor or person_of(report.exchange, report.capacity)
    return save_answers(report_id=report.pk, actor=actor, **{**said, **changes})


def refused(error, report, **changes):
    """The code of the refusal, which left nothing behind."""
    before = (
        Report.objects.values().get(pk=report.pk),
        AuditEntry.objects.count(),
        OutgoingMail.objects.count(),
    )
    with pytest.raises(error) as caught:
        save(report, **changes)
    assert before == (
        Report.objects.values().get(pk=report.pk),
        AuditEntry.objects.count(),
        OutgoingMail.objects.count(),
    )
    return caught.value.code


def test_what_is_written_is_kept_with_who_and_when(report):
    answers = {**report.answers, "suggestions": "More time."}
    saved = save(report, answers=answers, outcome="ended_early", days_done=3)
    saved.refresh_from_db()
    assert (saved.answers, saved.outcome, saved.days_done) == (answers, "ended_early", 3)
    assert (saved.revision, saved.saved_by) == (1, person_of(saved.exchange, "VO"))
    assert (clock.now() - saved.saved_at).total_seconds() < 60
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.event, entry.data) == (
        "report.save",
        {"revision": 1, "exchange": saved.exchange.ref},
    )


def test_saying_the_same_again_changes_nothing(report):
    save(report, outcome="took_place")
    entries = AuditEntry.objects.count()
    again = save(report, outcome="took_place", revision=0)
    assert (again.revision, AuditEntry.objects.count()) == (1, entries)


def test_a_colleague_who_saw_an_older_text_is_told(report):
    save(report, outcome="took_place")
    assert refused(StaleVersion, report, outcome="ended_early") == "report_changed"


def test_answers_of_another_shape_are_refused(report):
    assert refused(TransitionRefused, report, answers={"activities": "many"}) == "bad_answer"
    assert refused(TransitionRefused, report, outcome="perhaps") == "outcome"
    backwards = {"starts_on": date(2027, 3, 5), "ends_on": date(2027, 3, 1)}
    assert refused(TransitionRefused, report, **backwards) == "order"


@pytest.mark.parametrize("capacity", ["HO", "HOP", "VOP"])
def test_nobody_else_writes_it(report, capacity):
    actor = person_of(report.exchange, capacity)
    assert refused(NotAllowed, report, actor=actor, outcome="took_place") == "not_allowed"


def test_once_it_is_handed_in_nothing_more_can_be_written(exchange):
    report = reported_by(exchange, "VO")
    assert refused(TransitionRefused, report, outcome="ended_early") == "handed_in"
