"""What a page knows of the programme's rules."""

import pytest
from django.http import HttpRequest, HttpResponse

from cxc_portal.core import clock
from profiles.middleware import RulesMiddleware
from profiles.models import ProgrammeRules
from profiles.rules import current_rules, one_set_of_rules
from profiles.services.reference import publish_rules

pytestmark = pytest.mark.usefixtures("reference")
DAYS = "building.quiet_days"


def publish(days: int) -> None:
    publish_rules(values={**current_rules().values, DAYS: days}, note="", actor=None)


def published_elsewhere(days: int) -> None:
    rules = current_rules()
    values = {**rules.values, DAYS: days}
    ProgrammeRules.objects.create(version=rules.version + 1, values=values, created_at=clock.now())


def test_a_page_reads_the_rules_once_and_goes_by_them_to_its_end(
    django_assert_num_queries,
) -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        before = current_rules().integer(DAYS)
        published_elsewhere(before + 1)
        with django_assert_num_queries(0):
            assert current_rules().integer(DAYS) == before
        return HttpResponse(str(before))

    answers = [RulesMiddleware(page)(HttpRequest()).content for _time in range(2)]
    assert answers == [b"10", b"11"]
    assert current_rules().integer(DAYS) == 12


def test_whoever_publishes_rules_goes_by_them_at_once() -> None:
    with one_set_of_rules():
        publish(current_rules().integer(DAYS) + 4)
        assert current_rules().integer(DAYS) == 14


def test_outside_of_a_page_each_asks_for_itself() -> None:
    assert current_rules().integer(DAYS) == 10
    published_elsewhere(11)
    assert current_rules().integer(DAYS) == 11
