"""Calls that the linter cannot ban, because they are methods of objects."""

import ast
from collections.abc import Callable, Iterator

import pytest

from tests.architecture.deployment_files import ROOT, local_apps

QUEUE_METHODS = {"delay", "apply_async", "send_task"}


def _queues_a_task(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in QUEUE_METHODS
    )


def _assigns_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and any(keyword.arg == "state" for keyword in node.keywords)
    )


def _places(is_banned: Callable[[ast.AST], bool], source: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if is_banned(node)]


def _found(is_banned: Callable[[ast.AST], bool], *packages: str) -> Iterator[str]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                lines = _places(is_banned, path.read_text())
                yield from (f"{path.relative_to(ROOT)}:{line}" for line in lines)


def test_apps_queue_tasks_through_the_core_only():
    assert list(_found(_queues_a_task, *local_apps())) == []


def test_state_is_assigned_by_the_workflow_alone():
    found = list(_found(_assigns_state, "cxc_portal", *local_apps()))
    assert [place for place in found if "core/workflow.py" not in place] == []


@pytest.mark.parametrize(
    ("is_banned", "source"),
    [
        (_queues_a_task, "deliver.delay(1)"),
        (_queues_a_task, "deliver.apply_async(args=[1])"),
        (_assigns_state, "profile.state = 'published'"),
        (_assigns_state, "Profile.objects.filter(pk=1).update(state='published')"),
    ],
)
def test_guard_finds(is_banned, source):
    assert _places(is_banned, source) == [1]


@pytest.mark.parametrize(
    ("is_banned", "source"),
    [
        (_queues_a_task, "deliver.enqueue(1)"),
        (_assigns_state, "state = profile.state"),
        (_assigns_state, "Profile.objects.update(name='x')"),
    ],
)
def test_guard_lets_pass(is_banned, source):
    assert _places(is_banned, source) == []
