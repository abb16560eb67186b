"""The commitment as its page shows it to one viewer: every section at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from exchanges.commitment.terms import Terms
from exchanges.enums import Capacity, ExchangeState, Section
from exchanges.forms.comments import CommentForm
from exchanges.models import (
    CommitmentFile,
    DraftSection,
    Exchange,
    SectionChange,
    SectionComment,
)
from exchanges.permissions import (
    can_comment_commitment,
    can_edit_commitment,
    can_freeze_commitment,
    can_sign_version,
)
from exchanges.queries.batons import baton_of
from exchanges.queries.drafts import draft_of, sections_of
from exchanges.queries.findings import FoundRule, blocking, findings_of, in_section
from exchanges.queries.lump_sum import lump_sum_of
from exchanges.queries.shown import for_batons
from exchanges.views.exchange_page import TONES
from exchanges.views.version_changes import (
    AmendmentInWriting,
    AsideInWords,
    amendment_of,
    asides_beside,
    author_name,
)
from exchanges.wording.agenda import AgendaTable, agenda_table, zones_of
from exchanges.wording.lump_sum import LumpSumInWords, lump_sum_in_words
from exchanges.wording.sections import Line, lines_of
from exchanges.workflows.parties import open_version
from profiles.models import User


@dataclass(frozen=True)
class Remark:
    """A comment, with the name of the party that it comes from."""

    comment: SectionComment
    party: str
    role: Text


@dataclass(frozen=True)
class Part:
    """One section: its lines, who changed it last, what is said and found about it."""

    name: str
    title: Text
    lines: list[Line]
    change_url: str
    changed_by: str
    changed_at: datetime | None
    remarks: list[Remark]
    settled: list[Remark]
    form: CommentForm | None
    open_findings: int


@dataclass(frozen=True)
class Side:
    """One of the four parties, prefilled from the match."""

    role: Text
    name: str
    note: Text


@dataclass(frozen=True)
class Action:
    """The one primary action of the page."""

    label: Text
    url: str


@dataclass(frozen=True)
class CommitmentPage:
    exchange: Exchange
    baton: Baton
    tone: str
    terms: Terms
    parts: list[Part]
    sides: list[Side]
    findings: list[FoundRule]
    lump_sum: LumpSumInWords | None
    agenda: AgendaTable
    files: Sequence[CommitmentFile]
    action: Action | None
    is_empty: bool
    is_being_signed: bool
    amendment: AmendmentInWriting | None
    asides: list[AsideInWords]
    may_edit: bool


def for_commitment(exchanges: QuerySet[Exchange]) -> QuerySet[Exchange]:
    """With all that the page of a commitment asks for."""
    comments = SectionComment.objects.select_related("author", "settled_by")
    return for_batons(exchanges).prefetch_related(
        Prefetch("sections", DraftSection.objects.select_related("changed_by")),
        Prefetch("comments", comments),
        Prefetch("files", CommitmentFile.objects.select_related("added_by")),
        "delegations",
    )


def commitment_page(
    exchange: Exchange, viewer: User, posted: CommentForm | None = None
) -> CommitmentPage:
    """`posted` is a comment that was refused; what was typed stands beside its section again."""
    terms, findings = draft_of(exchange), findings_of(exchange, viewer=viewer)
    may_edit = can_edit_commitment(viewer, exchange)
    amendment = amendment_of(exchange, viewer)
    return CommitmentPage(
        exchange=exchange,
        baton=baton_of(exchange, viewer),
        tone=TONES[ExchangeState(exchange.state)],
        terms=terms,
        parts=_parts(exchange, viewer, terms, findings, posted),
        sides=_sides(exchange),
        findings=findings,
        lump_sum=lump_sum_in_words(lump_sum_of(exchange, terms), exchange),
        agenda=agenda_table(terms.agenda, zones_of(exchange)),
        files=list(exchange.files.all()),
        action=_action(exchange, viewer, terms, findings, amendment),
        is_empty=not terms.agenda.slots,
        is_being_signed=open_version(exchange) is not None,
        amendment=amendment,
        asides=asides_beside(exchange),
        may_edit=may_edit,
    )


def _action(
    exchange: Exchange,
    viewer: User,
    terms: Terms,
    findings: list[FoundRule],
    amendment: AmendmentInWriting | None,
) -> Action | None:
    """Starting the draft, freezing a sound one, or reading what is to be signed."""
    if version := open_version(exchange):
        if not can_sign_version(viewer, version):
            return None
        return Action(_("Read and sign"), reverse("exchanges:sign", args=[exchange.ref]))
    if can_edit_commitment(viewer, exchange) and not terms.agenda.slots:
        return Action(
            _("Start with three choices"), reverse("exchanges:start", args=[exchange.ref])
        )
    if not can_freeze_commitment(viewer, exchange) or blocking(findings):
        return None
    if amendment and not amendment.differences:
        return None
    return Action(_("Check and freeze"), reverse("exchanges:freeze", args=[exchange.ref]))


def _parts(
    exchange: Exchange,
    viewer: User,
    terms: Terms,
    findings: list[FoundRule],
    posted: CommentForm | None,
) -> list[Part]:
    may_edit = can_edit_commitment(viewer, exchange)
    may_comment = can_comment_commitment(viewer, exchange)
    authors = _capacities(exchange)
    parts = []
    for name, row in sections_of(exchange).items():
        remarks = [_remark(one, exchange) for one in exchange.comments.all() if one.section == name]
        parts.append(
            Part(
                name=name,
                title=Section(name).label,
                lines=lines_of(name, getattr(terms, name), exchange),
                change_url=change_url(exchange, name) if may_edit else "",
                changed_by=_changed_by(row, authors, exchange),
                changed_at=row.changed_at if row.revision else None,
                remarks=[one for one in remarks if one.comment.settled_at is None],
                settled=[one for one in remarks if one.comment.settled_at],
                form=_comment_form(name, posted) if may_comment else None,
                open_findings=len(blocking(in_section(findings, name))),
            )
        )
    return parts


def change_url(exchange: Exchange, name: str) -> str:
    """Where a section is written."""
    if name == Section.AGENDA:
        return reverse("exchanges:agenda", args=[exchange.ref])
    return reverse("exchanges:section", args=[exchange.ref, name])


def _capacities(exchange: Exchange) -> dict[tuple[int, int], str]:
    """As which party each revision was written."""
    rows = SectionChange.objects.filter(section__exchange=exchange)
    found = rows.values_list("section", "revision", "capacity")
    return {(section, revision): capacity for section, revision, capacity in found}


def _changed_by(row: DraftSection, authors: dict[tuple[int, int], str], exchange: Exchange) -> str:
    if row.changed_by is None:
        return ""
    return author_name(str(row.changed_by), authors.get((row.pk, row.revision), ""), exchange)


def _comment_form(name: str, posted: CommentForm | None) -> CommentForm:
    if posted is not None and posted.data.get("section") == name:
        return posted
    return CommentForm(initial={"section": name}, auto_id=f"id_{name}_%s")


def _remark(comment: SectionComment, exchange: Exchange) -> Remark:
    return Remark(comment, exchange.party_name(comment.capacity), Capacity(comment.capacity).label)


def _sides(exchange: Exchange) -> list[Side]:
    sides = []
    for capacity in Capacity:
        note: Text = ""
        if not capacity.is_partnership:
            organisation = exchange.profile_of(capacity).organisation
            note = ", ".join(filter(None, (organisation.city, organisation.country.name)))
        sides.append(Side(capacity.label, exchange.party_name(capacity), note))
    return sides
