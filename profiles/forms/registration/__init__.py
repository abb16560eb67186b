from profiles.forms.registration.pages import (
    ExchangeForm,
    OrganisationForm,
    PageForm,
    PartnershipForm,
    RoleForm,
    SectorForm,
    SubmitForm,
)

__all__ = [
    "ExchangeForm",
    "OrganisationForm",
    "PageForm",
    "PartnershipForm",
    "RoleForm",
    "SectorForm",
    "SubmitForm",
]
