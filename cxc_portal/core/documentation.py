"""The pages of the documentation that are drawn from the portal's own tables."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.template.loader import get_template
from django.utils import translation

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind
from cxc_portal.core.types import Text
from cxc_portal.core.workflow import SYSTEM, Transition, Workflow, workflows

NOTE = "<!-- Drawn from the code by `make docs`. Change the code, not this page. -->"
ANY = "any"
VARIABLE = re.compile(r"{{\s*([\w.]+)[^}]*}}")
ALTERNATIVE = re.compile(r"{%\s*(?:else|plural)\s*%}")
TRANSLATED = re.compile(r"""{%\s*translate\s+(["'])(.*?)\1\s*%}""")
TAG = re.compile(r"{%.*?%}")
PLACE = re.compile(r"%\((\w+)\)s")


def states_page() -> str:
    """Each lifecycle as a diagram, with who acts and who may do what."""
    with translation.override("en"):
        parts = [
            "# Lifecycles",
            NOTE,
            "Each is one table in `<app>/workflows.py`. Only the workflow changes a state.",
            *(_lifecycle(workflow) for workflow in workflows()),
        ]
        return "\n\n".join(parts) + "\n"


def mails_page() -> str:
    """Every mail that the portal can send: to whom, when, with which subject."""
    with translation.override("en"):
        rows = [
            (f"`{kind.name}`", kind.audience, kind.occasion, _subject(kind), _secret(kind))
            for kind in mail.kinds()
        ]
        parts = [
            "# Mails",
            NOTE,
            "Each is a row in the outbox, written with the change it tells of, in the language of "
            "its recipient. The text of a secret one (codes, links that log in) is shown to no "
            "staff and is erased once it is sent.",
            table(("mail", "goes to", "when", "subject", "secret"), rows),
        ]
        return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {"states.md": states_page, "mails.md": mails_page}


def register_page(name: str, draw: Callable[[], str]) -> None:
    """Let an app draw a page of `docs/` from tables of its own; called from `apps.ready()`."""
    PAGES[name] = draw


def _lifecycle(workflow: Workflow) -> str:
    log: Any = workflow.log
    subject = log._meta.get_field("subject").related_model
    start = subject._meta.get_field("state").get_default()
    states = [
        (f"`{s.value}`", s.label, _party(s.responsible), places(s.waiting), places(s.next))
        for s in workflow.states.values()
    ]
    steps = [
        (
            f"`{t.name}`",
            t.label,
            ", ".join(f"`{source}`" for source in t.sources),
            f"`{t.target}`",
            ", ".join(_party(party) for party in t.by),
            "yes" if t.needs_comment else "",
        )
        for t in workflow.transitions.values()
    ]
    return "\n\n".join(
        [
            f"## {str(subject._meta.verbose_name).capitalize()}",
            _diagram(workflow, start),
            table(("state", "reads", "who must act", "while others wait", "next"), states),
            table(("step", "reads", "from", "to", "who may", "reason needed"), steps),
        ]
    )


def _diagram(workflow: Workflow, start: str) -> str:
    lines = [f'state "{state.label}" as {state.value}' for state in workflow.states.values()]
    lines.append(f"[*] --> {start}")
    if any(_is_from_anywhere(workflow, t) for t in workflow.transitions.values()):
        lines.append(f'state "any other state" as {ANY}')
    for transition in workflow.transitions.values():
        sources = (ANY,) if _is_from_anywhere(workflow, transition) else transition.sources
        lines += [f"{source} --> {transition.target}: {transition.label}" for source in sources]
    left = {source for t in workflow.transitions.values() for source in t.sources}
    lines += [f"{value} --> [*]" for value in workflow.states if value not in left]
    drawing = "\n".join(f"    {line}" for line in lines)
    return f"```mermaid\nstateDiagram-v2\n{drawing}\n```"


def _is_from_anywhere(workflow: Workflow, transition: Transition) -> bool:
    """Whether a step leads away from every other state, which would be too many arrows."""
    return len(workflow.states) > 3 and set(transition.sources) == set(workflow.states) - {
        transition.target
    }


def _party(party: str | None) -> str:
    if party is None:
        return "nobody"
    return "the portal" if party == SYSTEM else str(getattr(party, "label", party))


def places(text: Text) -> str:
    """A sentence whose places for names stand in brackets."""
    return PLACE.sub(r"[\1]", str(text))


def _subject(kind: MailKind) -> str:
    """The subject with its variables in brackets; alternatives side by side."""
    loaded: Any = get_template(f"{kind.template}_subject.txt")
    text = TRANSLATED.sub(r"\2", ALTERNATIVE.sub(" / ", loaded.template.source))
    return " ".join(TAG.sub("", VARIABLE.sub(r"[\1]", text)).split())


def _secret(kind: MailKind) -> str:
    return "yes" if kind.is_confidential else ""


def table(head: Iterable[str], rows: Iterable[Iterable[Text]]) -> str:
    lines = [list(head)]
    lines.append(["---"] * len(lines[0]))
    lines += [[_cell(value) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Text) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
