"""The components of the portal's look, as tags that every template knows without loading them.

Each tag renders `templates/components/<name>.html`, which lists the same options on top.
`docs/components.md` shows them at work.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

from django import template
from django.forms import BaseForm
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import maps

register = template.Library()

Text = str | Promise
Options = dict[str, Any]


class Tone(TypedDict):
    tone: str
    icon: str
    word: Text


BANDS: dict[str, Tone] = {
    "green": {"tone": "green", "icon": "check-circle", "word": _("High fit")},
    "orange": {"tone": "orange", "icon": "dash-circle", "word": _("Medium fit")},
    "red": {"tone": "red", "icon": "arrow-down", "word": _("Low fit")},
}
PHASES = (
    _("Registration"),
    _("Matching"),
    _("Exchange building"),
    _("Exchange finalisation"),
)
NOTICE_ICONS = {
    "info": "info",
    "debug": "info",
    "success": "check-circle",
    "warning": "warning",
    "error": "stop",
}
BATON_ICONS = {"yours": "turn", "waiting": "hourglass", "closed": "check-circle"}
THEMES = ("light", "dark")
BARS_CAPTION = _("How this score adds up")
FILTERS_LABEL = _("Filter the list")


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme this reader chose ("light" or "dark"), or "auto"."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in THEMES else "auto"


@register.simple_tag
def icon(name: str, label: Text = "") -> SafeString:
    return _icon(str(name), str(label))


@register.simple_tag
def flag(code: str, label: Text = "") -> SafeString:
    return _flag(str(code or "").upper(), str(label))


# The same few drawings stand on a page dozens of times. Each is drawn once in a process.


@lru_cache(maxsize=1024)
def _icon(name: str, label: str) -> SafeString:
    return _component("icon", name=name, label=label)


@lru_cache(maxsize=1024)
def _flag(code: str, label: str) -> SafeString:
    is_known = code == "EU" or code in maps.PLACES
    return _component("flag", code=code, label=label, is_known=is_known)


@register.inclusion_tag("components/initials.html")
def initials(name: Text) -> Options:
    """First letters of the first and the last word of a name."""
    words = [word for word in str(name).replace("-", " ").split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[:2] for word in words]
    return {"letters": "".join(letters).upper() or "?"}


@register.inclusion_tag("components/person.html")
def person(name: Text, note: Text = "") -> Options:
    return {"name": name, "note": note}


@register.inclusion_tag("components/badge.html")
def badge(text: Text, tone: str = "", icon: str = "") -> Options:
    return {"text": text, "tone": tone, "icon": icon}


@register.inclusion_tag("components/badge.html")
def band(value: str) -> Options:
    """A score's band as badge: icon and word on its tint."""
    described = BANDS[str(value)]
    return {"text": described["word"], "tone": described["tone"], "icon": described["icon"]}


@register.simple_tag
def ring(score: float, band: str, size: str = "") -> SafeString:
    return _ring(float(score), str(band), size, get_language())


@lru_cache(maxsize=4096)
def _ring(score: float, band: str, size: str, language: str | None) -> SafeString:
    return _component("ring", score=score, percent=f"{score:.1f}", size=size, **BANDS[band])


@register.inclusion_tag("components/score_bars.html")
def score_bars(
    parts: Iterable[Any], score: float, band: str, caption: Text = BARS_CAPTION
) -> Options:
    """Seven bars whose lengths and numbers add up to the score.

    Each part has `label`, `points`, `weight` and, when there is something to say, `note`.
    """
    rows, offset = [], 0.0
    for part in parts:
        points, weight = float(_value(part, "points")), float(_value(part, "weight"))
        rows.append(
            {
                "label": _value(part, "label"),
                "note": _value(part, "note"),
                "points": points,
                "weight": weight,
                "x": f"{offset:.1f}",
                "width": f"{points:.1f}",
                "track": f"{weight:.1f}",
            }
        )
        offset += points
    longest = f"{max((row['weight'] for row in rows), default=1):.1f}"
    return {
        "rows": rows,
        "longest": longest,
        "score": score,
        "caption": caption,
        **BANDS[str(band)],
    }


