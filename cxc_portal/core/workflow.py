"""Lifecycles as declarative tables, and the one function that moves an object through them.

A `Workflow` is declared in `<app>/workflows.py`. It says for each state who must act and what they
read, and for each transition from where, to where, by whom and under which check. `apply` is the
only place in the portal that assigns `state`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import audit, clock
from cxc_portal.core.database import in_transaction
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.mail import links
from cxc_portal.core.types import Text

__all__ = [
    "SYSTEM",
    "Baton",
    "State",
    "Step",
    "Text",
    "Transition",
    "TransitionRecord",
    "Workflow",
    "workflows",
]

SYSTEM = "system"


class TransitionRecord(models.Model):
    """One step of one object. A lifecycle's concrete log adds `subject` and who acted for whom."""

    transition = models.CharField(_("step"), max_length=40)
    source = models.CharField(_("from"), max_length=20)
    target = models.CharField(_("to"), max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    comment = models.TextField(_("comment"), blank=True)
    needs_comment = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_comment=False) | ~Q(comment=""),
                name="%(app_label)s_%(class)s_comment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


@dataclass(frozen=True)
class Step:
    """The primary action that a party finds on an object in some state."""

    label: Text
    url_name: str


@dataclass(frozen=True)
class State:
    """One state of a lifecycle and what people read while an object is in it."""

    value: str
    label: Text
    responsible: str | None
    your_turn: Text
    waiting: Text
    next: Text
    steps: Mapping[str, Step] = field(default_factory=dict)


@dataclass(frozen=True)
class Transition:
    """One way from some states to another."""

    name: str
    label: Text
    sources: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    check: Callable[[Any, Any], None] | None = None
    needs_comment: bool = False
    stamps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Baton:
    """Who must act on an object, as one viewer sees it.

    `situation` is "yours", "waiting" or "closed"; `sentence` is what the viewer reads on top of the
    page, `action_url` the one primary action, empty when there is none for this viewer.
    """

    situation: str
    label: Text
    sentence: Text
    since: datetime
    next: Text
    responsible: str | None
    action_label: Text = ""
    action_url: str = ""


_workflows: dict[str, "Workflow"] = {}


def workflows() -> list["Workflow"]:
    """All lifecycles, by name."""
    return [_workflows[name] for name in sorted(_workflows)]


