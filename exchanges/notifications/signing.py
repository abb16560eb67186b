"""The mails about signing. Whoever is to sign hears at once, everybody else in the summary."""

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from exchanges.enums import ORGANISATIONS, PARTNERSHIPS, Capacity
from exchanges.models import CommitmentVersion, Delegation, Exchange, Signature, SigningReminder
from exchanges.notifications.signatories import each_once, party, signatories
from profiles.models import User

TOPIC, DESK = "exchanges", "desk"
SIGNATORIES = _("whoever signs next")
ALL = _("all four parties")


def _kind(name: str, audience: Text, occasion: Text, pace: Pace, topic: str = TOPIC) -> MailKind:
    return mail.register(MailKind(f"exchanges/{name}", audience, occasion, pace=pace, topic=topic))


COMMITMENT_TO_SIGN = _kind(
    "commitment_to_sign", SIGNATORIES, _("a commitment was frozen"), Pace.BLOCKING
)
COMMITMENT_TO_REVIEW = _kind(
    "commitment_to_review",
    _("partnership officers"),
    _("both organisations have signed a commitment"),
    Pace.BLOCKING,
)
SIGNATURE_REMINDER = _kind(
    "signature_reminder", SIGNATORIES, _("a signature is still missing"), Pace.BLOCKING
)
SIGNATURE_DELEGATED = _kind(
    "signature_delegated",
    _("the colleague"),
    _("a signatory named a colleague to sign"),
    Pace.BLOCKING,
)
COMMITMENT_RETURNED = _kind(
    "commitment_returned",
    _("members of both organisations"),
    _("a party returned the commitment with a comment"),
    Pace.BLOCKING,
)
DESK_COMMITMENT_RETURNED = _kind(
    "desk_commitment_returned",
    _("partnership officers"),
    _("a party returned the commitment with a comment"),
    Pace.DAILY,
    DESK,
)
COMMITMENT_REFUSED = _kind(
    "commitment_refused", ALL, _("a party refused to sign the commitment"), Pace.DAILY
)
COMMITMENT_VOID = _kind(
    "commitment_void",
    _("whoever had signed"),
    _("the text was changed after the signature"),
    Pace.DAILY,
)
COMMITMENT_IN_FORCE = _kind(
    "commitment_in_force", ALL, _("all four have signed the commitment"), Pace.DAILY
)
SIGNED_ON_BEHALF = _kind(
    "signed_on_behalf",
    _("members of the organisation"),
    _("its partnership attached its signature on paper"),
    Pace.DAILY,
)
SIGNING_CODE = mail.register(
    MailKind(
        "exchanges/signing_code",
        _("whoever is about to sign"),
        _("a code was asked for to sign"),
        is_confidential=True,
    )
)
ASKING = (COMMITMENT_TO_SIGN, COMMITMENT_TO_REVIEW, SIGNATURE_REMINDER)
"""These are news only as long as the signature is missing."""

_READ_AND_SIGN = _("Read and sign")
_WRITE = _("Open the commitment")
_LOOK = _("Look at the exchange")


def version_frozen(version: CommitmentVersion, actor: User) -> None:
    """Both organisations are asked to sign; whoever froze the text has the page open."""
    for capacity in ORGANISATIONS:
        people = each_once(signatories(version.exchange, capacity), but=actor)
        _ask(COMMITMENT_TO_SIGN, people, version)


def version_handed_over(version: CommitmentVersion) -> None:
    """Now it is the partnerships' turn; one on both sides is asked once."""
    mail.cancel(about=version, kinds=ASKING)
    exchange = version.exchange
    asked = [person for one in PARTNERSHIPS for person in signatories(exchange, one)]
    _ask(COMMITMENT_TO_REVIEW, each_once(asked), version)


def signature_given(version: CommitmentVersion, actor: User) -> None:
    """Whoever has signed is not asked again."""
    mail.cancel(about=version, kinds=ASKING, recipient=actor)


def version_in_force(version: CommitmentVersion) -> None:
    """One mail for each person of the four parties."""
    mail.cancel(about=version, kinds=ASKING)
    _tell(COMMITMENT_IN_FORCE, _everybody(version.exchange), version, label=_LOOK)


def version_void(version: CommitmentVersion, actor: User) -> None:
    """Whoever signed reads that the signature no longer counts."""
    mail.cancel(about=version, kinds=ASKING)
    signers = [one.signer or one.entered_by for one in version.signatures.all()]
    people = [Recipient.of(user) for user in signers if user and user.is_active]
    _tell(COMMITMENT_VOID, each_once(people, but=actor), version, label=_WRITE, by=str(actor))


