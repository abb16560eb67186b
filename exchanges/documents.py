"""The documents of this app: the commitment as all four signed it."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import documents
from cxc_portal.core.documents import DocumentKind, Standing
from cxc_portal.core.models import Document
from cxc_portal.core.types import Text
from exchanges.commitment.differences import differences
from exchanges.enums import UNDONE, Capacity, SignatureMethod, VersionState
from exchanges.models import CommitmentVersion, Exchange, ExchangeStep, Signature
from exchanges.queries.documents import (
    AMENDMENT_KIND,
    CANCELLATION_KIND,
    COMMITMENT_KIND,
    EVIDENCE_KIND,
)
from exchanges.queries.evidence import evidence_of
from exchanges.queries.signatures import signatures_of
from exchanges.wording.differences import in_words
from exchanges.workflows.parties import version_in_force

TIME = "j F Y, H:i:s"


def standing(document: Document) -> Standing:
    """Whether the version is still in force; nothing is said that the file does not show."""
    version = CommitmentVersion.objects.select_related("exchange").get(pk=document.about_id)
    facts: list[tuple[Text, Text]] = [
        (_("Reference"), version.ref),
        (_("Version"), str(version.number)),
        (_("In force since"), in_utc(version.in_force_at)),
    ]
    if version.exchange.state in UNDONE:
        sentence = _("The exchange was cancelled or broken off: this commitment no longer holds.")
        return Standing(False, sentence, facts)
    if version.state == VersionState.IN_FORCE:
        return Standing(True, _("This commitment is in force."), facts)
    if version.state == VersionState.SUPERSEDED and (later := version_in_force(version.exchange)):
        sentence = _("Version %(number)d has replaced this one.") % {"number": later.number}
        return Standing(False, sentence, facts)
    return Standing(False, _("This version is no longer in force."), facts)


COMMITMENT = documents.register(
    DocumentKind(
        COMMITMENT_KIND,
        gettext_lazy("Commitment of Quality"),
        template_version=1,
        standing=standing,
    )
)


AMENDMENT = documents.register(
    DocumentKind(
        AMENDMENT_KIND,
        gettext_lazy("Amendment to the Commitment of Quality"),
        template_version=1,
        standing=standing,
    )
)


def kind_of(version: CommitmentVersion) -> DocumentKind:
    """An amendment begins with what it changes."""
    return AMENDMENT if version.is_amendment else COMMITMENT


def order_commitment(version: CommitmentVersion) -> Document:
    """The document of a version that has come into force, once."""
    return documents.order(
        kind_of(version),
        about=version,
        snapshot=printed(version),
        language=version.language,
        name=version.name,
    )


def cancellation_standing(document: Document) -> Standing:
    """A notice of cancellation holds for good."""
    return Standing(
        True,
        _("The exchange was cancelled, as this notice says."),
        [(_("Reference"), document.name)],
    )


CANCELLATION = documents.register(
    DocumentKind(
        CANCELLATION_KIND,
        gettext_lazy("Notice of cancellation"),
        template_version=1,
        standing=cancellation_standing,
    )
)


def order_cancellation(exchange: Exchange, step: ExchangeStep) -> Document:
    """The notice of an exchange that was cancelled after its text was frozen."""
    version = exchange.versions.order_by("number").last()
    language = version.language if version else settings.LANGUAGE_CODE
    with translation.override(language):
        return documents.order(
            CANCELLATION,
            about=exchange,
            snapshot=_cancellation(exchange, step),
            language=language,
            name=exchange.ref,
        )


def _cancellation(exchange: Exchange, step: ExchangeStep) -> dict[str, Any]:
    by = exchange.party_name(step.capacity) if step.capacity else _("the Support Office")
    return {
        "reference": exchange.ref,
        "dated": step.at.astimezone(UTC).isoformat(),
        "at": in_utc(step.at),
        "by": str(by),
        "reason": step.comment,
        "mode": str(exchange.get_mode_display()),
        "days": [
            date_format(day, "j F Y") for day in (exchange.starts_on, exchange.ends_on) if day
        ],
        "is_physical": exchange.is_physical,
        "parties": [
            {"label": str(capacity.label), "name": exchange.party_name(capacity)}
            for capacity in Capacity
        ],
        "versions": [
            {
                "number": version.number,
                "state": str(version.get_state_display()),
                "digest": version.digest,
            }
            for version in exchange.versions.order_by("number")
        ],
    }


def evidence_standing(document: Document) -> Standing:
    """What happened up to its day has happened."""
    return Standing(
        True,
        _("This evidence lists the events up to the day on which it was made."),
        [(_("Reference"), document.snapshot["reference"])],
    )


EVIDENCE = documents.register(
    DocumentKind(
        EVIDENCE_KIND,
        gettext_lazy("Evidence of the Commitment of Quality"),
        template_version=1,
        standing=evidence_standing,
    )
)


def order_evidence(exchange: Exchange) -> Document:
    """Every event of the commitment with its hashes, as `docs/signing.md` describes them."""
    evidence = evidence_of(exchange)
    last = evidence["events"][-1]
    with translation.override(settings.LANGUAGE_CODE):
        return documents.order(
            EVIDENCE,
            about=exchange,
            snapshot={**evidence, "dated": last["at"]},
            language=settings.LANGUAGE_CODE,
            name=exchange.ref,
        )


def printed(version: CommitmentVersion) -> dict[str, Any]:
    """What the document shows: the frozen text, its digest, and who signed it."""
    with translation.override(version.language):
        return {
            **version.snapshot,
            "signed_digest": version.digest,
            "dated": version.in_force_at.astimezone(UTC).isoformat() if version.in_force_at else "",
            "signatures": [_signature(version, one) for one in signatures_of(version)],
            "changes": _changes(version),
        }


def _changes(version: CommitmentVersion) -> list[dict[str, str]]:
    """What an amendment says differently from the version that was in force before it."""
    earlier = version.exchange.versions.filter(number__lt=version.number, in_force_at__isnull=False)
    if not version.is_amendment or not (before := earlier.order_by("number").last()):
        return []
    found = differences(before.snapshot["terms"], version.snapshot["terms"])
    return [
        {"label": str(one.label), "before": str(one.before), "after": str(one.after)}
        for one in in_words(found)
    ]


def _signature(version: CommitmentVersion, signature: Signature) -> dict[str, str]:
    return {
        "name": signature.signer_name,
        "capacity": str(Capacity(signature.capacity).label),
        "organisation": version.exchange.party_name(signature.capacity),
        "sentence": signature.sentence,
        "at": in_utc(signature.signed_at),
        "method": str(SignatureMethod(signature.method).label),
        "digest": signature.digest,
        "note": note_on(signature),
    }


def note_on(signature: Signature) -> str:
    """On whose behalf, or how on paper, somebody signed."""
    if signature.signed_on is not None:
        values = {
            "day": date_format(signature.signed_on, "j F Y"),
            "by": signature.entered_by,
            "partnership": signature.entered_for,
        }
        if signature.entered_for:
            return (
                _("Signed on paper on %(day)s; scan attached by %(by)s for %(partnership)s.")
                % values
            )
        return _("Signed on paper on %(day)s; scan attached by %(by)s.") % values
    if signature.delegation:
        return _("Named to sign by %(name)s.") % {"name": signature.delegation.delegator}
    return ""


def in_utc(moment: datetime | None) -> str:
    """A moment to the second, in UTC and in words."""
    if moment is None:
        return ""
    return _("%(time)s UTC") % {"time": date_format(moment.astimezone(UTC), TIME)}
