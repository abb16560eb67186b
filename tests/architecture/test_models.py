"""What belongs to somebody says who sees it."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models

from profiles.models import Organisation, Profile, User
from tests.architecture.deployment_files import local_apps
from tests.factories import UserFactory

PEOPLE = {User, Organisation, Profile}
READ_BY_ALL = {
    "core.ClockShift": "the clock of the demo, which everybody there may look at",
    "matching.RulesetVersion": "the weights are explained to everybody; it names who set them",
    "profiles.ProgrammeRules": "the rules are public; a version names who published it",
}


def our_models() -> list[type[models.Model]]:
    labels = {"core", *local_apps()}
    return [model for model in apps.get_models() if model._meta.app_label in labels]


def targets(model: type[models.Model]) -> Iterator[type[models.Model]]:
    """What a model points to."""
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and not field.auto_created:
            yield field.related_model


def belonging(candidates: list[type[models.Model]]) -> set[type[models.Model]]:
    """The models that reach a person, an organisation or a profile, however long the way."""
    found = set(PEOPLE)
    while True:
        more = {m for m in candidates if m not in found and found.intersection(targets(m))}
        if not more:
            return found
        found |= more


def without_visibility() -> set[str]:
    return {
        model._meta.label
        for model in belonging(our_models())
        if not hasattr(model._default_manager, "visible_to")
    }


def test_what_belongs_to_somebody_has_visible_to():
    assert without_visibility() - set(READ_BY_ALL) == set()


def test_the_list_of_exceptions_is_not_stale():
    assert set(READ_BY_ALL) - without_visibility() == set()


def with_visibility() -> list[type[models.Model]]:
    return [model for model in our_models() if hasattr(model._default_manager, "visible_to")]


@pytest.mark.parametrize("model", with_visibility(), ids=lambda model: model._meta.label)
def test_somebody_unknown_sees_nothing_of_it(reference, model):
    assert list(model._default_manager.visible_to(AnonymousUser())) == []


@pytest.mark.parametrize("model", with_visibility(), ids=lambda model: model._meta.label)
def test_a_newcomer_sees_nothing_of_others(reference, model):
    newcomer = UserFactory()
    seen = list(model._default_manager.visible_to(newcomer))
    assert seen == ([newcomer] if model is User else [])


# --- the guard itself --------------------------------------------------------------------------


def test_guard_knows_what_belongs_to_somebody_at_second_hand():
    from profiles.models import ProfileSubmission

    assert ProfileSubmission in belonging(our_models())


def test_guard_knows_what_belongs_to_nobody():
    from profiles.models import Country

    assert Country not in belonging(our_models())
