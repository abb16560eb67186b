"""The steps of the replay, done as people do: in browsers, over HTTP, each with a session."""

import threading
from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import QuerySet

from exchanges.enums import Capacity, ExchangeMode
from profiles.enums import Role
from profiles.models import Profile
from reports.enums import EvidenceKind, EvidenceState, ReportOutcome
from reports.models import EvidenceItem
from reports.simulation.browser import Browser, Form, Meter, PageWrong
from reports.simulation.cast import Cast, Person
from reports.simulation.plan import Journey, Participant
from reports.simulation.service_hands import ServiceHands
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

LOGIN = "/accounts/login/"
ADDRESS = ("street", "postcode", "city")
IDENTITY = ("legal_form", "registration_number")
WORDS = ("motivation", "offer")
CONTACT = ("contact_name", "contact_position", "contact_phone")


class BrowserHands:
    """Everybody who takes part in an exchange does each step on its page; who only registers does
    so through the services, because nobody else meets them."""

    def __init__(self, cast: Cast, base: str, meter: Meter) -> None:
        self.cast, self.base, self.meter = cast, base, meter
        self.services = ServiceHands(cast)
        self._browsers: dict[str, Browser] = {}
        self._numbers: dict[str, int] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    # --- sessions ---------------------------------------------------------------------------------

    def browser(self, person: Person) -> Browser:
        """The browser of a person, logged in. One person does one thing after the other."""
        with self._lock:
            lock = self._locks[person.email]
            number = self._numbers.setdefault(person.email, len(self._numbers))
        with lock:
            if person.email not in self._browsers:
                browser = Browser(self.base, number, self.meter)
                said = {"login": person.email, "password": self.cast.password}
                browser.fill(LOGIN, said)
                self._browsers[person.email] = browser
        return self._browsers[person.email]

    def _of(self, participant: Participant) -> Browser:
        return self.browser(self.cast.person(participant))

    def _as(self, journey: Journey, capacity: Capacity) -> Browser:
        return self.browser(self.cast.side(journey, capacity))

    def _profile(self, participant: Participant) -> Profile:
        profile = self.cast.profile(participant)
        if profile is None:
            raise Profile.DoesNotExist(participant.email)
        return profile

    def _exchange(self, journey: Journey, rest: str = "") -> str:
        """The address of a page of the exchange."""
        return f"{self.cast.known_exchange(journey).get_absolute_url()}{rest}"

    # --- registration -----------------------------------------------------------------------------

    def register(self, participant: Participant) -> None:
        if not participant.takes_part:
            self.services.register(participant)
            return
        browser = self._of(participant)
        for name, answers in registration_pages(participant).items():
            said = {key: value for key, value in answers.items() if value}
            if "other_cluster" in said:
                page = browser.get("/register/sector/")
                form = page.form_with("main_sector")
                if "cluster" in form.names:
                    said["cluster"] = "other"
                else:
                    del said["other_cluster"]
                browser.send(page.path, form, said)
                continue
            browser.fill(f"/register/{name}/", said)
        if participant.partnership:
            browser.fill("/register/check/", {"partnership": participant.partnership})
        browser.fill("/register/check/", {"consent": "on"})

    def publish(self, participant: Participant) -> None:
        if not participant.takes_part:
            self.services.publish(participant)
            return
        browser = self.browser(self.cast.staff(participant.partnership, "officer"))
        path = f"/admin/profiles/profile/{self._profile(participant).ref}/change/"
        page = browser.get(path)
        form = page.form_with("publish-comment", "step", action="/decide/")
        browser.send(path, form, {"step": "publish"})

    def complete(self, participant: Participant) -> None:
        browser, profile = self._of(participant), self._profile(participant)
        facts, words = organisation_words(participant), profile_words(participant)
        home = f"/organisations/{profile.organisation_id}/edit/"
        browser.fill(f"{home}identity/", _only(facts, IDENTITY))
        browser.fill(f"{home}address/", _only(facts, ADDRESS))
        own = f"/profiles/{profile.ref}/edit/"
        browser.fill(f"{own}words/", _only(words, WORDS))
        browser.fill(f"{own}participant/", _only(words, CONTACT))
        if profile.role == Role.VISITING:
            browser.fill(f"{own}visit/", {"has_declared_residence": "on"})
            browser.fill(f"{own}cv/", {}, files={"file": PAPER})

    def confirm(self, participant: Participant) -> None:
        path = f"/profiles/{self._profile(participant).ref}/reopen/"
        self._of(participant).press(path)

    # --- commitment -------------------------------------------------------------------------------

    def propose(self, journey: Journey) -> None:
        own, other = self._profile(journey.visitor), self._profile(journey.host)
        mode = ExchangeMode.VIRTUAL if journey.is_online else ExchangeMode.PHYSICAL
        self._of(journey.visitor).fill(
            f"/matches/{own.ref}/{other.ref}/propose/", {"message": HELLO, "mode": mode}
        )

    def accept(self, journey: Journey) -> None:
        match = self.cast.match(journey)
        path = f"/proposals/{match.pk if match else 0}/"
        self._of(journey.host).fill(path, {}, action="/accept/")

    def write(self, journey: Journey, first_day: date) -> None:
        mode = ExchangeMode.VIRTUAL if journey.is_online else ExchangeMode.PHYSICAL
        browser = self._of(journey.visitor)
        page = browser.get(self._exchange(journey, f"commitment/start/?mode={mode}"))
        form = page.form_with("programme", "start", "day")
        said = {"start": "other", "day": first_day.isoformat()}
        if journey.programme in form.offered["programme"]:
            said["programme"] = journey.programme
        browser.send(page.path, form, said)

    def freeze(self, journey: Journey) -> None:
        browser, path = self._of(journey.visitor), self._exchange(journey, "commitment/freeze/")
        page = browser.get(path)
        browser.send(path, page.form_with("revisions"), {})
        if not self.cast.known_exchange(journey).versions.exists():
            raise PageWrong(f"{path}: nothing was frozen")

    def sign(self, journey: Journey, capacity: Capacity) -> None:
        person = self.cast.side(journey, capacity)
        said = {"name": person.full_name, "password": self.cast.password}
        self.browser(person).fill(self._exchange(journey, "sign/"), said)

    def check_in(self, journey: Journey, side: Capacity) -> None:
        self._as(journey, side).fill(self._exchange(journey), {}, action="/check-in/")

    # --- reports ----------------------------------------------------------------------------------

    def report(self, journey: Journey, side: Capacity) -> None:
        browser, path = self._as(journey, side), self._exchange(journey, "report/")
        page = browser.get(path)
        form = page.form_with("outcome", "revision")
        if "q-declaration" not in form.names:  # the questions follow once the outcome is chosen
            browser.send(path, form, {"outcome": ReportOutcome.TOOK_PLACE})
            form = browser.get(path).form_with("outcome", "q-declaration")
        browser.send(path, form, {**_report(journey, side, form), "submit": "1"})

    def return_report(self, journey: Journey) -> None:
        report = self.cast.report(journey, Capacity.VO)
        browser, path = self._as(journey, Capacity.VOP), self._exchange(journey, "report/review/")
        for form in browser.get(path).forms:
            if ("report", str(report.pk)) in form.values:
                browser.send(path, form, {"comment": RETURNED})
                return
        raise PageWrong(f"{path} has no way to return the report")

    def validate(self, journey: Journey, capacity: Capacity) -> None:
        browser, path = self._as(journey, capacity), self._exchange(journey, "report/review/")
        browser.send(path, browser.get(path).form_with("validate"), {"validate": "1"})

    # --- money ------------------------------------------------------------------------------------

    def send_evidence(self, journey: Journey, kind: EvidenceKind) -> None:
        number = self.cast.known_exchange(journey).evidence_items.count()
        file = {f"{kind}-papers": paper(journey, f"{kind} {number}")}
        self._as(journey, Capacity.VO).fill(self._evidence(journey), {}, files=file)

    def enter_account(self, journey: Journey) -> None:
        said = {"iban": IBAN, "bic": BIC, "holder": journey.visitor.name}
        self._as(journey, Capacity.VO).fill(self._exchange(journey, "account/"), said)

    def refuse_evidence(self, journey: Journey) -> None:
        waiting = self._waiting(journey)
        item = waiting.get(kind=EvidenceKind.RETURN)
        self._decide(journey, {item.pk: "refuse"})

    def accept_evidence(self, journey: Journey) -> None:
        self._decide(journey, {item.pk: "accept" for item in self._waiting(journey)})

    def _evidence(self, journey: Journey) -> str:
        return self._exchange(journey, "evidence-of-travel/")

    def _waiting(self, journey: Journey) -> QuerySet[EvidenceItem]:
        items = EvidenceItem.objects.filter(exchange=self.cast.known_exchange(journey))
        return items.filter(state=EvidenceState.WAITING)

    def _decide(self, journey: Journey, decisions: dict[int, str]) -> None:
        said = {f"item{key}-decision": decision for key, decision in decisions.items()}
        said |= {f"item{key}-reason": REFUSED for key in decisions if decisions[key] == "refuse"}
        self._as(journey, Capacity.VOP).fill(self._evidence(journey), said)

    def approve(self, journey: Journey) -> None:
        browser = self._as(journey, Capacity.VOP)
        browser.fill(self._exchange(journey, "payment/"), {}, action="/approve/")

    def pay(self, journey: Journey) -> None:
        partnership = self.cast.known_exchange(journey).visitor_partnership
        browser = self.browser(self.cast.staff(partnership.acronym, "treasurer"))
        browser.fill(self._exchange(journey, "payment/"), {}, action="/pay/")


def _report(journey: Journey, side: Capacity, form: Form) -> dict[str, Any]:
    """The fields of the report's form: what the services would be told."""
    stands = dict(form.values)
    count = int(stands.get("q-objectives-count", "0"))
    lines = [number for number in range(count) if stands.get(f"q-objectives-{number}-text")]
    said = report_answers(journey, side, {"objectives": [{} for _line in lines]})
    fields: dict[str, Any] = {"outcome": ReportOutcome.TOOK_PLACE, "q-declaration": "on"}
    for number, line in zip(lines, said["objectives"], strict=True):
        fields[f"q-objectives-{number}-part"] = line["part"]
    for question in ("satisfaction", "outcomes"):
        fields |= {f"q-{question}-{line}": one for line, one in said[question].items()}
    kept = stands.get("q-satisfaction-match_score")
    if kept:
        fields["q-satisfaction-match_score"] = kept
    return fields | {"q-recommend": said["recommend"]}


def _only(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names}
