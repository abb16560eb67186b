"""The history of a draft: who changed what, as which party, when."""

from django.db.models import QuerySet

from exchanges.models import Exchange, SectionChange


def changes_of(exchange: Exchange) -> QuerySet[SectionChange]:
    """All changes, the latest first."""
    found = SectionChange.objects.filter(section__exchange=exchange)
    return found.select_related("section", "author").order_by("-at", "-pk")


def content_at(exchange: Exchange, name: str, revision: int) -> dict[str, object] | None:
    """What a section said at a revision; None where the history knows no more, because one person
    went on writing in one sitting."""
    changes = SectionChange.objects.filter(section__exchange=exchange, section__name=name)
    if found := changes.filter(revision=revision).first():
        return dict(found.after)
    first = changes.order_by("revision").first()
    return dict(first.before) if first and revision == 0 else None
