"""The public page of a country, and the guides that partnerships keep."""

from datetime import date

import pytest
import time_machine

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry
from exchanges.models import CountryGuide
from exchanges.services.guides import save_guide
from profiles.models import Partnership
from profiles.workdays import holidays_of_year
from tests.factories import StaffRoleFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def text_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def partnership(acronym="RECIPE4MOBILITY"):
    return Partnership.objects.get(acronym=acronym)


def guide(officer, **content):
    return save_guide(partnership_id=partnership().pk, country_code="AT", actor=officer, **content)


def test_all_countries_that_take_part_are_listed_without_an_account(client):
    text = text_of(client, "/countries/")
    assert "/countries/AT/" in text
    assert "€900, short or near €450" in text
    assert "/countries/NO/" not in text


def test_the_rules_lead_to_each_country(client):
    text = text_of(client, "/rules/")
    assert 'href="/countries/"' in text
    assert 'href="/countries/AT/"' in text


@time_machine.travel("2026-11-22T12:00:00Z")
def test_a_country_tells_its_lump_sum_and_its_holidays(client):
    response = client.get("/countries/AT/")
    page = response.context["page"]
    assert (page.full_days, page.near_km) == (5, 200)
    assert [one.year for one in page.holidays] == [2026, 2027]
    assert page.holidays[0].days[0] == (date(2026, 1, 1), "New Year's Day")
    text = " ".join(response.content.decode().split())
    assert "for 5 working days or more without travel, and 200 km or more" in text
    assert "No partnership has written about this country yet." in text


def test_small_letters_find_a_country_too(client):
    assert client.get("/countries/at/").status_code == 200


def test_what_is_no_country_is_not_found(client):
    assert client.get("/countries/ZZ/").status_code == 404


def test_a_country_that_takes_no_part_says_so(client):
    assert "This country takes no part at present." in text_of(client, "/countries/NO/")


def test_a_country_that_the_calendar_does_not_know_has_no_holidays():
    assert holidays_of_year("ZZ", 2026) == []


def test_an_officer_writes_what_everybody_reads(client):
    officer = StaffRoleFactory().user
    client.force_login(officer)
    response = client.post(
        "/countries/AT/guide/",
        {"travel": "Take the night train.", "notice": "Rail strike in May.", "lump_sum_full": 800},
    )
    assert response.status_code == 302
    client.logout()
    text = text_of(client, "/countries/AT/")
    assert "Take the night train." in text
    assert "Rail strike in May." in text
    assert "€800" in text
    assert "half of it is €400" in text
    assert "Kept by RECIPE4MOBILITY, last changed on" in text
    assert str(officer) not in text
    client.force_login(officer)
    assert str(officer) in text_of(client, "/countries/AT/")


def test_a_guide_is_changed_where_it_is(client):
    officer = StaffRoleFactory().user
    guide(officer, travel="Take the train.", lodging="Inns.")
    guide(officer, travel="Walk.")
    kept = CountryGuide.objects.get()
    assert (kept.travel, kept.lodging) == ("Walk.", "Inns.")
    assert AuditEntry.objects.filter(event="guide.save").count() == 2


def test_an_own_rate_may_be_as_high_as_the_programmes():
    assert guide(StaffRoleFactory().user, lump_sum_full=900).lump_sum_full == 900


def test_an_own_rate_above_the_programmes_is_refused():
    with pytest.raises(TransitionRefused) as refusal:
        guide(StaffRoleFactory().user, lump_sum_full=901)
    assert refusal.value.code == "above_programme"
    assert "The programme pays at most €900 for Austria." in str(refusal.value)
    assert CountryGuide.objects.count() == 0


def test_the_form_tells_what_the_programme_pays_at_most(client):
    client.force_login(StaffRoleFactory().user)
    response = client.post("/countries/AT/guide/", {"lump_sum_full": 901})
    assert response.context["form"].errors["lump_sum_full"] == [
        "The programme pays at most €900 for Austria. Enter that or less, or leave it empty to "
        "keep to the programme’s rate."
    ]


def test_only_the_own_partnership_writes_its_guide():
    stranger = StaffRoleFactory(acronym="BLUES").user
    with pytest.raises(NotAllowed):
        guide(stranger, travel="Nonsense")
    assert CountryGuide.objects.count() == 0


def test_whoever_works_for_two_partnerships_chooses(client):
    user = StaffRoleFactory().user
    StaffRoleFactory(user=user, acronym="BLUES")
    client.force_login(user)
    response = client.get("/countries/AT/guide/?partnership=BLUES")
    assert [tab["label"] for tab in response.context["tabs"]] == ["BLUES", "RECIPE4MOBILITY"]
    client.post("/countries/AT/guide/?partnership=RECIPE4MOBILITY", {"travel": "Walk."})
    assert CountryGuide.objects.get().partnership == partnership()


class TestRights:
    def test_members_do_not_learn_of_the_form(self, client):
        client.force_login(UserFactory())
        assert client.get("/countries/AT/guide/").status_code == 404

    def test_staff_without_a_partnership_may_not_write(self, client):
        client.force_login(StaffRoleFactory(role="observer").user)
        assert client.get("/countries/AT/guide/").status_code == 403

    def test_only_who_can_write_is_offered_to(self, client):
        assert "/countries/AT/guide/" not in text_of(client, "/countries/AT/")
        client.force_login(StaffRoleFactory().user)
        assert "/countries/AT/guide/" in text_of(client, "/countries/AT/")
