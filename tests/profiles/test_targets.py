"""The exchanges that a partnership promised."""

import pytest

from profiles.models import OrganisationType, Partnership
from profiles.targets import Target, exchange_targets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def test_the_flagship_has_a_target_for_each_category():
    targets = exchange_targets(Partnership.objects.get(acronym="RECIPE4MOBILITY"))
    assert {target.category: target.number for target in targets} == {
        "": 50,
        "smes": 25,
        "cluster_managers": 5,
        "technology_centres": 10,
        "support_organisations": 10,
    }


def test_categories_are_those_of_the_types_of_organisation():
    targets = exchange_targets(Partnership.objects.get(acronym="RECIPE4MOBILITY"))
    known = set(OrganisationType.objects.values_list("kpi_category", flat=True))
    assert {target.category for target in targets} - {""} == known - {"none"}


def test_others_have_what_they_planned():
    partnership = Partnership.objects.get(acronym="EXXTRA")
    assert exchange_targets(partnership) == [Target("", "", "", partnership.planned_exchanges)]
