"""What a reader meets in the whole of src/bowerbird, counted: names, types, words and folders. Each figure has a bar and may only fall.

Where one module breaks a rule, tests/test_tidy.py names the line. Here the sum counts: a failure prints the reason, the bar and where
the figure comes from.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_tidy import GENERATED, ROOT, Module, modules

SOURCE = "src/bowerbird/"
Figure = Callable[[], Iterator[str]]
"""Yields a place for everything it counts; its docstring says why the figure should be small and how to lower it."""

DIALECT = frozenset(
    "told said whoever whatever somebody nobody particulars errand kitchen guest crowd desk doors turns wish wished struck strikes "
    "planting passbook census sayings holdings meanwhile".split()
)
PHRASES = ("at work", "is told", "let go", "of its own accord", "somebody else")


@cache
def own() -> tuple[Module, ...]:
    """The modules of the product that people write."""
    return tuple(
        module
        for module in modules()
        if module.path.startswith(SOURCE) and module.path not in GENERATED and "migrations/versions/" not in module.path
    )


def _short(module: Module) -> str:
    return module.path.removeprefix(SOURCE)


def _dialect_in(text: str, path: str) -> Iterator[str]:
    for number, line in enumerate(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower().splitlines(), 1):
        for word in re.findall(r"[a-z]+", line.replace("_", " ")):
            if word in DIALECT:
                yield f"{path}:{number}: {word}"
        for phrase in PHRASES:
            if phrase in line:
                yield f"{path}:{number}: {phrase}"


def class_names_that_mean_two_things() -> Iterator[str]:
    """A class name stands for one class: a reader who searches it finds one definition.

    The wire's shape beside a value ends in `Body` or `View`, a row of the database in `Row`.
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    for module in own():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(_short(module))
    yield from (f"{name}: {', '.join(where)}" for name, where in sorted(places.items()) if len(where) > 1)


def parameters_that_take_anything() -> Iterator[str]:
    """`Any` and `object` in a signature tell neither a reader nor mypy what is handed over: name the type, a row type for a row."""
    for module in own():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                hints = [argument.annotation for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                for hint in (*hints, node.returns):
                    if hint is not None and re.search(r"\b(Any|AnyRow|RowMapping|object)\b", ast.unparse(hint)):
                        yield f"{_short(module)}:{node.lineno}: {node.name}"


def closures_over_a_unit_of_work() -> Iterator[str]:
    """A lambda around one call hides which verb runs: hand the verb and its arguments to `read` or `write`."""
    for module in own():
        for number, line in enumerate(module.lines, 1):
            if re.search(r"lambda (?:uow|session|u|s)\b", line):
                yield f"{_short(module)}:{number}"


def reads_across_tenants() -> Iterator[str]:
    """EVERY_TENANT belongs to background tasks, the command line and operators' lists; rows of a known application are read for it."""
    for module in own():
        if not module.stands_in("storage", "background", "cli", "domain/operators", "wiring"):
            for number, line in enumerate(module.lines, 1):
                yield from (f"{_short(module)}:{number}" for _ in re.findall(r"\bEVERY_TENANT\b", line))


def words_of_a_private_dialect() -> Iterator[str]:
    """Code and pages are read aloud by engineers elsewhere: say who does what to what, in the words of docs/glossary.md."""
    for module in own():
        yield from _dialect_in(module.text, _short(module))
    for page in sorted((ROOT / SOURCE).rglob("*.html")):
        text = re.sub(r"\{[{%].*?[%}]\}", " ", page.read_text("utf-8"), flags=re.S)
        yield from _dialect_in(text, page.relative_to(ROOT / SOURCE).as_posix())


def the_same_words_in_tests_and_documents() -> Iterator[str]:
    """Tests and documents use the words of the code they speak of."""
    for file in (
        *sorted((ROOT / "tests").rglob("*.py")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ):
        if file.name != Path(__file__).name:
            text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", file.read_text("utf-8", "replace")).lower().replace("_", " ")
            yield from (f"{file.relative_to(ROOT)}: {word}" for word in re.findall(r"[a-z]+", text) if word in DIALECT)


def modules_too_many_in_one_folder() -> Iterator[str]:
    """More than twenty modules flat in a folder are a list to search, not a place to know: give a noun its own folder."""
    count = Counter(str(Path(_short(module)).parent) for module in own() if not module.path.endswith("__init__.py"))
    yield from (f"{folder}: {number}" for folder, number in count.most_common() if number > 20)


def small_modules_with_one_reader() -> Iterator[str]:
    """A module under 60 lines that one other imports is a second file to open for one thought: join it to its reader."""
    names = {module.path.removeprefix("src/").removesuffix(".py").replace("/", "."): module for module in own()}
    readers: defaultdict[str, set[str]] = defaultdict(set)
    for module in own():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    if name in names:
                        readers[name].add(module.path)
    for name, module in names.items():
        if not module.path.endswith("__init__.py") and module.text.count("\n") < 60 and len(readers[name]) == 1:
            yield _short(module)


BARS: dict[Figure, int] = {
    class_names_that_mean_two_things: 6,
    parameters_that_take_anything: 200,
    closures_over_a_unit_of_work: 20,
    reads_across_tenants: 25,
    words_of_a_private_dialect: 60,
    the_same_words_in_tests_and_documents: 120,
    modules_too_many_in_one_folder: 0,
    small_modules_with_one_reader: 30,
}


@pytest.mark.parametrize("figure", BARS, ids=lambda figure: figure.__name__)
def test_figure_is_within_its_bar(figure: Figure) -> None:
    places, bar = list(figure()), BARS[figure]
    if len(places) > bar:
        pytest.fail("\n".join([figure.__doc__ or "", f"{len(places)} of at most {bar}:", *places[:40]]), pytrace=False)


@pytest.mark.parametrize(
    ("figure", "path", "text", "count"),
    [
        (class_names_that_mean_two_things, "domain/a.py", "class A: ...\nclass A: ...", 1),
        (parameters_that_take_anything, "domain/a.py", "def f(row: Any, limit: int) -> object: ...", 2),
        (closures_over_a_unit_of_work, "web/a.py", "request.read(lambda session: f(session))", 1),
        (reads_across_tenants, "web/a.py", "read(f, tenant=EVERY_TENANT)", 1),
        (reads_across_tenants, "background/a.py", "read(f, tenant=EVERY_TENANT)", 0),
        (words_of_a_private_dialect, "web/a.py", "# the job is told so, and nobody waits", 3),
        (small_modules_with_one_reader, "domain/a.py", "from bowerbird.domain.a import b", 1),
    ],
)
def test_figure_sees_a_breach(monkeypatch: pytest.MonkeyPatch, figure: Figure, path: str, text: str, count: int) -> None:
    before = len(list(figure()))
    module = Module(SOURCE + path, text)
    monkeypatch.setattr(f"{__name__}.own", lambda: (*own_modules, module))
    assert len(list(figure())) == before + count


own_modules = own()
