"""Targets: coordinators keep them, and nobody overwrites what somebody else has just saved."""

from datetime import date

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry
from profiles.enums import StaffRoleName
from profiles.models import Indicator, IndicatorTarget, Partnership
from reports.services.targets import save_target
from tests.factories import StaffRoleFactory
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def staff(role=StaffRoleName.COORDINATOR, acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(role=role, acronym=acronym).user


def save(actor, acronym="RECIPE4MOBILITY", **changes):
    values = {"code": "5.5.1", "number": 60, "due_on": date(2027, 8, 31), "comment": "Later."}
    values |= {"revision": 0, "partnership_id": Partnership.objects.get(acronym=acronym).pk}
    return save_target(actor=actor, **values | changes)


def test_a_coordinator_changes_a_target():
    save(staff())
    target = IndicatorTarget.objects.get(partnership__acronym="RECIPE4MOBILITY", indicator="5.5.1")
    assert (target.number, target.due, target.due_on) == (60, "M24", date(2027, 8, 31))
    assert (target.comment, target.revision) == ("Later.", 1)
    entry = AuditEntry.objects.get(event="target.save")
    assert entry.data == {"indicator": "5.5.1", "from": 50, "to": 60, "due_on": "2027-08-31"}


def test_a_partnership_without_a_target_sets_one():
    save(staff(acronym="EXXTRA"), "EXXTRA", due_on=None)
    target = IndicatorTarget.objects.get(partnership__acronym="EXXTRA")
    assert (target.number, target.due_on) == (60, None)
    assert AuditEntry.objects.get(event="target.save").data["due_on"] == ""


def test_what_somebody_else_saved_is_not_overwritten():
    coordinator = staff()
    save(coordinator)
    with untouched(), pytest.raises(StaleVersion):
        save(coordinator, number=70)


def test_a_target_of_nothing_is_refused():
    coordinator = staff()
    with untouched(), pytest.raises(TransitionRefused):
        save(coordinator, number=0)


@pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.OBSERVER])
def test_others_set_no_targets(role):
    other = staff(role)
    with untouched(), pytest.raises(NotAllowed):
        save(other)


# --- pages ---------------------------------------------------------------------------------------

FORM = {"number": "60", "due_on": "2027-08-31", "comment": "Later.", "revision": "0"}
PATH = "/indicators/targets/RECIPE4MOBILITY/5.5.1/"


def test_a_coordinator_saves_a_target_on_its_page(client):
    client.force_login(staff())
    response = client.post(PATH, FORM)
    assert response["Location"] == "/indicators/targets/?partnership=RECIPE4MOBILITY"
    page = client.get(response["Location"])
    line = page.context["lines"][0]
    assert (line.indicator.pk, line.target.number) == ("5.5.1", 60)
    response = client.post(PATH, FORM)
    assert "Somebody else has saved this target" in response.content.decode()


def test_a_form_with_faults_says_them(client):
    client.force_login(staff())
    response = client.post(PATH, FORM | {"number": "0"})
    assert response.context["form"].errors == {"number": ["A target is at least 1."]}


def test_the_support_office_chooses_the_partnership(client):
    client.force_login(staff(StaffRoleName.SUPPORT))
    page = client.get("/indicators/targets/?partnership=EXXTRA")
    assert page.context["partnership"].acronym == "EXXTRA"
    assert page.context["lines"] == []
    assert len(page.context["others"]) == Indicator.objects.count()
    assert "No target is set yet." in page.content.decode()
    assert client.get("/indicators/targets/EXXTRA/5.5.1/").status_code == 200


@pytest.mark.parametrize(
    ("role", "acronym", "status"),
    [
        (StaffRoleName.OFFICER, "RECIPE4MOBILITY", 403),
        (StaffRoleName.OBSERVER, "", 403),
        (StaffRoleName.COORDINATOR, "EXXTRA", 404),
    ],
)
def test_others_do_not_reach_the_page_of_a_target(client, role, acronym, status):
    client.force_login(staff(role, acronym))
    assert client.get("/indicators/targets/").status_code == 200
    assert client.get(PATH).status_code == status
