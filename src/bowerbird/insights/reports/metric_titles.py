"""The metrics of a report: section, title, format and description as published (docs/Data/reporting.md of basiqio-oss/Basiq-docs), and
the formula that this server computes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class MetricFormat(StrEnum):
    MONEY = "money"
    INTEGER = "integer"
    PERCENT = "percent"
    BOOLEAN = "boolean"


class MetricTitle(NamedTuple):
    section: str
    title: str
    format: MetricFormat
    description: str
    formula: str


_MONTHLY = "the total ÷ the days of the report × 30"
_LINES = f"""
ME001|Income Sources|# of identified salary sources|integer|Number of recent salary income sources|payers of INC-009 that paid in the last 62 days or go on
ME002|Income Sources|Average monthly amount from salary|money|Mean monthly amount from salary income sources over the reporting period|INC-009, {_MONTHLY}
ME003|Income Sources|Salary has been stable for (months)|integer|Number of months within report over which salary has been stable|the latest whole months whose level of INC-009 is within 10 % of the last
ME004|Income Sources|Other possible income monthly|money|Mean monthly income from sources not covered within Salary and Benefits|income but INC-009 and payments of agencies, {_MONTHLY}
ME005|Government Services|Youth Allowance monthly|money|Mean monthly income from Youth Allowance|INC-012, {_MONTHLY}
ME006|Government Services|Rental Assistance monthly|money|Mean monthly income from Rental Assistance|INC-013, {_MONTHLY}
ME007|Government Services|Misc Government services monthly|money|Mean monthly income through government benefits other than Rental Assistance and Youth Allowance|payments of agencies, {_MONTHLY}
ME008|Financial Commitments|Average monthly amount|money|Mean monthly repayments to lenders|Liabilities, {_MONTHLY}
ME009|Financial Commitments|# of identified companies|integer|Number of relationships with lending merchants|different lenders of Liabilities: merchants, and institutions of the loans and cards that repayments arrive at
ME010|Financial Commitments|Total credit card limit|money|Total limits on available credit card accounts|limits of the credit cards of the report
ME011|Financial Commitments|Total credit card balance|money|Total of latest available balances on available credit card accounts|balances of the credit cards of the report
ME012|Expenses|Monthly spend on non-discretionary expenses|money|Mean monthly spend on non-discretionary expenses|Non-Discretionary Expenses, {_MONTHLY}
ME013|Expenses|% of spend on non-discretionary expenses|percent|Mean monthly spend on non-discretionary expenses as a percentage of total outgoings|Non-Discretionary Expenses ÷ all outgoings
ME014|Expenses|Monthly spend on discretionary expenses|money|Mean monthly spend on discretionary expenses|Discretionary Expenses, {_MONTHLY}
ME015|Expenses|% of spend on discretionary expenses|percent|Mean monthly spend on discretionary expenses as a percentage of total outgoings|Discretionary Expenses ÷ all outgoings
ME016|Expenses|Monthly spend on other expenses|money|Mean monthly spend on other expenses|Other Expenses, {_MONTHLY}
ME017|Risk Metrics|# of SACC loans|integer|Number of relationships with SACC lenders|different merchants of EXP-033
ME018|Risk Metrics|% of income withdrawn via ATM|percent|Percentage of income withdrawn as cash at ATM's over the reporting period|EXP-001 ÷ all income
ME019|Risk Metrics|# of financial dishonours|integer|Number of financial dishonour transactions detected during reporting period|rows of EXP-009
ME020|Risk Metrics|% of income spent on High Risk Activities|percent|Percentage of income withdrawn at ATM's (including from credit cards), spent on gambling and credit card interest, and withdrawn via redraws|High Risk Activities ÷ all income
ME021|Risk Metrics|Total spend on High Risk Activities|money|Total withdrawn at ATM's (including from credit cards), spent on gambling and credit card interest, and withdrawn via redraws during reporting period|the total of High Risk Activities
ME022|Risk Flags|Has recent changes to salary circumstances|boolean|Indicates new salary source in 2 months before end of reporting period or salary source stopping in 2 months prior to end of reporting period|in the last 61 days a payer of INC-009 began, paid again after a pause, or was due and did not pay
ME023|Risk Flags|Has received crisis support payments|boolean|Indicates if any crisis support income has been received during reporting period|a row of INC-021
ME024|Risk Flags|Has superannuation credits|boolean|Indicates if any superannuation income has been received during reporting period|a row of INC-010
ME025|Risk Flags|Has cash advances|boolean|Indicates cash withdrawals from credit card accounts during reporting period|a row of EXP-003
ME026|Risk Flags|Has redraws|boolean|Indicates transfers from mortgage accounts during reporting period|a row of EXP-029
ME027|Risk Flags|Has High-Cost Finance|boolean|Indicates repayments (during reporting period) to lenders that may charge high interest rates|a row of EXP-033
ME028|Risk Flags|Missing non-discretionary expenses: groceries|boolean|no instances of non-discretionary expenses: groceries detected|no row of EXP-016
ME029|Risk Flags|Missing non-discretionary expenses: telecommunication|boolean|no instances of non-discretionary expenses: telecommunication detected|no row of EXP-036
ME030|Risk Flags|Missing non-discretionary expenses: utilities|boolean|no instances of non-discretionary expenses: utilities detected|no row of EXP-040
ME031|Risk Flags|Has Unemployment Benefit|boolean|Indicates if Jobseeker payments have been received|a row of INC-016
ME032|Risk Flags|Receives Child Support|boolean|Indicates if child support payments have been detected|a row of INC-002
ME033|Income Sources|Average Income monthly|money|Total forward looking monthly total income excluding tax, insurance, superannuation credits|income but INC-003, INC-010 and tax refunds, {_MONTHLY}
ME034|Expenses|Average Outgoings monthly|money|Mean monthly total outgoings|all outgoings, {_MONTHLY}
ME035|Income Sources|Total Income has been stable for (months)|integer|Number of months within report over which total income has been stable|the latest whole months whose level of the income of ME033 is within 10 % of the last
ME036|Income Sources|Median monthly amount from Salary|money|Median of the monthly sum of transaction amounts for all transactions in Group INC009|the median of the months' sums of INC-009
ME037|Income Sources|Median Income monthly|money|Sum of the individual group medians for all INC groups used in Metric ME033|the medians of the months' sums of each group of ME033, together
ME039|Expenses|Average outgoings excluding liabilities|money|Mean monthly total outgoings excluding liability payments|all outgoings but Liabilities, {_MONTHLY}
ME040|Summary|Average Monthly Credits|money|Mean monthly credits excluding internal transfers|all credits but own movements, {_MONTHLY}
ME041|Summary|Average Monthly Debits|money|Mean monthly debits excluding internal transfers|all debits but own movements, {_MONTHLY}
ME042|Income Sources|# of recent income sources|integer|Number of recent income sources across all income groups|payers of income that paid in the last 62 days or go on
ME043|Income Sources|# of ongoing regular income sources|integer|Number of recent income sources across all income groups where an income frequency has been detected|payers of income that keep a period and go on
ME045|Income Sources|Total Income has been secure for (months)|integer|Number of months within report over which total ongoing income has been stable or improving (secure)|the latest whole months whose level of the income of ME033 is at least 90 % of the month before
ME046|Financial Commitments|Average monthly ongoing amount to lenders|money|Ongoing monthly repayments to lenders|of Liabilities, usual payments of what goes on; else half of the last two months
ME047|Risk Flags|Has unshared mortgage account|boolean|Indicates if mortgage payments are detected without a mortgage account having been shared|a row of EXP-058, and no mortgage account in the report
ME048|Financial Commitments|Ongoing Monthly Mortgage Repayment|money|Projected ongoing monthly mortgage repayments|of EXP-056 and EXP-058, usual payments of what goes on; else half of the last two months
"""  # noqa: E501  (a line a metric)


def _read(line: str) -> tuple[str, MetricTitle]:
    id, section, title, kind, description, formula = line.split("|")
    return id, MetricTitle(section, title, MetricFormat(kind), description, formula)


METRICS: dict[str, MetricTitle] = dict(_read(line) for line in _LINES.strip().splitlines())
