"""The code by mail that proves who signs: kept in the session, for one person and one text."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from cxc_portal.core import clock
from exchanges.models import CommitmentVersion
from exchanges.services.signing import send_signing_code

SESSION_KEY = "signing_code"
MOST_TRIES = 5
SALT = "exchanges.signing_code"


def send_code(request: HttpRequest, version: CommitmentVersion) -> None:
    """A new code for this text goes to the person; an earlier one no longer counts."""
    code = get_adapter().generate_login_code()
    request.session[SESSION_KEY] = {
        "version": version.pk,
        "seal": _seal(request, version, code),
        "sent_at": clock.now().isoformat(),
        "tries": 0,
    }
    send_signing_code(version_id=version.pk, code=code, actor=request.user)


def is_code_sent(request: HttpRequest, version: CommitmentVersion) -> bool:
    """Whether a code that still holds has been sent for this text."""
    kept = _kept(request)
    return kept is not None and kept["version"] == version.pk


def take_code(request: HttpRequest, version: CommitmentVersion, typed: str) -> bool:
    """Whether this is the code for this person and this text. It counts once, for some minutes,
    and is gone after a few wrong ones."""
    kept = _kept(request)
    if kept is None:
        return False
    if secrets.compare_digest(kept["seal"], _seal(request, version, typed)):
        del request.session[SESSION_KEY]
        return True
    kept["tries"] += 1
    request.session[SESSION_KEY] = kept
    if kept["tries"] >= MOST_TRIES:
        del request.session[SESSION_KEY]
    return False


def _kept(request: HttpRequest) -> dict[str, Any] | None:
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    age = clock.now() - datetime.fromisoformat(kept["sent_at"])
    return kept if age <= timedelta(seconds=settings.CODE_LIFETIME) else None


def _seal(request: HttpRequest, version: CommitmentVersion, code: str) -> str:
    """What is kept in place of the code: it fits this person, this text and this code alone."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    value = f"{request.user.pk}|{version.pk}|{version.digest}|{letters}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()
