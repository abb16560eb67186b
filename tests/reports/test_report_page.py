"""The page of a report: who writes it, who reads it, and what happens when two write at once."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from profiles.enums import StaffRoleName
from reports.models import Report
from reports.services.on_behalf import submit_on_behalf
from reports.services.reviewing import return_report
from reports.views import report as view
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import answered, finished_exchange, report_of, reported_by
from tests.factories.running import running_exchange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


class Fields(HTMLParser):
    """What a browser would send of the only form with a revision."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self._area = ""
        start = html.index('class="report-form')
        self.feed(html[html.rindex("<form", 0, start) : html.index("</form>", start)])

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "textarea":
            self._area = values["name"]
            self.data[self._area] = [""]
        if tag != "input" or "name" not in values:
            return
        if values.get("type") in ("radio", "checkbox") and "checked" not in values:
            return
        self.data.setdefault(values["name"], []).append(values.get("value", ""))

    def handle_data(self, data):
        if self._area:
            self.data[self._area][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""


@pytest.fixture
def exchange():
    return finished_exchange()


@pytest.fixture
def url(exchange):
    return f"/exchanges/{exchange.ref}/report/"


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def text_of(html):
    main = html[html.index("<main") : html.index("</main>")]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", main).split()))


def sent(client, url, **changes):
    """The fields as the page shows them, with these changes."""
    return {**Fields(page(client, url)).data, **changes}


def complete(client, url, **changes):
    data = sent(client, url, outcome="took_place", **{"q-declaration": "on"})
    data |= {f"q-objectives-{n}-part": "fully" for n in range(2)}
    lines = ("overall", "partner", "preparation", "programme", "duration", "match_score")
    data |= {f"q-satisfaction-{line}": "5" for line in lines}
    return data | changes


# --- who may -----------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_of_it(client, url):
    client.force_login(UserFactory())
    assert (client.get(url).status_code, client.post(url).status_code) == (404, 404)


def test_staff_read_both_sides_and_write_neither(client, exchange, url):
    client.force_login(person_of(exchange, "VOP"))
    assert "Waiting for the report of Motores Lda" in text_of(page(client, url))
    shown = text_of(page(client, f"{url}?side=HO"))
    assert "Waiting for the report of AQUIMER" in shown
    assert "Hours of your staff: 40" in shown
    assert client.post(url, {"outcome": "took_place"}).status_code == 403
    assert report_of(exchange, "VO").outcome == ""


def test_a_side_never_reads_the_report_of_the_other(client, exchange, url):
    reported_by(exchange, "HO")
    client.force_login(person_of(exchange, "VO"))
    shown = text_of(page(client, f"{url}?side=HO"))
    assert "AQUIMER has reported." in shown
    assert "Hours of your staff" not in shown


def test_before_the_last_day_there_is_nothing_to_report(client):
    exchange = running_exchange()
    client.force_login(person_of(exchange, "VO"))
    shown = text_of(page(client, f"/exchanges/{exchange.ref}/report/"))
    assert "There is nothing to report yet" in shown


# --- writing -----------------------------------------------------------------------------------


def test_the_page_shows_what_is_known_and_who_waits(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    html = page(client, url)
    assert "AQUIMER has not reported yet" in text_of(html)
    assert "5 activities, 40 hours – look at them or change them" in text_of(html)
    assert "4 of 8" in text_of(html)
    data = Fields(html).data
    assert data["q-activities-0-done"] == ["on"]
    assert data["q-place"][0].strip() == "Workshop, Lyon"
    assert data["days_done"] == ["5"]


def test_what_the_page_shows_can_be_saved_as_it_is(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    response = client.post(url, sent(client, url, outcome="took_place"))
    assert response["Location"] == url
    report = report_of(exchange, "VO")
    assert (report.answers, report.outcome, report.revision) == (report.prefilled, "took_place", 1)


def test_it_is_saved_in_the_background(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    data = sent(client, url, **{"q-suggestions": "More time."})
    response = client.post(url, data, headers={"X-Autosave": "1"})
    assert (response.status_code, response["X-Revision"]) == (204, "1")
    assert report_of(exchange, "VO").answers["suggestions"] == "More time."


def test_a_line_is_added_where_it_was_asked_for(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    step = {"q-follow_up-0-what": "Write a project", "add": "follow_up"}
    response = client.post(url, sent(client, url, **step))
    assert response["Location"] == f"{url}#follow_up"
    assert Fields(page(client, url)).data["q-follow_up-count"] == ["2"]


def test_a_step_of_the_commitment_goes_when_its_words_are_emptied(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    data = sent(client, url)
    assert data["q-follow_up-0-what"] == ["It is written down"]
    assert data["q-follow_up-count"] == ["2"]
    client.post(url, {**data, "q-follow_up-0-what": "", "q-follow_up-1-who": "Our master"})
    steps = report_of(exchange, "VO").answers["follow_up"]
    assert steps == [{"what": "", "who": "Our master", "by": ""}]


def test_what_the_portal_knows_of_the_outcome_is_chosen_and_can_be_changed(client, exchange, url):
    Report.objects.update(outcome="ended_early")
    client.force_login(person_of(exchange, "VO"))
    data = sent(client, url)
    assert data["outcome"] == ["ended_early"]
    client.post(url, {**data, "outcome": "took_place"})
    assert report_of(exchange, "VO").outcome == "took_place"


def test_what_cannot_be_read_is_told_and_all_else_is_saved(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    wrong = {
        "q-outcomes-contacts": "many",
        "q-activities-5-title": "A trip",
        "q-activities-5-hours": "long",
        "ends_on": "2020-01-01",
    }
    response = client.post(url, sent(client, url, outcome="took_place", submit="1", **wrong))
    html = response.content.decode()
    shown = text_of(html)
    assert "What came of it, in numbers New contacts: Give a whole number, such as 3." in shown
    assert "What did you do? Hours: Give the hours as a number, such as 3.5." in shown
    assert "Last day: The last day is before the first." in shown
    assert Fields(html).data["q-outcomes-contacts"] == ["many"]
    report = report_of(exchange, "VO")
    assert (report.outcome, report.state) == ("took_place", "open")
    assert report.answers["activities"][-1]["title"] == "A trip"


def test_it_is_handed_in_once_nothing_is_missing(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    response = client.post(url, sent(client, url, submit="1"))
    assert "What became of the exchange? This is still missing." in text_of(
        response.content.decode()
    )
    response = client.post(url, sent(client, url, outcome="took_place", submit="1"))
    shown = text_of(response.content.decode())
    assert "Did you reach what you had planned? " in shown
    assert "How satisfied are you? Overall: This is still missing." in shown
    assert "How satisfied are you? Programme: This is still missing." in shown
    response = client.post(url, complete(client, url, submit="1", **{"q-story": "on"}))
    assert response["Location"] == url
    report = report_of(exchange, "VO")
    assert (report.state, report.submitted_by) == ("submitted", person_of(exchange, "VO"))
    shown = text_of(page(client, url))
    assert "Handed in. Thank you for your report." in shown
    assert "Waiting for RECIPE4MOBILITY to validate" in shown
    assert "Hand in the proofs of your travel" in shown
    assert "Tell your story" in shown
    assert "Overall: 5 of 5" in shown


def test_of_an_exchange_that_did_not_take_place_two_answers_are_enough(client, exchange, url):
    client.force_login(person_of(exchange, "HO"))
    data = sent(client, url, outcome="not_taken_place", submit="1")
    shown = text_of(client.post(url, data).content.decode())
    assert "What happened, and why? This is still missing." in shown
    assert "How satisfied are you? Overall" not in shown
    data |= {"q-reason": "A strike.", "q-declaration": "on", "revision": "1"}
    assert client.post(url, data)["Location"] == url
    assert report_of(exchange, "HO").state == "submitted"
    shown = text_of(page(client, url))
    assert "A strike." in shown
    assert "What did you do?" not in shown


def test_a_returned_report_shows_what_is_missing(client, exchange, url):
    report = reported_by(exchange, "VO")
    return_report(
        report_id=report.pk, comment="The hours are not filled.", actor=person_of(exchange, "VOP")
    )
    client.force_login(person_of(exchange, "VO"))
    shown = text_of(page(client, url))
    assert "Your partnership asks you to complete it The hours are not filled." in shown
    client.force_login(person_of(exchange, "VOP"))
    assert "Returned with a comment The hours are not filled." in text_of(page(client, url))


def test_a_report_that_was_completed_on_behalf_says_so(client, exchange, url):
    report = report_of(exchange, "VO")
    officer = person_of(exchange, "VOP")
    report.outcome = "not_taken_place"
    submit_on_behalf(
        report_id=report.pk,
        outcome="not_taken_place",
        starts_on=None,
        ends_on=None,
        days_done=None,
        source="A call of today.",
        revision=report.revision,
        actor=officer,
    )
    client.force_login(person_of(exchange, "VO"))
    shown = text_of(page(client, url))
    assert "RECIPE4MOBILITY completed this report on behalf of the organisation." in shown
    assert "A call of today." in shown


# --- two at once -------------------------------------------------------------------------------


def test_two_colleagues_keep_both_their_answers(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    mine = sent(client, url, **{"q-suggestions": "Mine.", "q-problems": "None."})
    theirs = {"q-suggestions": "Theirs.", "q-portal_text": "Faster."}
    client.post(url, sent(client, url, outcome="took_place", days_done="4", **theirs))
    assert client.post(url, mine, headers={"X-Autosave": "1"}).status_code == 409
    html = client.post(url, {**mine, "days_done": "3"}).content.decode()
    shown, data = text_of(html), Fields(html).data
    assert "Two of you wrote at once" in shown
    assert "What do you suggest for the scheme? “Theirs.”" in shown
    assert "Working days without travel “4”" in shown
    kept = {"q-suggestions": "Mine.", "q-portal_text": "Faster.", "q-problems": "None."}
    assert {name: data[name][0].strip() for name in kept} == kept
    assert (data["outcome"], data["revision"]) == (["took_place"], ["1"])
    assert client.post(url, data)["Location"] == url
    report = report_of(exchange, "VO")
    assert (report.answers["suggestions"], report.days_done) == ("Mine.", 3)
    assert report.answers["portal_text"] == "Faster."


def test_a_broken_mark_of_what_was_seen_loses_nothing(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    for broken in ("{", "[]"):
        data = sent(client, url, outcome="took_place", revision="77", seen=broken)
        assert "Two of you wrote at once" in client.post(url, data).content.decode()
    data = sent(client, url, outcome="ended_early")
    client.post(url, sent(client, url, outcome="took_place"))
    html = client.post(url, data).content.decode()
    assert "What became of the exchange? “It took place as planned”" in text_of(html)
    assert Fields(html).data["outcome"] == ["ended_early"]


def test_what_a_colleague_took_out_is_told(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    client.post(url, sent(client, url, **{"q-suggestions": "First.", "days_done": "4"}))
    mine = sent(client, url, **{"q-suggestions": "Mine.", "days_done": "3"})
    client.post(url, sent(client, url, **{"q-suggestions": "", "days_done": ""}))
    shown = text_of(client.post(url, mine).content.decode())
    assert "What do you suggest for the scheme? (taken out)" in shown
    assert "Working days without travel (taken out)" in shown


def test_whoever_writes_on_after_it_was_handed_in_is_told(client, exchange, url):
    client.force_login(person_of(exchange, "VO"))
    data = complete(client, url)
    reported_by(exchange, "VO")
    assert client.post(url, data, headers={"X-Autosave": "1"}).status_code == 409
    assert client.post(url, data)["Location"] == url
    assert "The report is handed in." in text_of(page(client, url))


def test_a_colleague_who_hands_in_at_the_same_time_is_no_error(client, exchange, url, monkeypatch):
    client.force_login(person_of(exchange, "VO"))
    submit = view.submit_report

    def colleague_first(**values):
        Report.objects.filter(pk=values["report_id"]).update(revision=9)
        return submit(**values)

    monkeypatch.setattr(view, "submit_report", colleague_first)
    response = client.post(url, complete(client, url, submit="1"), follow=True)
    assert "A colleague has written in this report" in response.content.decode()


def test_the_support_office_reads_any(client, exchange, url):
    client.force_login(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    assert "Waiting for the report of Motores Lda" in text_of(page(client, url))


def test_every_kind_of_answer_is_read_in_words(client, exchange, url):
    report = answered(report_of(exchange, "VO"))
    steps = [{"what": "Write a project", "who": "Both", "by": "2027-04-01"}]
    done = [{**report.answers["activities"][0], "done": False}, *report.answers["activities"][1:]]
    done[1] |= {"hours": None, "day": ""}
    done[2] |= {"hours": 1}
    aims = [{"text": "To learn", "part": ""}, {"text": "To meet", "part": "partly"}]
    changes = {"follow_up": steps, "activities": done, "objectives": aims}
    Report.objects.filter(pk=report.pk).update(answers={**report.answers, **changes})
    client.force_login(person_of(exchange, "VOP"))
    shown = text_of(page(client, url))
    for words in (
        "How did you meet? In person",
        "Day 1 at the workshop – did not happen",
        "Day 2 at the workshop ",
        "Day 3 at the workshop, 1 hour ",
        "Did you reach what you had planned? To learn To meet: Partly",
        "What came of it, in numbers New contacts: 1",
        "How satisfied are you? Overall: 4 of 5",
        "recommend ClusterXchange to others? 9",
        "What did you agree to do next? Write a project, Both, by 1 April 2027",
        "We would like to tell the story of this exchange. Yes",
    ):
        assert words in shown
