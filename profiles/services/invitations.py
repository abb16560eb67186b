"""Who acts for an organisation: colleagues are invited, join, and leave."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import IntegrityError
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles import notifications
from profiles.enums import ProfileState
from profiles.models import Invitation, Membership, Organisation, Profile, User
from profiles.permissions import can_invite_colleague

LIFETIME = timedelta(days=14)
COOL_DOWN = timedelta(days=1)
MOST_OPEN = 20
SALT = "profiles.invitation"


def invite_colleague(*, organisation_id: int, email: str, actor: User) -> Invitation:
    """Somebody is asked by mail to join; only whoever has that address can accept.

    Whether the address has an account makes no difference to anything that can be seen.
    """
    email = email.strip().lower()
    try:
        with audit.transaction():
            organisation = _locked_organisation(organisation_id, actor)
            _require_invitable(organisation, email)
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email,
                invited_by=actor,
                expires_at=clock.now() + LIFETIME,
            )
            audit.record("invitation.sent", subject=invitation, actor=actor)
            notifications.colleague_invited(invitation, key_of(invitation))
    except IntegrityError as twice:
        raise _invited_already() from twice
    return invitation


def resend_invitation(*, invitation_id: int, actor: User | None) -> Invitation:
    """The invitation is valid for its full time again and its mail goes out anew, once a day.

    Whoever holds the link may ask, too (an actor of None): the mail goes to the same address.
    """
    with audit.transaction():
        invitation = _open_invitation(invitation_id)
        if actor is not None and not can_invite_colleague(actor, invitation.organisation):
            raise NotAllowed(_("You may not do this."))
        if clock.now() < sent_at(invitation) + COOL_DOWN:
            raise TransitionRefused(
                "too_soon",
                _("We have sent this invitation less than a day ago. It may be among the junk."),
            )
        invitation.expires_at = clock.now() + LIFETIME
        invitation.save(update_fields=["expires_at"])
        audit.record("invitation.sent_again", subject=invitation, actor=actor)
        notifications.colleague_invited(invitation, key_of(invitation))
    return invitation


def revoke_invitation(*, invitation_id: int, actor: User) -> None:
    """The link in the mail leads nowhere any more."""
    with audit.transaction():
        invitation = _open_invitation(invitation_id)
        if not can_invite_colleague(actor, invitation.organisation):
            raise NotAllowed(_("You may not do this."))
        audit.record("invitation.revoked", subject=invitation, actor=actor)
        notifications.take_back_invitation(invitation)
        invitation.delete()


def accept_invitation(*, invitation_id: int, actor: User) -> Membership:
    """The person belongs to the organisation. Pressing twice is the same as once; the link of
    somebody who has left since does not work again."""
    with audit.transaction():
        invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
        if not is_addressee(actor, invitation):
            raise NotAllowed(_("This invitation is for another address."))
        organisation = invitation.organisation
        existing = Membership.objects.filter(user=actor, organisation=organisation).first()
        if invitation.accepted_at is None:
            _use(invitation, actor)
            return existing or Membership.objects.create(user=actor, organisation=organisation)
    if existing is None:
        raise TransitionRefused("used", _("This invitation has been used already."))
    return existing


def _use(invitation: Invitation, actor: User) -> None:
    if has_expired(invitation):
        raise TransitionRefused("expired", _("This invitation is no longer valid."))
    invitation.accepted_at, invitation.accepted_by = clock.now(), actor
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record("invitation.accepted", subject=invitation, actor=actor)


def remove_colleague(*, membership_id: int, actor: User) -> None:
    """The person, or oneself, no longer acts for the organisation.

    Never the last one, and nobody who is named as the participant of a profile.
    """
    with audit.transaction():
        membership = Membership.objects.select_related("user").get(pk=membership_id)
        organisation = _locked_organisation(membership.organisation_id, actor)
        if not organisation.memberships.exclude(pk=membership.pk).exists():
            raise TransitionRefused(
                "last_member",
                _("An organisation cannot be without people. Invite a colleague first."),
            )
        over = (ProfileState.WITHDRAWN, ProfileState.REJECTED)
        named = Profile.objects.filter(organisation=organisation, contact=membership.user)
        if profile := named.exclude(state__in=over).order_by("pk").first():
            raise TransitionRefused(
                "is_participant",
                _("%(name)s takes part in the profile %(ref)s. Name somebody else there first.")
                % {"name": membership.user, "ref": profile.ref},
            )
        audit.record(
            "membership.ended",
            subject=organisation,
            actor=actor,
            data={"user": membership.user_id},
        )
        membership.delete()


def key_of(invitation: Invitation) -> str:
    """What stands in the link: the invitation's number, signed so that nobody can guess another."""
    return signing.Signer(salt=SALT).sign(str(invitation.pk))


def invitation_by_key(key: str) -> Invitation | None:
    """The invitation that a link leads to; nothing for a forged or revoked one."""
    try:
        number = signing.Signer(salt=SALT).unsign(key)
    except signing.BadSignature:
        return None
    found = Invitation.objects.select_related("organisation__country", "invited_by")
    return found.filter(pk=int(number)).first()


def is_addressee(user: User, invitation: Invitation) -> bool:
    """Whether the invitation went to an address that the person has proved to own."""
    proven = EmailAddress.objects.filter(user=user, verified=True)
    is_proven: bool = proven.filter(email__iexact=invitation.email).exists()
    return is_proven


def has_expired(invitation: Invitation) -> bool:
    return clock.now() >= invitation.expires_at


def sent_at(invitation: Invitation) -> datetime:
    """When its mail went out last."""
    return invitation.expires_at - LIFETIME


def _locked_organisation(organisation_id: int, actor: User) -> Organisation:
    organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(
        pk=organisation_id
    )
    if not can_invite_colleague(actor, organisation):
        raise NotAllowed(_("Only members of an organisation can do this."))
    return organisation


def _open_invitation(invitation_id: int) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if invitation.accepted_at is not None:
        raise TransitionRefused("used", _("This invitation has been used already."))
    return invitation


def _require_invitable(organisation: Organisation, email: str) -> None:
    if organisation.memberships.filter(user__emailaddress__email__iexact=email).exists():
        raise TransitionRefused("is_member", _("This person belongs to your organisation already."))
    waiting = organisation.invitations.filter(accepted_at=None)
    if waiting.filter(email__iexact=email).exists():
        raise _invited_already()
    if waiting.count() >= MOST_OPEN:
        raise TransitionRefused(
            "too_many",
            _("There are %(most)s open invitations already. Revoke one that nobody answers.")
            % {"most": MOST_OPEN},
        )


def _invited_already() -> TransitionRefused:
    return TransitionRefused(
        "invited_already", _("This address is invited already. Send the invitation again below.")
    )
