"""What is written down about accounts when django-allauth says that it happened."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in

from cxc_portal.core import audit
from profiles.models import User
from profiles.services import lifecycle


def connect() -> None:
    """Called once from `apps.ready()`."""
    for signal in (account.password_changed, account.password_set, account.password_reset):
        signal.connect(password_changed, dispatch_uid="profiles.password")
    account.email_changed.connect(address_changed, dispatch_uid="profiles.address")
    mfa.authenticator_added.connect(factor_added, dispatch_uid="profiles.factor_added")
    mfa.authenticator_removed.connect(factor_removed, dispatch_uid="profiles.factor_removed")
    user_logged_in.connect(logged_in, dispatch_uid="profiles.logged_in")


def password_changed(sender: type, user: User, **kwargs: Any) -> None:
    audit.record("account.password_changed", subject=user, actor=user)


def address_changed(sender: type, user: User, **kwargs: Any) -> None:
    audit.record("account.main_address_changed", subject=user, actor=user)


def factor_added(sender: type, user: User, authenticator: Any, **kwargs: Any) -> None:
    data = {"type": authenticator.type}
    audit.record("account.second_factor_added", subject=user, actor=user, data=data)


def factor_removed(sender: type, user: User, authenticator: Any, **kwargs: Any) -> None:
    data = {"type": authenticator.type}
    audit.record("account.second_factor_removed", subject=user, actor=user, data=data)


def logged_in(sender: type, user: User, **kwargs: Any) -> None:
    lifecycle.note_visit(user=user)
