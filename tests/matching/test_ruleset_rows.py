"""Rulesets as rows: published in versions, refused where they cannot be right."""

from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from cxc_portal.core.errors import NotAllowed
from cxc_portal.core.models import AuditEntry
from matching.index import ProfileIndex
from matching.models import RulesetVersion
from matching.queries.rulesets import current_ruleset, ruleset_in
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.services.rulesets import load_ruleset, publish_ruleset
from profiles.enums import StaffRoleName
from tests.concurrency import at_once, errors, values
from tests.factories import StaffRoleFactory, UserFactory

pytestmark = pytest.mark.django_db

NARROW = replace(PUBLISHED_RULESET, green_from=900)


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role=StaffRoleName.SUPPORT).user


def test_the_published_formula_is_version_1(reference):
    row = RulesetVersion.objects.get()
    assert (row.version, row.published_by, str(row)) == (1, None, "v1")
    assert current_ruleset() == PUBLISHED_RULESET


def test_loading_again_leaves_what_was_published(support):
    publish_ruleset(ruleset=NARROW, note="Fewer high fits", actor=support)
    assert load_ruleset() == 2
    assert current_ruleset() == replace(NARROW, version=2)


def test_without_reference_data_the_error_names_the_command(db):
    with pytest.raises(ImproperlyConfigured, match="load_reference_data"):
        current_ruleset()


def test_a_new_version_is_in_force_and_the_earlier_one_is_kept(support):
    row = publish_ruleset(ruleset=NARROW, note="Fewer high fits", actor=support)
    assert (row.version, row.published_by, row.note) == (2, support, "Fewer high fits")
    assert current_ruleset().green_from == 900
    assert RulesetVersion.objects.count() == 2


def test_publishing_is_recorded(support):
    row = publish_ruleset(ruleset=NARROW, note="Fewer high fits", actor=support)
    entry = AuditEntry.objects.get(event="ruleset.published", actor_id=support.pk)
    assert (entry.subject_id, entry.data) == (str(row.pk), {"version": 2})


def test_every_process_scores_by_the_new_version(support):
    index = ProfileIndex()
    with index.reading() as snapshot:
        assert ruleset_in(snapshot).version == 1
    publish_ruleset(ruleset=NARROW, note="Fewer high fits", actor=support)
    with index.reading() as snapshot:
        assert ruleset_in(snapshot).version == 2


@pytest.mark.parametrize("role", [None, StaffRoleName.OFFICER, StaffRoleName.OBSERVER])
def test_nobody_but_the_support_office_publishes(reference, role):
    actor = StaffRoleFactory(role=role).user if role else UserFactory()
    before = (RulesetVersion.objects.count(), AuditEntry.objects.count())
    with pytest.raises(NotAllowed):
        publish_ruleset(ruleset=NARROW, note="Mine", actor=actor)
    assert (RulesetVersion.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("criterion", Criterion)
def test_the_database_refuses_weights_that_do_not_add_up(reference, criterion):
    row = RulesetVersion.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesetVersion.objects.update(**{criterion.value: getattr(row, criterion.value) + 1})


@pytest.mark.parametrize(
    "bounds",
    [
        {"orange_from": 800},
        {"orange_from": 0},
        {"green_from": 1001},
        {"minimum_days": 0},
        {"minimum_days": 255},
        {"version": 0},
    ],
)
def test_the_database_refuses_bounds_out_of_order(reference, bounds):
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesetVersion.objects.update(**bounds)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_become_two_versions(support):
    def publish():
        return publish_ruleset(ruleset=NARROW, note="At once", actor=support).version

    outcomes = at_once(publish, publish)

    assert errors(outcomes) == []
    assert sorted(values(outcomes)) == [2, 3]
