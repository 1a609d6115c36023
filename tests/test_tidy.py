"""The rules of this house that neither ruff, mypy nor import-linter can express, as tests.

A rule is a function from a module to its breaches; its docstring says why the rule is there and what to do, and is what a breach
prints. Two ratchets bound how long modules and functions are: what was long when the ratchet was set may only shrink.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property
from pathlib import Path

import pytest

from bowerbird import client_source, codes
from bowerbird.cli.catalogue import pages
from bowerbird.settings import Settings, abouts
from bowerbird.web.routes import CONSENT_PAGES

ROOT = Path(__file__).parent.parent

MODULE_TARGET, MODULE_LIMIT = 300, 400
FUNCTION_TARGET, FUNCTION_LIMIT = 40, 60

TABLES = {"src/bowerbird/codes.py", "src/bowerbird/storage/database/tables.py"}  # grow by a row for every new fact, and are best read whole
GENERATED = {"src/bowerbird/client/operation_calls.py"}
LONG_MODULES: dict[str, int] = {}
LONG_FUNCTIONS: dict[str, int] = {}

HOLLOW_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
MONEY_PACKAGES = ("model", "statements", "connectors", "layouts", "domain", "storage")
NOT_MONEY = "# not money:"


@dataclass(frozen=True)
class Module:
    """A Python file of ours: its path from the root, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def docstrings(self) -> set[ast.Constant]:
        return {node.body[0].value for node in ast.walk(self.tree) if _has_docstring(node)}  # type: ignore[attr-defined]

    @cached_property
    def code_lines(self) -> list[bool]:
        """For every line, whether it is code: not empty, no comment alone, not of a docstring."""
        is_code = [bool(line.strip()) and not line.lstrip().startswith("#") for line in self.lines]
        for text in self.docstrings:
            last = text.end_lineno or text.lineno
            is_code[text.lineno - 1 : last] = [False] * (last - text.lineno + 1)
        return is_code

    def stands_in(self, *packages: str) -> bool:
        return any(self.path.startswith((f"src/bowerbird/{package}/", f"src/bowerbird/{package}.py")) for package in packages)

    def at(self, node: ast.expr | ast.stmt | ast.arg, what: str) -> str:
        return f"{self.path}:{node.lineno}: {what}"


