"""The strict client and the strict templates find what they are there to find."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template import Origin, engines
from django.template.base import Template
from django.template.context import make_context

from tests.strict_client import PageReader, StrictClient, UnsoundPage, problems_of
from tests.strict_templates import UndefinedVariable

POLICY = {"Content-Security-Policy": "default-src 'none'"}


def read(page, **options):
    reader = PageReader(**options)
    reader.feed(page)
    return reader.problems


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<script>alert(1)</script>", "line 1: inline <script>"),
        ("<style>p { color: red }</style>", "line 1: inline <style>"),
        ('<p style="color: red">', "line 1: style attribute on <p>"),
        ('<p onclick="run()">', "line 1: handler onclick on <p>"),
        ('<a href=" JavaScript:run()">', "line 1: script as href of <a>"),
        ("<p>\n{{ name }}", "line 1: {{ is left over"),
    ],
)
def test_reader_finds(page, problem):
    assert read(page)[0] == problem


@pytest.mark.parametrize(
    "page",
    [
        '<script src="/static/js/portal.js"></script>',
        '<script type="application/json">{"a": {"b": {}}}</script>',
        '<p class="lead">1 { 2 }</p>',
    ],
)
def test_reader_lets_pass(page):
    assert read(page) == []


def test_reader_allows_style_where_the_policy_does():
    assert read('<style>p {}</style><p style="color: red">', may_style=True) == []


def test_a_page_without_a_policy_is_unsound():
    assert problems_of(HttpResponse("<p>")) == ["no content security policy"]


def test_a_page_with_a_policy_is_sound():
    assert problems_of(HttpResponse("<p>", headers=POLICY)) == []


def test_what_is_no_page_is_not_read():
    assert problems_of(HttpResponse("{{", content_type="text/plain")) == []


def test_client_fails_on_an_unsound_page(client, monkeypatch):
    monkeypatch.setattr("tests.strict_client.problems_of", lambda response: ["inline <script>"])
    with pytest.raises(UnsoundPage, match="/healthz is not sound:\ninline <script>"):
        client.get("/healthz")


def test_client_is_what_tests_get(client):
    assert type(client) is StrictClient


def render(source, folder, **context):
    origin = Origin(f"{folder}/page.html")
    template = Template(source, origin=origin, engine=engines["django"].engine)
    return template.render(make_context(context))


OURS = settings.TEMPLATES[0]["DIRS"][0]


@pytest.mark.parametrize("source", ["{{ nme }}", "{{ user.nme }}", "{% url nme %}"])
def test_an_undefined_variable_of_ours_is_an_error(source):
    with pytest.raises(UndefinedVariable, match=r"page\.html: nobody gave (user\.)?nme"):
        render(source, OURS, user={"name": "Ada"})


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ nme|default:'Ada' }}", "Ada"),
        ("{% if nme %}a{% else %}b{% endif %}", "b"),
        ("{% for one in nme %}a{% empty %}none{% endfor %}", "none"),
        ("{{ name }}", "Ada"),
    ],
)
def test_a_template_may_ask_or_say_what_else_to_show(source, shown):
    assert render(source, OURS, name="Ada") == shown


def test_templates_stay_strict_when_a_test_looks_for_them_elsewhere(settings, tmp_path):
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [tmp_path]}]
    with pytest.raises(UndefinedVariable):
        render("{{ nme }}", tmp_path)


def test_templates_of_others_are_left_in_peace():
    assert render("[{{ nme }}]", "/elsewhere") == "[]"
