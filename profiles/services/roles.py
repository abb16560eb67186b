"""Who works at which desk. Rights follow from these rows alone."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from profiles import notifications
from profiles.enums import StaffRoleName
from profiles.models import Partnership, StaffRole, User
from profiles.permissions import can_give_role


def give_role(*, email: str, role: str, partnership: Partnership | None, actor: User) -> StaffRole:
    """Whoever owns the address has the role from now on, and is told by mail.

    An address that nobody has used here yet gets an account without a password: its owner logs in
    with a one-time code. Neither the actor nor anybody else learns which of both was the case.
    """
    email = email.strip().lower()
    with audit.transaction():
        partnership_id = partnership.pk if partnership else None
        if not can_give_role(actor, role, partnership_id):
            raise NotAllowed(_("You may not give this role."))
        user = _owner_of(email)
        given, is_new = StaffRole.objects.get_or_create(
            user=user, role=role, partnership=partnership
        )
        if not is_new:
            raise TransitionRefused("has_role", _("This person has the role already."))
        audit.record("role.given", subject=given, actor=actor, data=_described(given))
        notifications.role_given(given)
    return given


def take_role(*, role_id: int, actor: User) -> None:
    """The person no longer has the role. The Support Office is never left without people."""
    with audit.transaction():
        roles = StaffRole.objects.select_for_update(of=("self",))
        taken = roles.get(pk=role_id)
        if not can_give_role(actor, taken.role, taken.partnership_id):
            raise NotAllowed(_("You may not take this role."))
        if taken.role == StaffRoleName.SUPPORT and not _others_support(taken):
            raise TransitionRefused(
                "last_support", _("Somebody must remain at the Support Office. Add a person first.")
            )
        audit.record("role.taken", subject=taken, actor=actor, data=_described(taken))
        taken.delete()


def _owner_of(email: str) -> User:
    """The account of an address, made if there is none.

    A password that was set before anybody proved to own the address is void: it may be that of
    somebody who only knew the address.
    """
    proven = EmailAddress.objects.filter(email__iexact=email, verified=True).first()
    if proven:
        user: User = proven.user
    else:
        user, is_new = User.objects.get_or_create(
            email=email, defaults={"password": make_password(None)}
        )
        if is_new:
            EmailAddress.objects.create(user=user, email=email, primary=True)
        else:
            user.set_unusable_password()
            user.save(update_fields=["password"])
    if not user.is_active:
        raise TransitionRefused("closed_account", _("The account of this address is closed."))
    return user


def _others_support(role: StaffRole) -> bool:
    """Whether somebody else who can log in is at the Support Office. Locks their rows."""
    others = (
        StaffRole.objects.select_for_update(of=("self",))
        .filter(role=StaffRoleName.SUPPORT, user__is_active=True)
        .exclude(pk=role.pk)
        .order_by("pk")
    )
    return bool(list(others))


def _described(role: StaffRole) -> dict[str, object]:
    return {"user": role.user_id, "role": role.role, "partnership": role.partnership_id}
