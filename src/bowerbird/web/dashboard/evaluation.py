"""How right the engine is on an operator's own labelled rows. The file is scored and thrown away: nothing of it is stored."""

from __future__ import annotations

from bowerbird.domain.insights.declarations import current_rules
from bowerbird.insights.evaluation import Evaluation, LabelledFileError, LabelledLine, evaluate, read_labelled
from bowerbird.insights.groups import GROUPS, OWN
from bowerbird.insights.own_rules import NO_RULES, OwnRules
from bowerbird.insights.wording import why
from bowerbird.model.days import day_number
from bowerbird.plugins.packs import lexicon, rules_version
from bowerbird.web.dashboard import applications
from bowerbird.web.kernel.marking import marked
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

PATH = "/dashboard/evaluation"
MAX_ROWS, MAX_BYTES = 5_000, 1024 * 1024
"""What is scored while the page waits: well under a second."""

_MAX_SHOWN = 100
_TITLES = {group.id: group.title for group in GROUPS.values()} | {OWN: "Between own accounts"}


def show_evaluation(request: PageRequest) -> PageResponse:
    return _page(request, 200, None, "")


def evaluate_file(request: PageRequest) -> PageResponse:
    """Score a file of labelled rows and show what came out."""
    request.audited = True  # nothing is changed
    try:
        found = evaluate(lexicon(), _lines_of(request), *_rules_of(request))
    except LabelledFileError as error:
        return _page(request, 400, None, str(error))
    return _page(request, 200, found, "")


def _rules_of(request: PageRequest) -> tuple[OwnRules, int]:
    """The own rules of the chosen application, none for none, and the day on which they count: today."""
    chosen, day = request.form.text("rules"), day_number(request.context.clock.now().date())
    return (request.read(current_rules, tenant=chosen) if chosen in dict(_rules_choices(request)) and chosen else NO_RULES), day


def _rules_choices(request: PageRequest) -> list[tuple[str, str]]:
    """Whose own rules a file may be scored with: (id, name)."""
    known, _ = applications.chosen(request)
    return [("", "None: the packs alone"), *((row.id, row.name) for row in known)]


def _lines_of(request: PageRequest) -> list[LabelledLine]:
    files = [file for file in request.form.files.get("labelled", []) if file.content]
    if not files:
        raise LabelledFileError("Choose a CSV file with your labelled rows.")
    try:
        lines = read_labelled(files[-1].content.decode("utf-8-sig"), MAX_ROWS)
    except UnicodeDecodeError as error:
        raise LabelledFileError("This is no UTF-8 text. Save the file as CSV in UTF-8.") from error
    if not lines:
        raise LabelledFileError("There is no row under the names of the columns.")
    return lines


def _page(request: PageRequest, status: int, found: Evaluation | None, wrong: str) -> PageResponse:
    shown = (
        [(line, answer, marked(line.description, answer.evidence.words), why(answer)) for line, answer in found.wrong[:_MAX_SHOWN]]
        if found
        else []
    )
    return request.show(
        "dashboard/evaluation.html",
        status,
        path=PATH,
        found=found,
        wrong=wrong,
        shown=shown,
        titles=_TITLES,
        most_rows=MAX_ROWS,
        rules=rules_version(),
        choices=_rules_choices(request),
        chosen=request.form.text("rules") or request.one("application"),
    )
