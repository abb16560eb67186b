"""The steps of the replay, done through the services that the pages call."""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core import clock, files, places
from exchanges.enums import Capacity, ExchangeMode, SignatureMethod
from exchanges.services.check_ins import check_in
from exchanges.services.freezing import freeze_commitment
from exchanges.services.signing import sign_version
from exchanges.services.starting import start_draft
from matching.models import Match
from matching.services.matches import accept_match, propose_match
from profiles import answers as questions
from profiles.consents import current_consent
from profiles.models import Profile, User
from profiles.services.decisions import decide_profile
from profiles.services.editing import edit_organisation, edit_profile, fingerprint
from profiles.services.files import CV, store_cv
from profiles.services.lifecycle import confirm_interest
from profiles.services.registration import (
    choose_partnership,
    give_consent,
    save_answers,
    start_registration,
    submit_registration,
)
from reports.enums import EvidenceKind, EvidenceState, ReportOutcome
from reports.services import evidence
from reports.services.accounts import enter_account
from reports.services.answering import save_answers as save_answers_of_report
from reports.services.payments import approve_payment, mark_paid
from reports.services.reviewing import return_report, validate_reports
from reports.services.submitting import submit_report
from reports.simulation.cast import Cast
from reports.simulation.plan import Journey, Participant
from reports.simulation.words import (
    BIC,
    HELLO,
    IBAN,
    PAPER,
    REFUSED,
    RETURNED,
    organisation_words,
    paper,
    profile_words,
    registration_pages,
    report_answers,
)