def _value(row: Any, name: str) -> Any:
    return row.get(name, "") if isinstance(row, Mapping) else getattr(row, name, "")


@register.inclusion_tag("components/steps.html")
def steps(current: int, labels: Sequence[Text] = PHASES) -> Options:
    """The line of phases; `current` counts from 1, and one past the last means all done."""
    line = [
        {"label": label, "is_done": number < current, "is_current": number == current}
        for number, label in enumerate(labels, start=1)
    ]
    return {"line": line, "current": min(current, len(line)), "total": len(line)}


@register.inclusion_tag("components/baton.html")
def baton(baton: Any, has_action: bool = True) -> Options:
    return {
        "baton": baton,
        "icon": BATON_ICONS[baton.situation],
        "has_action": has_action and bool(baton.action_url),
    }


@register.inclusion_tag("components/organisation.html")
def organisation(
    name: Text,
    country: str,
    country_name: Text,
    type: Text = "",
    place: Text = "",
    sectors: Iterable[Text] = (),
    url: str = "",
) -> Options:
    sectors = list(sectors)
    return {
        "name": name,
        "country": country,
        "country_name": country_name,
        "type": type,
        "place": place,
        "sectors": sectors[:4],
        "more": len(sectors[4:]),
        "url": url,
    }


@register.inclusion_tag("components/map.html")
def europe_map(
    visitor: str = "", host: str = "", pairs: Iterable[tuple[str, str]] = (), label: Text = ""
) -> Options:
    """Europe with one marked journey, or with many quiet ones.

    One journey shows the part of the map where it happens, many show the whole of it.
    """
    journey = maps.arc(visitor, host) if visitor and host else None
    quiet = [curve for pair in pairs if (curve := maps.arc(*pair))]
    points = [journey.start, journey.end, journey.bend] if journey and not quiet else []
    return {
        "journey": journey,
        "host": host.upper() if journey else "",
        "visitor": visitor.upper() if journey else "",
        "quiet": quiet,
        "view_box": maps.view_box(points),
        "label": label,
    }


@register.inclusion_tag("components/button.html")
def button(
    label: Text,
    url: str = "",
    kind: str = "",
    icon: str = "",
    icon_after: str = "",
    name: str = "",
    value: str = "",
    form: str = "",
    popover: str = "",
    type: str = "submit",
) -> Options:
    return {
        "label": label,
        "url": url,
        "kind": kind,
        "icon": icon,
        "icon_after": icon_after,
        "name": name,
        "value": value,
        "form": form,
        "popover": popover,
        "type": "button" if popover else type,
    }


@register.inclusion_tag("components/blank_state.html")
def blank_state(
    title: Text,
    text: Text = "",
    action_label: Text = "",
    action_url: str = "",
    kind: str = "",
) -> Options:
    return {
        "title": title,
        "text": text,
        "action_label": action_label,
        "action_url": action_url,
        "kind": kind,
    }


