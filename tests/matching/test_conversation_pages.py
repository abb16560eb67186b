"""The pages of conversations: who may see and do what, and what they show."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core import clock, virus
from matching.enums import ConversationState, MatchState
from matching.models import ContactBlock, ContactLimits, Conversation, ConversationReport, ReadMark
from matching.services.conversation_ends import block_organisation, end_conversation
from matching.services.conversations import agree_conversation
from matching.services.reports import report_conversation
from matching.views import conversations as views
from profiles.enums import Role, StaffRoleName
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    MembershipFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    match_between,
    published_profile,
    visitor_profile,
)
from tests.matching.talking import (
    PDF,
    WHY,
    asked,
    contact,
    enclosure,
    member,
    say_later,
    say_no,
    upload,
    write,
)
from tests.profiles.pages import queries_of
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def host():
    return host_profile()


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR")


@pytest.fixture
def talk(visitor, host):
    return contact(visitor, host)


def text_of(response):
    assert response.status_code == 200, response.status_code
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def as_member(client, profile):
    client.force_login(member(profile))
    return client


def contact_url(profile, other):
    return f"/matches/{profile.ref}/{other.ref}/contact/"


PAGES = ["", "end/", "block/", "report/"]


# --- who may come ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_strangers_and_other_participants_find_no_conversation(client, talk, page):
    other = visitor_profile(name="Other", acronym="EXXTRA")
    for user in (UserFactory(), member(other)):
        client.force_login(user)
        assert client.get(f"/conversations/{talk.pk}/{page}").status_code == 404
        assert client.post(f"/conversations/{talk.pk}/{page}").status_code == 404


@pytest.mark.parametrize("acronym", ["RECIPE4MOBILITY", "EXXTRA"])
def test_staff_of_both_partnerships_reads_along_and_does_nothing_else(client, talk, acronym):
    client.force_login(StaffRoleFactory(acronym=acronym).user)
    text = text_of(client.get(f"/conversations/{talk.pk}/"))
    assert WHY in text
    assert "You read along as staff." in text
    with untouched():
        assert client.post(f"/conversations/{talk.pk}/", {"text": "Hi"}).status_code == 403
        for page in PAGES[1:]:
            assert client.get(f"/conversations/{talk.pk}/{page}").status_code == 403
            assert client.post(f"/conversations/{talk.pk}/{page}").status_code == 403


def test_the_support_office_reads_what_was_reported_only(client, talk):
    client.force_login(StaffRoleFactory(role=StaffRoleName.SUPPORT).user)
    assert client.get(f"/conversations/{talk.pk}/").status_code == 404
    report_conversation(conversation_id=talk.pk, actor=talk.host.contact, reason="Spam.")
    assert WHY in text_of(client.get(f"/conversations/{talk.pk}/"))


def test_members_know_who_reads_along(client, talk):
    text = text_of(as_member(client, talk.host).get(f"/conversations/{talk.pk}/"))
    assert "The staff of your partnerships (EXXTRA, RECIPE4MOBILITY) can read along" in text


def test_only_members_of_a_published_profile_make_contact(client, host, visitor):
    url = contact_url(visitor, host)
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.force_login(StaffRoleFactory().user)
    assert client.get(url).status_code == 403
    as_member(client, host)
    assert client.get(url).status_code == 403


# --- the first contact -------------------------------------------------------------------------


def test_the_page_tells_whom_one_writes_to_and_why(client, host, visitor):
    text = text_of(as_member(client, visitor).get(contact_url(visitor, host)))
    assert "Write to AQUIMER" in text
    assert "France" in text
    assert "Motor vehicles" in text.replace("motor vehicles", "Motor vehicles")
    assert "What speaks for the two of you Sectors" not in text
    assert "Both of you want" in text
    assert "It usually takes 6 contacts until one becomes a match" in text


def test_sending_leads_to_the_conversation(client, host, visitor):
    sent = {"text": WHY, "attachments": [upload("a.pdf"), upload("b.pdf")]}
    response = as_member(client, visitor).post(contact_url(visitor, host), sent)
    conversation = Conversation.objects.get()
    assert response["Location"] == f"/conversations/{conversation.pk}/"
    assert conversation.messages.get().attachments.count() == 2


def test_a_second_look_leads_to_what_is_open(client, talk):
    response = as_member(client, talk.host).get(contact_url(talk.host, talk.visitor))
    assert response["Location"] == f"/conversations/{talk.pk}/"


def test_two_forms_at_once_lead_to_one_conversation(client, host, visitor, monkeypatch):
    """The second form was looked at before the first was sent."""
    talk = contact(host, visitor)
    monkeypatch.setattr("matching.views.contact.contact_refusal", lambda profile, other: None)
    response = as_member(client, visitor).post(contact_url(visitor, host), {"text": WHY})
    assert response["Location"] == f"/conversations/{talk.pk}/"


def test_what_goes_wrong_on_the_way_is_told(client, host, visitor, monkeypatch):
    monkeypatch.setattr("matching.forms.conversation.says_why", lambda text: True)
    response = as_member(client, visitor).post(contact_url(visitor, host), {"text": "Hello."})
    assert "Say in two sentences why you write." in text_of(response)


def test_too_few_words_are_kept_and_explained(client, host, visitor):
    as_member(client, visitor)
    with untouched():
        text = text_of(client.post(contact_url(visitor, host), {"text": "Hello."}))
    assert "Make it two sentences" in text
    assert "Hello." in text


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ([SimpleUploadedFile("a.exe", b"MZ")], "a.exe: This is not one of the kinds of file"),
        ([upload(), SimpleUploadedFile("no.pdf", b"x")], "no.pdf: This is not one of the kinds"),
        ([upload() for _number in range(4)], "These are 4 files. Choose three at most."),
    ],
)
def test_a_refused_file_keeps_the_text(client, host, visitor, files, problem):
    as_member(client, visitor)
    with untouched():
        sent = {"text": WHY, "attachments": files}
        text = text_of(client.post(contact_url(visitor, host), sent))
    assert problem in text
    assert WHY in text


def test_a_virus_is_refused(client, host, visitor, monkeypatch):
    monkeypatch.setattr("cxc_portal.core.files.found_in", lambda file: "Eicar")
    sent = {"text": WHY, "attachments": [upload()]}
    response = as_member(client, visitor).post(contact_url(visitor, host), sent)
    assert "plan.pdf: The virus scanner found something" in text_of(response)
    assert Conversation.objects.count() == 0
    assert virus.found_in is not None


def test_whoever_cannot_be_written_to_says_so(client, host, visitor):
    ContactLimits.objects.create(profile=host, paused_until=clock.today() + timedelta(days=3))
    text = text_of(as_member(client, visitor).get(contact_url(visitor, host)))
    assert "You cannot write to them now Takes new contacts again on" in text
    assert "Send the message" not in text


def test_hard_stops_show_no_score(client, host):
    neighbour = visitor_profile(country="FR")
    text = text_of(as_member(client, neighbour).get(contact_url(neighbour, host)))
    assert "Both of you are in France." in text
    assert "of 100" not in text


def test_whoever_blocked_is_led_to_the_blocks(client, talk):
    block_organisation(conversation_id=talk.pk, actor=talk.host.contact)
    text = text_of(as_member(client, talk.host).get(contact_url(talk.host, talk.visitor)))
    assert "Look at your blocks" in text


def test_a_profile_that_rests_cannot_write(client, host, visitor):
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    text = text_of(as_member(client, visitor).get(contact_url(visitor, host)))
    assert "Matches come with publication" in text


# --- a conversation ----------------------------------------------------------------------------


def test_the_side_that_was_asked_finds_the_ready_answers(client, talk):
    text = text_of(as_member(client, talk.host).get(f"/conversations/{talk.pk}/"))
    assert "Your turn: answer Motores Lda, who would like to get to know you." in text
    assert "Yes, let us talk" in text
    assert "Ask me again then" in text
    assert "Answer no" in text


def test_whoever_has_the_next_word_writes_back(client, talk):
    write(talk, talk.host)
    html = as_member(client, talk.visitor).get(f"/conversations/{talk.pk}/").content.decode()
    assert "<summary>Write back</summary>" in html
    assert html.count("button-primary") == 1


def test_names_of_people_stay_closed_until_there_is_a_match(client, talk):
    name = str(member(talk.visitor))
    as_member(client, talk.host)
    assert name not in text_of(client.get(f"/conversations/{talk.pk}/"))
    agree_conversation(host_id=talk.host_id, visitor_id=talk.visitor_id)
    text = text_of(client.get(f"/conversations/{talk.pk}/"))
    assert name in text
    assert "Write a message" in text


def test_own_names_are_told(client, talk):
    text = text_of(as_member(client, talk.visitor).get(f"/conversations/{talk.pk}/"))
    assert str(member(talk.visitor)) in text
    assert "Add something" in text


@pytest.mark.parametrize(
    ("sent", "state", "text"),
    [
        ({"answer": "yes", "text": ""}, "answered", ""),
        ({"answer": "yes", "text": "Gladly."}, "answered", "Gladly."),
        ({"text": "Gladly."}, "answered", "Gladly."),
        (
            {"answer": "no", "reason": "dates", "text": ""},
            "refused",
            "The dates do not suit us.",
        ),
        (
            {"answer": "no", "reason": "found", "text": "Sorry."},
            "refused",
            "We have found a partner already.\n\nSorry.",
        ),
        ({"answer": "no", "reason": "other", "text": "We moved."}, "refused", "We moved."),
    ],
)
def test_answers(client, talk, sent, state, text):
    response = as_member(client, talk.host).post(f"/conversations/{talk.pk}/", sent)
    assert response["Location"] == f"/conversations/{talk.pk}/"
    talk.refresh_from_db()
    assert (talk.state, talk.messages.last().text) == (state, text)


def test_not_now_takes_a_day(client, talk):
    day = clock.today() + timedelta(days=40)
    sent = {"answer": "later", "later_from": day.isoformat(), "text": ""}
    as_member(client, talk.host).post(f"/conversations/{talk.pk}/", sent)
    talk.refresh_from_db()
    assert (talk.state, talk.later_from) == (ConversationState.LATER, day)
    text = text_of(client.get(f"/conversations/{talk.pk}/"))
    assert f"From {day.day} {day:%B %Y}" in text
    assert "Ask me again then" not in text


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"answer": "later", "text": "Busy."}, "Give a day."),
        ({"answer": "later", "later_from": "2020-01-01", "text": "Busy."}, "within a year"),
        ({"answer": "no", "text": "Busy."}, "Choose a reason"),
        ({"answer": "no", "reason": "other", "text": ""}, "Say the reason in a few words."),
        ({"text": ""}, "Write something first."),
    ],
)
def test_what_is_missing_is_told_where_it_is_missing(client, talk, sent, problem):
    write(talk, talk.host)
    write(talk, talk.visitor)
    as_member(client, talk.host).get(f"/conversations/{talk.pk}/")
    with untouched():
        response = client.post(f"/conversations/{talk.pk}/", sent)
    text = text_of(response)
    assert problem in text
    assert sent["text"] in text
    assert response.content.decode().count('name="writing"') == 3
    assert response.content.decode().count(" open>") == 1


def test_an_answer_that_no_longer_fits_is_kept_as_text(client, talk):
    write(talk, talk.host)
    sent = {"answer": "no", "reason": "dates", "text": "Alas."}
    as_member(client, talk.host)
    with untouched():
        response = client.post(f"/conversations/{talk.pk}/", sent)
    html = response.content.decode()
    assert "Somebody has written meanwhile" in html
    assert re.search(r"<textarea[^>]*>\s*Alas\.</textarea>", html)
    assert " open>" in html


def test_what_was_typed_when_it_was_over_is_shown(client, talk):
    say_no(talk)
    as_member(client, talk.visitor)
    with untouched():
        response = client.post(f"/conversations/{talk.pk}/", {"text": "What a pity."})
    text = text_of(response)
    assert "This conversation is over." in text
    assert "This was not sent What a pity." in text
    assert "The dates do not suit us." in text


def test_nobody_can_write_across_a_block(client, talk):
    match_between(talk.visitor, talk.host, state=MatchState.CONFIRMED)
    block_organisation(conversation_id=talk.pk, actor=talk.host.contact)
    html = as_member(client, talk.visitor).get(f"/conversations/{talk.pk}/").content.decode()
    assert "<textarea" not in html


def test_it_leads_to_the_match(client, talk):
    as_member(client, talk.visitor)
    propose_url = f"/matches/{talk.visitor.ref}/{talk.host.ref}/propose/"
    assert propose_url in client.get(f"/conversations/{talk.pk}/").content.decode()
    match = match_between(talk.visitor, talk.host)
    html = client.get(f"/conversations/{talk.pk}/").content.decode()
    assert propose_url not in html
    assert f'href="/proposals/{match.pk}/"' in html


def test_nothing_leads_to_a_profile_that_rests(client, talk):
    pause_profile(profile_id=talk.host.pk, actor=talk.host.contact)
    html = as_member(client, talk.visitor).get(f"/conversations/{talk.pk}/").content.decode()
    assert f"/profiles/{talk.host.ref}/" not in html
    assert "/propose/" not in html


def test_reports_and_what_was_done_stand_beside_it(client, talk):
    report = report_conversation(conversation_id=talk.pk, actor=talk.host.contact, reason="Spam.")
    as_member(client, talk.host)
    assert "Somebody looks at it" in text_of(client.get(f"/conversations/{talk.pk}/"))
    ConversationReport.objects.filter(pk=report.pk).update(
        settled_at=clock.now(), settled_by=UserFactory(), settlement="We called them."
    )
    assert "We called them." in text_of(client.get(f"/conversations/{talk.pk}/"))
    as_member(client, talk.visitor)
    assert "We called them." not in text_of(client.get(f"/conversations/{talk.pk}/"))


# --- reading -----------------------------------------------------------------------------------


def test_opening_it_as_a_member_is_reading_it(client, talk):
    as_member(client, talk.host)
    assert "New" in text_of(client.get("/conversations/"))
    assert " New " in text_of(client.get(f"/conversations/{talk.pk}/"))
    assert " New " not in text_of(client.get(f"/conversations/{talk.pk}/"))
    assert "something new" not in text_of(client.get("/conversations/"))


def test_a_scanner_and_staff_read_nothing(client, talk):
    as_member(client, talk.host).head(f"/conversations/{talk.pk}/")
    client.force_login(StaffRoleFactory().user)
    client.get(f"/conversations/{talk.pk}/")
    assert ReadMark.objects.count() == 0


def test_the_navigation_counts_what_is_new(client, talk):
    as_member(client, talk.host)
    html = client.get("/rules/").content.decode()
    assert re.search(r'Messages <span class="count">1<span class="hide-visually"> new', html)
    client.get(f"/conversations/{talk.pk}/")
    assert 'class="count"' not in client.get("/rules/").content.decode()
    client.force_login(UserFactory())
    assert "Messages" not in client.get("/rules/").content.decode()


# --- files -------------------------------------------------------------------------------------


def test_files_are_streamed_to_those_who_may_read(client, visitor, host):
    talk = contact(visitor, host, files=[enclosure("Our plan.pdf")])
    file = talk.messages.get().attachments.get()
    url = f"/conversations/{talk.pk}/files/{file.pk}/"
    assert str(file) == f"attachment {file.pk}"
    for user in (member(host), member(visitor), StaffRoleFactory().user):
        client.force_login(user)
        response = client.get(url)
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"] == 'attachment; filename="our-plan.pdf"'
    other = contact(visitor_profile(name="Other"), host)
    assert client.get(f"/conversations/{other.pk}/files/{file.pk}/").status_code == 404
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


# --- ending, blocking, reporting ---------------------------------------------------------------


def test_a_member_ends_it_with_a_reason(client, talk):
    url = f"/conversations/{talk.pk}/end/"
    assert "End the conversation" in text_of(as_member(client, talk.visitor).get(url))
    assert "Say it in a sentence." in text_of(client.post(url))
    assert client.post(url, {"reason": "No time."})["Location"] == f"/conversations/{talk.pk}/"
    talk.refresh_from_db()
    assert talk.state == ConversationState.ENDED
    assert client.get(url)["Location"] == f"/conversations/{talk.pk}/"


def test_what_changed_between_asking_and_ending_is_told(client, talk, monkeypatch):
    end_conversation(conversation_id=talk.pk, actor=talk.host.contact, reason="No time.")
    monkeypatch.setattr(views, "can_end_conversation", lambda user, conversation: True)
    response = as_member(client, talk.visitor).post(
        f"/conversations/{talk.pk}/end/", {"reason": "No time."}
    )
    assert "This is not possible now" in text_of(response)


def test_a_block_is_asked_for_and_can_be_taken_back(client, talk):
    url = f"/conversations/{talk.pk}/block/"
    assert "Hear nothing more from Motores Lda?" in text_of(as_member(client, talk.host).get(url))
    limits_url = f"/profiles/{talk.host.ref}/contacts/"
    assert client.post(url)["Location"] == limits_url
    assert "Motores Lda" in text_of(client.get(limits_url))
    block = ContactBlock.objects.get()
    assert str(block) == f"block {block.pk}"
    unblock_url = f"{limits_url}{block.pk}/unblock/"
    assert client.get(unblock_url).status_code == 405
    client.force_login(member(talk.visitor))
    assert client.post(unblock_url).status_code == 403
    own = f"/profiles/{talk.visitor.ref}/contacts/{block.pk}/unblock/"
    assert client.post(own).status_code == 404
    as_member(client, talk.host)
    assert client.post(unblock_url)["Location"] == limits_url
    assert ContactBlock.objects.count() == 0


def test_a_report_is_sent_and_settled(client, talk):
    url = f"/conversations/{talk.pk}/report/"
    assert "Your partnership looks at it" in text_of(as_member(client, talk.host).get(url))
    client.post(url, {"reason": "It is spam."})
    assert "has reported this already" in text_of(client.post(url, {"reason": "Still."}))
    report = ConversationReport.objects.get()

    client.force_login(StaffRoleFactory(acronym="EXXTRA").user)
    assert "It is spam." in text_of(client.get("/conversations/reports/"))
    settle_url = f"/conversations/reports/{report.pk}/"
    assert "AQUIMER about Motores Lda" in text_of(client.get(settle_url))
    assert "Say in a sentence" in text_of(client.post(settle_url))
    done = client.post(settle_url, {"note": "We called them."})
    assert done["Location"] == "/conversations/reports/"
    assert "settled already" in text_of(client.post(settle_url, {"note": "Again."}))
    assert "We called them." in text_of(client.get(settle_url))
    assert "Settled" in text_of(client.get("/conversations/reports/"))


def test_each_desk_sees_its_own_reports(client, talk):
    report_conversation(conversation_id=talk.pk, actor=talk.host.contact, reason="Spam.")
    report = ConversationReport.objects.get()
    client.force_login(StaffRoleFactory().user)
    assert "Nothing was reported" in text_of(client.get("/conversations/reports/"))
    assert client.get(f"/conversations/reports/{report.pk}/").status_code == 403
    client.force_login(StaffRoleFactory(acronym="BLUES").user)
    assert client.get(f"/conversations/reports/{report.pk}/").status_code == 404
    client.force_login(StaffRoleFactory(role=StaffRoleName.OBSERVER).user)
    assert client.get("/conversations/reports/").status_code == 403
    as_member(client, talk.host)
    assert client.get("/conversations/reports/").status_code == 404


# --- the inbox ---------------------------------------------------------------------------------


def names(response):
    html = response.content.decode()
    return re.findall(r'<a href="/conversations/\d+/">([^<]*)</a>', html)


def test_what_waits_for_the_reader_comes_first(client, host):
    firms = [visitor_profile(name=name) for name in ("Asks", "Closed", "Waits", "Later")]
    talks = [contact(firm, host) for firm in firms]
    say_no(talks[1])
    write(talks[2], host)
    say_later(talks[3])
    as_member(client, host)
    assert names(client.get("/conversations/")) == ["Asks", "Later", "Waits", "Closed"]
    assert names(client.get("/conversations/?show=yours")) == ["Asks"]
    assert names(client.get("/conversations/?show=waiting")) == ["Later", "Waits"]
    assert names(client.get("/conversations/?show=closed")) == ["Closed"]
    write(talks[2], firms[2])
    assert names(client.get("/conversations/?show=yours")) == ["Waits", "Asks"]
    as_member(client, firms[2])
    assert names(client.get("/conversations/?show=waiting")) == ["AQUIMER"]
    assert "Nothing here at present." in text_of(client.get("/conversations/?show=yours"))


def test_a_ready_answer_reads_as_it_was_offered(client, talk):
    as_member(client, talk.host).post(f"/conversations/{talk.pk}/", {"answer": "yes", "text": ""})
    told = text_of(as_member(client, talk.visitor).get("/conversations/"))
    assert "Yes, let us talk" in told
    assert "yes" not in told


def test_an_empty_inbox_leads_to_the_matches(client, host):
    text = text_of(as_member(client, host).get("/conversations/"))
    assert "No messages yet" in text


def test_with_several_profiles_each_conversation_names_ones_own(client, talk):
    user = member(talk.host)
    second = published_profile(role=Role.VISITING, organisation=talk.host.organisation)
    contact(second, host_profile(name="Third", country="DE"), actor=user)
    client.force_login(user)
    text = text_of(client.get("/conversations/"))
    assert "AQUIMER, Host" in text
    assert "AQUIMER, Visitor" in text
    assert "You:" in text


@pytest.mark.parametrize("page", ["/conversations/", "/conversations/1/"])
def test_more_of_them_take_no_more_queries(client, host, page):
    as_member(client, host)
    counts = []
    for number in range(3):
        talk = contact(visitor_profile(name=f"Firm {number}"), host)
        write(talk, host)
        write(talk, talk.visitor)
        path = page.replace("1", str(Conversation.objects.order_by("pk").first().pk))
        client.get(path)
        counts.append(queries_of(client, path))
        for colleague in range(2):
            write(Conversation.objects.order_by("pk").first(), talk.host, f"And {colleague}")
            MembershipFactory(organisation=talk.visitor.organisation)
    assert len(set(counts)) == 1
    assert counts[0] <= 24


def test_proposals_stand_on_top_with_whose_turn_it_is(client, host, visitor):
    other = host_profile(name="Beta Cluster", country="DE")
    mine = match_between(visitor, host)
    theirs = match_between(other, visitor)
    response = as_member(client, visitor).get("/conversations/")
    found = re.findall(r'href="/proposals/(\d+)/">([^<]*)</a>', response.content.decode())
    assert found == [(str(theirs.pk), "Beta Cluster"), (str(mine.pk), "AQUIMER")]
    text = text_of(response)
    assert "Your turn: accept or decline the proposed match." in text
    as_member(client, host)
    found = client.get("/conversations/").content.decode()
    assert f'href="/proposals/{mine.pk}/">Motores Lda</a>' in found


def test_pages_of_the_inbox(client, host, monkeypatch):
    monkeypatch.setattr("matching.queries.inbox.PER_PAGE", 2)
    for number in range(3):
        contact(visitor_profile(name=f"Firm {number}"), host)
    as_member(client, host)
    assert names(client.get("/conversations/?page=2")) == ["Firm 0"]


# --- limits ------------------------------------------------------------------------------------


def test_limits_are_set_by_members(client, host):
    url = f"/profiles/{host.ref}/contacts/"
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404
    client.force_login(StaffRoleFactory(acronym="EXXTRA").user)
    assert client.get(url).status_code == 403
    as_member(client, host)
    assert "Contacts you take" in text_of(client.get(url))
    day = clock.today() + timedelta(days=10)
    sent = {"capacity": "2", "contacts_per_month": "", "paused_until": day.isoformat()}
    assert client.post(url, sent)["Location"] == f"/profiles/{host.ref}/"
    limits = ContactLimits.objects.get()
    assert (limits.capacity, limits.contacts_per_month, limits.paused_until) == (2, None, day)
    assert "Nobody new can write to you now" in text_of(client.get(url))


def test_a_day_that_has_passed_can_stay(client, host):
    url = f"/profiles/{host.ref}/contacts/"
    day = clock.today() - timedelta(days=1)
    ContactLimits.objects.create(profile=host, paused_until=day)
    sent = {"capacity": "3", "contacts_per_month": "", "paused_until": day.isoformat()}
    assert as_member(client, host).post(url, sent).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("capacity", "0", "Give a number from 1 to 99"),
        ("contacts_per_month", "100", "Give a number from 1 to 99"),
        ("paused_until", "2020-01-01", "Give a day after today"),
    ],
)
def test_limits_that_make_no_sense_are_refused(client, host, field, value, problem):
    as_member(client, host)
    with untouched():
        response = client.post(f"/profiles/{host.ref}/contacts/", {"capacity": "", field: value})
    assert problem in text_of(response)


def test_the_profile_page_of_a_member_leads_to_the_limits(client, host):
    link = f'href="/profiles/{host.ref}/contacts/"'
    assert link in as_member(client, host).get(f"/profiles/{host.ref}/").content.decode()
    as_member(client, visitor_profile())
    assert link not in client.get(f"/profiles/{host.ref}/").content.decode()


def test_how_well_one_answers_is_shown_to_both(client, host):
    for number in range(5):
        write(contact(visitor_profile(name=f"Firm {number}"), host), host)
    told = "Answers almost every contact, usually within a day"
    assert told in text_of(as_member(client, host).get(f"/profiles/{host.ref}/"))
    other = visitor_profile(name="New one")
    assert told in text_of(as_member(client, other).get(contact_url(other, host)))


def test_an_asked_profile_without_a_partnership_is_no_trouble():
    talk = asked()
    assert str(talk) == f"conversation {talk.pk}"
    assert str(talk.messages.get()).startswith("message ")
