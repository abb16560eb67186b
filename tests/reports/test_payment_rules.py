"""What is due for the days done, which accounts are well-formed, files for and from the bank."""

import csv
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings

from exchanges.commitment.lump_sum import Rates, lump_sum
from reports.payment.account import (
    Account,
    AccountFault,
    bic_of,
    is_bank_elsewhere,
    is_same_name,
    read_bic,
    read_iban,
)
from reports.payment.amount import NOT_TAKEN_PLACE, REPORTED, TOO_FEW_DAYS, Stay, due_for
from reports.payment.bank_list import Booking, ColumnsMissing, Fault, read_bookings
from reports.payment.sepa import Transfer, plain, rows_of

COUNTRIES = settings.BASE_DIR / "profiles" / "data" / "participating_countries.csv"
FULL_RATES = [
    (row["iso2"], int(row["lump_sum_full_eur"]))
    for row in csv.DictReader(COUNTRIES.read_text(encoding="utf-8-sig").splitlines())
]
IBAN = "FR7630006000011234567890189"


def signed(days=10, km=1200.0, programme=900, own=None):
    rates = Rates(programme=programme, own=own, full_from_days=5, near_km=200)
    return lump_sum(days=days, km=km, rates=rates).to_json()


def due(done, planned=10, least=3, text=None, **more):
    stay = Stay(planned=planned, done=done, source=REPORTED, least=least, **more)
    return due_for(stay, text or signed(planned))


# --- the amount --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "amount"), [(10, 900), (5, 900), (4, 450), (3, 450), (2, 0), (0, 0)]
)
def test_the_days_really_done_decide(done, amount):
    assert due(done).amount == amount


@pytest.mark.parametrize(("km", "amounts"), [(200.0, [900, 450]), (199.9, [450, 450])])
def test_near_and_short_together_halve_once(km, amounts):
    found = [due(done, text=signed(10, km)).amount for done in (5, 4)]
    assert found == amounts


@pytest.mark.parametrize(("country", "full"), FULL_RATES)
def test_each_country_is_paid_in_full_or_halved(country, full):
    text = signed(programme=full)
    assert [due(done, text=text).amount for done in (5, 4, 2)] == [full, full // 2, 0]


def test_a_partnership_that_pays_less_pays_half_of_that():
    text = signed(own=701)
    assert [due(done, text=text).amount for done in (5, 4)] == [701, 350]


def test_force_majeure_counts_from_the_first_day_on():
    assert [due(done, is_force_majeure=True).amount for done in (1, 0)] == [450, 0]
    assert due(0, is_force_majeure=True).to_json()["nothing"] == TOO_FEW_DAYS


def test_a_visit_planned_shorter_counts_when_done_as_planned():
    assert [due(done, planned=2).amount for done in (2, 1)] == [450, 0]
    assert due(0, planned=0).amount == 0


def test_no_more_days_are_paid_than_were_signed():
    found = due(9, planned=4)
    assert (found.amount, found.to_json()["days"]) == (450, 4)


def test_what_did_not_take_place_brings_nothing():
    found = due(5, has_happened=False)
    assert (found.amount, found.to_json()["nothing"]) == (0, NOT_TAKEN_PLACE)


# --- accounts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AM123456", "country"),
        ("DE8937040044053201300", "length"),
        ("DE8937040044053201300O", "characters"),
        ("FR7630006000011234567890180", "check_digits"),
        ("", "characters"),
    ],
)
def test_what_is_no_iban_says_why(text, code):
    with pytest.raises(AccountFault) as refused:
        read_iban(text)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "code"), [("AGRI", "length"), ("XXXXXXXX", "country")])
def test_what_is_no_bic_says_why(text, code):
    with pytest.raises(AccountFault) as refused:
        read_bic(text)
    assert refused.value.code == code


def test_spaces_and_small_letters_do_not_matter():
    assert read_iban("fr76 3000 6000 0112 3456 7890 189") == IBAN
    assert read_bic("agrifrpp xxx") == "AGRIFRPPXXX"


@pytest.mark.parametrize(
    ("iban", "bic"),
    [(IBAN, "AGRIFRPPXXX"), ("PT50000201231234567890154", ""), ("AM123456", "")],
)
def test_the_bank_of_an_iban_is_looked_up(iban, bic):
    assert bic_of(iban) == bic


