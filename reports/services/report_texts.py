"""The partnership's own texts for the implementation report, kept while one types."""

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, StaleVersion
from profiles.models import Partnership, User
from reports.enums import ReportSection
from reports.models import ReportText
from reports.permissions import can_record


def save_text(
    *, partnership_id: int, section: ReportSection, text: str, revision: int, actor: User
) -> ReportText:
    """The section says this in every report from now on. `revision` is that of the text as the
    person saw it, 0 where there was none. Saving what stands changes nothing.

    Raises `NotAllowed` for whoever does not work for the partnership, `StaleVersion` when somebody
    else has saved the section meanwhile.
    """
    with audit.transaction():
        partnership = Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)
        if not can_record(actor, partnership):
            raise NotAllowed(_("Only those who work for the partnership write its report."))
        found = ReportText.objects.filter(partnership=partnership, section=section).first()
        kept = found or ReportText(partnership=partnership, section=section)
        if kept.revision != revision:
            raise StaleVersion(
                _("Somebody else has saved this section meanwhile. Reload the page to see it.")
            )
        if kept.text == text:
            return kept
        kept.text = text
        kept.revision += 1
        kept.changed_by, kept.changed_at = actor, clock.now()
        kept.save()
    return kept
