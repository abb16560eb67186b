"""What is written down about accounts when django-allauth says that it happened."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from cxc_portal.core import audit
from profiles.answers import SESSION_KEY
from profiles.models import Registration, User
from profiles.services import lifecycle
from profiles.services.registration import claim_registration


def connect() -> None:
    """Called once from `apps.ready()`."""
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(password_changed, dispatch_uid="profiles.password")
    account.email_changed.connect(address_changed, dispatch_uid="profiles.address")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="profiles.factor_added")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="profiles.factor_removed")
    user_logged_in.connect(logged_in, dispatch_uid="profiles.logged_in")
    user_logged_in.connect(keep_answers, dispatch_uid="profiles.keep_answers")


def password_changed(sender: type, user: User, **kwargs: Any) -> None:
    audit.record("account.password_changed", subject=user, actor=user)


def address_changed(sender: type, user: User, **kwargs: Any) -> None:
    audit.record("account.main_address_changed", subject=user, actor=user)


def factor_added(
    sender: type, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """Whoever has just set it up has just used it, and is not asked for it again at once."""
    used = {"id": authenticator.pk, "type": authenticator.type}
    record_authentication(request, user, "mfa", reauthenticated=True, **used)
    data = {"type": authenticator.type}
    audit.record("account.second_factor_added", subject=user, actor=user, data=data)


def factor_removed(sender: type, user: User, authenticator: Any, **kwargs: Any) -> None:
    data = {"type": authenticator.type}
    audit.record("account.second_factor_removed", subject=user, actor=user, data=data)


def logged_in(sender: type, user: User, **kwargs: Any) -> None:
    lifecycle.note_visit(user=user)


def keep_answers(sender: type, user: User, request: HttpRequest | None, **kwargs: Any) -> None:
    """What somebody answered before logging in is theirs from now on."""
    key = request.session.get(SESSION_KEY) if request else None
    if key and Registration.objects.open().filter(key=key, owner=None).exists():
        claim_registration(key=key, owner=user)
