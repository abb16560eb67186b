"""The pages that are drawn from the code are up to date, and say what the tables say."""

import pytest
from django.core.management import call_command

from cxc_portal.core import documentation, mail, workflow
from cxc_portal.core.mail import MailKind
from cxc_portal.core.workflow import SYSTEM, State, Step, Transition, Workflow
from profiles.enums import Party
from profiles.models import ProfileTransition
from tests.architecture.deployment_files import ROOT


@pytest.mark.parametrize("name", documentation.PAGES)
def test_a_drawn_page_is_up_to_date(name):
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == documentation.PAGES[name](), "run: make docs"


def test_the_command_writes_the_pages(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("write_docs")
    assert capsys.readouterr().out == "".join(f"docs/{name}\n" for name in documentation.PAGES)
    for name, draw in documentation.PAGES.items():
        assert (tmp_path / "docs" / name).read_text(encoding="utf-8") == draw()


def state(value, responsible=None):
    return State(value, f"It is {value}", responsible, "Go", f"Wait | {value}", "Next", {})


def step(name, *sources, target, by=(Party.OWNER,), **options):
    return Transition(name, name.capitalize(), sources=sources, target=target, by=by, **options)


@pytest.fixture
def page(monkeypatch):
    """Draws the page of one lifecycle."""
    monkeypatch.setattr(workflow, "_workflows", {})

    def draw(states, transitions):
        Workflow(
            name="trial",
            states=states,
            transitions=transitions,
            log=ProfileTransition,
            parties=lambda obj, user: frozenset(),
        )
        return documentation.states_page()

    return draw


def test_a_lifecycle_is_a_diagram_and_two_tables(page):
    drawn = page(
        [
            State("draft", "Draft", Party.OWNER, "Go", "Wait", "Next", {"x": Step("x", "x")}),
            state("submitted", Party.PARTNERSHIP),
        ],
        [
            step("submit", "draft", target="submitted", by=(Party.OWNER, SYSTEM)),
            step(
                "return", "submitted", target="draft", by=(Party.PARTNERSHIP,), needs_comment=True
            ),
        ],
    )
    assert drawn == (
        "# Lifecycles\n\n"
        "<!-- Drawn from the code by `make docs`. Change the code, not this page. -->\n\n"
        "Each is one table in `<app>/workflows.py`. Only the workflow changes a state.\n\n"
        "## Profile\n\n"
        "```mermaid\n"
        "stateDiagram-v2\n"
        '    state "Draft" as draft\n'
        '    state "It is submitted" as submitted\n'
        "    [*] --> draft\n"
        "    draft --> submitted: Submit\n"
        "    submitted --> draft: Return\n"
        "```\n\n"
        "| state | reads | who must act | while others wait | next |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| `draft` | Draft | the organisation | Wait | Next |\n"
        "| `submitted` | It is submitted | the partnership | Wait \\| submitted | Next |\n\n"
        "| step | reads | from | to | who may | reason needed |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| `submit` | Submit | `draft` | `submitted` | the organisation, the portal |  |\n"
        "| `return` | Return | `submitted` | `draft` | the partnership | yes |\n"
    )


def test_a_step_from_everywhere_is_one_arrow(page):
    names = ["draft", "submitted", "published", "withdrawn"]
    drawn = page(
        [state(name) for name in names],
        [
            step("withdraw", *names[:3], target="withdrawn"),
            step("go", *names[:2], target="published"),
        ],
    )
    assert 'state "any other state" as any\n' in drawn
    assert drawn.count("--> withdrawn: Withdraw") == 1
    assert "any --> withdrawn: Withdraw" in drawn
    assert drawn.count("--> published: Go") == 2


def test_an_end_is_drawn_as_an_end(page):
    drawn = page([state("draft"), state("gone")], [step("go", "draft", target="gone")])
    assert "    gone --> [*]\n" in drawn
    assert "draft --> [*]" not in drawn
    assert "| `gone` | It is gone | nobody |" in drawn


@pytest.mark.parametrize(
    ("source", "subject"),
    [
        ('{% translate "Type this code" %}\n', "Type this code"),
        ("{% translate 'Type this code' %}", "Type this code"),
        (
            "{% autoescape off %}{% blocktranslate trimmed with organisation=profile.name %}"
            "Check {{ organisation }}{% endblocktranslate %}{% endautoescape %}",
            "Check [organisation]",
        ),
        ("{% if a %}One{% else %}Two{% endif %}", "One / Two"),
        (
            "{% blocktranslate count n=n %}{{ n }} day"
            "{% plural %}{{ n }} days{% endblocktranslate %}",
            "[n] day / [n] days",
        ),
        ("{{ name|default:'you' }}: hello", "[name]: hello"),
    ],
)
def test_a_mail_is_listed_with_its_subject(monkeypatch, settings, tmp_path, source, subject):
    (tmp_path / "core" / "emails").mkdir(parents=True)
    (tmp_path / "core" / "emails" / "trial_subject.txt").write_text(source)
    first = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**first, "DIRS": [*first["DIRS"], tmp_path]}]
    kind = MailKind("core/trial", "members", "it is time")
    monkeypatch.setattr(mail, "kinds", lambda: [kind])
    assert documentation.mails_page().endswith(
        f"| `core/trial` | members | it is time | {subject} |  |\n"
    )


def test_a_secret_mail_is_listed_as_one():
    page = documentation.mails_page()
    [row] = [line for line in page.splitlines() if "`profiles/code_log_in`" in line]
    assert row.endswith("| yes |")
