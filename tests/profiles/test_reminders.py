from datetime import UTC, datetime

import pytest
import time_machine

from cxc_portal.core.models import OutgoingMail
from profiles import tasks
from profiles.models import ProfileSubmission, ProgrammeRules
from profiles.services.decisions import decide_profile, undo_decision
from profiles.services.reminders import remind_about_waiting_profiles
from profiles.services.submission import keep_submission, submit_profile
from tests.factories import OrganisationFactory, StaffRoleFactory, submitted_profile

pytestmark = pytest.mark.django_db

KINDS = {
    "profiles/validation_reminder": 1,
    "profiles/validation_overdue": 2,
    "profiles/validation_escalated": 3,
}


def day(text):
    return time_machine.travel(
        datetime.fromisoformat(f"{text}T09:00").replace(tzinfo=UTC), tick=False
    )


def reminders():
    """Level and address of every reminder so far."""
    rows = OutgoingMail.objects.filter(kind__in=KINDS).order_by("pk").values_list("kind", "to")
    return [(KINDS[kind], to) for kind, to in rows]


@pytest.fixture
def people(reference):
    """An officer, a coordinator and the Support Office, and people who must hear nothing."""
    StaffRoleFactory(acronym="EXXTRA")
    StaffRoleFactory(acronym="EXXTRA", role="coordinator")
    StaffRoleFactory(role="observer")
    StaffRoleFactory(user__is_active=False)
    return {
        "officer": StaffRoleFactory(user__email="officer@x.example").user,
        "coordinator": StaffRoleFactory(role="coordinator", user__email="coord@x.example").user,
        "support": StaffRoleFactory(role="support", user__email="support@x.example").user,
    }


@pytest.fixture
def waiting(people):
    """Submitted on Monday 1 June 2026 in Portugal, where 4 and 10 June are holidays."""
    with day("2026-06-01"):
        return submitted_profile(organisation=OrganisationFactory(country_id="PT", name="Onda"))


@pytest.mark.parametrize(
    ("today", "levels"),
    [
        ("2026-06-08", []),
        ("2026-06-09", [1, 1]),
        ("2026-06-16", [1, 1]),
        ("2026-06-17", [1, 1, 2]),
        ("2026-06-23", [1, 1, 2]),
        ("2026-06-24", [1, 1, 2, 3]),
    ],
)
def test_each_level_has_its_working_day(waiting, today, levels):
    with day(today):
        remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == levels


def test_each_level_has_its_readers(waiting):
    with day("2026-06-24"):
        assert remind_about_waiting_profiles() == 1
    assert reminders() == [
        (1, "officer@x.example"),
        (1, "coord@x.example"),
        (2, "coord@x.example"),
        (3, "support@x.example"),
    ]


def test_a_second_run_changes_nothing(waiting):
    for today in ("2026-06-09", "2026-06-09", "2026-06-10"):
        with day(today):
            remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == [1, 1]


def test_a_mail_is_not_written_twice_even_if_the_note_was_lost(waiting):
    for _ in range(2):
        with day("2026-06-09"):
            remind_about_waiting_profiles()
        ProfileSubmission.objects.update(reminders=0)
    assert [level for level, _ in reminders()] == [1, 1]


def test_the_days_come_from_the_rules(waiting):
    rules = ProgrammeRules.objects.get()
    rules.values["validation.reminder_days"] = 1
    rules.save()
    with day("2026-06-02"):
        remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == [1, 1]


def test_one_mail_names_all_profiles_of_a_desk(waiting):
    with day("2026-06-01"):
        submitted_profile(organisation=OrganisationFactory(country_id="PT", name="Mar"))
    with day("2026-06-09"):
        assert remind_about_waiting_profiles() == 2
    mail = OutgoingMail.objects.filter(kind="profiles/validation_reminder").first()
    assert mail.subject == "Decide about 2 profiles that have waited for 5 working days"
    assert (
        "- Onda, PT: submitted on 1 June 2026\n- Mar, PT: submitted on 1 June 2026\n" in mail.text
    )
    assert mail.about_type == "profiles.partnership"


def test_a_long_list_is_cut(waiting):
    with day("2026-06-01"):
        for _ in range(21):
            submitted_profile()
    with day("2026-06-24"):
        remind_about_waiting_profiles()
    mail = OutgoingMail.objects.filter(kind="profiles/validation_reminder").first()
    assert mail.text.count("\n- ") == 21
    assert "- and 2 more" in mail.text


def test_a_decided_profile_is_not_spoken_of(waiting, people):
    decide_profile(profile_id=waiting.pk, decision="publish", actor=people["officer"])
    with day("2026-06-24"):
        assert remind_about_waiting_profiles() == 0
    assert reminders() == []


def test_a_profile_that_comes_back_starts_anew(waiting, people):
    with day("2026-06-09"):
        remind_about_waiting_profiles()
        decide_profile(
            profile_id=waiting.pk, decision="return", actor=people["officer"], comment="More."
        )
    with day("2026-06-11"):
        submit_profile(profile_id=waiting.pk, actor=waiting.contact)
    with day("2026-06-17"):
        remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == [1, 1]
    with day("2026-06-18"):
        remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == [1, 1, 1, 1]


def test_a_correction_while_it_waits_does_not_remind_again(waiting):
    with day("2026-06-09"):
        remind_about_waiting_profiles()
        waiting.refresh_from_db()
        keep_submission(waiting, by=waiting.contact)
    with day("2026-06-10"):
        assert remind_about_waiting_profiles() == 0


def test_an_undone_decision_does_not_remind_again(waiting, people):
    with day("2026-06-09"):
        remind_about_waiting_profiles()
        decide_profile(profile_id=waiting.pk, decision="publish", actor=people["officer"])
        undo_decision(profile_id=waiting.pk, actor=people["officer"])
        remind_about_waiting_profiles()
    assert [level for level, _ in reminders()] == [1, 1]


def test_without_a_partnership_the_support_office_is_the_desk(people):
    with day("2026-06-01"):
        submitted_profile(partnership=None)
    with day("2026-06-30"):
        remind_about_waiting_profiles()
    assert reminders() == [(1, "support@x.example"), (3, "support@x.example")]
    mail = OutgoingMail.objects.filter(kind="profiles/validation_escalated").get()
    assert mail.subject == (
        "Step in: 1 profile has waited for 15 working days at the desk of the Support Office"
    )


def test_without_a_coordinator_the_support_office_is_told(waiting, people):
    people["coordinator"].staff_roles.all().delete()
    with day("2026-06-17"):
        remind_about_waiting_profiles()
    assert reminders() == [(1, "officer@x.example"), (2, "support@x.example")]


def test_without_anybody_the_support_office_is_the_desk(waiting, people):
    people["officer"].staff_roles.all().delete()
    people["coordinator"].staff_roles.all().delete()
    with day("2026-06-09"):
        remind_about_waiting_profiles()
    assert reminders() == [(1, "support@x.example")]


def test_the_task_calls_the_service(waiting):
    with day("2026-06-09"):
        assert tasks.remind_about_waiting_profiles() == 1
    assert [level for level, _ in reminders()] == [1, 1]
