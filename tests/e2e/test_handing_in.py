"""What a coordinator hands in, in the browser: records, outreach, a frozen period, the report."""

import io

import pytest
from docx import Document as open_document
from playwright.sync_api import expect

from profiles.enums import StaffRoleName
from reports.models import HandRecord, OutreachAction, ReportingPeriod, ReportText
from tests.factories import StaffRoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coordinator(portal):
    return StaffRoleFactory(role=StaffRoleName.COORDINATOR).user


def test_a_coordinator_hands_in(someone, coordinator):
    own = someone(coordinator)
    own.goto("/indicators/records/")
    own.press("Record something", "link")
    own.arrives_at("/indicators/records/new/")
    own.check()
    own.page.get_by_label("Indicator").select_option("T2")
    own.page.get_by_label("What", exact=True).fill("Module 2")
    own.page.get_by_label("When").fill("2026-10-01")
    own.page.get_by_label("How many count").fill("2")
    own.press("Save")
    own.arrives_at("/indicators/records/")
    expect(own.main().get_by_role("link", name="Module 2")).to_be_visible()
    own.check()
    assert HandRecord.objects.get().count == 2

    own.goto("/outreach/new/")
    own.check()
    own.page.get_by_label("How", exact=True).select_option("event")
    own.page.get_by_label("What", exact=True).fill("Cluster breakfast")
    own.page.get_by_label("When").fill("2026-12-01")
    own.press("Save")
    own.page.wait_for_url("**/outreach/*/")
    own.check()
    action = OutreachAction.objects.get()

    newcomer = someone()
    newcomer.goto(action.get_absolute_url())
    newcomer.arrives_at("/")
    newcomer.goto("/register/role/")
    expect(newcomer.main()).to_contain_text("RECIPE4MOBILITY")
    action.refresh_from_db()
    assert action.visits == 1
    own.goto("/outreach/")
    own.check()

    own.goto("/indicators/targets/")
    own.check()
    own.page.get_by_role("link", name="5.5.1 Exchanges").click()
    own.arrives_at("/indicators/targets/RECIPE4MOBILITY/5.5.1/")
    own.check()
    own.page.get_by_label("Comment").fill("We begin in spring.")
    own.press("Save")
    own.arrives_at("/indicators/targets/")

    own.goto("/indicators/report/")
    own.page.get_by_label("Next steps").fill("Two group exchanges.")
    expect(own.main().get_by_text("Saved", exact=True)).to_be_visible()
    own.check()
    assert ReportText.objects.get().text == "Two group exchanges."

    own.goto("/indicators/periods/")
    own.page.get_by_label("Name").fill("Mid-term")
    own.page.get_by_label("From").fill("2026-01-01")
    own.page.get_by_label("Until").fill("2026-10-31")
    own.press("Freeze")
    own.page.wait_for_url("**/indicators/periods/*/")
    own.check()
    assert ReportingPeriod.objects.get().texts == {"next_steps": "Two group exchanges."}
    with own.page.expect_download() as taken:
        own.press("DOCX", "link")
    with open(taken.value.path(), "rb") as file:
        document = open_document(io.BytesIO(file.read()))
    assert "Two group exchanges." in [one.text for one in document.paragraphs]
    assert document.tables[-1].rows[1].cells[4].text == "We begin in spring."
