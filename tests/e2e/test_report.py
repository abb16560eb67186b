"""A side writes its report in the browser, and the Support Office asks something else next time."""

import pytest
from playwright.sync_api import expect

from profiles.enums import StaffRoleName
from reports.models import Questionnaire
from tests.factories import StaffRoleFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, report_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_report_is_written_on_one_page_and_handed_in(someone, portal):
    exchange = finished_exchange()
    path = f"/exchanges/{exchange.ref}/report/"
    visitor = someone(person_of(exchange, "VO"))
    visitor.goto(path)
    main = visitor.main()
    visitor.check()
    expect(main.get_by_label("What happened, and why?")).to_be_hidden()
    main.get_by_text("It ended early").click()
    expect(main.get_by_label("What happened, and why?")).to_be_visible()
    main.get_by_text("It did not take place").click()
    expect(main.get_by_text("How satisfied are you?")).to_be_hidden()
    expect(main.get_by_label("What this report says is true.")).to_be_visible()
    main.get_by_text("It took place as planned").click()
    expect(main.get_by_role("status")).to_have_text("Saved")
    expect(main.get_by_text("5 of 8")).to_be_visible()

    visitor.by_keyboard("Hand in the report")
    expect(main.get_by_role("alert")).to_be_focused()
    visitor.check()
    visitor.press("How satisfied are you? Overall: This is still missing.", role="link")
    visitor.page.keyboard.press("Space")
    overall = main.get_by_role("group", name="Overall")
    expect(overall.get_by_label("1")).to_be_checked()
    for line in ("Overall", "How well the partner fitted", "Preparation", "Programme"):
        main.get_by_role("group", name=line).get_by_label("5").check()
    main.get_by_role("group", name="Length of the exchange").get_by_label("4").check()
    main.get_by_role("group", name="Usefulness of the match score").get_by_label("n/a").check()
    for aim in ("Learn from actors in another cluster", "A joint plan"):
        main.get_by_role("group", name=aim).get_by_label("Fully").check()
    main.get_by_label("What this report says is true.").check()
    expect(main.get_by_text("8 of 8")).to_be_visible()
    visitor.page.locator(".report-part-planned summary").first.click()
    visitor.check()
    visitor.press("Hand in the report")
    expect(main.get_by_text("Waiting for RECIPE4MOBILITY to validate")).to_be_visible()
    visitor.check()
    assert report_of(exchange, "VO").state == "submitted"


def test_the_support_office_changes_a_question(someone, portal):
    office = someone(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    office.goto("/rules/")
    office.press("Questionnaire", role="link")
    office.arrives_at("/questionnaire/")
    office.check()
    office.press("Change the questions")
    office.arrives_at("/questionnaire/draft/")
    office.check()
    office.main().get_by_role("link", name="What did it really cost, about?").click()
    office.arrives_at("/questionnaire/draft/costs/")
    office.check()
    office.page.get_by_label("Question", exact=True).fill("What did it cost?")
    office.press("Save in the draft")
    office.arrives_at("/questionnaire/draft/")
    office.press("See it as visitor and host", role="link")
    office.arrives_at("/questionnaire/preview/VO/")
    expect(office.main().get_by_text("What did it cost?")).to_be_visible()
    office.check()
    office.goto("/questionnaire/draft/")
    office.page.get_by_label("What changed and why").fill("Plainer.")
    office.press("Publish version 2")
    office.arrives_at("/questionnaire/")
    expect(office.page.get_by_text("Version 2 is in use.")).to_be_visible()
    assert Questionnaire.objects.filter(is_draft=False).count() == 2
