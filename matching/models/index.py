"""What each process needs to hold the published profiles in memory."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from profiles.models import Profile

RECORD_LENGTH = 117
NAME_LENGTH = 200
LONGEST_WORD = 40


class IndexState(models.Model):
    """The one row that every change of the index locks until its transaction ends.

    `stamp` is that of the latest change; since stamps are given under the lock, nobody sees one
    before all smaller ones. `history` differs between databases and between a database and its
    older copy. `reference` holds the code lists that the records are written with, and which types
    may take which roles; `fingerprint` tells when it changes.
    """

    history = models.CharField(max_length=32)
    stamp = models.BigIntegerField()
    reference = models.JSONField()
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("state of the index")
        verbose_name_plural = _("state of the index")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="matching_indexstate_one")]

    def __str__(self) -> str:
        return f"index at {self.stamp}"


class IndexRecordQuerySet(models.QuerySet["IndexRecord"]):
    def listed(self) -> Self:
        """The records of published profiles."""
        return self.exclude(facts=b"")

    def visible_to(self, user: Any) -> Self:
        """The records of the profiles that the user sees."""
        return self.filter(profile__in=Profile.objects.visible_to(user))


class IndexRecord(models.Model):
    """One profile's facts as the score reads them, and its words as they are searched.

    Facts are empty once the profile has left the catalogue: the row stays, so that every process
    learns of it.
    """

    profile = models.OneToOneField(
        Profile, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    ref = models.CharField(max_length=20)
    facts = models.BinaryField(max_length=RECORD_LENGTH)
    stamp = models.BigIntegerField()
    name = models.CharField(max_length=NAME_LENGTH)
    words = models.TextField()

    objects = IndexRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("index record")
        verbose_name_plural = _("index records")
        indexes = [models.Index(fields=["stamp"]), models.Index(fields=["name", "ref"])]
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="matching_indexrecord_ref"),
            models.CheckConstraint(
                condition=In(Length("facts"), (0, RECORD_LENGTH)),
                name="matching_indexrecord_length",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class IndexWord(models.Model):
    """A word that stands in the index, or once did: what a mistyped one is compared with."""

    word = models.CharField(max_length=LONGEST_WORD, primary_key=True)

    class Meta:
        verbose_name = _("word of the index")
        verbose_name_plural = _("words of the index")

    def __str__(self) -> str:
        return self.word
