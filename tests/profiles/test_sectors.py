import pytest

from profiles.models import Sector
from profiles.sectors import MOST, SECTIONS, find_sectors, sectors_by_section


def codes(text: str) -> list[str]:
    return [sector.code for sector in find_sectors(text)]


@pytest.mark.usefixtures("reference")
class TestFindSectors:
    def test_rail_is_found_by_keywords(self):
        assert codes("rail") == ["30", "42", "49"]

    def test_a_vehicle_is_found_where_it_is_made_sold_and_hired(self):
        assert codes("vehicle") == ["29", "30", "45", "77"]

    def test_a_misspelt_word_finds_the_same(self):
        assert codes("vehicel") == codes("vehicle")

    def test_case_accents_and_small_words_do_not_matter(self):
        assert codes("The Ráil") == codes("rail")

    def test_the_beginning_of_a_word_is_enough(self):
        assert codes("pharm") == ["21"]

    def test_what_fits_all_words_comes_first(self):
        assert codes("electric vehicles")[0] == "29"

    def test_an_exception_in_a_title_is_no_hit(self):
        assert "46" not in codes("motor vehicles")

    def test_a_division_is_found_by_its_number(self):
        assert codes("72") == ["72"]

    def test_two_letters_must_be_the_whole_word(self):
        assert codes("IT") == ["62"]

    def test_there_are_never_more_than_one_can_take_in(self):
        assert len(codes("manufacture")) == MOST

    @pytest.mark.parametrize("text", ["", "  ", "of the", "zzzzzz", "!?"])
    def test_nothing_is_found_for_nothing(self, text):
        assert codes(text) == []


@pytest.mark.usefixtures("reference")
class TestSectorsBySection:
    def test_every_division_stands_under_the_name_of_its_section(self):
        groups = sectors_by_section(Sector.objects.all())
        assert [name for name, _ in groups] == list(SECTIONS.values())
        assert sum(len(sectors) for _, sectors in groups) == 88

    def test_divisions_keep_their_order(self):
        groups = dict(sectors_by_section(Sector.objects.filter(section="E")))
        assert [sector.code for sector in groups[SECTIONS["E"]]] == ["36", "37", "38", "39"]
