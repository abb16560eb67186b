"""What this app, the core and the libraries hold about a person, and how each is erased."""

from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from cxc_portal.core import clock
from cxc_portal.core.models import MailStatus
from profiles.models import Profile, User
from profiles.personal_data import Holding, Person, Rows, at_address, delete, keep

CONTACT_FIELDS = ("contact_name", "contact_position", "contact_email", "contact_phone", "linkedin")
CONTACT_FACTS = ("profile.contact_name", "profile.contact_position", "profile.contact_email")


def end_sessions(rows: Rows, person: Person) -> None:
    for session in rows:
        session.end()


def sent_and_open(rows: Rows, person: Person) -> Rows:
    """Mails that went out and may be read again: no codes."""
    return rows.filter(is_confidential=False, status=MailStatus.SENT)


def erase_mails(rows: Rows, person: Person) -> None:
    """That a mail of a kind went out stays known; to whom and what it said does not."""
    unsent = (MailStatus.QUEUED, MailStatus.FAILED)
    rows.filter(status__in=unsent).update(status=MailStatus.CANCELLED)
    rows.update(
        to=person.placeholder,
        subject="",
        text="",
        html="",
        link_path="",
        last_error="",
        dedup_key=Concat(Value("erased:"), Cast("pk", CharField())),
    )


def erase_invitations(rows: Rows, person: Person) -> None:
    """An open invitation of the person goes; one that was accepted forgets the address."""
    own = rows.filter(at_address(person, "email") | Q(accepted_by=person.user))
    own.filter(accepted_at__isnull=True).delete()
    own.update(email=person.placeholder)


def erase_registrations(rows: Rows, person: Person) -> None:
    """One that was submitted still proves who made the profile; its answers are in the profile."""
    rows.filter(profile__isnull=True).delete()
    rows.update(answers={})


def in_submissions(person: Person) -> Q:
    """Submissions that name the person as the contact."""
    return Q(profile__contact=person.user) | at_address(person, "facts__profile.contact_email")


def erase_submissions(rows: Rows, person: Person) -> None:
    for submission in rows.filter(in_submissions(person)):
        submission.facts |= dict.fromkeys(CONTACT_FACTS, "")
        submission.save(update_fields=["facts"])


def as_contact(rows: Rows, person: Person) -> Rows:
    """Profiles that name the person, not those that the person is checking as staff."""
    return rows.filter(Q(contact=person.user) | at_address(person, "contact_email"))


def erase_contact(rows: Rows, person: Person) -> None:
    """Another member becomes the contact of each profile; where there is none, nobody is."""
    for profile in as_contact(rows, person).select_for_update(of=("self",)):
        _drop_file(profile)
        if profile.contact_id in (None, person.user.pk):
            profile.contact = _successor(profile, person.user)
        for name in CONTACT_FIELDS:
            setattr(profile, name, "")
        if profile.contact:
            profile.contact_name = profile.contact.get_full_name()
            profile.contact_email = profile.contact.email
        profile.save(update_fields=["contact", "cv", *CONTACT_FIELDS])


def _drop_file(profile: Profile) -> None:
    if profile.cv.name:
        transaction.on_commit(partial(profile.cv.storage.delete, profile.cv.name))
    profile.cv = ""


def _successor(profile: Profile, leaving: User) -> User | None:
    members = User.objects.filter(memberships__organisation=profile.organisation_id, is_active=True)
    return members.exclude(pk=leaving.pk).order_by("memberships__joined_at", "pk").first()


def about_account(person: Person) -> Q:
    """What staff did to the account in the admin."""
    return Q(content_type=ContentType.objects.get_for_model(User), object_id=str(person.user.pk))


def erase_admin_log(rows: Rows, person: Person) -> None:
    rows.filter(about_account(person)).update(object_repr="", change_message="")


def erase_user(rows: Rows, person: Person) -> None:
    """The row stays, because others point to it; it says no more who that was."""
    user = person.user
    user.email, user.first_name, user.last_name = person.placeholder, "", ""
    user.language, user.wants_newsletter, user.last_login = "", False, None
    user.is_active, user.anonymised_at = False, clock.now()
    user.set_unusable_password()
    user.save()