class Workflow:
    """A lifecycle: its states, its transitions, its log, and who is which party to an object.

    `parties(obj, user)` names the parties that `user` belongs to for `obj`; a user of None stands
    for the portal itself and is the party `SYSTEM`. With `names(obj, user)` the texts of the states
    hold places such as `%(other)s`, which a baton fills in for its viewer.
    """

    def __init__(
        self,
        *,
        name: str,
        states: Iterable[State],
        transitions: Iterable[Transition],
        log: type[TransitionRecord],
        parties: Callable[[Any, Any], frozenset[str]],
        names: Callable[[Any, Any], Mapping[str, Text]] | None = None,
    ) -> None:
        self.name = name
        self.states = {state.value: state for state in states}
        self.transitions: dict[str, Transition] = {}
        self.log = log
        self._parties = parties
        self._names = names
        for transition in transitions:
            self._declare(transition)
        _workflows[name] = self

    def _declare(self, transition: Transition) -> None:
        if transition.name in self.transitions:
            raise ValueError(f"{self.name}.{transition.name} is declared twice")
        if unknown := {*transition.sources, transition.target} - set(self.states):
            raise ValueError(f"{self.name}.{transition.name} names unknown states {unknown}")
        self.transitions[transition.name] = transition

    def parties(self, obj: Any, user: Any) -> frozenset[str]:
        """The parties that the user belongs to for this object; none for somebody not logged in."""
        if user is None:
            return frozenset({SYSTEM})
        return self._parties(obj, user) if user.is_authenticated else frozenset()

    def may(self, name: str, obj: Any, user: Any) -> bool:
        """Whether the user is one of those who may ever take this step on this object."""
        return bool(self.parties(obj, user).intersection(self.transitions[name].by))

    def is_open(self, name: str, obj: Any, user: Any) -> bool:
        """Whether the user may take this step now, its check aside."""
        return obj.state in self.transitions[name].sources and self.may(name, obj, user)

    def open_to(self, obj: Any, user: Any) -> list[Transition]:
        """The steps that the user may take on this object now."""
        parties = self.parties(obj, user)
        return [
            transition
            for transition in self.transitions.values()
            if obj.state in transition.sources and parties.intersection(transition.by)
        ]

    def apply(
        self,
        obj: Any,
        name: str,
        *,
        actor: Any,
        comment: str = "",
        changes: Mapping[str, Any] | None = None,
        record: Mapping[str, Any] | None = None,
    ) -> TransitionRecord:
        """Take one step: lock the row, check, save, write log and audit entry.

        `obj` is refreshed from the locked row and left as saved; the objects that it points to stay
        those in memory, as long as the row points to the same. `changes` are fields to set along
        with the state, `record` further fields of the log. Raises `NotAllowed` or
        `TransitionRefused`; then nothing has changed.
        """
        transition = self.transitions[name]
        comment = comment.strip()
        with in_transaction():
            self._lock(obj)
            self._require(transition, obj, actor, comment)
            with transaction.atomic(savepoint=False):
                source = obj.state
                self._save(transition, obj, changes or {})
                return self._note(transition, obj, source, actor, comment, record or {})

    def apply_many(
        self,
        objs: Sequence[Any],
        name: str,
        *,
        actor: Any,
        comment: str = "",
        record: Callable[[Any], Mapping[str, Any]] = lambda obj: {},
    ) -> None:
        """Take one step with many objects of one model in a few statements, all or none.

        For bulk work such as imports: the same rules, log and audit entries as `apply`. The objects
        keep what they hold in memory except their state; `record` gives each one's log fields.
        """
        if not objs:
            return
        transition, comment = self.transitions[name], comment.strip()
        with in_transaction():
            sources = self._lock_states(objs)
            for obj in objs:
                self._require(transition, obj, actor, comment)
            with transaction.atomic(savepoint=False):
                written = self._written(transition)
                type(objs[0])._base_manager.filter(pk__in=sources).update(**written)
                for obj in objs:
                    for attribute, value in written.items():
                        setattr(obj, attribute, value)
                logged = [
                    (
                        obj,
                        self._fields(transition, obj, sources[obj.pk], actor, comment, record(obj)),
                    )
                    for obj in objs
                ]
                self._note_many(transition, logged, actor)

    @staticmethod
    def _lock(obj: Any) -> None:
        """Lock the row and bring the object up to date."""
        keys = [key for key in obj._meta.fields if key.is_relation and key.is_cached(obj)]
        known = {key: key.get_cached_value(obj) for key in keys}
        rows = type(obj)._base_manager.select_for_update(of=("self",))
        obj.refresh_from_db(from_queryset=rows)
        for key, related in known.items():
            if related is not None and related.pk == getattr(obj, key.attname):
                key.set_cached_value(obj, related)

    @staticmethod
    def _lock_states(objs: Sequence[Any]) -> dict[Any, str]:
        """Lock the rows, in the order of their keys, and bring the objects' states up to date."""
        rows = type(objs[0])._base_manager.filter(pk__in=[obj.pk for obj in objs])
        locked = rows.select_for_update(of=("self",)).order_by("pk")
        states = dict(locked.values_list("pk", "state"))
        for obj in objs:
            obj.state = states[obj.pk]
        return states

    def _written(self, transition: Transition) -> dict[str, Any]:
        """The state and the times that a step sets."""
        moment = clock.now()
        return {
            "state": transition.target,
            "state_since": moment,
            **dict.fromkeys(transition.stamps, moment),
        }

    def _save(self, transition: Transition, obj: Any, changes: Mapping[str, Any]) -> None:
        written = {**self._written(transition), **changes}
        for attribute, value in written.items():
            setattr(obj, attribute, value)
        obj.save(update_fields=sorted(written))

    def _note(
        self,
        transition: Transition,
        obj: Any,
        source: str,
        actor: Any,
        comment: str,
        record: Mapping[str, Any],
    ) -> TransitionRecord:
        fields = self._fields(transition, obj, source, actor, comment, record)
        entry = self.log._default_manager.create(**fields)
        links.mark_acted(about=obj, actor=actor)
        audit.record(
            f"{self.name}.{transition.name}",
            subject=obj,
            actor=actor,
            data={"from": source, "to": transition.target, "log": entry.pk},
        )
        return entry

    def _note_many(
        self, transition: Transition, logged: Sequence[tuple[Any, dict[str, Any]]], actor: Any
    ) -> None:
        entries = self.log._default_manager.bulk_create(
            [self.log(**fields) for _obj, fields in logged]
        )
        about = [
            (obj, {"from": entry.source, "to": entry.target, "log": entry.pk})
            for (obj, _fields), entry in zip(logged, entries, strict=True)
        ]
        links.mark_all_acted(about=[obj for obj, _fields in logged], actor=actor)
        audit.record_many(f"{self.name}.{transition.name}", about=about, actor=actor)

    @staticmethod
    def _fields(
        transition: Transition,
        obj: Any,
        source: str,
        actor: Any,
        comment: str,
        record: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The fields of the log's entry."""
        return {
            "subject": obj,
            "transition": transition.name,
            "source": source,
            "target": transition.target,
            "actor": actor,
            "comment": comment,
            "needs_comment": transition.needs_comment,
            "at": obj.state_since,
            **record,
        }

    def _require(self, transition: Transition, obj: Any, actor: Any, comment: str) -> None:
        if not self.parties(obj, actor).intersection(transition.by):
            raise NotAllowed(gettext("You may not do this."))
        if obj.state not in transition.sources:
            raise TransitionRefused(
                "wrong_state",
                gettext("This is not possible now: “%(state)s”. Look at the page again.")
                % {"state": self.states[obj.state].label},
            )
        if transition.needs_comment and not comment:
            raise TransitionRefused(
                "comment_missing", gettext("Give a reason, so that the other side can act on it.")
            )
        if transition.check:
            transition.check(obj, actor)

    def baton(self, obj: Any, viewer: Any) -> Baton:
        """Who must act, since when, what comes next and the viewer's one primary action."""
        state = self.states[obj.state]
        parties = self.parties(obj, viewer)
        if state.responsible is None:
            situation, sentence = "closed", state.waiting
        elif state.responsible in parties:
            situation, sentence = "yours", state.your_turn
        else:
            situation, sentence = "waiting", state.waiting
        step = next((state.steps[party] for party in state.steps if party in parties), None)
        names = self._names(obj, viewer) if self._names else None
        return Baton(
            situation=situation,
            label=state.label,
            sentence=_filled(sentence, names) if names else sentence,
            since=obj.state_since,
            next=_filled(state.next, names) if names else state.next,
            responsible=state.responsible,
            action_label=step.label if step else "",
            action_url=reverse(step.url_name, args=[obj.ref]) if step else "",
        )


def _filled(text: Text, names: Mapping[str, Text]) -> str:
    """The text with its places filled in; it may begin with one of them."""
    filled = str(text) % names
    return filled[:1].upper() + filled[1:]