class ServiceHands:
    """Does each step as the person of the plan."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def _user(self, participant: Participant) -> User:
        return self.cast.user(self.cast.person(participant))

    def _as(self, journey: Journey, capacity: Capacity) -> User:
        return self.cast.user(self.cast.side(journey, capacity))

    def _profile(self, participant: Participant) -> Profile:
        profile = self.cast.profile(participant)
        if profile is None:
            raise Profile.DoesNotExist(participant.email)
        return profile

    # --- registration -----------------------------------------------------------------------------

    def register(self, participant: Participant) -> None:
        user = self._user(participant)
        key = start_registration(actor=user, source="simulation").key
        for page, answers in registration_pages(participant).items():
            save_answers(key=key, page=page, answers=answers, actor=user)
        acronym = participant.partnership or questions.ASSIGN
        choose_partnership(key=key, acronym=acronym, actor=user)
        give_consent(key=key, version=current_consent().version, actor=user)
        submit_registration(key=key, actor=user)

    def publish(self, participant: Participant) -> None:
        officer = self.cast.user(self.cast.staff(participant.partnership, "officer"))
        decide_profile(profile_id=self._profile(participant).pk, decision="publish", actor=officer)

    def complete(self, participant: Participant) -> None:
        user, profile = self._user(participant), self._profile(participant)
        facts: dict[str, Any] = dict(organisation_words(participant))
        place = places.position(participant.town, participant.country)
        if place:
            facts |= {"latitude": place.latitude, "longitude": place.longitude}
        edit_organisation(
            organisation_id=profile.organisation_id,
            changes=facts,
            seen=fingerprint(profile.organisation, facts),
            actor=user,
        )
        words = profile_words(participant)
        edit_profile(
            profile_id=profile.pk, changes=words, seen=fingerprint(profile, words), actor=user
        )
        if not profile.is_host:
            file = files.accept(uploaded("cv.pdf"), CV)
            store_cv(profile_id=profile.pk, file=file, actor=user)

    def confirm(self, participant: Participant) -> None:
        confirm_interest(profile_id=self._profile(participant).pk, actor=self._user(participant))

    # --- commitment -------------------------------------------------------------------------------

    def propose(self, journey: Journey) -> None:
        propose_match(
            profile_id=self._profile(journey.visitor).pk,
            other_id=self._profile(journey.host).pk,
            mode=ExchangeMode.VIRTUAL if journey.is_online else ExchangeMode.PHYSICAL,
            message=HELLO,
            actor=self._user(journey.visitor),
        )

    def accept(self, journey: Journey) -> None:
        match = self.cast.match(journey)
        if match is None:
            raise Match.DoesNotExist(f"journey {journey.number} was not proposed")
        accept_match(match_id=match.pk, actor=self._user(journey.host))

    def write(self, journey: Journey, first_day: date) -> None:
        start_draft(
            exchange_id=self.cast.known_exchange(journey).pk,
            programme=journey.programme,
            first_day=first_day,
            actor=self._user(journey.visitor),
        )

    def freeze(self, journey: Journey) -> None:
        freeze_commitment(
            exchange_id=self.cast.known_exchange(journey).pk, actor=self._user(journey.visitor)
        )

    def sign(self, journey: Journey, capacity: Capacity) -> None:
        version, signer = self.cast.version(journey), self._as(journey, capacity)
        sign_version(
            version_id=version.pk,
            digest=version.digest,
            name=signer.get_full_name(),
            method=SignatureMethod.PASSWORD,
            actor=signer,
        )

    def check_in(self, journey: Journey, side: Capacity) -> None:
        check_in(exchange_id=self.cast.known_exchange(journey).pk, actor=self._as(journey, side))

    # --- reports ----------------------------------------------------------------------------------

    def report(self, journey: Journey, side: Capacity) -> None:
        report, author = self.cast.report(journey, side), self._as(journey, side)
        saved = save_answers_of_report(
            report_id=report.pk,
            answers=report_answers(journey, side, report.answers),
            outcome=ReportOutcome.TOOK_PLACE,
            starts_on=report.starts_on,
            ends_on=report.ends_on,
            days_done=report.days_done,
            revision=report.revision,
            actor=author,
        )
        submit_report(report_id=report.pk, revision=saved.revision, actor=author)

    def return_report(self, journey: Journey) -> None:
        return_report(
            report_id=self.cast.report(journey, Capacity.VO).pk,
            comment=RETURNED,
            actor=self._as(journey, Capacity.VOP),
        )

    def validate(self, journey: Journey, capacity: Capacity) -> None:
        validate_reports(
            exchange_id=self.cast.known_exchange(journey).pk, actor=self._as(journey, capacity)
        )

    # --- money ------------------------------------------------------------------------------------

    def send_evidence(self, journey: Journey, kind: EvidenceKind) -> None:
        exchange = self.cast.exchange(journey)
        number = exchange.evidence_items.count()
        name = f"{kind}.pdf"
        file = files.accept(uploaded(name, paper(journey, f"{kind} {number}")), evidence.PAPER)
        evidence.upload_evidence(
            exchange_id=exchange.pk,
            kind=kind,
            file=file,
            note="",
            actor=self._user(journey.visitor),
            file_name=name,
        )

    def enter_account(self, journey: Journey) -> None:
        enter_account(
            exchange_id=self.cast.known_exchange(journey).pk,
            iban=IBAN,
            bic=BIC,
            holder=journey.visitor.name,
            actor=self._user(journey.visitor),
        )

    def refuse_evidence(self, journey: Journey) -> None:
        item = self.cast.known_exchange(journey).evidence_items.get(
            kind=EvidenceKind.RETURN, state=EvidenceState.WAITING
        )
        evidence.decide_evidence(
            item_id=item.pk,
            accept=False,
            reason=REFUSED,
            actor=self._as(journey, Capacity.VOP),
        )

    def accept_evidence(self, journey: Journey) -> None:
        waiting = self.cast.known_exchange(journey).evidence_items.filter(
            state=EvidenceState.WAITING
        )
        officer = self._as(journey, Capacity.VOP)
        for item in waiting:
            evidence.decide_evidence(item_id=item.pk, accept=True, reason="", actor=officer)

    def approve(self, journey: Journey) -> None:
        payment = self.cast.exchange(journey).payment
        approve_payment(
            payment_id=payment.pk,
            amount=payment.computed_amount,
            reason="",
            account=payment.exchange.bank_account.revision,
            actor=self._as(journey, Capacity.VOP),
        )

    def pay(self, journey: Journey) -> None:
        exchange = self.cast.exchange(journey)
        treasurer = self.cast.staff(exchange.visitor_partnership.acronym, "treasurer")
        mark_paid(
            payment_id=exchange.payment.pk,
            paid_on=clock.today(),
            reference=exchange.ref,
            account=exchange.bank_account.revision,
            actor=self.cast.user(treasurer),
        )


def uploaded(name: str, content: bytes = PAPER) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")
