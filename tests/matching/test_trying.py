"""Partners before registering: what a stranger sees, and what nobody must see there."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matching.index import index
from matching.queries.trying import Look, Reason, facts_of_sketch, found_for
from matching.scoring.criteria import Criterion
from matching.wording.cards import card_in_words
from matching.wording.names import Words
from matching.wording.regions import REGIONS, region_of
from profiles.models import Country, Profile, Registration, Sector
from profiles.services.editing import edit_profile, fingerprint
from profiles.services.lifecycle import pause_profile
from profiles.services.registration import start_registration
from tests.factories import UserFactory, published_profile
from tests.matching.strangers import ANSWERS, RED, make_host, make_hosts, sketch
from tests.profiles.pages import queries_of
from tests.profiles.registering import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def address(**changes) -> str:
    given = {name: value for name, value in (ANSWERS | changes).items() if value is not None}
    return f"/try/?{urlencode(given, doseq=True)}"


def page(client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


def text_of(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def card_texts(client) -> str:
    html = page(client, address())
    return html[html.index('class="try-cards"') : html.index('class="try-keep"')]


def looks(**changes) -> list[Look]:
    return [card.look for card in found_for(sketch(**changes)).cards]


# --- who fits ----------------------------------------------------------------------------------


def test_a_stranger_sees_how_many_fit_and_three_of_them(client):
    make_hosts(4)
    make_host("P-ORANGE", objectives=["investment"], activities=[], wanted_sectors=["62"])
    text = text_of(page(client, address()))
    assert "5 hosts abroad fit you" in text
    assert "High fit 4" in text
    assert "Medium fit 1" in text
    assert "3 of them" in text
    assert text.count("A small or medium-sized firm") == 3


def test_a_host_is_shown_visitors(client):
    published_profile(role="visiting")
    assert "1 visitor from abroad fits you" in page(client, address(role="host"))


def test_the_score_is_that_of_a_profile_with_the_same_answers(client):
    make_host("P-HOST", wanted_sectors=["62"], wanted_countries=["PT"], languages=["pt"])
    assert [card.total for card in found_for(sketch()).cards] == [875]


def test_who_is_stopped_is_neither_counted_nor_shown(client):
    make_host("P-HOME", org_country_id="PT")
    published_profile(role="visiting")
    found = found_for(sketch())
    assert (found.fitting, found.cards) == (0, ())


def test_a_red_partner_is_neither_counted_nor_shown(client):
    make_hosts(1)
    make_host("P-RED", **RED)
    found = found_for(sketch())
    assert (found.counts, len(found.cards)) == ({"green": 1, "orange": 0, "red": 1}, 1)


def test_a_partner_that_does_not_want_to_be_shown_counts_but_has_no_card(client):
    make_host("P-SHY", is_in_teaser=False)
    make_host("P-OPEN", wanted_sectors=["62"])
    found = found_for(sketch())
    assert found.fitting == 2
    assert [card.total for card in found.cards] == [875]


def test_who_stops_wanting_to_be_shown_is_gone_at_once(client):
    host = make_host("P-HOST")
    assert len(found_for(sketch()).cards) == 1
    edit_profile(
        profile_id=host.pk,
        changes={"is_in_teaser": False},
        seen=fingerprint(host, ["is_in_teaser"]),
        actor=host.contact,
    )
    assert found_for(sketch()).cards == ()


def test_the_database_has_the_last_word_on_who_is_shown(client):
    make_hosts(1)
    assert len(found_for(sketch()).cards) == 1
    Profile.objects.update(is_in_teaser=False)
    cache.clear()
    assert found_for(sketch()).cards == ()


def test_a_red_partner_does_not_take_the_place_of_one_that_is_not_shown(client):
    make_host("P-SHY", is_in_teaser=False)
    make_host("P-RED", **RED)
    found = found_for(sketch())
    assert (found.fitting, found.cards) == (1, ())


def test_who_leaves_the_catalogue_is_gone_at_once(client):
    host = make_host("P-HOST")
    assert found_for(sketch()).fitting == 1
    pause_profile(profile_id=host.pk, actor=host.contact)
    assert found_for(sketch()).fitting == 0


def test_cards_differ_where_the_best_are_alike(client):
    make_hosts(3, "P-AAA")
    make_hosts(3, "P-ZZZ", org_country_id="DE")
    shown = looks()
    assert [look.country for look in shown] == ["FR", "FR", "DE"]


def test_an_answer_that_the_index_does_not_know_finds_nobody(client):
    make_hosts(1)
    Country.objects.create(code="ZZ", name="Nowhere", group="EU", is_eligible=True, lump_sum_full=1)
    assert found_for(sketch(country="ZZ")).fitting == 0


def test_a_stranger_is_taken_for_an_sme_that_works_in_english_and_its_own_languages():
    with index.reading() as snapshot:
        facts = facts_of_sketch(sketch(country="BE"), snapshot.reference)
    assert facts.organisation_type == "sme"
    assert facts.languages == {"en", "nl", "fr", "de"}
    assert (facts.objectives, facts.activities) == ({"learn"}, {"training"})


# --- nobody is recognised ------------------------------------------------------------------------

SECRETS = {
    "name": "Zanzibar Turbines",
    "street": "Secretstreet 17",
    "city": "Hiddenville",
    "postcode": "99871",
    "website": "https://zanzibar.example",
    "description": "Makers of the mauve turbine",
    "other_cluster": "Clandestine Cluster",
}


def make_secretive_host(**facts):
    return make_host(
        "P-SECRETREF",
        **{f"org_{name}": value for name, value in SECRETS.items()},
        description="Describes itself unmistakably",
        motivation="Motivated by mauve",
        offer="Offers mauve lessons",
        contact_name="Zoe Zanzibar",
        contact_email="zoe@zanzibar.example",
        **facts,
    )


def test_nothing_on_the_page_tells_who_it_is(client):
    host = make_secretive_host()
    html = page(client, address())
    assert "1 host abroad fits you" in html
    hidden = [
        *SECRETS.values(),
        "P-SECRETREF",
        "unmistakably",
        "mauve",
        "Zoe",
        "zoe@",
        "RECIPE4MOBILITY",
        str(host.partnership),
    ]
    assert [secret for secret in hidden if secret.casefold() in html.casefold()] == []


def test_nothing_of_a_part_of_the_page_tells_either(client):
    make_secretive_host()
    response = client.get(address(), headers={"HX-Request": "true"})
    assert "P-SECRETREF" not in response.content.decode()
    assert "Zanzibar" not in response.content.decode()


def test_what_is_remembered_does_not_tell_who_it_is(client):
    make_secretive_host()
    assert "SECRETREF" not in repr(found_for(sketch()))


def test_languages_that_would_tell_the_country_are_not_told(client):
    make_host("P-HOST", org_country_id="ES", languages=["pt", "en"])
    (card,) = found_for(sketch()).cards
    assert card.look == Look()
    assert Reason(Criterion.LANGUAGE, ("en",)) in card.reasons


def test_languages_are_told_beside_the_country(client):
    make_hosts(3, languages=["pt", "en", "fr"])
    assert Reason(Criterion.LANGUAGE, ("en", "pt")) in found_for(sketch()).cards[0].reasons


def test_what_a_partner_wants_beyond_the_answers_is_not_told(client):
    make_host("P-HOST", wanted_sectors=["29", "62"], wanted_countries=["PT", "MT"])
    cards = card_texts(client)
    assert "Looks for your sector" in cards
    assert "Looks for partners in Portugal" in cards
    assert "Malta" not in cards
    assert "Computer programming" not in cards


def test_three_of_a_kind_are_shown_with_country_and_sector(client):
    make_hosts(3)
    assert looks()[0] == Look(country="FR", section="C", sector="29", family="sme")
    cards = card_texts(client)
    assert "France" in cards
    assert "Manufacture of motor vehicles, trailers and semi-trailers" in cards


def test_the_crowd_counts_organisations_of_both_roles_once(client):
    host = make_host("P-BOTH")
    make_host("P-OTHER")
    published_profile(role="visiting", organisation=host.organisation, contact=host.contact)
    assert looks()[0] == Look()
    published_profile(role="visiting")
    assert looks()[0] == Look(country="FR", section="C", sector="29", family="sme")


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ({"org_main_sector_id": "28"}, Look(country="FR", section="C", family="sme")),
        ({"org_country_id": "DE"}, Look(region="west", section="C", sector="29", family="sme")),
        (
            {"org_country_id": "DE", "org_main_sector_id": "28"},
            Look(region="west", section="C", family="sme"),
        ),
        ({"org_main_sector_id": "62"}, Look(country="FR", family="sme")),
        ({"org_country_id": "DE", "org_main_sector_id": "62"}, Look(region="west", family="sme")),
        ({"org_country_id": "HU", "org_main_sector_id": "62"}, Look(family="sme")),
        ({"org_country_id": "HU", "org_organisation_type_id": "incubator"}, Look()),
    ],
)
def test_who_is_alone_is_shown_as_one_of_a_larger_crowd(client, others, shown):
    make_host("P-ALONE")
    make_hosts(2, "P-ZOTHER", **others, is_in_teaser=False)
    assert looks() == [shown]


def test_an_organisation_alone_in_its_country_is_not_placed_there(client):
    make_host("P-ALONE", org_country_id="MT")
    make_hosts(2, "P-ZOTHER", org_country_id="IT", is_in_teaser=False)
    cards = card_texts(client)
    assert "Malta" not in cards
    assert "Southern Europe" in cards


def test_an_organisation_like_no_other_is_only_somebody_in_another_country(client):
    make_host("P-ALONE", org_organisation_type_id="cluster")
    cards = card_texts(client)
    assert "An organisation" in cards
    assert "Another country" in cards
    assert "France" not in cards
    assert "cluster" not in cards.replace("another cluster", "")


def test_every_participating_country_lies_in_a_region():
    codes = Country.objects.filter(is_eligible=True).values_list("code", flat=True)
    assert {region_of(code) for code in codes} == set(REGIONS)
    assert region_of("US") == ""


# --- reasons in words ----------------------------------------------------------------------------


def reasons(**facts) -> list[str]:
    make_host("P-HOST", **facts)
    (card,) = found_for(sketch()).cards
    return [str(reason) for reason in card_in_words(card, Words.load()).reasons]


def test_what_is_shared_comes_before_what_is_open():
    assert reasons(activities=["training", "branding"], wanted_countries=["PT"]) == [
        "Wants the same as you: “Learn from actors in another cluster” and “Training, "
        "individual or in a group”",
        "Looks for partners in Portugal",
        "Works in English",
    ]


def test_a_partner_that_is_open_to_everything_says_so():
    assert reasons(objectives=[], activities=[], languages=["hu"]) == [
        "Open to every sector",
        "Open to any purpose",
        "Open to every country",
    ]


def test_what_does_not_fit_is_no_reason():
    assert reasons(wanted_sectors=["62"], wanted_countries=["SE"], languages=["en"]) == [
        "Wants the same as you: “Learn from actors in another cluster” and “Training, "
        "individual or in a group”",
        "Works in English",
    ]


# --- the questions -------------------------------------------------------------------------------


def test_the_four_questions_are_asked_without_finding_fault(client):
    html = page(client, "/try/")
    assert "Who would fit you?" in html
    assert "There is something to put right" not in html
    for name in ("role", "country", "sector", "purpose"):
        assert f'name="{name}"' in html


def test_answers_from_another_page_are_filled_in(client):
    html = page(client, "/try/?role=host&country=PT")
    assert re.search(r'value="host"[^>]*checked', html)
    assert re.search(r'value="PT"[^>]*selected', html)
    assert "There is something to put right" not in html


def test_what_is_missing_is_said_once_the_form_was_sent(client):
    text = text_of(page(client, "/try/?asked=1&role=host&country=PT"))
    assert "Choose your sector from the list." in text
    assert "Choose at least one thing that the exchange is for." in text
    assert "Choose your country" not in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "guest"}, "Choose whether you would like to visit or to host."),
        ({"country": "XX"}, "Choose your country from the list."),
        ({"country": "GB"}, "United Kingdom does not take part at present."),
        ({"sector": "999"}, "Choose your sector from the list."),
        ({"purpose": ["learn", "leisure"]}, "Choose at least one thing that the exchange is for."),
    ],
)
def test_a_wrong_answer_is_told_and_the_others_are_kept(client, changes, message):
    html = page(client, address(**changes))
    assert message in text_of(html)
    kept = {
        "role": r'value="visiting"[^>]*checked',
        "country": r'value="PT"[^>]*selected',
        "sector": r'value="29"[^>]*selected',
        "purpose": r'value="training"[^>]*checked',
    }
    for name in kept.keys() - changes.keys():
        assert re.search(kept[name], html), name


def test_a_wrong_answer_is_told_without_having_sent_the_form(client):
    html = page(client, "/try/?country=XX")
    assert "Choose your country from the list." in text_of(html)
    assert "Choose your sector from the list." not in text_of(html)


def test_a_sector_is_found_by_other_words_than_its_title(client):
    Sector.objects.filter(pk="30").update(keywords="rail train")
    assert 'data-keywords="rail train"' in page(client, "/try/")


def test_somebody_logged_in_may_look_around_too(client):
    client.force_login(UserFactory())
    html = page(client, "/try/")
    assert "Who would fit you?" in html
    assert '<a href="/try/"' not in html.partition("<main")[0]


def test_the_navigation_of_strangers_leads_there(client):
    header = page(client, "/").partition("<main")[0]
    assert re.search(r'<a href="/try/">\s*See your partners', header)


def test_the_front_door_asks_the_first_two_questions(client):
    html = page(client, "/")
    assert '<form class="wrap" method="get" action="/try/">' in html
    assert '<option value="PT">Portugal</option>' in html
    assert "United Kingdom" not in html


def test_search_engines_are_welcome(client):
    assert "Allow: /try/$" in client.get("/robots.txt").content.decode()


def test_the_page_is_only_read(client):
    assert client.post("/try/").status_code == 405


# --- quick, and not to be had without end --------------------------------------------------------


def test_equal_questions_are_worked_out_once(client, monkeypatch):
    make_hosts(1)
    first = found_for(sketch())
    monkeypatch.setattr("matching.queries.trying._found", None)
    assert found_for(sketch()) == first


def test_the_same_answers_in_another_order_are_the_same_question(client):
    make_hosts(1)
    page(client, address(purpose=["learn", "training"]))
    with CaptureQueriesContext(connection) as queries:
        page(client, address(purpose=["training", "learn"]))
    assert [q for q in queries if "profiles_profile" in q["sql"]] == []


def test_the_number_of_queries_does_not_grow_with_the_catalogue(client):
    make_hosts(1)
    page(client, address())
    make_hosts(1, "P-MORE")
    few = queries_of(client, address())
    make_hosts(6, "P-STILL")
    assert queries_of(client, address()) == few


def test_somebody_who_asks_too_often_is_asked_to_wait(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"try": "2/m/ip"}
    answers = [client.get("/try/").status_code for _attempt in range(3)]
    assert answers == [200, 200, 429]
    cache.clear()
    assert client.get("/try/").status_code == 200


# --- kept for the registration -------------------------------------------------------------------


def keep(client, **changes):
    given = {name: value for name, value in (ANSWERS | changes).items() if value is not None}
    return client.post("/try/keep/", given)


def test_the_page_carries_the_answers_into_the_registration(client):
    make_hosts(1)
    html = page(client, address())
    form = html[html.index('action="/try/keep/"') :]
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    assert [pair for pair in hidden if pair[0] != "csrfmiddlewaretoken"] == [
        ("role", "visiting"),
        ("country", "PT"),
        ("sector", "29"),
        ("purpose", "learn"),
        ("purpose", "training"),
    ]


def test_kept_answers_are_not_asked_again(client):
    response = keep(client)
    assert response["Location"] == "/register/organisation/"
    registration = Registration.objects.get()
    assert (registration.source, registration.owner) == ("try", None)
    assert registration.answers == {
        "role": "visiting",
        "country": "PT",
        "main_sector": "29",
        "purpose": ["learn", "training"],
    }
    html = page(client, "/register/organisation/")
    assert "Your four answers are kept. Only the rest is asked." in html
    assert re.search(r'value="PT"[^>]*selected', html)
    assert send(client, "organisation")["Location"] == "/register/sector/"
    assert re.search(r'value="29"[^>]*checked', page(client, "/register/sector/"))
    assert send(client, "sector")["Location"] == "/register/exchange/"
    assert re.search(r'value="training"[^>]*checked', page(client, "/register/exchange/"))


def test_answers_that_are_kept_twice_go_into_one_registration(client):
    keep(client)
    send(client, "organisation")
    keep(client, role="host", sector="62")
    registration = Registration.objects.get()
    assert registration.answers["name"] == "Rodas Novas"
    assert (registration.answers["role"], registration.answers["main_sector"]) == ("host", "62")


def test_what_a_link_said_of_its_place_stays_known(client):
    client.post("/register/begin/?source=leaflet")
    keep(client)
    assert Registration.objects.get().source == "leaflet"


def test_what_somebody_with_an_account_has_begun_stays_as_it_is(client):
    user = UserFactory()
    begun = start_registration(actor=user)
    client.force_login(user)
    keep(client)
    begun.refresh_from_db()
    assert begun.answers == {}
    kept = Registration.objects.exclude(pk=begun.pk).get()
    assert (kept.owner, kept.answers["country"]) == (user, "PT")


def test_answers_that_are_wrong_are_not_kept(client):
    response = keep(client, country="XX")
    assert response.status_code == 200
    assert "Choose your country from the list." in unescape(response.content.decode())
    assert Registration.objects.exists() is False
