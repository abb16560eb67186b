"""Pages that everybody may read."""

from datetime import date

import pytest

from profiles.consents import current_consent
from profiles.enums import Role
from profiles.models import Country, ProgrammeRules
from profiles.rules import current_rules, rules_in_force
from profiles.services.reference import publish_rules
from tests.factories import UserFactory, published_profile, submitted_profile

pytestmark = pytest.mark.django_db


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("url", ["/", "/rules/", "/privacy/", "/accessibility/", "/terms/"])
@pytest.mark.parametrize("is_logged_in", [False, True])
def test_page_is_open_to_everybody(client, reference, url, is_logged_in):
    if is_logged_in:
        client.force_login(UserFactory())
    assert "<h1>" in page(client, url)


def test_front_door_stands_while_no_country_takes_part(client, reference):
    Country.objects.update(is_eligible=False)
    context = client.get("/").context
    assert (context["featured"], context["highest"], context["examples"]) == (None, 0, [])


def test_front_door_counts_what_is_published(client, reference):
    published_profile()
    published_profile(role=Role.HOST, organisation__country_id="DE")
    submitted_profile()
    context = client.get("/").context
    assert context["counters"] == {"hosts": 1, "visitors": 1, "countries": 2}


def test_front_door_shows_lump_sums_as_they_are(client, reference):
    denmark = Country.objects.get(pk="DK")
    context = client.get("/").context
    assert context["eligible_count"] == Country.objects.filter(is_eligible=True).count()
    assert context["highest"] == max(c.lump_sum_full for c in Country.objects.all())
    assert context["featured"]["amount"] == denmark.lump_sum_full
    assert {
        "code": "DK",
        "name": "Denmark",
        "amount": denmark.lump_sum_full,
        "half": denmark.lump_sum_full // 2,
    } in context["examples"]


def test_country_that_left_is_not_advertised(client, reference):
    Country.objects.filter(pk="DK").update(is_eligible=False)
    context = client.get("/").context
    assert context["featured"] is None
    assert "DK" not in {example["code"] for example in context["examples"]}


def test_rules_show_every_lump_sum_and_who_may_take_part(client, reference):
    text = page(client, "/rules/")
    for country in Country.objects.filter(is_eligible=True):
        assert f'<a href="/countries/{country.pk}/">{country.name}</a>' in text
        assert f"€{country.lump_sum_full:,}" in text
    assert "Large company" in text
    assert "Norway" not in text


def test_rules_say_value_unit_and_source(client, reference):
    text = page(client, "/rules/")
    assert "Shortest visit in person without travel days" in text
    assert "3 working days" in text
    assert "Recommendation 2003/361/EC" in text
    assert "50,000,000 EUR" in text
    assert "31 December 2027" in text


def test_every_rule_is_on_the_page_once(client, reference):
    context = client.get("/rules/").context
    shown = [rule.key for _title, rules in context["groups"] for rule in rules]
    assert sorted(shown) == sorted(current_rules().values)


def test_new_version_of_the_rules_is_what_applies(client, reference):
    values = {**current_rules().values, "physical.min_days": 2}
    publish_rules(values=values, note="Shorter visits", actor=None)
    text = page(client, "/rules/")
    assert "2 working days" in text
    assert "Version 2." in text


def test_rule_that_is_not_in_force_is_not_shown(reference):
    rules = ProgrammeRules.objects.get()
    del rules.values["sme.max_staff"]
    rules.save()
    assert "sme.max_staff" not in [rule.key for rule in rules_in_force()]


def test_dates_among_the_rules_are_dates(reference):
    found = {rule.key: rule for rule in rules_in_force()}
    assert found["virtual.open_until"].value == date(2027, 12, 31)
    assert found["virtual.open_until"].text == "31 December 2027"


def test_numbers_among_the_rules_are_read_with_their_units(reference):
    found = {rule.key: rule.text for rule in rules_in_force()}
    assert found["sme.max_turnover"] == "50,000,000 EUR"
    assert found["physical.max_months"] == "1 month"
    assert found["physical.min_days"] == "3 working days"
    assert found["lump_sum.near_km"] == "200 km"


def test_terms_are_what_one_agrees_to_on_registering(client, reference):
    assert str(current_consent().text) in page(client, "/terms/")


def test_search_engines_are_shown_the_open_pages_alone(client, db):
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Allow: /$",
        "Allow: /try/$",
        "Allow: /rules/$",
        "Allow: /countries/$",
        "Allow: /verify/$",
        "Allow: /privacy/$",
        "Allow: /accessibility/$",
        "Allow: /terms/$",
        "Allow: /stories/",
        "Allow: /static/",
        "Disallow: /",
    ]
