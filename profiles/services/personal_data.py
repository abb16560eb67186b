"""Everything that the portal holds about a person, as one file to take along."""

import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from cxc_portal.core import audit, clock
from profiles.models import User
from profiles.personal_data import Holding, Person, holdings


class _Encoder(DjangoJSONEncoder):
    """Values that JSON does not know are written as people read them."""

    def default(self, value: Any) -> Any:
        try:
            return super().default(value)
        except TypeError:
            return str(value)


def export_personal_data(*, user_id: int) -> bytes:
    """A ZIP with `data.json` and, under `files/`, what the person uploaded."""
    archive = io.BytesIO()
    with audit.transaction():
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id, is_active=True)
        person = Person.of(user)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("data.json", _as_json(person))
            for holding in holdings():
                _add_files(bundle, holding, person)
        audit.record("account.data_downloaded", subject=user, actor=user)
    return archive.getvalue()


def _as_json(person: Person) -> str:
    data: dict[str, Any] = {"from": settings.SITE_URL, "written_at": clock.now()}
    for holding in holdings():
        rows = holding.given(holding.rows(person), person)
        data[holding.section] = list(rows.values(*holding.shown))
    return json.dumps(data, cls=_Encoder, indent=2, ensure_ascii=False)


def _add_files(bundle: zipfile.ZipFile, holding: Holding, person: Person) -> None:
    for row in holding.given(holding.rows(person), person) if holding.files else ():
        for name in holding.files:
            file = getattr(row, name)
            if file and file.storage.exists(file.name):
                with file.open("rb") as content:
                    place = f"files/{holding.section}/{row.pk}/{PurePosixPath(file.name).name}"
                    bundle.writestr(place, content.read())