HOLDINGS = (
    Holding(
        "profiles.IndicatorTarget",
        "targets_changed",
        keep,
        people=("changed_by",),
        shown=("partnership__acronym", "indicator__code", "number", "comment", "changed_at"),
    ),
    Holding(
        "core.OutgoingMail",
        "mails",
        erase_mails,
        people=("recipient",),
        addresses=("to",),
        shown=(
            "created_at",
            "sent_at",
            "opened_at",
            "acted_at",
            "to",
            "language",
            "subject",
            "text",
        ),
        given=sent_and_open,
    ),
    Holding(
        "core.MailPreference",
        "choices_of_mails",
        delete,
        people=("user",),
        shown=("topic", "choice"),
    ),
    Holding(
        "core.AuditEntry",
        "recorded_actions",
        keep,
        people=("actor_id",),
        shown=("sequence", "at", "event", "subject_type", "subject_id"),
    ),
    Holding("core.Job", "jobs", keep, people=("owner",), shown=("kind", "status", "created_at")),
    Holding(
        "admin.LogEntry",
        "administration",
        erase_admin_log,
        people=("user",),
        shown=("action_time", "action_flag"),
        further=about_account,
    ),
    Holding(
        "profiles.ProgrammeRules",
        "programme_rules",
        keep,
        people=("created_by",),
        shown=("pk",),
    ),
    Holding(
        "profiles.ProfileSubmission",
        "submissions",
        erase_submissions,
        people=("by",),
        shown=("profile__ref", "number", "at", "facts"),
        further=in_submissions,
    ),
    Holding(
        "profiles.ProfileTransition",
        "steps_taken",
        keep,
        people=("actor",),
        shown=("subject__ref", "transition", "source", "target", "comment", "at"),
    ),
    Holding(
        "profiles.Profile",
        "profiles",
        erase_contact,
        people=("contact", "review_by"),
        addresses=("contact_email",),
        shown=(
            "ref",
            "organisation__name",
            "role",
            "state",
            *CONTACT_FIELDS,
            "cv",
            "has_declared_residence",
            "languages",
            "accessibility_needs",
            "description",
            "motivation",
            "offer",
            "consent_at",
            "consent_version",
            "created_at",
        ),
        files=("cv",),
        given=as_contact,
    ),
    Holding(
        "profiles.Registration",
        "registrations",
        erase_registrations,
        people=("owner",),
        shown=("answers", "source", "created_at", "saved_at", "profile__ref"),
    ),
    Holding(
        "profiles.Invitation",
        "invitations",
        erase_invitations,
        people=("invited_by", "accepted_by"),
        addresses=("email",),
        shown=("organisation__name", "email", "created_at", "expires_at", "accepted_at"),
    ),
    Holding(
        "profiles.Membership",
        "memberships",
        delete,
        people=("user",),
        shown=("organisation__name", "joined_at"),
    ),
    Holding(
        "profiles.StaffRole",
        "staff_roles",
        delete,
        people=("user",),
        shown=("role", "partnership__acronym"),
    ),
    Holding(
        "usersessions.UserSession",
        "sessions",
        end_sessions,
        people=("user",),
        shown=("created_at", "last_seen_at", "ip", "user_agent"),
    ),
    Holding(
        "mfa.Authenticator",
        "second_factors",
        delete,
        people=("user",),
        shown=("type", "created_at", "last_used_at"),
    ),
    Holding(
        "socialaccount.SocialAccount",
        "linked_log_ins",
        delete,
        people=("user",),
        shown=("provider", "uid", "extra_data", "date_joined", "last_login"),
    ),
    Holding(
        "account.EmailAddress",
        "addresses",
        delete,
        people=("user",),
        addresses=("email",),
        shown=("email", "verified", "primary"),
    ),
    Holding(
        "profiles.User",
        "account",
        erase_user,
        addresses=("email",),
        shown=(
            "email",
            "first_name",
            "last_name",
            "language",
            "wants_newsletter",
            "date_joined",
            "last_login",
        ),
        further=lambda person: Q(pk=person.user.pk),
    ),
)
"""Mails and submissions come first: the rows that tell whose they are go after them."""
