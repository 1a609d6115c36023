"""The conditions of an account, in the wire's own shape (OpenAPI `Metadata`): rates, fees, features, loan, card, term deposit."""

from __future__ import annotations

from datetime import date
from typing import Any

from bowerbird.connectors.sandbox.days import clamped, month_of
from bowerbird.connectors.sandbox.deposits import Everyday, Savings, TermDeposit
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.persona import Account
from bowerbird.model.account import AccountClass
from bowerbird.model.money import format_cents

Terms = dict[str, Any]


def rate(basis_points: int) -> str:
    """A yearly rate as a decimal fraction: 385 → "0.0385"."""
    return f"{basis_points // 10_000}.{basis_points % 10_000:04d}"


def _feature(kind: str, info: str | None = None) -> Terms:
    feature: Terms = {"featureType": kind, "isActivated": True}
    return feature if info is None else feature | {"additionalInfo": info}


def _fee(name: str, kind: str, cents: int, every: str | None = None) -> Terms:
    fee: Terms = {"name": name, "feeType": kind, "amount": format_cents(cents), "currency": "AUD"}
    return fee if every is None else fee | {"additionalValue": every}


def everyday_terms(account: Everyday) -> Terms:
    fees = [_fee("Monthly account fee", "PERIODIC", account.monthly_fee, "P1M")] if account.monthly_fee else []
    kinds = ("CARD_ACCESS", "BILL_PAYMENT", "DIGITAL_BANKING", "NPP_ENABLED", "NPP_PAYID")
    return {"fees": fees, "features": [_feature(kind) for kind in kinds]}


def savings_terms(account: Savings) -> Terms:
    paid = {"depositRateType": "VARIABLE", "rate": rate(account.rate), "calculationFrequency": "P1D", "applicationFrequency": "P1M"}
    return {"fees": [], "depositRates": [paid], "features": [_feature("DIGITAL_BANKING"), _feature("UNLIMITED_TXNS")]}


def deposit_terms(account: TermDeposit, today: date) -> Terms:
    """The running term: it matures on the first maturity after today."""
    month = month_of(today)
    maturity = account.maturity(month)
    if maturity <= today:
        maturity = account.maturity(month + 1)
    term = {
        "lodgementDate": clamped(month_of(maturity) - account.months, account.day).isoformat(),
        "maturityDate": maturity.isoformat(),
        "maturityAmount": format_cents(account.principal + account.interest),
        "maturityCurrency": "AUD",
        "maturityInstructions": "ROLLED_OVER",
    }
    paid = {"depositRateType": "FIXED", "rate": rate(account.rate), "applicationFrequency": f"P{account.months}M"}
    return {"fees": [], "depositRates": [paid], "termDeposit": [term], "features": [_feature("NOTIFICATIONS")]}


def loan_terms(account: Loan, today: date) -> Terms:
    month = month_of(today)
    drawn = account.drawn(month if account.due(month) <= today else month - 1)
    following = account.due(month) if account.due(month) > today else account.due(month + 1)
    loan = {
        "startDate": drawn.isoformat(),
        "endDate": clamped(month_of(drawn) + account.months, account.day).isoformat(),
        "originalLoanAmount": format_cents(account.principal),
        "originalLoanCurrency": "AUD",
        "repaymentType": "PRINCIPAL_AND_INTEREST",
        "repaymentFrequency": "P1M",
        "minInstalmentAmount": format_cents(account.instalment),
        "minInstalmentCurrency": "AUD",
        "nextInstalmentDate": following.isoformat(),
        "offsetAccountEnabled": False,
    }
    charged = {
        "lendingRateType": "FIXED" if account.fixed else "VARIABLE",
        "rate": rate(account.rate),
        "calculationFrequency": "P1M",
        "applicationFrequency": "P1M",
        "interestPaymentDue": "IN_ARREARS",
        "repaymentType": "PRINCIPAL_AND_INTEREST",
    }
    if account.account_class is AccountClass.MORTGAGE:
        charged["loanPurpose"] = account.purpose
    return {
        "fees": [_fee("Discharge fee", "EXIT", 350_00)],
        "lendingRates": [charged],
        "loan": loan,
        "features": [_feature("EXTRA_REPAYMENTS")],
    }


def card_terms(card: Card, today: date, payments: dict[date, int]) -> Terms:
    """`payments` are this month's. Between a payment and the next statement nothing is due."""
    month = month_of(today)
    still_due = sum(cents for day, cents in payments.items() if day > today)
    due_day = clamped(month if still_due else month + 1, card.due_day)
    asked = {
        "minPaymentAmount": format_cents(min(still_due, max(25_00, still_due * 2 // 100))),
        "paymentDueAmount": format_cents(still_due),
        "paymentCurrency": "AUD",
        "paymentDueDate": due_day.isoformat(),
    }
    rates = [
        {"lendingRateType": "PURCHASE", "rate": rate(card.rate), "applicationFrequency": "P1M"},
        {"lendingRateType": "CASH_ADVANCE", "rate": rate(card.rate + 100), "applicationFrequency": "P1M"},
    ]
    fees = [_fee("Late payment fee", "EVENT", card.late_fee)]
    return {"fees": fees, "lendingRates": rates, "creditCard": asked, "features": [_feature("CARD_ACCESS"), _feature("DIGITAL_WALLET")]}


def opened(account: Account, today: date) -> str | None:
    """The day a loan was drawn down; the sandbox does not say when other accounts were opened."""
    if not isinstance(account, Loan):
        return None
    month = month_of(today)
    return account.drawn(month if account.due(month) <= today else month - 1).isoformat()
