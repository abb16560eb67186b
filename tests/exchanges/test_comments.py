import pytest

from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import AuditEntry, OutgoingMail
from exchanges.enums import Capacity, ExchangeState
from exchanges.models import Exchange, SectionComment
from exchanges.notifications.building import DESK_SECTION_COMMENTED, SECTION_COMMENTED
from exchanges.services.comments import comment_section, settle_comment
from tests.factories.exchanges import opened_exchange, person_of
from tests.factories.profiles import UserFactory

pytestmark = pytest.mark.usefixtures("reference")


def say(exchange: Exchange, who: str, text: str = "Could we start later?", section: str = "when"):
    return comment_section(
        exchange_id=exchange.pk, section=section, text=text, actor=person_of(exchange, who)
    )


def told() -> dict[str, list[str]]:
    rows = OutgoingMail.objects.filter(kind__endswith="section_commented").order_by("to")
    found: dict[str, list[str]] = {}
    for kind, to in rows.values_list("kind", "to"):
        found.setdefault(kind, []).append(to)
    return found


@pytest.mark.parametrize("capacity", Capacity)
def test_each_of_the_four_parties_comments(capacity: str) -> None:
    comment = say(opened_exchange(), capacity, text="  A word. ")
    assert (comment.capacity, comment.text, comment.section) == (capacity, "A word.", "when")


def test_the_other_three_parties_hear_of_the_first_comment_of_a_day() -> None:
    exchange = opened_exchange()
    people = {capacity: person_of(exchange, capacity).email for capacity in Capacity}
    say(exchange, "VO")
    say(exchange, "VO", "And one more thing.")
    assert told() == {
        SECTION_COMMENTED.name: [people["HO"]],
        DESK_SECTION_COMMENTED.name: sorted([people["HOP"], people["VOP"]]),
    }
    mail = OutgoingMail.objects.get(kind=SECTION_COMMENTED.name)
    assert mail.subject == "Read what Motores Lda says about your commitment: When and where"
    assert "Could we start later?" in mail.text


@pytest.mark.parametrize(
    ("text", "section", "code"),
    [
        ("  ", "when", "empty"),
        ("x" * 2001, "when", "too_long"),
        ("Well", "weather", "no_such_section"),
    ],
)
def test_a_comment_that_says_nothing_is_refused(text: str, section: str, code: str) -> None:
    exchange = opened_exchange()
    entries = AuditEntry.objects.count()
    with pytest.raises(TransitionRefused) as refused:
        say(exchange, "VO", text, section)
    assert refused.value.code == code
    assert SectionComment.objects.count() == 0
    assert AuditEntry.objects.count() == entries
    assert told() == {}


def test_strangers_do_not_comment() -> None:
    exchange = opened_exchange()
    with pytest.raises(NotAllowed):
        comment_section(exchange_id=exchange.pk, section="when", text="Hi", actor=UserFactory())
    assert SectionComment.objects.count() == 0


def test_nobody_comments_on_what_is_over() -> None:
    exchange = opened_exchange()
    Exchange.objects.filter(pk=exchange.pk).update(state=ExchangeState.CANCELLED)
    with pytest.raises(NotAllowed):
        say(exchange, "VO")


def test_a_comment_is_settled_once_and_stays() -> None:
    exchange = opened_exchange()
    comment = say(exchange, "VO")
    first, second = person_of(exchange, "HO"), person_of(exchange, "VOP")
    settle_comment(comment_id=comment.pk, actor=first)
    settled_at = settle_comment(comment_id=comment.pk, actor=second).settled_at
    comment.refresh_from_db()
    assert (comment.settled_by, comment.settled_at) == (first, settled_at)
    assert comment.text == "Could we start later?"
    assert AuditEntry.objects.filter(event="commitment.comment_settled").count() == 1


def test_strangers_do_not_settle() -> None:
    comment = say(opened_exchange(), "VO")
    with pytest.raises(NotAllowed):
        settle_comment(comment_id=comment.pk, actor=UserFactory())
    comment.refresh_from_db()
    assert comment.settled_at is None
