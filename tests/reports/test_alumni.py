"""The alumni directory: for those who took part, with as much as they want to show."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core.errors import NotAllowed
from profiles.models import Membership
from reports.models import AlumniEntry
from reports.permissions import can_see_alumni
from reports.queries.alumni import AlumniFilters, alumnus, directory
from reports.services.alumni import Entry, leave_alumni, save_alumni_entry
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import closed_exchange, reported_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
ENTRY = Entry(headline="Sorting batteries", is_mentor=True)


@pytest.fixture
def exchange():
    return closed_exchange()


def joined(exchange, side="VO", entry=ENTRY):
    return save_alumni_entry(entry=entry, actor=person_of(exchange, side))


def found(user, **filters):
    return list(directory(user, AlumniFilters(**filters)))


def test_whoever_took_part_can_join(exchange):
    row = joined(exchange, "HO")
    assert (row.exchange, row.capacity, row.headline) == (exchange, "HO", "Sorting batteries")
    assert row.is_mentor
    assert not row.shows_address


def test_before_the_exchange_is_closed_nobody_can():
    actor = person_of(reported_exchange(), "VO")
    with untouched(), pytest.raises(NotAllowed):
        save_alumni_entry(entry=ENTRY, actor=actor)


@pytest.mark.parametrize("who", ["VOP", "stranger"])
def test_others_cannot_join(exchange, who):
    actor = UserFactory() if who == "stranger" else person_of(exchange, who)
    with untouched(), pytest.raises(NotAllowed):
        save_alumni_entry(entry=ENTRY, actor=actor)


def test_an_entry_is_changed_in_place(exchange):
    first = joined(exchange)
    second = joined(exchange, entry=Entry(headline="Customers in France", shows_address=True))
    assert (second.pk, second.joined_at) == (first.pk, first.joined_at)
    assert (second.headline, second.is_mentor) == ("Customers in France", False)


def test_leaving_forgets_what_was_said_and_coming_back_is_possible(exchange):
    row = joined(exchange)
    leave_alumni(actor=row.user)
    row.refresh_from_db()
    assert (row.headline, row.is_mentor, row.left_at is None) == ("", False, False)
    assert found(person_of(exchange, "VOP")) == []
    with untouched():
        leave_alumni(actor=row.user)
    again = joined(exchange)
    assert (again.pk, again.left_at) == (row.pk, None)


def test_the_directory_is_for_alumni_and_staff(exchange):
    joined(exchange, "VO")
    people = {
        **{who: person_of(exchange, who) for who in ("VO", "HO", "VOP", "HOP")},
        "support": StaffRoleFactory(role="support").user,
        "observer": StaffRoleFactory(role="observer").user,
        "stranger": UserFactory(),
    }
    seen = {who: len(found(user)) for who, user in people.items()}
    allowed = {who: can_see_alumni(user) for who, user in people.items()}
    assert {who for who, count in seen.items() if count} == {"VO", "VOP", "HOP", "support"}
    assert {who for who, may in allowed.items() if may} == {"VO", "VOP", "HOP", "support"}


def test_somebody_unknown_sees_nobody(exchange):
    joined(exchange)
    assert not can_see_alumni(AnonymousUser())
    assert list(AlumniEntry.objects.visible_to(AnonymousUser())) == []


def test_the_directory_can_be_narrowed(exchange):
    joined(exchange, "VO")
    joined(exchange, "HO", entry=Entry(headline="Hosting"))
    user = person_of(exchange, "VO")
    expected = [
        ({}, "HO VO"),
        ({"country": "PT"}, "VO"),
        ({"country": "FR"}, "HO"),
        ({"country": "DE"}, ""),
        ({"sector": "29"}, "HO VO"),
        ({"sector": "01"}, ""),
        ({"is_mentor": True}, "VO"),
        ({"text": "batteries"}, "VO"),
        ({"text": "motores sorting"}, "VO"),
        ({"text": "aquimer"}, "HO"),
        ({"text": "nobody"}, ""),
    ]
    shown = [sorted(row.capacity for row in found(user, **filters)) for filters, _names in expected]
    assert shown == [names.split() for _filters, names in expected]


@pytest.mark.parametrize("shows", [True, False])
def test_an_address_is_shown_only_when_its_owner_wants(exchange, shows):
    row = joined(exchange, entry=Entry(shows_address=shows))
    one = alumnus(row)
    assert one.address == (row.user.email if shows else "")
    assert (one.organisation.name, one.partner.name) == ("Motores Lda", "AQUIMER")


# --- the pages ----------------------------------------------------------------------------------


def test_a_stranger_is_told_how_to_get_in(client):
    client.force_login(UserFactory())
    page = client.get("/alumni/", follow=True)
    assert page.redirect_chain == [("/alumni/mine/", 302)]
    assert "Once an exchange of yours is closed" in page.content.decode()
    assert client.post("/alumni/mine/", {"headline": "Me"}).status_code == 403


def test_joining_and_leaving_on_the_page(client, exchange):
    user = person_of(exchange, "VO")
    client.force_login(user)
    answer = client.post(
        "/alumni/mine/", {"headline": "Sorting batteries", "is_mentor": "on"}, follow=True
    )
    page = answer.content.decode()
    assert answer.redirect_chain == [("/alumni/", 302)]
    assert "Helps beginners" in page
    assert user.email not in page.split("<main")[1].split("</main>")[0]
    assert "Sorting batteries" in client.get("/alumni/mine/").content.decode()
    client.post("/alumni/mine/", {"leave": "1"})
    assert not AlumniEntry.objects.listed().exists()


def test_a_line_too_long_is_refused(client, exchange):
    client.force_login(person_of(exchange, "VO"))
    answer = client.post("/alumni/mine/", {"headline": "x" * 201})
    assert answer.status_code == 200
    assert not AlumniEntry.objects.exists()


def test_a_former_member_can_still_leave(client, exchange):
    row = joined(exchange)
    Membership.objects.filter(user=row.user).delete()
    client.force_login(row.user)
    assert "Leave the directory" in client.get("/alumni/mine/").content.decode()
    assert client.post("/alumni/mine/", {"leave": "1"}).status_code == 302


def test_staff_finds_the_directory_and_can_narrow_it(client, exchange):
    joined(exchange, entry=Entry(headline="Sorting", shows_address=True))
    client.force_login(person_of(exchange, "VOP"))
    page = client.get("/alumni/").content.decode()
    assert person_of(exchange, "VO").email in page
    assert "Nobody fits" in client.get("/alumni/?text=nothing").content.decode()
    assert "Sorting" in client.get("/alumni/?country=nowhere").content.decode()


def test_many_alumni_need_as_many_queries_as_one(client, exchange):

    joined(exchange)
    client.force_login(person_of(exchange, "VOP"))
    client.get("/alumni/")
    with CaptureQueriesContext(connection) as one:
        client.get("/alumni/")
    joined(exchange, "HO")
    with CaptureQueriesContext(connection) as two:
        client.get("/alumni/")
    assert len(two) == len(one)
