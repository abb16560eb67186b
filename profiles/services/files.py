"""The files of profiles and organisations. Only what `cxc_portal.core.files` accepted gets here."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, files
from cxc_portal.core.errors import NotAllowed
from cxc_portal.core.files import (
    DOC,
    DOCX,
    JPEG,
    MEGABYTE,
    ODT,
    PDF,
    PNG,
    WEBP,
    AcceptedFile,
    FileKind,
)
from profiles.models import Organisation, Profile, User
from profiles.permissions import can_edit_organisation, can_edit_profile
from profiles.services.editing import touch_profile

CV = FileKind(
    endings=(PDF, DOC, DOCX, ODT),
    max_bytes=5 * MEGABYTE,
    wanted=gettext_lazy("a PDF, Word or OpenDocument text without macros"),
)
LOGO = FileKind(
    endings=(PNG, JPEG, WEBP),
    max_bytes=2 * MEGABYTE,
    wanted=gettext_lazy("a PNG, JPEG or WebP picture; a drawing in SVG can be saved as PNG"),
    largest_side=600,
)


def store_cv(*, profile_id: int, file: AcceptedFile | None, actor: User) -> Profile:
    """This is the participant's CV from now on, none without a `file`; an earlier one is deleted
    once the change is certain."""
    with audit.transaction():
        profile = Profile.objects.select_for_update(of=("self",)).get(pk=profile_id)
        if not can_edit_profile(actor, profile):
            raise NotAllowed(_("You may not change this profile."))
        if file:
            files.keep(profile.cv, file)
        else:
            files.drop(profile.cv)
        profile.save(update_fields=["cv"])
        touch_profile(profile, ["cv"], actor)
    return profile


def store_logo(*, organisation_id: int, file: AcceptedFile | None, actor: User) -> Organisation:
    """This is the organisation's logo from now on, none without a `file`."""
    with audit.transaction():
        organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(
            pk=organisation_id
        )
        if not can_edit_organisation(actor, organisation):
            raise NotAllowed(_("You may not change this organisation."))
        if file:
            files.keep(organisation.logo, file)
        else:
            files.drop(organisation.logo)
        organisation.save(update_fields=["logo"])
        audit.record(
            "organisation.edited", subject=organisation, actor=actor, data={"fields": ["logo"]}
        )
    return organisation
