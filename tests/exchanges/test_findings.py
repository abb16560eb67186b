"""What the rules find in a draft, as the four parties read it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from cxc_portal.core import clock
from cxc_portal.core.errors import TransitionRefused
from exchanges.commitment.findings import KINDS, Finding
from exchanges.commitment.terms import Agenda, Terms
from exchanges.enums import ExchangeState, VersionState
from exchanges.models import CountryGuide, Exchange
from exchanges.queries.drafts import draft_of
from exchanges.queries.facts_of_exchange import facts_of, visits_taken
from exchanges.queries.findings import blocking, findings_of, in_section, require_sound
from exchanges.queries.lump_sum import lump_sum_of
from exchanges.services.overrides import override_warning
from exchanges.wording.findings import SAYINGS, finding_in_words
from exchanges.wording.lump_sum import lump_sum_in_words
from profiles.enums import ProfileState
from profiles.models import Country, OrganisationType, Profile, ProgrammeRules
from profiles.rules import rules_in_force
from tests.exchanges.sound_terms import MONDAY, with_part
from tests.factories.exchanges import (
    drafted_exchange,
    free_week,
    frozen_exchange,
    opened_exchange,
    person_of,
)
from tests.factories.matches import host_profile
from tests.factories.profiles import UserFactory

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def exchange():
    return drafted_exchange()


def codes(exchange, terms=None):
    return [found.code for found in findings_of(exchange, terms)]


def reloaded(exchange):
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def only(exchange, terms=None, **options):
    (found,) = findings_of(exchange, terms, **options)
    return found


def test_an_acceptable_draft_can_be_frozen(exchange):
    assert findings_of(exchange) == []
    require_sound(exchange, draft_of(exchange))


def test_a_finding_names_what_is_wrong_the_rule_its_source_and_the_way_out(exchange):
    days = free_week()[:2]
    terms = with_part(draft_of(exchange), "when", ends_on=days[-1])
    terms = replace(terms, agenda=Agenda(slots=terms.agenda.slots[:2]))
    found = only(exchange, terms)
    assert found.code == "too_short"
    assert (
        found.text
        == "The visit has 2 working days without travel; at least 3 working days are needed."
    )
    assert found.rule == "Shortest visit in person without travel days"
    assert found.source == "ClusterXchange scheme: about"
    assert found.way_out == (
        "Choose a later last day, or put work on a day of the weekend into the agenda."
    )
    assert (found.section_label, found.is_stop, found.blocks) == ("When and where", True, True)


def test_the_numbers_are_those_of_the_rules_in_force(exchange):
    rules = ProgrammeRules.objects.order_by("-version").first()
    values = rules.values | {"physical.min_days": 6}
    ProgrammeRules.objects.create(
        version=rules.version + 1, values=values, note="Longer", created_at=clock.now()
    )
    assert only(exchange).text.endswith("at least 6 working days are needed.")


def test_public_holidays_of_the_host_country_are_named():
    exchange = drafted_exchange(days=[date(2027, 5, 5) + timedelta(days=n) for n in range(3)])
    found = only(exchange)
    assert found.text == (
        "The visit has 2 working days without travel; at least 3 working days are needed. "
        "Public holidays do not count: 6 May 2027."
    )


def test_a_refusal_to_freeze_gives_all_reasons_with_their_ways_out(exchange):
    terms = with_part(draft_of(exchange), "when", venue="")
    terms = with_part(terms, "clauses", language="")
    with pytest.raises(TransitionRefused) as refusal:
        require_sound(exchange, terms)
    assert refusal.value.code == "not_sound"
    assert str(refusal.value) == (
        "It is not said where the visit takes place. Write down the address of the venue. "
        "The working language is not chosen. Choose the language in which the two of you work."
    )


def test_the_findings_of_one_section_can_be_told_apart(exchange):
    terms = with_part(with_part(draft_of(exchange), "when", venue=""), "clauses", language="")
    found = findings_of(exchange, terms)
    assert [one.code for one in in_section(found, "clauses")] == ["language_missing"]


@pytest.mark.parametrize("state", [ExchangeState.REPORTING, ExchangeState.CANCELLED])
def test_nothing_is_found_once_the_text_cannot_change(exchange, state):
    exchange.state = state
    assert findings_of(exchange, Terms()) == []


# --- the way out


def test_each_finding_leads_to_where_it_is_put_right(exchange):
    terms = Terms()
    urls = {one.section: one.url for one in findings_of(exchange, terms)}
    assert urls["when"] == reverse("exchanges:section", args=[exchange.ref, "when"])
    assert urls["agenda"] == reverse("exchanges:agenda", args=[exchange.ref])


def test_the_other_side_and_staff_are_told_who_puts_it_right(exchange):
    organisation = exchange.visitor.organisation
    organisation.legal_form = ""
    organisation.save()
    exchange = reloaded(exchange)
    for capacity, url in (
        ("VO", reverse("profiles:edit", args=[exchange.visitor.ref])),
        ("HO", ""),
        ("HOP", ""),
        ("VOP", ""),
    ):
        found = only(exchange, viewer=person_of(exchange, capacity))
        assert found.text == (
            "The profile of Motores Lda lacks what signing asks for: “Legal form”."
        )
        assert found.way_out == "Motores Lda completes its profile."
        assert found.url == url


def test_partnerships_read_along_and_are_sent_nowhere(exchange):
    terms = with_part(draft_of(exchange), "when", venue="")
    assert only(exchange, terms, viewer=person_of(exchange, "HO")).url
    assert only(exchange, terms, viewer=person_of(exchange, "HOP")).url == ""


# --- facts


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("legal_form", "", "host_incomplete"),
        ("street", "", "host_incomplete"),
        ("description", "", "host_texts"),
    ],
)
def test_what_the_hosts_organisation_lacks_is_found(exchange, field, value, code):
    organisation = exchange.host.organisation
    setattr(organisation, field, value)
    organisation.save()
    assert codes(reloaded(exchange)) == [code]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("contact_position", "", "visitor_incomplete"),
        ("contact_phone", "", "visitor_incomplete"),
        ("cv", "", "visitor_incomplete"),
        ("has_declared_residence", False, "visitor_incomplete"),
        ("motivation", "", "visitor_texts"),
        ("offer", "", "visitor_texts"),
    ],
)
def test_what_the_visitors_profile_lacks_is_found(exchange, field, value, code):
    Profile.objects.filter(pk=exchange.visitor_id).update(**{field: value})
    assert codes(reloaded(exchange)) == [code]


def test_what_only_payment_or_partners_ask_for_is_no_obstacle(exchange):
    Profile.objects.filter(pk=exchange.visitor_id).update(activities=[], min_days=None)
    assert codes(reloaded(exchange)) == []


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (ProfileState.PAUSED, []),
        (ProfileState.DORMANT, []),
        (ProfileState.SUBMITTED, ["host_not_standing"]),
        (ProfileState.SUSPENDED, ["host_not_standing"]),
    ],
)
def test_both_profiles_are_validated(exchange, state, found):
    Profile.objects.filter(pk=exchange.host_id).update(state=state)
    assert codes(reloaded(exchange)) == found


def test_countries_take_part_and_types_are_eligible(exchange):
    Country.objects.filter(pk="FR").update(is_eligible=False)
    kind = exchange.visitor.organisation.organisation_type_id
    OrganisationType.objects.filter(pk=kind).update(may_visit=False)
    found = findings_of(reloaded(exchange))
    assert [one.code for one in found] == ["host_country", "visitor_type"]
    assert found[0].text == "AQUIMER is in France, which does not take part."


def test_the_host_is_judged_as_a_host(exchange):
    kind = exchange.host.organisation.organisation_type_id
    OrganisationType.objects.filter(pk=kind).update(may_host=False, may_visit=True)
    assert "host_type" in codes(reloaded(exchange))


def test_a_town_that_nobody_knows_leaves_the_distance_open(exchange):
    organisation = exchange.host.organisation
    organisation.latitude = organisation.longitude = None
    organisation.city = "Nowhere"
    organisation.save()
    found = only(reloaded(exchange))
    assert (found.code, found.severity) == ("distance_unknown", "warning")


def test_a_town_that_is_known_gives_the_distance_without_a_position(exchange):
    organisation = exchange.host.organisation
    organisation.latitude = organisation.longitude = None
    organisation.save()
    assert codes(reloaded(exchange)) == []


# --- one visit


def second_exchange(exchange):
    visitor = exchange.visitor
    return drafted_exchange(host=host_profile(name="Second host"), visitor=visitor)


@pytest.mark.parametrize(
    ("state", "mode", "count"),
    [
        (ExchangeState.BUILDING, "physical", 0),
        (ExchangeState.SIGNING, "physical", 1),
        (ExchangeState.REVIEW, "physical", 1),
        (ExchangeState.SIGNING, "virtual", 0),
        (ExchangeState.CANCELLED, "physical", 0),
    ],
)
def test_another_exchange_takes_the_visit_from_freezing_until_it_is_cancelled(
    exchange, state, mode, count
):
    other = second_exchange(exchange)
    Exchange.objects.filter(pk=other.pk).update(state=state, mode=mode)
    assert visits_taken(reloaded(exchange)) == count
    assert codes(exchange) == ["visit_used"] * count


def test_an_online_exchange_that_becomes_a_visit_takes_it_while_that_is_signed(exchange):
    other = frozen_exchange(host=host_profile(name="Second host"), visitor=exchange.visitor)
    Exchange.objects.filter(pk=other.pk).update(mode="virtual")
    assert visits_taken(reloaded(exchange)) == 1
    other.versions.update(state=VersionState.VOID)
    assert visits_taken(reloaded(exchange)) == 0


def test_an_exchange_does_not_stand_in_its_own_way(exchange):
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.SIGNING)
    assert visits_taken(reloaded(exchange)) == 0


def test_a_visit_that_only_the_organisation_knows_of_counts(exchange):
    organisation = exchange.visitor.organisation
    organisation.physical_visit_used_on = date(2026, 3, 1)
    organisation.save()
    assert visits_taken(reloaded(exchange)) == 1


def test_the_same_visit_is_not_counted_twice(exchange):
    other = second_exchange(exchange)
    Exchange.objects.filter(pk=other.pk).update(state=ExchangeState.SIGNING)
    organisation = exchange.visitor.organisation
    organisation.physical_visit_used_on = other.starts_on
    organisation.save()
    assert visits_taken(reloaded(exchange)) == 1


def test_the_visit_that_began_is_ones_own(exchange):
    organisation = exchange.visitor.organisation
    organisation.physical_visit_used_on = exchange.starts_on
    organisation.save()
    Exchange.objects.filter(pk=exchange.pk).update(started_at=clock.now())
    assert visits_taken(reloaded(exchange)) == 0


def test_an_online_draft_asks_for_no_visit(exchange):
    organisation = exchange.visitor.organisation
    organisation.physical_visit_used_on = date(2026, 3, 1)
    organisation.save()
    terms = with_part(draft_of(exchange), "when", mode="virtual", platform="Video calls")
    assert facts_of(reloaded(exchange), terms).visits_taken == 0


def test_no_other_exchange_is_named_to_the_host(exchange):
    other = second_exchange(exchange)
    Exchange.objects.filter(pk=other.pk).update(state=ExchangeState.SIGNING)
    found = only(exchange)
    assert other.ref not in found.text + found.way_out


# --- overrides


def spoken_of_recruitment(exchange, text="We plan a recruitment."):
    row = exchange.sections.get(name="purpose")
    row.content["text"] = text
    row.save()
    return reloaded(exchange)


def passed(exchange):
    return override_warning(
        exchange_id=exchange.pk,
        code="words_in_purpose",
        reason="It speaks of customers.",
        actor=person_of(exchange, "HOP"),
    )


def test_a_warning_blocks_until_it_is_let_pass(exchange):
    exchange = spoken_of_recruitment(exchange)
    assert [one.code for one in blocking(findings_of(exchange))] == ["words_in_purpose"]
    override = passed(exchange)
    found = only(exchange)
    assert (found.override, found.blocks) == (override, False)
    require_sound(exchange, draft_of(exchange))


def test_a_warning_about_something_else_stands_again(exchange):
    passed(spoken_of_recruitment(exchange))
    exchange = spoken_of_recruitment(exchange, "A recruitment and an internship.")
    assert only(exchange).override is None


def test_who_may_let_a_warning_pass_and_take_it_back_is_told_to_each_viewer(exchange):
    exchange = spoken_of_recruitment(exchange)
    viewers = [person_of(exchange, capacity) for capacity in ("HO", "VO", "HOP", "VOP")]

    def can(what):
        return [getattr(only(exchange, viewer=viewer), what) for viewer in viewers]

    assert can("can_override") == [False, False, True, True]
    assert can("can_withdraw") == [False, False, False, False]
    passed(exchange)
    assert can("can_override") == [False, False, False, False]
    assert can("can_withdraw") == [False, False, True, False]


def test_a_stop_is_never_let_pass(exchange):
    terms = with_part(draft_of(exchange), "when", venue="")
    assert not only(exchange, terms, viewer=person_of(exchange, "HOP")).can_override


# --- words


SAMPLES = {
    "days": [MONDAY],
    "holidays": [],
    "first": MONDAY,
    "last": MONDAY,
    "longest": MONDAY,
    "until": MONDAY,
    "day": MONDAY,
    "titles": ["One", "Two"],
    "outcomes": ["A plan"],
    "fields": ["organisation.legal_form", "unknown.field"],
    "parties": ["HO", "VOP"],
    "clauses": ["conduct", "unknown"],
    "words": ["internship"],
    "country": "FR",
    "count": 2,
    "half_days": 4,
    "least_days": 3,
    "least_half_days": 6,
}
COUNTED = {("too_short", "days"): 2, ("virtual_span", "days"): 22}
NAMES = {
    "dates_reversed": "first last",
    "not_in_future": "first",
    "over_already": "last",
    "too_short": "days holidays",
    "too_long": "first longest",
    "travel_apart": "days",
    "virtual_window": "last until",
    "virtual_span": "days",
    "same_country": "country",
    "host_country": "country",
    "visitor_country": "country",
    "host_incomplete": "fields",
    "visitor_incomplete": "fields",
    "host_texts": "fields",
    "visitor_texts": "fields",
    "words_in_purpose": "words",
    "words_in_agenda": "words",
    "entry_incomplete": "count",
    "entry_times": "titles",
    "outside_stay": "days",
    "overlap": "day titles",
    "not_consecutive": "days",
    "days_without_content": "days",
    "virtual_too_short": "half_days least_days least_half_days",
    "responsibilities_missing": "parties",
    "measures_missing": "outcomes",
    "clauses_missing": "clauses",
}
"""Which values each finding names; those that are not here name none."""


def test_each_kind_of_finding_has_its_words():
    assert set(SAYINGS) == set(KINDS)


@pytest.mark.parametrize("code", KINDS)
def test_each_finding_says_what_is_wrong_whose_rule_it_is_and_the_way_out(exchange, code):
    names = NAMES.get(code, "").split()
    values = {name: COUNTED.get((code, name), SAMPLES[name]) for name in names}
    rules = {rule.key: rule for rule in rules_in_force()}
    words = finding_in_words(Finding(code, values), exchange, rules)
    for text in (words.text, words.way_out):
        assert text.endswith(".")
        assert "%(" not in text
    assert str(words.rule)
    assert str(words.source)


# --- lump sum


def test_the_lump_sum_is_that_of_the_host_country_for_the_working_days(exchange):
    found = lump_sum_of(exchange)
    full = Country.objects.get(pk="FR").lump_sum_full
    assert (found.amount, found.full, found.days, found.reasons) == (full, full, 5, ())
    assert 1190 < float(found.km) < 1210


def test_four_days_bring_half(exchange):
    days = free_week()
    found = lump_sum_of(exchange, with_part(draft_of(exchange), "when", ends_on=days[3]))
    assert (found.amount, found.reasons) == (Country.objects.get(pk="FR").lump_sum_half, ("short",))


def test_an_online_exchange_brings_no_lump_sum(exchange):
    terms = with_part(draft_of(exchange), "when", mode="virtual")
    assert lump_sum_of(exchange, terms) is None
    assert lump_sum_in_words(None, exchange) is None


def test_without_dates_the_days_are_open():
    found = lump_sum_of(opened_exchange())
    assert (found.days, found.reasons) == (None, ("days_unknown",))


def test_the_visitors_partnership_may_pay_less(exchange):
    for partnership, amount in (
        (exchange.host_partnership, 100),
        (exchange.visitor_partnership, 600),
    ):
        CountryGuide.objects.create(
            partnership=partnership,
            country_id="FR",
            lump_sum_full=amount,
            updated_by=person_of(exchange, "VOP"),
        )
    found = lump_sum_of(exchange)
    assert (found.amount, found.programme_full, found.reasons) == (600, 900, ("own_rate",))
    words = lump_sum_in_words(found, exchange)
    assert words.reasons == ["RECIPE4MOBILITY pays 600 EUR in full; the programme allows 900 EUR."]


def test_the_lump_sum_is_explained(exchange):
    days = free_week()
    exchange.visitor.organisation.latitude, exchange.visitor.organisation.longitude = 45.0, 4.9
    found = lump_sum_of(exchange, with_part(draft_of(exchange), "when", ends_on=days[2]))
    words = lump_sum_in_words(found, exchange)
    assert (words.amount, words.full, words.half, words.days, words.distance) == (
        "450 EUR",
        "900 EUR",
        "450 EUR",
        "3 working days",
        "84.6 km",
    )
    assert words.reasons == [
        "Halved, because the visit has 3 working days and the full amount begins at "
        "5 working days.",
        "The two organisations are also less than 200 km apart (84.6 km); it is halved only once.",
    ]


def test_a_near_visit_of_a_week_is_halved_for_the_distance_alone(exchange):
    exchange.visitor.organisation.latitude, exchange.visitor.organisation.longitude = 45.0, 4.9
    words = lump_sum_in_words(lump_sum_of(exchange), exchange)
    assert words.reasons == [
        "Halved, because the two organisations are 84.6 km apart, less than 200 km."
    ]


def test_what_is_not_known_yet_is_said(exchange):
    organisation = exchange.host.organisation
    organisation.latitude = organisation.longitude = None
    organisation.city = "Nowhere"
    words = lump_sum_in_words(
        lump_sum_of(exchange, with_part(draft_of(exchange), "when", ends_on=None)), exchange
    )
    assert (words.days, words.distance, words.is_settled) == ("", "", False)
    assert words.reasons == [
        "The days are still open; the full amount begins at 5 working days.",
        "The distance is not known yet; below 200 km the amount is halved.",
    ]


def test_a_stranger_is_no_viewer_of_the_way_out(exchange):
    terms = with_part(draft_of(exchange), "when", venue="")
    found = only(exchange, terms, viewer=UserFactory())
    assert (found.url, found.can_override) == ("", False)


def test_two_french_organisations_cannot_agree(exchange):
    organisation = exchange.visitor.organisation
    organisation.country_id = "FR"
    organisation.save()
    assert codes(reloaded(exchange)) == ["same_country"]
