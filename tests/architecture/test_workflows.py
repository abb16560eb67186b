"""Every lifecycle is complete: nobody waits without knowing for whom, and no way leads nowhere."""

import pytest
from django.urls import reverse

from cxc_portal.core.workflow import SYSTEM, Transition, Workflow, workflows

REASONED = {"return", "reject", "suspend", "decline", "cancel"}


def all_states():
    return [
        pytest.param(workflow, state, id=f"{workflow.name}-{state.value}")
        for workflow in workflows()
        for state in workflow.states.values()
    ]


def all_transitions():
    return [
        pytest.param(workflow, transition, id=f"{workflow.name}-{transition.name}")
        for workflow in workflows()
        for transition in workflow.transitions.values()
    ]


@pytest.mark.parametrize("workflow", workflows(), ids=lambda workflow: workflow.name)
def test_states_are_those_of_the_model(workflow: Workflow):
    subject = workflow.log._meta.get_field("subject").related_model
    choices = [value for value, _label in subject._meta.get_field("state").choices]
    assert sorted(workflow.states) == sorted(choices)


@pytest.mark.parametrize("workflow", workflows(), ids=lambda workflow: workflow.name)
def test_every_state_can_be_reached(workflow: Workflow):
    subject = workflow.log._meta.get_field("subject").related_model
    reached = {subject._meta.get_field("state").default}
    while more := {
        transition.target
        for transition in workflow.transitions.values()
        if reached.intersection(transition.sources) and transition.target not in reached
    }:
        reached |= more
    assert set(workflow.states) - reached == set()


@pytest.mark.parametrize("workflow", workflows(), ids=lambda workflow: workflow.name)
def test_the_log_refuses_a_missing_comment(workflow: Workflow):
    names = [constraint.name for constraint in workflow.log._meta.constraints]
    label = f"{workflow.log._meta.app_label}_{workflow.log._meta.model_name}"
    assert f"{label}_comment" in names


@pytest.mark.parametrize(("workflow", "state"), all_states())
def test_every_state_says_what_people_read(workflow, state):
    texts = {"label": state.label, "waiting": state.waiting, "next": state.next}
    if state.responsible:
        texts["your_turn"] = state.your_turn
    assert [name for name, text in texts.items() if not str(text)] == []


@pytest.mark.parametrize(("workflow", "state"), all_states())
def test_whoever_must_act_finds_what_to_do(workflow, state):
    assert state.responsible is None or state.responsible in state.steps


@pytest.mark.parametrize(("workflow", "state"), all_states())
def test_whoever_must_act_can_move_on(workflow, state):
    movers = {
        party
        for transition in workflow.transitions.values()
        if state.value in transition.sources
        for party in transition.by
    }
    assert state.responsible is None or state.responsible in movers


@pytest.mark.parametrize(("workflow", "state"), all_states())
def test_every_step_leads_to_a_page(workflow, state):
    for step in state.steps.values():
        assert reverse(step.url_name, args=["1"])


@pytest.mark.parametrize(("workflow", "transition"), all_transitions())
def test_every_transition_has_a_label_a_source_and_somebody_who_may(
    workflow: Workflow, transition: Transition
):
    assert str(transition.label)
    assert transition.sources
    assert transition.by


@pytest.mark.parametrize(("workflow", "transition"), all_transitions())
def test_what_hurts_needs_a_reason(workflow: Workflow, transition: Transition):
    is_by_a_person = set(transition.by) != {SYSTEM}
    assert transition.needs_comment or transition.name not in REASONED or not is_by_a_person