def _has_docstring(node: ast.AST) -> bool:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return False
    first = node.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file under src, tests and bench."""
    files = (file for folder in ("src", "tests", "bench") for file in sorted((ROOT / folder).rglob("*.py")))
    ours = (file for file in files if not any(part.startswith(".") for part in file.relative_to(ROOT).parts))
    return tuple(Module(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in ours)


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

Rule = Callable[[Module], Iterator[str]]


def names_say_what_is_inside(module: Module) -> Iterator[str]:
    """`utils`, `helpers`, `common`, `base`, `manager`, `misc` say nothing about what is inside, so anything ends up in them.

    Name the module or class after the noun it is about (design: one noun a module, one verb a function).
    """
    hollow = HOLLOW_NAMES.intersection(part.strip("_").lower() for part in re.split(r"[/.]", module.path))
    if hollow:
        yield f"{module.path}: named {', '.join(sorted(hollow))}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            words = {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", node.name)}
            if words & HOLLOW_NAMES:
                yield module.at(node, f"class {node.name}")


def money_has_no_fractions(module: Module) -> Iterator[str]:
    """Money is integer cents or Decimal: a binary fraction cannot hold ten cents, and a balance that is off by one is silently wrong.

    Use bowerbird.model.money. A number that is no money (a place on a page, a duration) says so at the end of its line:
    `# not money: <what it is>`.
    """
    if not module.stands_in(*MONEY_PACKAGES):
        return
    for node in ast.walk(module.tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id == "float"):
            assert isinstance(node, ast.Constant | ast.Name)
            if NOT_MONEY not in module.lines[node.lineno - 1]:
                yield module.at(node, ast.unparse(node))


def answers_come_from_the_catalogue(module: Module) -> Iterator[str]:
    """A response code exists once, in bowerbird/codes.py; written again as a string it can drift, and a search for its name misses it.

    Use the entry (`codes.INVALID_TOKEN`), or its `.code` where the bare text is needed.
    """
    if not module.path.startswith("src/") or module.path == "src/bowerbird/codes.py":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and node.value in codes.MEANINGS and node not in module.docstrings:
            yield module.at(node, f'"{node.value}"')


OWNED_HANDLE = re.compile(r"FPDF\w*_(Close|Destroy|Load|Create|New|Open|FindStart)\w*|FPDF\w*_Get(Annot|Rendered\w*|Bitmap|\w*AsBitmap)")
WRAPPED_HANDLES = {"PdfDocument", "PdfBitmap", "get_textpage", "get_page", "from_raw"}


def pdf_handles_have_one_owner(module: Module) -> Iterator[str]:
    """A handle of pdfium freed twice, or used once it is free, ends the process that reads a stranger's file.

    Open it with a `with` of bowerbird.statements.pdf.handles, which frees it once; a new kind of handle gets a context manager there.
    """
    if not module.path.startswith("src/") or module.path == "src/bowerbird/statements/pdf/handles.py" or "pypdfium2" not in module.text:
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, of = node.func.attr, ast.unparse(node.func.value)
        if OWNED_HANDLE.fullmatch(name) or (name in WRAPPED_HANDLES and not of.endswith("PdfMatrix")):
            yield module.at(node, f"{of}.{name}")


def a_thread_is_measured_alone(module: Module) -> Iterator[str]:
    """`time.process_time()` counts every thread of the process, so a test that compares it fails when another test left a server.

    Use tests.cost.cpu_s: CPU of this thread, without garbage collection.
    """
    if not module.path.startswith("tests/"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).rpartition(".")[2].startswith("process_time"):
            yield module.at(node, ast.unparse(node))


RULES: tuple[Rule, ...] = (
    names_say_what_is_inside,
    money_has_no_fractions,
    answers_come_from_the_catalogue,
    pdf_handles_have_one_owner,
    a_thread_is_measured_alone,
)


def settle(reason: str, breaches: list[str]) -> None:
    if breaches:
        pytest.fail("\n".join([reason, "", *(f"  {breach}" for breach in breaches)]), pytrace=False)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    settle(inspect.getdoc(rule) or "", [breach for module in modules() for breach in rule(module)])


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (names_say_what_is_inside, "src/bowerbird/domain/utils.py", ""),
        (names_say_what_is_inside, "tests/helpers/clock.py", ""),
        (names_say_what_is_inside, "src/bowerbird/domain/jobs/jobs.py", "class JobManager: ..."),
        (names_say_what_is_inside, "src/bowerbird/domain/jobs/jobs.py", "class BaseJob: ..."),
        (money_has_no_fractions, "src/bowerbird/model/money.py", "rate = 0.5"),
        (money_has_no_fractions, "src/bowerbird/storage/rows/accounts.py", "balance = float(text)"),
        (money_has_no_fractions, "src/bowerbird/domain/income.py", "def total(of: list[float]) -> int: ..."),
        (answers_come_from_the_catalogue, "src/bowerbird/api/operations/users.py", 'code = "resource-not-found"'),
        (pdf_handles_have_one_owner, "src/bowerbird/statements/a.py", "import pypdfium2.raw as c\nc.FPDFBitmap_Destroy(rendered)"),
        (
            pdf_handles_have_one_owner,
            "src/bowerbird/statements/a.py",
            "import pypdfium2.raw as c\nc.FPDFImageObj_GetBitmap(i)",
        ),
        (pdf_handles_have_one_owner, "src/bowerbird/statements/a.py", "import pypdfium2 as p\ndocument = p.PdfDocument(data)"),
        (a_thread_is_measured_alone, "tests/unit/test_ofx.py", "assert time.process_time() - before < 5"),
        (a_thread_is_measured_alone, "tests/unit/test_ofx.py", "before = process_time_ns()"),
    ],
)
def test_rule_sees_a_breach(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule(Module(path, text)))) == 1


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (names_say_what_is_inside, "src/bowerbird/storage/database.py", "class Database: ..."),
        (money_has_no_fractions, "src/bowerbird/statements/pdf/words.py", "left: float  # not money: points on the page"),
        (money_has_no_fractions, "src/bowerbird/api/operations/users.py", "timeout = 0.5"),
        (answers_come_from_the_catalogue, "src/bowerbird/api/operations/users.py", '"""resource-not-found"""'),
        (answers_come_from_the_catalogue, "tests/api/test_users.py", 'code = "resource-not-found"'),
        (pdf_handles_have_one_owner, "src/bowerbird/statements/a.py", "import pypdfium2 as p\nmatrix = p.PdfMatrix.from_raw(own)"),
        (pdf_handles_have_one_owner, "src/bowerbird/statements/a.py", "import pypdfium2.raw as c\nfont = c.FPDFTextObj_GetFont(run)"),
        (a_thread_is_measured_alone, "tests/cost.py", "began = time.thread_time()"),
        (a_thread_is_measured_alone, "bench/process.py", "began = time.process_time()"),
    ],
)
def test_rule_lets_the_rest_be(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Module(path, text)))


# ── Files of any kind ────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def texts() -> dict[str, str]:
    """Every text that is or is about to be in the repository, by its path; without the lock file, which a tool writes."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    found: dict[str, str] = {}
    for name in filter(None, listing.stdout.split("\0")):
        file = ROOT / name
        if file.is_file() and name != "uv.lock" and b"\0" not in (content := file.read_bytes()):
            found[name] = content.decode("utf-8", "replace")
    return found


