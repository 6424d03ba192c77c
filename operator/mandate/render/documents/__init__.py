"""The forms, the agreement and the sheets as documents in Chinese, from the Jinja2 templates.

A document is one HTML page with all it needs in it. The same input gives the same bytes, and
their sha256 (`digest`) is what is signed. Values are escaped by the environment: a form's
text stays a text whatever it holds. `mandate.render.documents.pdf` sets a page for paper, by
the optional extra `pdf`.
"""

from mandate.render.documents.agreement import agreement_annexes, agreement_text
from mandate.render.documents.changes import change_form, change_sheet
from mandate.render.documents.costs import (
    AgencyCost,
    Period,
    SystemCost,
    cost_sheet,
    cost_table,
)
from mandate.render.documents.environment import digest
from mandate.render.documents.forms import application_form, exit_form
from mandate.render.documents.papers import Paper, case_of, change_sheet_of, papers, sheet_of
from mandate.render.documents.sheets import (
    Case,
    ExitReceipt,
    Reclaimed,
    allocation_list,
    decision_cover,
    exit_sheet,
    suspension_report,
    termination_report,
)

__all__ = [
    "AgencyCost",
    "Case",
    "ExitReceipt",
    "Paper",
    "Period",
    "Reclaimed",
    "SystemCost",
    "agreement_annexes",
    "agreement_text",
    "allocation_list",
    "application_form",
    "case_of",
    "change_form",
    "change_sheet",
    "change_sheet_of",
    "cost_sheet",
    "cost_table",
    "decision_cover",
    "digest",
    "exit_form",
    "exit_sheet",
    "papers",
    "sheet_of",
    "suspension_report",
    "termination_report",
]
