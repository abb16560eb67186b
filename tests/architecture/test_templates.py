"""Every template parses, is used, and holds neither script nor style of its own."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django import template as django_template
from django.apps import apps
from django.conf import settings
from django.template import TemplateDoesNotExist, engines
from django.template.loader import get_template

from cxc_portal.core import documents
from cxc_portal.core.mail import kinds
from tests.architecture.deployment_files import ROOT, local_apps
from tests.strict_client import PageReader

FOLDER = ROOT / "templates"
BY_CONVENTION = {"400.html", "403.html", "404.html", "429.html", "500.html"}
"""Templates that Django and django-allauth show without being told."""
QUOTED = re.compile(r"""["']([\w./-]+\.(?:html|txt))["']""")
COMPONENT = re.compile(r"""_component\(\s*["'](\w+)["']""")
COMMENT = re.compile(r"{%\s*comment\b.*?endcomment\s*%}|{#.*?#}", re.DOTALL)
LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=["'](https?:[^"']*)""")
PATTERN = re.compile(r"""f["']([\w./-]*{[^}"']+}[\w./-]*\.(?:html|txt))["']""")
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def names() -> list[str]:
    files = (path for path in FOLDER.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(FOLDER)) for path in files)


def is_mail(name: str) -> bool:
    return "emails" in name.split("/")


def pages() -> list[str]:
    return [name for name in names() if not is_mail(name)]


@cache
def folders_of_others() -> tuple[Path, ...]:
    """Where Django and other packages keep their templates."""
    packages = [Path(config.path) for config in apps.get_app_configs()]
    foreign = [path / "templates" for path in packages if ROOT not in path.parents]
    inside_venv = [path / "templates" for path in packages if "site-packages" in path.parts]
    forms = Path(django_template.__file__).parents[1] / "forms" / "templates"
    return (*foreign, *inside_venv, forms)


def replaces_another(name: str) -> bool:
    """Whether a template stands in for one of Django's or another package's."""
    return any((folder / name).exists() for folder in folders_of_others())


def called_in_code() -> set[str]:
    sources = [
        path.read_text()
        for package in ("cxc_portal", *local_apps())
        for path in (ROOT / package).rglob("*.py")
    ]
    found = {name for text in sources for name in QUOTED.findall(text)}
    found |= {f"components/{name}.html" for text in sources for name in COMPONENT.findall(text)}
    return found | {name for text in sources for name in made_up_in(text)}


def made_up_in(text: str) -> Iterator[str]:
    """The templates that fit a name such as `f"profiles/register/{page}.html"`."""
    for pattern in PATTERN.findall(text):
        before, _, after = re.sub(r"{[^}]+}", "{}", pattern).partition("{}")
        fits = re.compile(rf"{re.escape(before)}[\w-]+{re.escape(after)}")
        yield from (name for name in names() if fits.fullmatch(name))


def called_in_templates() -> Iterator[str]:
    for name in names():
        yield from (called for called in QUOTED.findall(source(name)) if called != name)


def source(name: str) -> str:
    return COMMENT.sub("", (FOLDER / name).read_text())


def of_mails() -> set[str]:
    endings = ("_subject.txt", ".txt", ".html")
    return {f"{kind.template}{ending}" for kind in kinds() for ending in endings}


def of_documents() -> set[str]:
    return {kind.template for kind in documents.kinds()}


def unused() -> list[str]:
    called = {*called_in_code(), *called_in_templates()}
    used = {*called, *of_mails(), *of_documents(), *BY_CONVENTION}
    return [name for name in names() if name not in used and not replaces_another(name)]


def problems_in(text: str) -> list[str]:
    """Inline script, style attributes and handlers in a template's own markup."""
    reader = PageReader()
    reader.feed(TAG.sub(" ", text))
    return reader.problems


@pytest.mark.parametrize("name", names())
def test_template_parses(name):
    assert get_template(name).template.origin.name == str(FOLDER / name)


def test_no_template_is_unused():
    assert unused() == []


@pytest.mark.parametrize("name", pages())
def test_page_has_no_script_or_style_of_its_own(name):
    assert problems_in(source(name)) == []


@pytest.mark.parametrize("name", [name for name in names() if name.endswith(".html")])
def test_nothing_is_loaded_from_another_site(name):
    assert LOADED.findall(source(name)) == []


def test_templates_are_looked_for_in_one_folder():
    assert [Path(folder) for folder in settings.TEMPLATES[0]["DIRS"]] == [FOLDER]
    assert [p for p in ROOT.glob("*/templates") if p.is_dir()] == []


# --- the guard itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: {{ tone }}">',
        "<script>{% if a %}run(){% endif %}</script>",
        '<a {% if a %}onclick="run()"{% endif %}>',
        "<style>p {}</style>",
    ],
)
def test_guard_finds(text):
    assert len(problems_in(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        """<script src="{% static 'js/portal.js' %}"></script>""",
        '<a href="{% url "core:mailbox" %}" {% if a %}aria-current="page"{% endif %}>',
        '<script type="application/json">{"a": 1}</script>',
    ],
)
def test_guard_lets_pass(text):
    assert problems_in(text) == []


def test_guard_knows_a_name_that_code_makes_up():
    assert "core/mailbox.html" in set(made_up_in('render(request, f"core/{page}.html")'))
    assert "core/emails/base.html" not in set(made_up_in('f"core/{page}.html"'))


def test_guard_knows_what_stands_in_for_another():
    assert replaces_another("django/forms/div.html")
    assert not replaces_another("core/mailbox.html")


def test_a_template_that_does_not_parse_is_found():
    with pytest.raises(django_template.TemplateSyntaxError):
        engines["django"].from_string("{% nothing_of_this_name %}")
    with pytest.raises(TemplateDoesNotExist):
        get_template("core/nothing_of_this_name.html")
