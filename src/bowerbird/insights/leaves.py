"""The leaves: what a movement of money is, finest first, with its group of the reports and its ANZSIC class.

Every movement is in exactly one leaf; groups, sections and metrics are sums over leaves. Groups, their titles and sections are those of the
published documentation of reports (docs/Data/reporting.md of basiqio-oss/Basiq-docs, and reports.yml for EXP-034 and EXP-037).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nature(StrEnum):
    """What a leaf means to a household: money it must spend, may spend, owes, earns, moves between its own accounts, or none of these."""

    ESSENTIAL = "essential"
    DISCRETIONARY = "discretionary"
    LIABILITY = "liability"
    INCOME = "income"
    NOT_INCOME = "not-income"
    OWN = "own"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Leaf:
    """`anzsic` is the code of a class (four digits), "" where the movement buys nothing. `risky`: a wrong answer harms the person, so a
    name alone is not enough. `wire` is the class of the movement on the wire.
    """

    id: str
    group: str
    nature: Nature
    anzsic: str = ""
    wire: str = "payment"
    risky: bool = False
    tag: str = ""

    @property
    def needs_second_sign(self) -> bool:
        """Whether a name alone may not lead here: a lender or a bookmaker that is none harms the person."""
        return self.risky or self.nature is Nature.LIABILITY


_E, _D, _L, _I, _O = Nature.ESSENTIAL, Nature.DISCRETIONARY, Nature.LIABILITY, Nature.INCOME, Nature.OTHER

_SPENDING = (
    Leaf("groceries", "EXP-016", _E, "4110"),
    Leaf("food_special", "EXP-016", _E, "4129"),
    Leaf("fuel", "EXP-041", _E, "4000"),
    Leaf("tolls", "EXP-041", _E, "5299"),
    Leaf("public_transport", "EXP-041", _E, "4622"),
    Leaf("rideshare", "EXP-041", _D, "4623"),
    Leaf("parking", "EXP-041", _D, "9533"),
    Leaf("automotive", "EXP-002", _D, "9419"),
    Leaf("dining", "EXP-008", _D, "4511"),
    Leaf("pub", "EXP-012", _D, "4520"),
    Leaf("entertainment", "EXP-012", _D, "5513"),
    Leaf("liquor", "EXP-051", _D, "4123"),
    Leaf("tobacco", "EXP-051", _D, "4279"),
    Leaf("department", "EXP-007", _D, "4260"),
    Leaf("clothing", "EXP-055", _D, "4251"),
    Leaf("retail", "EXP-031", _D, "4279"),
    Leaf("home_improvement", "EXP-019", _D, "4231"),
    Leaf("online_retail", "EXP-024", _D, "4310"),
    Leaf("medical", "EXP-018", _E, "8511"),
    Leaf("pharmacy", "EXP-018", _E, "4271"),
    Leaf("pets", "EXP-028", _D, "6970"),
    Leaf("gym", "EXP-017", _D, "9111"),
    Leaf("sports", "EXP-052", _D, "4241"),
    Leaf("media", "EXP-035", _D, "5700"),
    Leaf("software", "EXP-035", _D, "5910"),
    Leaf("subscription", "EXP-034", _D, "5700"),
    Leaf("telco", "EXP-036", _E, "5801"),
    Leaf("utilities", "EXP-040", _E, "2640"),
    Leaf("insurance", "EXP-021", _E, "6322"),
    Leaf("education", "EXP-011", _E, "8102"),
    Leaf("childcare", "EXP-011", _E, "8710"),
    Leaf("kids", "EXP-004", _D, "4242"),
    Leaf("government", "EXP-015", _D, "7530"),
    Leaf("donation", "EXP-010", _D, "9559"),
    Leaf("personal_care", "EXP-027", _D, "9511"),
    Leaf("travel", "EXP-038", _D, "4400"),
    Leaf("rent", "EXP-030", _E, "6711", tag="expense:rent"),
    Leaf("gambling", "EXP-014", _D, "9209", risky=True),
    Leaf("crypto", "EXP-054", _D, "6419"),
    Leaf("investment", "EXP-054", _D, "6411"),
    Leaf("services", "EXP-054", _D, "9499"),
    Leaf("processor", "EXP-037", _O),
    Leaf("unknown", "EXP-039", _D),
)

_LIABILITIES = (
    Leaf("bnpl", "EXP-025", _L, "6230", risky=True),
    Leaf("sacc", "EXP-033", _L, "6230", risky=True),
    Leaf("p2p", "EXP-026", _L, "6230", risky=True),
    Leaf("collection", "EXP-005", _L, "7299", risky=True),
    Leaf("insolvency", "EXP-020", _L, "6962", risky=True),
    Leaf("motor_finance", "EXP-023", _L, "6230", risky=True),
    Leaf("personal_loan", "EXP-025", _L, "6230", risky=True),
    Leaf("mortgage_transfer", "EXP-058", _L, wire="transfer", tag="mortgage:mortgage repayment"),
    Leaf("card_transfer", "EXP-062", _L, wire="transfer", tag="creditCard:creditCard"),
    Leaf("loan_transfer", "EXP-063", _L, wire="transfer", tag="loan:loan repayment"),
    Leaf("mortgage_repayment", "EXP-056", _L, wire="loan-repayment", tag="mortgage:mortgage repayment"),
    Leaf("loan_repayment", "EXP-057", _L, wire="loan-repayment", tag="loan:loan repayment"),
    Leaf("card_repayment", "EXP-061", _L, wire="transfer", tag="creditCard:creditCard"),
)

_CONDUCT = (
    Leaf("dishonour", "EXP-009", _O, wire="bank-fee", tag="conduct:dishonour"),
    Leaf("bank_fee", "EXP-039", _O, wire="bank-fee", tag="conduct:admin"),
    Leaf("debt_interest", "EXP-006", _O, wire="loan-interest", tag="conduct:interest"),
    Leaf("loan_interest", "OWN", _O, wire="loan-interest", tag="conduct:interest"),
    Leaf("atm", "EXP-001", _O, wire="cash-withdrawal", tag="conduct:atm"),
    Leaf("cash_advance", "EXP-003", _O, wire="cash-withdrawal", tag="conduct:atm"),
    Leaf("redraw", "EXP-029", _O, wire="transfer"),
    Leaf("transfer_out", "EXP-013", _O, wire="transfer"),
    Leaf("refund", "EXP-032", _O, wire="refund"),
    Leaf("own_transfer", "OWN", Nature.OWN, wire="transfer"),
    Leaf("unshared_own_account", "OWN", Nature.OWN, wire="transfer"),
)

_INCOME = (
    Leaf("salary", "INC-009", _I, wire="direct-credit", tag="income:salary"),
    Leaf("family", "INC-001", _I, wire="direct-credit", tag="governmentPayment:familyAllowance"),
    Leaf("veterans", "INC-001", _I, wire="direct-credit", tag="governmentPayment:vetAffairs"),
    Leaf("benefit", "INC-001", _I, wire="direct-credit", tag="governmentPayment:centrelink"),
    Leaf("child_support", "INC-002", _I, wire="direct-credit", tag="income:childSupport"),
    Leaf("insurance_credit", "INC-003", _I, wire="direct-credit", tag="income:insurance"),
    Leaf("interest", "INC-004", _I, wire="interest"),
    Leaf("dividend", "INC-005", _I, wire="direct-credit", tag="income:investment"),
    Leaf("tax_refund", "INC-006", _I, wire="direct-credit"),
    Leaf("gig", "INC-006", _I, wire="direct-credit"),
    Leaf("transfer_in", "INC-007", _I, wire="transfer"),
    Leaf("credit_other", "INC-007", _I, wire="direct-credit"),
    Leaf("loan_drawdown", "INC-007", Nature.NOT_INCOME, wire="direct-credit"),
    Leaf("gambling_win", "INC-007", Nature.NOT_INCOME, wire="direct-credit"),
    Leaf("rent_income", "INC-008", _I, wire="direct-credit", tag="income:rent"),
    Leaf("super_credit", "INC-010", _I, wire="direct-credit", tag="income:superannuation"),
    Leaf("youth", "INC-012", _I, wire="direct-credit", tag="governmentPayment:youthAllowance"),
    Leaf("rent_assist", "INC-013", _I, wire="direct-credit", tag="governmentPayment:rentalAssistance"),
    Leaf("centrelink", "INC-014", _I, wire="direct-credit", tag="governmentPayment:centrelink"),
    Leaf("medicare", "INC-015", _I, wire="direct-credit", tag="governmentPayment:medicare"),
    Leaf("jobseeker", "INC-016", _I, wire="direct-credit", tag="governmentPayment:jobseekerPymt"),
    Leaf("pension", "INC-018", _I, wire="direct-credit", tag="governmentPayment:pension"),
    Leaf("carers", "INC-019", _I, wire="direct-credit", tag="governmentPayment:centrelinkCarers"),
    Leaf("study", "INC-020", _I, wire="direct-credit", tag="governmentPayment:education"),
    Leaf("crisis", "INC-021", _I, wire="direct-credit", tag="governmentPayment:crisisSupport"),
)

LEAVES: dict[str, Leaf] = {leaf.id: leaf for leaf in (*_SPENDING, *_LIABILITIES, *_CONDUCT, *_INCOME)}
