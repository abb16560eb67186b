"""Closing an account: the row stays for those that point to it, the person is gone from it."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles.enums import ProfileState
from profiles.models import Membership, Profile, User
from profiles.permissions import can_erase_account
from profiles.personal_data import Blocker, Person, blockers, holdings
from profiles.workflows import profile_workflow

SETTLED = (ProfileState.DRAFT, ProfileState.REJECTED, ProfileState.WITHDRAWN)


def erase_account(*, user_id: int, actor: User) -> User:
    """The account is closed for good, and nothing tells any more whose it was.

    Drafts that nobody else can finish are withdrawn. Raises `NotAllowed` for anybody but the person
    and the Support Office, `TransitionRefused` while something is open. A second call changes
    nothing.
    """
    with audit.transaction():
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
        if not can_erase_account(actor, user):
            raise NotAllowed(_("Only the owner and the Support Office can close an account."))
        if user.anonymised_at:
            return user
        profiles = list(only_theirs(user).select_for_update(of=("self",)).order_by("pk"))
        if open_matters := blockers(user):
            raise TransitionRefused("account_needed", str(open_matters[0].reason))
        for profile in profiles:
            if profile.state == ProfileState.DRAFT:
                record = {"organisation": profile.organisation}
                profile_workflow.apply(profile, "withdraw", actor=user, record=record)
        person = Person.of(user)
        for holding in holdings():
            holding.erase(holding.rows(person), person)
        audit.record("account.erased", subject=user, actor=actor)
        user.refresh_from_db()
    return user


def only_theirs(user: User) -> QuerySet[Profile]:
    """Profiles of organisations in which nobody else is left to act."""
    others = Membership.objects.filter(
        organisation=OuterRef("organisation"), user__is_active=True
    ).exclude(user=user)
    own = Membership.objects.filter(user=user).values("organisation")
    return Profile.objects.filter(~Exists(others), organisation__in=own)


def staff_role_blockers(user: User) -> Iterable[Blocker]:
    """Somebody else has to take over first."""
    if user.staff_roles.exists():
        yield Blocker(
            gettext_lazy(
                "You still have a role as staff. Ask your coordinator or the Support Office to "
                "take it over first."
            )
        )


def profile_blockers(user: User) -> Iterable[Blocker]:
    """Others wait for, or find, a profile that nobody but this person answers for."""
    for profile in only_theirs(user).exclude(state__in=SETTLED).select_related("organisation"):
        yield Blocker(
            _(
                "The profile %(ref)s of %(organisation)s is still open and you are its only "
                "member. Withdraw it first, or invite a colleague to take it over."
            )
            % {"ref": profile.ref, "organisation": profile.organisation.name},
            profile.get_absolute_url(),
        )