OWN_PAGES = "|".join(sorted({page.path.split("/")[2] for page in CONSENT_PAGES if page.path.startswith("/home" + "/")}))
"""What follows the address of the consent pages, which reads like a folder of people's homes."""


MACHINE_PATH = re.compile(
    r"""(?<![\w./}>-])/(?:home/(?!(?:OWN)\b)|(?:root|opt|work|Users)/)[\w.-]+|\b[A-Z]:\\Users\\""".replace("OWN", OWN_PAGES)
)


def machine_paths(name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE_PATH.search(line):
            yield f"{name}:{number}: {found[0]}"


def test_files_name_no_path_of_one_machine() -> None:
    breaches = [breach for name, text in texts().items() for breach in machine_paths(name, text) if name != "tests/test_tidy.py"]
    settle("A path of one machine works for one person. Use a path from the project's root, tmp_path or a setting.", breaches)


@pytest.mark.parametrize("text", ["open('" + "/home" + "/ana/x')", "DATA=" + "/opt" + "/data", "C:" + r"\Users" + "\\"])
def test_machine_paths_are_seen(text: str) -> None:
    assert list(machine_paths("README.md", text))


@pytest.mark.parametrize("text", ["GET /users/{id}", "https://bank.example/home/page", "./work/x", "/home" + "/manage"])
def test_other_paths_are_let_be(text: str) -> None:
    assert not list(machine_paths("README.md", text))


# A name in a registry belongs to who registered it: until it is ours, people install a file that they have.
REGISTRY_NAME = re.compile(
    r"\b(?:pip3?|pipx|uv(?: tool| pip)?) (?:install|run|add)\b[^\n|#]*(?<![\w./<-])bowerbird(?![\w./*-])|\b(?:uvx|pipx run) bowerbird"
)


def test_nothing_is_installed_by_a_name_that_is_not_ours() -> None:
    breaches = [
        f"{name}: {found[0]}" for name, text in texts().items() if name != "tests/test_tidy.py" for found in REGISTRY_NAME.finditer(text)
    ]
    settle("The name `bowerbird` in a registry is not ours: name a checkout, or the wheel that `make wheel` writes.", breaches)


@pytest.mark.parametrize("text", ["pip install bowerbird", "pip install 'bowerbird[s3]'", "uvx bowerbird", "uv tool install bowerbird"])
def test_a_name_of_a_registry_is_seen(text: str) -> None:
    assert REGISTRY_NAME.search(text)


@pytest.mark.parametrize(
    "text", ["pip install ./bowerbird-*.whl", "pip install PATH/TO/bowerbird pytest", "pip install dist/bowerbird-1.whl[s3]"]
)
def test_a_file_is_no_name_of_a_registry(text: str) -> None:
    assert not REGISTRY_NAME.search(text)


# ── Pages that come from the program ─────────────────────────────────────────────────────────────────────────────────────────


def test_generated_pages_are_fresh() -> None:
    folder = ROOT / "docs" / "reference"
    stale = [name for name, page in pages().items() if not (folder / name).is_file() or (folder / name).read_text("utf-8") != page]
    settle("A page that contradicts the program is worse than none: run `make docs` and commit what it writes.", stale)


def test_generated_code_is_fresh() -> None:
    command = [str(Path(sys.executable).parent / "ruff"), "format", "--stdin-filename", str(client_source.FILE), "-"]
    formatted = subprocess.run(command, input=client_source.source(), capture_output=True, check=True, text=True, cwd=ROOT).stdout
    stale = [] if client_source.FILE.read_text("utf-8") == formatted else [client_source.FILE.name]
    settle("The client has a method for every operation, written from the URL map: run `make docs` and commit what it writes.", stale)


def test_every_setting_is_documented() -> None:
    silent = [field.name for field in fields(Settings) if not abouts().get(field.name)]
    settle("A setting that no page names is not found: say in a comment on its line what it is (bowerbird/settings.py).", silent)


def test_decisions_are_numbered_once() -> None:
    numbers = Counter(file.name[:4] for file in (ROOT / "docs" / "adr").glob("*.md"))
    settle(
        "Two decisions under one number cannot be referred to: give the newer one the next number.",
        [n for n, count in numbers.items() if count > 1],
    )


# ── Ratchets ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def module_lengths() -> dict[str, int]:
    return {module.path: sum(module.code_lines) for module in modules() if module.path not in TABLES | GENERATED}


def function_lengths(module: Module) -> Iterator[tuple[str, int]]:
    """`path::Class.function` and its lines of code, for every function and method; a function inside another counts in both."""

    def visit(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield f"{module.path}::{name}", sum(module.code_lines[child.lineno - 1 : child.end_lineno])
                yield from visit(child, f"{name}.")
            else:
                yield from visit(child, prefix)

    return visit(module.tree, "")


def off_ratchet(lengths: Mapping[str, int], known: Mapping[str, int], target: int, limit: int) -> Iterator[str]:
    """What is too long, what has grown, and what has shrunk without its entry being lowered."""
    for name, length in lengths.items():
        allowed = known.get(name, target)
        if length > limit:
            yield f"{name}: {length} lines of code, the limit is {limit}: split it"
        elif length > allowed:
            yield f"{name}: {length} lines of code, {allowed} allowed: split it where a second noun or verb begins"
        elif name in known and length < known[name]:
            yield f"{name}: shrank to {length}: " + ("remove its entry" if length <= target else f"lower its entry to {length}")
    yield from (f"{name}: is gone: remove its entry" for name in known if name not in lengths)


def test_modules_fit_a_newcomers_head() -> None:
    reason = (
        f"A module is about one noun and at most {MODULE_TARGET} lines of code (no comments, no docstrings), tests and benchmarks at most "
        f"{MODULE_LIMIT}.\nLONG_MODULES holds the exceptions, each with its reason; they may shrink only."
    )
    product = {name: length for name, length in module_lengths().items() if name.startswith("src/")}
    others = {name: length for name, length in module_lengths().items() if not name.startswith("src/")}
    settle(
        reason,
        [*off_ratchet(product, LONG_MODULES, MODULE_TARGET, MODULE_LIMIT), *off_ratchet(others, {}, MODULE_LIMIT, MODULE_LIMIT)],
    )


def test_functions_fit_a_screen() -> None:
    reason = (
        f"A function fits a screen: at most {FUNCTION_TARGET} lines of code (no comments, no docstrings).\n"
        f"LONG_FUNCTIONS holds the exceptions, each with its reason, up to {FUNCTION_LIMIT}; they may shrink only."
    )
    lengths = dict(length for module in modules() for length in function_lengths(module))
    settle(reason, list(off_ratchet(lengths, LONG_FUNCTIONS, FUNCTION_TARGET, FUNCTION_LIMIT)))


@pytest.mark.parametrize(
    ("length", "known", "complaint"),
    [
        (10, {}, None),
        (11, {}, "10 allowed"),
        (15, {"m": 15}, None),
        (16, {"m": 15}, "15 allowed"),
        (14, {"m": 15}, "lower its entry to 14"),
        (9, {"m": 15}, "remove its entry"),
        (21, {"m": 21}, "limit is 20"),
        (10, {"gone": 15}, "gone: is gone"),
    ],
)
def test_a_ratchet_moves_one_way(length: int, known: dict[str, int], complaint: str | None) -> None:
    complaints = list(off_ratchet({"m": length}, known, target=10, limit=20))
    assert len(complaints) == (complaint is not None)
    assert complaint is None or complaint in complaints[0]


def test_lines_of_code_are_counted_without_words_about_them() -> None:
    module = Module("m.py", '"""What.\n\nWhy.\n"""\n\n# note\ndef f() -> str:\n    """Say."""\n\n    return "a"  # b\n')
    assert sum(module.code_lines) == 2
    assert dict(function_lengths(module)) == {"m.py::f": 2}


# ── The last word of a test run ──────────────────────────────────────────────────────────────────────────────────────────────

SOME_SKIPS = """
import pytest

def test_runs(): ...

@pytest.mark.skip(reason="needs a printer")
def test_prints(): ...

@pytest.mark.soak
def test_for_hours(): ...
"""


@pytest.mark.parametrize("processes", [[], ["-p", "xdist", "-n2"]], ids=["one", "two"])
@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("def test_runs(): ...", ["skipped: nothing"]),
        (
            SOME_SKIPS,
            ["skipped: 2", "  has no paper", "    test_paper.py", "  needs a printer", "    test_some.py::test_prints"]
            + ["not selected by -m 'not soak': 1"],
        ),
    ],
    ids=["nothing", "some"],
)
def test_a_run_ends_by_saying_what_it_left_out(tmp_path: Path, body: str, summary: list[str], processes: list[str]) -> None:
    shutil.copy(ROOT / "tests" / "run_summary.py", tmp_path)
    (tmp_path / "test_some.py").write_text(body)
    if body == SOME_SKIPS:
        (tmp_path / "test_paper.py").write_text("import pytest\n\npytest.skip('has no paper', allow_module_level=True)\n")
    (tmp_path / "pytest.toml").write_text("[pytest]\nmarkers = ['soak']\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "run_summary", *processes, "-m", "not soak"]
    without_plugins = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTHONPATH": str(tmp_path)}
    arguments = ["--rootdir", str(tmp_path), str(tmp_path)]
    run = subprocess.run([*command, *arguments], cwd=tmp_path, env=without_plugins, capture_output=True, check=True, text=True)
    after = run.stdout.splitlines()
    start = next(number for number, line in enumerate(after) if "not run" in line)
    assert after[start + 1 : start + 1 + len(summary)] == summary
