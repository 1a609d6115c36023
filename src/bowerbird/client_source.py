"""Writes the repetitive code of the client: a typed method for every operation.

`python -m bowerbird.client_source` (`make docs` runs it). A test holds the file against what this writes.
"""

from __future__ import annotations

import re
import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from bowerbird.api import schemas
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.api.schemas import control, sandboxes
from bowerbird.api.schemas.wire import REQUIRED
from bowerbird.wiring.extension import find_sandbox

FILE = Path(__file__).parent / "client" / "operation_calls.py"
_BY_HAND = {"create_token"}
_WHO = {Access.PUBLIC: "public", Access.CONTROL: "control"}
_IMPORTS = {
    "s": "from bowerbird.api import schemas as s",
    "c": "from bowerbird.api.schemas import control as c",
    "b": "from bowerbird.api.schemas import sandboxes as b",
    "Call": "from bowerbird.client.call import Call, Driver",
    "given": "from bowerbird.client.request import Request, given, path",
    "d": "from bowerbird.domain.users import users as d",
}
_HEAD = '''"""A method for every operation, made from the URL map: change that, then run `make docs`."""

# ruff: noqa: PLR0913

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

{imports}

T = TypeVar("T")


class Calls(Driver):
    """Every operation of the server as a method."""

    @abstractmethod
    async def answer(self, request: Request[T]) -> T: ...
'''
_SPELLINGS = {dict: "dict[str, Any]", None: "None", type(None): "None", Any: "Any"}


def source() -> str:
    """The text of the generated file, not formatted yet."""
    sandbox = find_sandbox()
    if sandbox is None:
        raise SystemExit("the client calls the sandbox's operations too, and its folder is not there")
    body = "\n".join(_method(each) for each in (*OPERATIONS, *sandbox.operations) if each.name not in _BY_HAND)
    imports = "\n".join(line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\b", body))
    return _HEAD.format(imports=imports) + "\n" + body


def _method(operation: Operation) -> str:
    """An operation as the source of a method."""
    ids = re.findall(r"{(\w+)}", operation.path)
    parameters = [f"{_snake(each)}: str" for each in ids]
    named, body = _body(operation)
    named += [f"{_snake(name)}: {'int' if name == 'limit' else 'str'} | None = None" for name in operation.query or {}]
    signature = ", ".join(["self", *parameters, *(["*", *named] if named else [])])
    answer = _answer(operation)
    pieces = [f'"{operation.method}"', _path_of(operation.path, ids), answer]
    if operation.access in _WHO:
        pieces.append(f'access="{_WHO[operation.access]}"')
    if operation.query:
        pieces.append("query={" + ", ".join(f'"{name}": {_snake(name)}' for name in operation.query) + "}")
    pieces += body
    hint = "None" if answer == "None" else answer
    source = (
        f'@Call\nasync def {operation.name}({signature}) -> {hint}:\n    """{operation.summary}."""\n'
        f"    request: Request[{hint}] = Request({', '.join(pieces)})\n    return await self.answer(request)\n"
    )
    return textwrap.indent(source, "    ")


def _path_of(pattern: str, ids: list[str]) -> str:
    if not ids:
        return f'"{pattern}"'
    spelled = pattern
    for each in ids:
        spelled = spelled.replace(f"{{{each}}}", f"{{{_snake(each)}}}")
    return f'path("{spelled}", ' + ", ".join(f"{_snake(each)}={_snake(each)}" for each in ids) + ")"


def _answer(operation: Operation) -> str:
    """The type of a good answer, which all of an operation's share; of several versions' the first, which is that of 3.0."""
    shape = next(iter(operation.answers.values()))
    return _spelled(get_args(shape)[0] if _is_union(shape) else shape)


def _body(operation: Operation) -> tuple[list[str], list[str]]:
    """The parameters of a body, and the arguments of the Request that carry it."""
    if operation.body_kind is BodyKind.MULTIPART:
        parameters = ["institution_id: str", "statement: bytes", 'file_name: str = "statement"']
        return parameters, ['body={"institutionId": institution_id}', "file=(file_name, statement)"]
    if operation.body is None:
        return [], []
    parameters, values = [], []
    for name, hint, required in _fields(operation.body):
        only_id = _is_only_an_id(hint)
        spelled = "str" if only_id else _spelled(_without_none(hint))
        parameter = f"{name}_id" if only_id else name
        parameters.append(f"{parameter}: {spelled}" if required else f"{parameter}: {spelled} | None = None")
        values.append(f"{name}={_wrapped(hint, parameter, required) if only_id else parameter}")
    parameters.sort(key=lambda parameter: "=" in parameter)
    return parameters, [f"body=given({', '.join([_spelled(operation.body), *values])})"]


def _fields(shape: Any) -> Iterator[tuple[str, Any, bool]]:
    """(name, type, whether clients must send it) of a struct's fields."""
    hints = get_type_hints(shape, include_extras=True)
    for each in msgspec.structs.fields(shape):
        hint = hints[each.name]
        yield each.name, _plain(hint), each.required or REQUIRED in getattr(hint, "__metadata__", ())


def _plain(hint: Any) -> Any:
    return _plain(get_args(hint)[0]) if get_origin(hint) is typing.Annotated else hint


def _without_none(hint: Any) -> Any:
    parts = [each for each in get_args(hint) if each is not type(None)] if _is_union(hint) else [hint]
    return typing.Union[tuple(parts)]  # noqa: UP007  (the parts are known only here)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (typing.Union, types.UnionType)


def _is_only_an_id(hint: Any) -> bool:
    """An object that holds nothing but an id, which a method takes as the id itself."""
    bare = _without_none(hint)
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct) and bare.__struct_fields__ == ("id",)


def _wrapped(hint: Any, parameter: str, required: bool) -> str:
    made = f"{_spelled(_without_none(hint))}(id={parameter})"
    return made if required else f"None if {parameter} is None else {made}"


def _spelled(hint: Any) -> str:
    """A type as the generated source spells it."""
    hint = _plain(hint)
    if hint in _SPELLINGS:
        return _SPELLINGS[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if _is_union(hint):
        return " | ".join(_spelled(part) for part in parts)
    if origin is typing.Literal:
        return "str"
    if origin is not None:
        return f"{origin.__name__}[{', '.join(_spelled(part) for part in parts)}]"
    if issubclass(hint, msgspec.Struct):
        return f"{_module_of(hint)}.{hint.__name__}"
    return str(hint.__name__)


def _module_of(shape: type) -> str:
    if getattr(schemas, shape.__name__, None) is shape:
        return "s"
    if getattr(sandboxes, shape.__name__, None) is shape:
        return "b"
    return "c" if getattr(control, shape.__name__, None) is shape else "d"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[0].lower()}", name)


if __name__ == "__main__":
    FILE.write_text(source(), "utf-8")
