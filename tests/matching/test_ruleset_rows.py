"""Rulesets as rows: tried on a draft, published in versions, refused where they cannot be right."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from matching.index import ProfileIndex
from matching.models import RulesetDraft, RulesetVersion
from matching.notifications.rulesets import RULESET_PUBLISHED
from matching.queries import rulesets
from matching.queries.rulesets import (
    current_draft,
    current_ruleset,
    effect_of_ruleset,
    latest_version,
    ruleset_in,
    ruleset_of,
)
from matching.scoring.criteria import Criterion
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.services import rulesets as services
from matching.services.rulesets import (
    discard_draft,
    load_ruleset,
    publish_draft,
    publish_ruleset,
    save_draft,
)
from profiles.enums import Role, StaffRoleName
from profiles.models import User
from profiles.services.generation import generate_profiles
from tests.concurrency import at_once, errors, values
from tests.factories import OrganisationFactory, StaffRoleFactory, UserFactory, published_profile

pytestmark = pytest.mark.django_db

NARROW = replace(PUBLISHED_RULESET, green_from=900)
WIDE = replace(PUBLISHED_RULESET, green_from=700)


def trace() -> tuple[Any, ...]:
    """All that a refusal must leave alone."""
    return (
        list(RulesetVersion.objects.values_list("version", "note")),
        list(RulesetDraft.objects.values_list("revision", "green_from", "changed_by")),
        AuditEntry.objects.count(),
        OutgoingMail.objects.count(),
    )


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


def test_numbers_that_are_in_force_are_not_published_again(support):
    before = trace()
    with pytest.raises(TransitionRefused, match="These are the numbers of version 1") as refusal:
        publish_ruleset(ruleset=PUBLISHED_RULESET, note="The same", actor=support)
    assert (refusal.value.code, trace()) == ("unchanged", before)


@pytest.mark.parametrize("note", ["", "  "])
def test_a_version_says_why(support, note):
    before = trace()
    with pytest.raises(TransitionRefused, match="Say in a few words") as refusal:
        publish_ruleset(ruleset=NARROW, note=note, actor=support)
    assert (refusal.value.code, trace()) == ("note", before)


def test_the_database_refuses_a_version_that_does_not_say_why(reference):
    with pytest.raises(IntegrityError), transaction.atomic():
        RulesetVersion.objects.update(note="")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_become_two_versions(support):
    outcomes = at_once(
        *(
            lambda ruleset=ruleset: (
                publish_ruleset(ruleset=ruleset, note="At once", actor=support).version
            )
            for ruleset in (NARROW, WIDE)
        )
    )

    assert errors(outcomes) == []
    assert sorted(values(outcomes)) == [2, 3]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_numbers_at_once_become_one_version(support):
    def publish():
        return publish_ruleset(ruleset=NARROW, note="At once", actor=support).version

    outcomes = at_once(publish, publish)

    assert values(outcomes) == [2]
    assert [error.code for error in errors(outcomes)] == ["unchanged"]


# --- the draft -------------------------------------------------------------------------------


@pytest.fixture
def draft(support):
    return save_draft(ruleset=NARROW, seen_revision="", actor=support)


@pytest.fixture
def colleague(reference):
    user = UserFactory(first_name="Anna", last_name="Ruiz")
    return StaffRoleFactory(role=StaffRoleName.SUPPORT, user=user).user


def test_a_draft_changes_nothing_that_is_in_force(draft, support):
    assert (current_ruleset(), RulesetVersion.objects.count()) == (PUBLISHED_RULESET, 1)
    assert ruleset_of(current_draft()) == replace(NARROW, version=2)
    assert (draft.changed_by, draft.based_on.version, str(draft)) == (support, 1, "draft after v1")


def test_saving_again_changes_the_same_draft(draft, colleague):
    seen = draft.revision
    saved = save_draft(ruleset=WIDE, seen_revision=draft.revision, actor=colleague)
    assert RulesetDraft.objects.get() == saved
    assert (saved.green_from, saved.changed_by) == (700, colleague)
    assert saved.revision not in ("", seen)


def test_who_has_not_seen_the_latest_draft_does_not_write_over_it(draft, support, colleague):
    seen = draft.revision
    save_draft(ruleset=WIDE, seen_revision=seen, actor=colleague)
    before = trace()
    for act in (
        lambda: save_draft(ruleset=NARROW, seen_revision=seen, actor=support),
        lambda: publish_draft(seen_revision=seen, note="Mine", actor=support),
        lambda: discard_draft(seen_revision=seen, actor=support),
    ):
        with pytest.raises(StaleVersion, match="Anna Ruiz has changed the draft") as refusal:
            act()
        assert (refusal.value.code, trace()) == ("draft_changed", before)


def test_who_began_at_the_same_time_is_told(draft, colleague):
    before = trace()
    with pytest.raises(StaleVersion):
        save_draft(ruleset=WIDE, seen_revision="", actor=colleague)
    assert trace() == before


def test_a_draft_that_is_gone_is_not_brought_back_unseen(draft, support):
    discard_draft(seen_revision=draft.revision, actor=support)
    before = trace()
    with pytest.raises(StaleVersion, match="published or thrown away") as refusal:
        save_draft(ruleset=WIDE, seen_revision=draft.revision, actor=support)
    assert (refusal.value.code, trace()) == ("draft_gone", before)


def test_throwing_away_where_there_is_nothing_does_nothing(support):
    before = trace()
    discard_draft(seen_revision="", actor=support)
    assert trace() == before


def test_publishing_puts_the_draft_in_force_and_ends_it(draft, support):
    row = publish_draft(seen_revision=draft.revision, note=" Fewer high fits ", actor=support)
    assert (row.version, row.note, row.published_by) == (2, "Fewer high fits", support)
    assert (current_ruleset(), current_draft()) == (replace(NARROW, version=2), None)


def test_a_draft_as_it_is_in_force_is_not_published(support):
    draft = save_draft(ruleset=PUBLISHED_RULESET, seen_revision="", actor=support)
    before = trace()
    with pytest.raises(TransitionRefused, match="These are the numbers of version 1"):
        publish_draft(seen_revision=draft.revision, note="The same", actor=support)
    assert trace() == before


def test_without_a_draft_nothing_is_published(support):
    before = trace()
    with pytest.raises(TransitionRefused) as refusal:
        publish_draft(seen_revision="", note="Nothing", actor=support)
    assert (refusal.value.code, trace()) == ("no_draft", before)


def test_a_draft_of_an_earlier_version_is_saved_again_before_it_is_published(draft, support):
    publish_ruleset(ruleset=WIDE, note="From elsewhere", actor=None)
    before = trace()
    with pytest.raises(StaleVersion, match="Version 2 was published after this draft was saved"):
        publish_draft(seen_revision=draft.revision, note="Late", actor=support)
    assert trace() == before

    again = save_draft(ruleset=NARROW, seen_revision=draft.revision, actor=support)
    assert publish_draft(seen_revision=again.revision, note="Now", actor=support).version == 3


@pytest.mark.parametrize("role", [None, StaffRoleName.COORDINATOR, StaffRoleName.OBSERVER])
def test_nobody_but_the_support_office_touches_the_draft(draft, role):
    actor = StaffRoleFactory(role=role).user if role else UserFactory()
    before = trace()
    for act in (
        lambda: save_draft(ruleset=WIDE, seen_revision=draft.revision, actor=actor),
        lambda: publish_draft(seen_revision=draft.revision, note="Mine", actor=actor),
        lambda: discard_draft(seen_revision=draft.revision, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            act()
        assert trace() == before


def test_the_database_holds_one_draft_whose_numbers_add_up(draft):
    for wrong in ({"sector": 251}, {"orange_from": 900}, {"minimum_days": 0}, {"revision": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RulesetDraft.objects.update(**wrong)
    draft.pk = 2
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.save(force_insert=True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_the_draft_at_once_publish_it_once(draft, support, colleague):
    """The second one gets the draft's lock when there is no draft any more."""
    published_profile()
    officer = StaffRoleFactory().user

    def publish(actor: User) -> int:
        return publish_draft(
            seen_revision=draft.revision, note=f"By {actor.pk}", actor=actor
        ).version

    outcomes = at_once(lambda: publish(support), lambda: publish(colleague))

    assert values(outcomes) == [2]
    assert [type(error) for error in errors(outcomes)] == [StaleVersion]
    assert AuditEntry.objects.filter(event="ruleset.published", data={"version": 2}).count() == 1
    assert OutgoingMail.objects.filter(to=officer.email).count() == 1


