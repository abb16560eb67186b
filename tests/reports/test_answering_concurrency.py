"""Two of one organisation at the same instant: one is saved, the other is told."""

import pytest

from cxc_portal.core.errors import StaleVersion
from profiles.enums import StaffRoleName
from profiles.services.reference import load_reference_data
from reports.models import Questionnaire
from reports.services.answering import save_answers
from reports.services.questionnaires import begin_draft
from tests.concurrency import at_once, errors, values
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def reference_data(transactional_db):
    load_reference_data()


def test_two_save_at_once_and_the_second_is_told() -> None:
    exchange = finished_exchange()
    report, actor = report_of(exchange, "VO"), person_of(exchange, "VO")

    def saving(outcome):
        return lambda: save_answers(
            report_id=report.pk,
            answers=report.answers,
            outcome=outcome,
            starts_on=report.starts_on,
            ends_on=report.ends_on,
            days_done=report.days_done,
            revision=0,
            actor=actor,
        )

    outcomes = at_once(saving("took_place"), saving("ended_early"))
    (saved,), (refused,) = values(outcomes), errors(outcomes)
    report.refresh_from_db()
    assert (report.outcome, report.revision) == (saved.outcome, 1)
    assert isinstance(refused, StaleVersion)


def test_two_begin_a_draft_at_once_and_there_is_one() -> None:
    actors = [StaffRoleFactory(role=StaffRoleName.SUPPORT).user for _number in range(2)]
    outcomes = at_once(*(lambda actor=actor: begin_draft(actor=actor) for actor in actors))
    assert len({draft.pk for draft in values(outcomes)}) == 1
    assert Questionnaire.objects.filter(is_draft=True).count() == 1