@register.inclusion_tag("components/tabs.html")
def tabs(items: Iterable[Any], label: Text) -> Options:
    """Links between views of one thing: each has `label`, `url`, `is_current` and maybe `count`."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/facts.html")
def facts(items: Iterable[tuple[Any, ...]]) -> Options:
    """Terms and values: `(term, value)` or `(term, value, change_url)`."""
    rows = [
        {"term": item[0], "value": item[1], "url": item[2] if len(item) > 2 else ""}
        for item in items
    ]
    return {"rows": rows, "has_links": any(row["url"] for row in rows)}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Any, target: str = "") -> Options:
    """Links to the pages around the current one; keeps the rest of the address."""
    return {
        "request": context.get("request"),
        "page": page,
        "target": target,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "ellipsis": page.paginator.ELLIPSIS,
    }


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(
    context: Context, form: BaseForm, target: str = "", label: Text = FILTERS_LABEL
) -> Options:
    """A GET form over a list; with `target` htmx replaces that element while one types."""
    request = context.get("request")
    return {"form": form, "target": target, "label": label, "path": getattr(request, "path", "")}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | list[BaseForm]) -> Options:
    """What is wrong, with a link to each field; nothing when all is well. A list of forms counts
    as its forms."""
    entries: list[dict[str, Any]] = []
    for form in [one for given in forms for one in (given if isinstance(given, list) else [given])]:
        for message in form.non_field_errors():
            entries.append({"target": "", "label": "", "message": message})
        for bound in form.visible_fields():
            entries.extend(
                {
                    "target": getattr(bound, "error_target", bound.id_for_label),
                    "label": _punctuated(bound.label),
                    "message": message,
                }
                for message in bound.errors
            )
    return {"entries": entries}


def _punctuated(label: Text) -> str:
    """A label as the start of a sentence: with a colon, unless it ends in its own mark."""
    text = str(label)
    return text if text[-1:] in {"?", ".", "!", ":"} else f"{text}:"


@register.simple_block_tag
def notice(content: SafeString, kind: str = "info", title: Text = "") -> SafeString:
    return _component(
        "notice", content=content, kind=kind, title=title, icon=NOTICE_ICONS.get(kind, "info")
    )


@register.simple_block_tag
def card(content: SafeString, title: Text = "", url: str = "", level: int = 3) -> SafeString:
    return _component("card", content=content, title=title, url=url, level=level)


@register.simple_block_tag
def disclosure(content: SafeString, summary: Text, is_open: bool = False) -> SafeString:
    return _component("disclosure", content=content, summary=summary, is_open=is_open)


@register.simple_block_tag
def data_table(
    content: SafeString, caption: Text, is_caption_hidden: bool = False, stacks: bool = False
) -> SafeString:
    return _component(
        "table",
        content=content,
        caption=caption,
        is_caption_hidden=is_caption_hidden,
        stacks=stacks,
    )


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: Text) -> SafeString:
    return _component("dialog", content=content, id=id, title=title)


def _component(component: str, /, **options: Any) -> SafeString:
    return render_to_string(f"components/{component}.html", options)


@register.inclusion_tag("components/autosave.html")
def autosave_status(failed: Text = "") -> Options:
    """The line that tells whether a form with `data-autosave` is saved. `failed` is what it says
    where saving can fail for other reasons than the connection."""
    return {"failed": failed}


@register.simple_tag
def option(option: Mapping[str, Any]) -> SafeString:
    """One check box or radio button of a choice widget, with its label and hint.

    Drawn without a template, because a picker holds up to two hundred of them.
    """
    attrs, hint = option["attrs"], option.get("hint")
    key = attrs.get("id", "")
    named = {"type": option["type"], "name": option["name"], "value": str(option["value"])} | attrs
    label = conditional_escape(option["label"])
    of = _attributes({"for": key} if key else {})
    drawn = f"<input{_attributes(named)}>\n<label{of}>{label}</label>"
    if hint:
        hint_id = _attributes({"id": f"{key}_hint"} if key else {})
        drawn += f'\n<p class="hint"{hint_id}>{conditional_escape(hint)}</p>'
    return mark_safe(drawn)  # noqa: S308 - all that comes from outside is escaped


def _attributes(attrs: Mapping[str, Any]) -> str:
    """As Django's widgets draw them: True stands alone, False is left out."""
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


@register.filter
def message_kind(tags: str) -> str:
    """The kind of notice for a message's tags."""
    return next((tag for tag in str(tags).split() if tag in NOTICE_ICONS), "info")


@register.filter
def message_icon(kind: str) -> str:
    return NOTICE_ICONS[kind]


@register.filter
def has_chosen(options: Iterable[dict[str, Any]]) -> bool:
    """Whether one of a widget's options is chosen, so that its group opens."""
    return any(option["selected"] for option in options)
