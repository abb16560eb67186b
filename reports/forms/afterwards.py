"""What people say after an exchange: a story, an entry in the directory, what came of it."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import files
from cxc_portal.core.files import AcceptedFile
from cxc_portal.core.forms import PickerSelect
from profiles.models import Country, Sector
from profiles.rules import current_rules
from reports.enums import LaterEffect
from reports.models import AlumniEntry, SuccessStory
from reports.models.afterwards import TEXT_LENGTH
from reports.queries.alumni import AlumniFilters, countries_of_alumni, sectors_of_alumni
from reports.queries.stories import words_in
from reports.services.alumni import Entry
from reports.services.stories import PHOTO, Telling

ANY = gettext_lazy("Any")


class StoryForm(forms.Form):
    """A story with the consent to publish it."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give your story a title.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Your story"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": gettext_lazy("Tell your story.")},
    )
    quote = forms.CharField(
        label=gettext_lazy("One sentence to quote"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands large on the page and in the list of stories."),
    )
    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PHOTO.accept}),
        help_text=gettext_lazy(
            "PNG, JPEG or WebP, at most 8 MB. Place and camera are removed from it. Everybody on "
            "it has agreed."
        ),
    )
    drops_photo = forms.BooleanField(label=gettext_lazy("Take the photo away"), required=False)
    photo_text = forms.CharField(
        label=gettext_lazy("What the photo shows"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For readers who cannot see it."),
    )
    author_name = forms.CharField(
        label=gettext_lazy("Name under the story"),
        max_length=120,
        help_text=gettext_lazy("The one name that is published, with that of your organisation."),
        error_messages={"required": gettext_lazy("Say whose name stands under it.")},
    )
    has_consented = forms.BooleanField(
        label=gettext_lazy(
            "I agree that this story is published with the name given here, and whoever is named "
            "or shown in it agrees too. I can take it back at any time."
        ),
        error_messages={"required": gettext_lazy("We publish nothing without your consent.")},
    )

    def __init__(self, *args: Any, story: SuccessStory | None, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.story = story
        self.most = current_rules().integer("report.story_words")
        hint = _("At most %(most)d words: what you sought, what you found, what follows from it.")
        self.fields["text"].help_text = hint % {"most": self.most}
        if not (story and story.photo):
            del self.fields["drops_photo"]
        for field in ("title", "text", "quote", "photo_text", "author_name"):
            self.fields[field].initial = getattr(story, field, "")
        if story is None:
            self.fields["author_name"].initial = name

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if words_in(text) > self.most:
            words = {"most": self.most, "count": words_in(text)}
            raise forms.ValidationError(
                _("These are %(count)d words. Tell it in at most %(most)d."), params=words
            )
        return text

    def clean_photo(self) -> AcceptedFile | None:
        upload = self.cleaned_data["photo"]
        return files.accept(upload, PHOTO) if upload else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        stays = self.story and self.story.photo and not cleaned.get("drops_photo")
        if (cleaned.get("photo") or stays) and not cleaned.get("photo_text", "").strip():
            self.add_error("photo_text", _("Say what the photo shows."))
        return cleaned

    @property
    def telling(self) -> Telling:
        """What was filled in, for the service."""
        return Telling(**{"drops_photo": False, **self.cleaned_data})


class AlumniEntryForm(forms.Form):
    """What others read of somebody in the directory."""

    headline = forms.CharField(
        label=gettext_lazy("What can others ask you about?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Such as: sorting batteries, customers in Hungary, hosting with a small team."
        ),
    )
    is_mentor = forms.BooleanField(
        label=gettext_lazy("I help those who prepare their first exchange"), required=False
    )
    shows_address = forms.BooleanField(
        label=gettext_lazy("Show my e-mail address to other alumni"),
        required=False,
        help_text=gettext_lazy("Without it, others see your name and organisation only."),
    )

    def __init__(self, *args: Any, entry: AlumniEntry | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.initial = getattr(entry, name, field.initial)

    @property
    def entry(self) -> Entry:
        """What was filled in, for the service."""
        return Entry(**self.cleaned_data)


class AlumniFiltersForm(forms.Form):
    """Narrows the directory to those whom one looks for."""

    text = forms.CharField(
        label=gettext_lazy("Name, organisation or subject"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    country = forms.ModelChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        queryset=Country.objects.none(),
        empty_label=ANY,
    )
    sector = forms.ModelChoiceField(
        label=gettext_lazy("Sector"),
        required=False,
        queryset=Sector.objects.none(),
        empty_label=ANY,
        widget=PickerSelect(),
    )
    is_mentor = forms.BooleanField(label=gettext_lazy("Mentors only"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["country"].queryset = countries_of_alumni()
        self.fields["sector"].queryset = sectors_of_alumni()

    @property
    def filters(self) -> AlumniFilters:
        """What was chosen; what makes no sense counts as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        country, sector = chosen.get("country"), chosen.get("sector")
        return AlumniFilters(
            text=chosen.get("text", "").strip(),
            country=country.pk if country else "",
            sector=sector.pk if sector else "",
            is_mentor=chosen.get("is_mentor", False),
        )


class LaterForm(forms.Form):
    """A few ticks, and words for whoever has some."""

    effects = forms.MultipleChoiceField(
        label=gettext_lazy("What has come of it so far?"),
        choices=LaterEffect.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one, or “Nothing yet”.")},
    )
    text = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Both partnerships can read it."),
    )

    def clean_effects(self) -> list[str]:
        effects: list[str] = self.cleaned_data["effects"]
        if LaterEffect.NONE in effects and len(effects) > 1:
            raise forms.ValidationError(
                _("Tick either “Nothing yet” or what came of it, not both.")
            )
        return effects
