"""The Support Office tries other matching rules in the browser and puts them in force."""

import pytest
from playwright.sync_api import expect

from profiles.enums import Role, StaffRoleName
from tests.factories import OrganisationFactory, StaffRoleFactory, published_profile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def host(portal):
    """A French cluster, and a visitor with 90 points."""
    cluster = OrganisationFactory(name="AQUIMER", organisation_type_id="cluster")
    host = published_profile(ref="P-HOST", role=Role.HOST, organisation=cluster)
    firm = OrganisationFactory(name="Rodas", country_id="PT")
    published_profile(ref="P-ONE", role=Role.VISITING, organisation=firm, languages=["pt"])
    return host


def test_other_rules_are_tried_on_a_copy_and_put_in_force(someone, host):
    owner = someone(host.contact)
    owner.goto("/matches/P-HOST/")
    expect(owner.main().get_by_text("High fit", exact=True).first).to_be_visible()
    owner.press("matching rules, version 1", role="link")
    owner.arrives_at("/rules/matching/")
    owner.check()

    office = someone(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    office.goto("/rules/matching/")
    office.press("Try other numbers", role="link")
    office.arrives_at("/rules/matching/draft/")
    office.check()
    office.page.get_by_label("Sectors").fill("14,5")
    office.press("Save and see what it would change")
    expect(
        office.main().get_by_text("The weights add up to 89.5. Add 10.5 to make 100.").first
    ).to_be_visible()
    office.check()
    office.page.get_by_label("Language").fill("20.5")
    office.by_keyboard("Save and see what it would change")
    office.arrives_at("/rules/matching/preview/")
    expect(office.main().get_by_role("heading", level=1)).to_have_text(
        "1 of 1 pairs would change its band"
    )
    office.check()

    office.press("AQUIMER and Rodas", role="link")
    office.arrives_at("/rules/matching/draft/P-HOST/P-ONE/")
    expect(office.main().get_by_role("table", name="How this score adds up")).to_have_count(2)
    office.check()
    office.press("What the draft would change", role="link")
    office.arrives_at("/rules/matching/preview/")
    office.press("Publish version 2")
    expect(office.main().get_by_text("This field is required.").first).to_be_visible()
    office.check()
    office.page.get_by_label("What changed and why").fill("A common language counts more.")
    office.press("Publish version 2")
    office.arrives_at("/rules/matching/")
    expect(office.page.get_by_text("Version 2 is in force.")).to_be_visible()
    office.check()

    owner.goto("/matches/P-HOST/")
    expect(owner.main().get_by_text("Medium fit", exact=True).first).to_be_visible()
    expect(owner.main().get_by_role("link", name="matching rules, version 2")).to_be_visible()
