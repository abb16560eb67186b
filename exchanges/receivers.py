"""What happens here when matches change below."""

from typing import Any

from exchanges.services.cancelling import follow_dissolved_match
from exchanges.services.opening import open_exchange
from matching.models import Match
from matching.signals import match_confirmed, match_dissolved
from profiles.models import User


def connect() -> None:
    """Called once from `apps.ready()`."""
    match_confirmed.connect(open_for_match, dispatch_uid="exchanges.open_for_match")
    match_dissolved.connect(follow_match, dispatch_uid="exchanges.follow_match")


def open_for_match(sender: type, match: Match, actor: User, **kwargs: Any) -> None:
    open_exchange(match_id=match.pk, actor=actor)


def follow_match(sender: type, match: Match, actor: User, comment: str, **kwargs: Any) -> None:
    follow_dissolved_match(match_id=match.pk, actor=actor, comment=comment)
