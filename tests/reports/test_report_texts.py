"""A partnership's own texts for the implementation report, kept while somebody types."""

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion
from profiles.models import Partnership
from reports.enums import ReportSection
from reports.models import ReportText
from reports.queries.report_texts import texts_of
from reports.services.report_texts import save_text
from tests.factories import StaffRoleFactory
from tests.untouched import untouched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def officer(acronym="RECIPE4MOBILITY"):
    return StaffRoleFactory(acronym=acronym).user


def own():
    return Partnership.objects.get(acronym="RECIPE4MOBILITY")


def save(actor, text="Few hosts.", revision=0):
    section = ReportSection.ISSUES
    return save_text(
        partnership_id=own().pk, section=section, text=text, revision=revision, actor=actor
    )


def test_a_text_is_kept_with_its_revision():
    writer = officer()
    assert [save(writer).revision, save(writer, "More hosts.", 1).revision] == [1, 2]
    assert texts_of(own()) == {"issues": "More hosts."}


def test_saving_what_stands_changes_nothing():
    writer = officer()
    save(writer)
    with untouched():
        assert save(writer, revision=1).revision == 1


def test_an_empty_text_is_none():
    writer = officer()
    save(writer)
    save(writer, "", 1)
    assert texts_of(own()) == {}


def test_what_somebody_else_wrote_is_not_overwritten():
    writer = officer()
    save(writer)
    with untouched(), pytest.raises(StaleVersion):
        save(writer, "Other.")


def test_strangers_write_nothing():
    stranger = officer("EXXTRA")
    with untouched(), pytest.raises(NotAllowed):
        save(stranger)


# --- the page -----------------------------------------------------------------------------------

PATH = "/indicators/report/"
FORM = {"section": "issues", "text": "Few hosts.", "revision": "0"}
AUTO = {"X-Autosave": "1"}


def test_a_section_is_saved_by_its_button(client):
    client.force_login(officer())
    assert client.post(PATH, FORM)["Location"] == f"{PATH}?partnership=RECIPE4MOBILITY"
    assert [form["text"].value() for form in client.get(PATH).context["forms"]] == [
        "Few hosts.",
        "",
        "",
        "",
    ]


def test_a_section_is_saved_while_one_types(client):
    client.force_login(officer())
    response = client.post(PATH, FORM, headers=AUTO)
    assert (response.status_code, response["X-Revision"]) == (204, "1")
    assert client.post(PATH, FORM | {"text": "Late."}, headers=AUTO).status_code == 409
    assert client.post(PATH, FORM | {"text": "x" * 10_001}, headers=AUTO).status_code == 422
    assert ReportText.objects.get().text == "Few hosts."


def test_what_is_refused_stays_in_its_field(client):
    client.force_login(officer())
    client.post(PATH, FORM)
    page = client.post(PATH, FORM | {"text": "Late."}).content.decode()
    assert "Somebody else has saved this section meanwhile." in page
    assert "Late." in page
    page = client.post(PATH, FORM | {"revision": ""})
    assert page.context["refused"].errors == {"revision": ["This field is required."]}


def test_a_section_that_does_not_exist_is_refused(client):
    client.force_login(officer())
    assert client.post(PATH, FORM | {"section": "gossip"}).status_code == 400


def test_whoever_works_for_no_partnership_writes_no_report(client):
    client.force_login(StaffRoleFactory(role="support").user)
    assert client.get(PATH).status_code == 403