def test_a_first_draft_that_was_saved_between_look_and_save_is_not_lost(
    monkeypatch, support, colleague
):
    def saves_meanwhile():
        monkeypatch.setattr(services, "latest_version", latest_version)
        save_draft(ruleset=NARROW, seen_revision="", actor=colleague)
        return latest_version()

    monkeypatch.setattr(services, "latest_version", saves_meanwhile)
    name = colleague.get_full_name() or colleague.email
    with pytest.raises(StaleVersion, match=f"{name} has changed the draft"):
        save_draft(ruleset=WIDE, seen_revision="", actor=support)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_first_drafts_at_once_one_is_kept_and_one_is_told(support, colleague):
    outcomes = at_once(
        lambda: save_draft(ruleset=NARROW, seen_revision="", actor=support),
        lambda: save_draft(ruleset=WIDE, seen_revision="", actor=colleague),
    )
    assert [type(error) for error in errors(outcomes)] == [StaleVersion]
    assert RulesetDraft.objects.get() == values(outcomes)[0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_saving_and_publishing_at_once_lose_nothing(draft, support, colleague):
    """Either the numbers that were seen are published, or the newer ones stay a draft."""
    outcomes = at_once(
        lambda: publish_draft(seen_revision=draft.revision, note="As seen", actor=support),
        lambda: save_draft(ruleset=WIDE, seen_revision=draft.revision, actor=colleague),
    )
    assert [type(error) for error in errors(outcomes)] == [StaleVersion]
    if outcomes[0].is_success:
        assert (current_ruleset().green_from, current_draft()) == (900, None)
    else:
        assert (current_ruleset().green_from, current_draft().green_from) == (800, 700)


# --- what it would change --------------------------------------------------------------------


@pytest.fixture
def pair(reference):
    """A pair of 90 points: one partnership has both, and nobody else has any."""
    cluster = OrganisationFactory(organisation_type_id="cluster")
    published_profile(ref="P-HOST", role=Role.HOST, organisation=cluster)
    organisation = OrganisationFactory(country_id="PT")
    published_profile(ref="P-ONE", role=Role.VISITING, organisation=organisation, languages=["pt"])


def test_the_effect_follows_the_catalogue(pair, support):
    strict = replace(PUBLISHED_RULESET, green_from=950)
    effect = effect_of_ruleset(strict)
    assert effect.moves["green", "orange"].value == 1
    assert effect_of_ruleset(strict) is effect
    assert effect_of_ruleset(replace(strict, version=9)) is effect

    organisation = OrganisationFactory(country_id="ES")
    published_profile(role=Role.VISITING, organisation=organisation, languages=["es"])

    assert effect_of_ruleset(strict).moves["green", "orange"].value == 2


def test_of_a_large_catalogue_a_sample_is_looked_at(reference, monkeypatch):
    generate_profiles(count=60, seed=1)
    assert effect_of_ruleset(NARROW).is_exact
    monkeypatch.setattr(rulesets, "PAIRS_LOOKED_AT", 0)
    monkeypatch.setattr(rulesets, "FEWEST_DRAWN", 25)
    effect = effect_of_ruleset(WIDE)
    assert effect.profiles == 60
    assert 20 < effect.looked_at < 60


# --- who is told -----------------------------------------------------------------------------


def test_the_staff_of_each_partnership_with_profiles_is_told_what_changes_for_it(pair, support):
    officer, coordinator = (
        StaffRoleFactory(role=role).user
        for role in (StaffRoleName.OFFICER, StaffRoleName.COORDINATOR)
    )
    StaffRoleFactory(acronym="EXXTRA")
    draft = save_draft(
        ruleset=replace(PUBLISHED_RULESET, green_from=905), seen_revision="", actor=support
    )
    publish_draft(seen_revision=draft.revision, note="Only the best", actor=support)

    mails = OutgoingMail.objects.filter(kind=RULESET_PUBLISHED.name).order_by("pk")
    assert [mail.to for mail in mails] == [officer.email, coordinator.email]
    mail = mails[0]
    assert mail.subject == ("Read what version 2 of the matching rules changes for RECIPE4MOBILITY")
    for text in (mail.text, mail.html):
        assert "Only the best" in text
        assert "High fit from: 80 → 90.5" in text
        told = "Pairs of high fit with a profile of RECIPE4MOBILITY: 1 before, 0 now."
        assert told in " ".join(text.split())
        assert "Read the matching rules" in text


def test_who_has_two_roles_in_a_partnership_is_told_once(pair, support):
    officer = StaffRoleFactory().user
    StaffRoleFactory(role=StaffRoleName.COORDINATOR, user=officer)
    draft = save_draft(ruleset=WIDE, seen_revision="", actor=support)
    publish_draft(seen_revision=draft.revision, note="More", actor=support)
    assert OutgoingMail.objects.filter(to=officer.email).count() == 1


def test_estimates_are_told_as_such(reference, support, monkeypatch):
    generate_profiles(count=60, seed=1)
    monkeypatch.setattr(rulesets, "PAIRS_LOOKED_AT", 0)
    monkeypatch.setattr(rulesets, "FEWEST_DRAWN", 25)
    acronym = rulesets.Profile.objects.exclude(partnership=None).first().partnership.acronym
    officer = StaffRoleFactory(acronym=acronym).user
    draft = save_draft(ruleset=WIDE, seen_revision="", actor=support)
    publish_draft(seen_revision=draft.revision, note="More", actor=support)
    mail = OutgoingMail.objects.get(to=officer.email)
    assert "These are estimates from a sample." in mail.text
    assert "These are estimates from a sample." in " ".join(mail.html.split())