def version_returned(version: CommitmentVersion, actor: User, comment: str) -> None:
    """The organisations are to write again; the partnerships know that it takes longer."""
    mail.cancel(about=version, kinds=ASKING)
    by = _by(version, actor)
    sides = _people(version.exchange, ORGANISATIONS, but=actor)
    _tell(COMMITMENT_RETURNED, sides, version, label=_WRITE, comment=comment, by=by)
    told = {person.email for person in sides}
    desks = _people(version.exchange, PARTNERSHIPS, but=actor)
    rest = [person for person in desks if person.email not in told]
    _tell(DESK_COMMITMENT_RETURNED, rest, version, label=_LOOK, comment=comment, by=by)


def version_refused(version: CommitmentVersion, actor: User, comment: str) -> None:
    """All parties read who refused, and why."""
    mail.cancel(about=version, kinds=ASKING)
    people = each_once(_everybody(version.exchange), but=actor)
    by = _by(version, actor)
    _tell(COMMITMENT_REFUSED, people, version, label=_LOOK, comment=comment, by=by)


def signature_delegated(delegation: Delegation, version: CommitmentVersion | None) -> None:
    """The colleague learns for whom to sign, and whether there is something to sign now."""
    exchange = delegation.exchange
    url = reverse("exchanges:sign", args=[exchange.ref]) if version else exchange.get_absolute_url()
    _send(
        SIGNATURE_DELEGATED,
        [Recipient.of(delegation.delegate)],
        exchange,
        about=version or exchange,
        event=str(delegation.pk),
        url=url,
        label=_READ_AND_SIGN if version else _LOOK,
        delegator=str(delegation.delegator),
        party=exchange.party_name(delegation.capacity),
        reason=delegation.reason,
        is_waiting=version is not None,
    )


def signature_reminder(reminder: SigningReminder) -> None:
    """Whoever has yet to sign is reminded; an earlier mail that has not gone out is taken back."""
    version = reminder.version
    people = signatories(version.exchange, reminder.capacity)
    for person in people:
        mail.cancel(about=version, kinds=ASKING, recipient=person.user)
    _tell(
        SIGNATURE_REMINDER,
        people,
        version,
        label=_READ_AND_SIGN,
        event=str(reminder.pk),
        url=reverse("exchanges:sign", args=[version.ref]),
        by=str(reminder.by) if reminder.by else "",
        starts=version.snapshot["dates"]["starts"],
    )


def signed_on_behalf(signature: Signature) -> None:
    """The party reads what its partnership entered for it, and can object."""
    version = signature.version
    _tell(
        SIGNED_ON_BEHALF,
        party(version.exchange, signature.capacity),
        version,
        label=_LOOK,
        by=str(signature.entered_for),
        signer=signature.signer_name,
        signed_on=signature.signed_on,
    )


def signing_code(user: User, version: CommitmentVersion, code: str) -> None:
    """A code that proves who signs, for this text alone."""
    mail.queue(
        SIGNING_CODE,
        to=Recipient.of(user),
        context={"code": code, "name": version.name},
        dedup_key=f"{SIGNING_CODE.name}:{uuid.uuid4()}",
        about=version,
    )


def _ask(kind: MailKind, people: list[Recipient], version: CommitmentVersion) -> None:
    url = reverse("exchanges:sign", args=[version.ref])
    _tell(kind, people, version, label=_READ_AND_SIGN, url=url)


def _tell(
    kind: MailKind,
    people: Iterable[Recipient],
    version: CommitmentVersion,
    *,
    label: Text,
    event: str = "",
    url: str = "",
    **context: object,
) -> None:
    _send(
        kind,
        people,
        version.exchange,
        about=version,
        event=event,
        url=url or version.exchange.get_absolute_url(),
        label=label,
        version=version,
        **context,
    )


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    exchange: Exchange,
    *,
    about: CommitmentVersion | Exchange,
    event: str,
    url: str,
    label: Text,
    **context: object,
) -> None:
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "exchange": exchange,
                "host": exchange.party_name(Capacity.HO),
                "visitor": exchange.party_name(Capacity.VO),
                "action_url": settings.SITE_URL + url,
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{about.pk}:{event}:{person.email}",
            about=about,
        )


def _everybody(exchange: Exchange) -> list[Recipient]:
    return _people(exchange, Capacity)


def _people(
    exchange: Exchange, capacities: Iterable[Capacity], *, but: User | None = None
) -> list[Recipient]:
    found = [person for one in capacities for person in party(exchange, one)]
    return each_once(found, but=but)


def _by(version: CommitmentVersion, actor: User) -> str:
    """The party for which somebody acted."""
    own = version.exchange.capacities_of(actor)
    return version.exchange.party_name(own[0]) if own else str(actor)
