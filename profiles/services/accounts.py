"""What a person changes about the own account."""

from allauth.usersessions.models import UserSession

from cxc_portal.core import audit
from profiles.models import User


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user_id, is_active=True)


def change_details(
    *, user_id: int, first_name: str, last_name: str, language: str, wants_newsletter: bool
) -> User:
    """The person is called this from now on, is addressed in this language, and gets the
    newsletter or does not."""
    with audit.transaction():
        user = _locked(user_id)
        user.first_name, user.last_name = first_name, last_name
        user.language, user.wants_newsletter = language, wants_newsletter
        user.save(update_fields=["first_name", "last_name", "language", "wants_newsletter"])
    return user


def choose_language(*, user_id: int, language: str) -> User:
    """Pages and mails come in this language from now on, on every device."""
    with audit.transaction():
        user = _locked(user_id)
        user.language = language
        user.save(update_fields=["language"])
    return user


def end_session(*, user_id: int, session_id: int) -> None:
    """Whoever uses this session is logged out. Nothing happens when it has ended already."""
    with audit.transaction():
        sessions = UserSession.objects.select_for_update(of=("self",))
        session = sessions.filter(pk=session_id, user_id=user_id).first()
        if session:
            session.end()
