"""The rows of the catalogue and of other lists of profiles, with what one can do with each."""

from collections.abc import Collection, Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxc_portal.core.templatetags import portal
from matching.queries.catalogue_list import Listed, Listing, Own
from matching.views.presentation import Row, rows_by_ref
from matching.views.stencil import draw_all
from matching.wording.names import Words

SCORED = '<a class="ring-link" href="{}">{}<span class="hide-visually">{}</span></a>'
STOPPED = '<a class="text-small" href="{}">{}<span class="hide-visually">: {}</span></a>'


def listed_rows(listing: Listing, own: Sequence[Own], kept: Collection[str]) -> SafeString:
    """The profiles of a page in their order, in one query however many they are."""
    return rows_of_list(listing.listed, listing.words, own, kept)


def rows_of_list(
    listed: Sequence[Listed], words: Words, own: Sequence[Own], kept: Collection[str]
) -> SafeString:
    """`kept` are the references of one's bookmarks."""
    rows = rows_by_ref([one.ref for one in listed], words)
    mine = {one.profile.ref for one in own}
    return draw_all(
        "matching/_catalogue_row.html",
        (
            row
            | bookmark_of(one.ref, str(row["name"]), is_kept=one.ref in kept)
            | {"score": score_of(one, str(row["name"]), is_mine=one.ref in mine)}
            for one in listed
            if (row := rows.get(one.ref))
        ),
    )


def bookmark_of(ref: str, name: str, *, is_kept: bool) -> Row:
    """What the button needs that keeps a profile or lets it go."""
    return {
        "ref": ref,
        "name": name,
        "keep_url": reverse("matching:bookmark", args=[ref]),
        "keep": "no" if is_kept else "yes",
        "pressed": "true" if is_kept else "false",
    }


def score_of(one: Listed, name: str, *, is_mine: bool) -> SafeString:
    """Its ring, or that it is not possible; nothing for who has the role that one has oneself."""
    if is_mine:
        return format_html('<span class="soft text-small">{}</span>', _("Your profile"))
    if not one.own_ref:
        return SafeString()
    url = reverse("matching:pair", args=[one.own_ref, one.ref])
    if not one.band:
        return format_html(STOPPED, url, _("Not possible: see why"), name)
    why = _(": why you and %(name)s fit") % {"name": name}
    return format_html(SCORED, url, portal.ring(one.total / 10, one.band), why)
