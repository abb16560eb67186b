"""The checks themselves. Each gives a tick with the reason; the officer has the last word."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core.workflow import Text
from profiles.eligibility.domains import is_free_mail, is_same_holder, mail_domain, site_domain
from profiles.eligibility.duplicates import Registered, likely_duplicates
from profiles.enums import Mode, OrganisationFamily, ProfileState, Role, StaffBand
from profiles.models import Organisation, Profile, User
from profiles.rules import RuleBook, current_rules

NEEDED = (
    "organisation__country",
    "organisation__organisation_type",
    "organisation__clusters",
)


@dataclass(frozen=True)
class Check:
    """One result. `passed` is True (green), False (red) or None (a person must look).

    A red check that `is_blocking` stops the publication unless the officer gives a reason.
    `ref` is the reference of another profile that the reason speaks of.
    """

    name: str
    passed: bool | None
    label: Text
    reason: str
    is_blocking: bool = False
    ref: str = ""

    @property
    def blocks(self) -> bool:
        """Whether this very result stops the publication."""
        return self.is_blocking and self.passed is False


def check_profile(profile: Profile, *, viewer: User | None = None) -> list[Check]:
    """The checks of one profile, as `viewer` may read them."""
    return check_profiles([profile], viewer=viewer)[profile.pk]


def check_profiles(
    profiles: Iterable[Profile], *, viewer: User | None = None, rules: RuleBook | None = None
) -> dict[int, list[Check]]:
    """The checks of many profiles by their key, with the same few queries for any number.

    A likely duplicate that `viewer` may not see is told without saying who it is.
    """
    profiles = list(profiles)
    prefetch_related_objects(profiles, *NEEDED)
    rules, duplicates = rules or current_rules(), likely_duplicates(profiles)
    checks: dict[int, list[Check]] = {}
    for profile in profiles:
        results = [
            _country(profile),
            _type(profile),
            _cluster(profile),
            _sme(profile, rules),
            _visit(profile),
            _email(profile),
            _website(profile),
            _duplicate(duplicates[profile.pk], profile, viewer),
        ]
        checks[profile.pk] = [check for check in results if check is not None]
    return checks


def blocking_failures(profile: Profile) -> list[Check]:
    """What stops the publication of a profile. Cheap: nothing is compared with other profiles."""
    checks = (_country(profile), _type(profile), _visit(profile))
    return [check for check in checks if check is not None and check.blocks]


def _country(profile: Profile) -> Check:
    country = profile.organisation.country
    reason = (
        _("%(country)s takes part.")
        if country.is_eligible
        else _("%(country)s does not take part.")
    )
    return Check(
        "country",
        country.is_eligible,
        _("Country"),
        reason % {"country": country.name},
        is_blocking=True,
    )


def _type(profile: Profile) -> Check:
    kind = profile.organisation.organisation_type
    if profile.role == Role.HOST:
        passed = kind.may_host
        reason = _("%(type)s: may host.") if passed else _("%(type)s: may not host.")
    else:
        passed = kind.may_visit
        reason = _("%(type)s: may visit.") if passed else _("%(type)s: may not visit.")
    return Check("type", passed, _("Type"), reason % {"type": kind.label}, is_blocking=True)


def _cluster(profile: Profile) -> Check | None:
    organisation = profile.organisation
    clusters = organisation.clusters.all()
    label = _("Cluster")
    if elsewhere := [cluster.name for cluster in clusters if not cluster.is_on_eccp]:
        reason = _("%s is not profiled on the cluster platform.") % ", ".join(elsewhere)
        return Check("cluster", None, label, reason)
    if clusters:
        names = ", ".join(sorted(cluster.name for cluster in clusters))
        return Check("cluster", True, label, _("Member of %s.") % names)
    if organisation.other_cluster:
        reason = _("Names “%s”, which is not in our list: please check the membership.")
        return Check("cluster", None, label, reason % organisation.other_cluster)
    if not organisation.organisation_type.needs_cluster_membership:
        return None
    if (
        profile.role == Role.HOST
        and organisation.organisation_type.family == OrganisationFamily.SME
    ):
        reason = _("Names no cluster. As a host it can be accepted as an exception.")
    else:
        reason = _("Names no cluster, and this type must belong to one.")
    return Check("cluster", False, label, reason)


def _sme(profile: Profile, rules: RuleBook) -> Check | None:
    """The EU definition: staff within the limit, and turnover or balance sheet within theirs."""
    organisation = profile.organisation
    if organisation.organisation_type.family != OrganisationFamily.SME:
        return None
    label = _("SME")
    if excess := _over_sme_limits(organisation, rules):
        return Check("sme", False, label, excess)
    if not organisation.is_declared_sme:
        return Check("sme", False, label, _("Has not declared to be an SME."))
    return Check("sme", True, label, _("Declared to be an SME; no figure speaks against it."))


def _over_sme_limits(organisation: Organisation, rules: RuleBook) -> str:
    """Which figure is too high for an SME; empty when none is."""
    limit = rules.integer("sme.max_staff")
    if organisation.staff_headcount is not None:
        if organisation.staff_headcount > limit:
            return _("%(staff)s staff; an SME has at most %(limit)s.") % {
                "staff": number_format(organisation.staff_headcount, force_grouping=True),
                "limit": limit,
            }
    elif organisation.staff_band == StaffBand.LARGE:
        return _("250 or more staff; an SME has at most %s.") % limit
    turnover, balance = organisation.turnover_eur, organisation.balance_eur
    has_high_turnover = turnover is not None and turnover > rules.integer("sme.max_turnover")
    has_high_balance = balance is not None and balance > rules.integer("sme.max_balance")
    if has_high_turnover and has_high_balance:
        return _("Turnover and balance sheet are both above the limits for an SME.")
    return ""


def _visit(profile: Profile) -> Check | None:
    """A visiting organisation travels once; online exchanges use nothing up."""
    if profile.role != Role.VISITING:
        return None
    used_on, label = profile.organisation.physical_visit_used_on, _("Visit")
    if used_on is None:
        return Check("visit", True, label, _("Has not travelled yet."), is_blocking=True)
    day = date_format(used_on, "j F Y")
    if profile.mode == Mode.PHYSICAL:
        reason = _("Travelled on %s and asks for a second visit in person.") % day
        return Check("visit", False, label, reason, is_blocking=True)
    if profile.mode == Mode.VIRTUAL:
        reason = _("Travelled on %s; asks for an online exchange, which remains open.") % day
        return Check("visit", True, label, reason, is_blocking=True)
    return Check("visit", None, label, _("Travelled on %s; only online remains open.") % day)


def _email(profile: Profile) -> Check:
    label = _("E-mail")
    if not profile.contact_email:
        return Check("email", None, label, _("No address is given."))
    domain = mail_domain(profile.contact_email)
    if is_free_mail(profile.contact_email):
        return Check("email", False, label, _("Anybody can open a mailbox at %s.") % domain)
    return Check("email", True, label, _("An address at %s.") % domain)


def _website(profile: Profile) -> Check | None:
    """Left out where there is nothing to compare, or a free address, which is said already."""
    label, website = _("Website"), profile.organisation.website
    if not website or not profile.contact_email or is_free_mail(profile.contact_email):
        return None
    domains = {"mail": mail_domain(profile.contact_email), "site": site_domain(website)}
    if is_same_holder(profile.contact_email, website):
        reason = _("The address and the website belong together (%(site)s).") % domains
        return Check("website", True, label, reason)
    reason = _("The address is at %(mail)s, the website at %(site)s.") % domains
    return Check("website", False, label, reason)


def _duplicate(found: list[Registered], profile: Profile, viewer: User | None) -> Check:
    label = _("Duplicate")
    if not found:
        return Check("duplicate", True, label, _("No similar organisation has this role."))
    shown = next((row for row in found if _may_be_named(row, viewer)), None)
    if shown is None:
        reason = _(
            "An organisation of nearly the same name is with another partnership. "
            "The Support Office can tell whether it is the same one."
        )
        return Check("duplicate", False, label, reason)
    if shown.organisation_id == profile.organisation.pk:
        reason = _("The same organisation has the profile %(ref)s in this role: %(state)s.")
    else:
        reason = _("Very like “%(name)s” (%(ref)s): %(state)s.")
    values = {"name": shown.name, "ref": shown.ref, "state": ProfileState(shown.state).label}
    return Check("duplicate", False, label, reason % values, ref=shown.ref)


def _may_be_named(row: Registered, viewer: User | None) -> bool:
    """Published profiles are seen by all staff, others by the desk that they are with."""
    if row.state == ProfileState.PUBLISHED:
        return True
    if viewer is None:
        return False
    return viewer.is_support or row.partnership_id in viewer.staffed_partnership_ids