@pytest.mark.parametrize(
    ("iban", "bic", "elsewhere"),
    [
        (IBAN, "AGRIFRPPXXX", False),
        (IBAN, "BFCORERXXXX", False),
        (IBAN, "COBADEFFXXX", True),
        ("TR330006100519786457841326", "TGBATRIS", False),
    ],
)
def test_iban_and_bic_name_banks_of_one_country(iban, bic, elsewhere):
    assert is_bank_elsewhere(iban, bic) is elsewhere


def test_an_account_tells_its_ending_and_whether_sepa_reaches_it():
    account = Account(iban=IBAN, bic="AGRIFRPPXXX", holder="Motores")
    abroad = Account(iban="TR330006100519786457841326", bic="TGBATRIS", holder="Motores")
    assert (account.ending, account.spaced_iban) == ("0189", "FR76 3000 6000 0112 3456 7890 189")
    assert (account.is_in_sepa, abroad.is_in_sepa) == (True, False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Motores, Lda.", "MOTÓRES LDA", True), ("Ana Pereira", "Motores Lda", False)],
)
def test_names_are_compared_without_accents_and_signs(one, other, same):
    assert is_same_name(one, other) is same


# --- the file for accounting -------------------------------------------------------------------


def test_a_transfer_becomes_a_row():
    transfer = Transfer(
        creditor="Müller & Söhne",
        iban=IBAN,
        bic="AGRIFRPPXXX",
        amount=450,
        end_to_end="CXC-2027-000001",
        remittance="ClusterXchange CXC-2027-000001",
    )
    assert rows_of([transfer]) == [
        (
            1,
            "Muller + Sohne",
            IBAN,
            "AGRIFRPPXXX",
            Decimal("450.00"),
            "EUR",
            "CXC-2027-000001",
            "ClusterXchange CXC-2027-000001",
        )
    ]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Łódź Ærø ß", "Lodz AEro ss"),
        ("A*B_C", "A B C"),
        ("Σωκράτης ΑΕ", "Σωκράτης ΑΕ"),
        ("x" * 80, "x" * 70),
    ],
)
def test_names_are_written_as_banks_take_them(text, taken):
    assert plain(text, 70) == taken


# --- the bank's list ---------------------------------------------------------------------------


def read(*rows):
    return read_bookings([f"{row}\n" for row in rows])


BOOKING = Booking(row=2, end_to_end="CXC-1", day=date(2027, 3, 1), cents=110000, reference="B-1")


@pytest.mark.parametrize(
    "rows",
    [
        ("end_to_end_id,date,amount,reference", "CXC-1,2027-03-01,1100.00,B-1"),
        ("Reference;Amount;Date;End to end id;Bank", "B-1;1.100,00;01.03.2027; CXC-1 ;BNP"),
        ("date\tamount\tend-to-end-id\tbank reference", "01/03/2027\t1100\tCXC-1\tB-1"),
        ("paid on,amount,end_to_end,reference,amount", "01-03-2027,1 100.00,CXC-1,B-1,7"),
    ],
)
def test_lists_of_many_banks_are_read(rows):
    assert read(*rows) == ([BOOKING], [])


def test_faults_name_row_and_column_and_cost_no_other_row():
    found, faults = read(
        "end_to_end_id,date,amount,reference",
        ",31.02.2027,1.1,",
        "",
        ",,,",
        "CXC-1",
        f"CXC-2,2027-03-01,450,{'x' * 36}",
        "CXC-3,2027-03-01,450,B-3",
    )
    assert [(one.row, one.end_to_end, one.cents) for one in found] == [(7, "CXC-3", 45000)]
    assert faults == [
        Fault(row=2, field="end_to_end_id", problem="missing", value=""),
        Fault(row=2, field="reference", problem="missing", value=""),
        Fault(row=2, field="date", problem="no_day", value="31.02.2027"),
        Fault(row=2, field="amount", problem="no_amount", value="1.1"),
        Fault(row=5, field="date", problem="missing", value=""),
        Fault(row=5, field="amount", problem="missing", value=""),
        Fault(row=5, field="reference", problem="missing", value=""),
        Fault(row=6, field="reference", problem="too_long", value="x" * 36),
    ]


def test_a_list_without_its_columns_is_refused():
    with pytest.raises(ColumnsMissing) as refused:
        read("end_to_end_id,Amount", "CXC-1,450")
    assert refused.value.names == ("date", "reference")
