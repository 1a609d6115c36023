"""What a command says when it is called wrongly: what is wrong, and what can be written instead."""

from __future__ import annotations

from pathlib import Path

from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import BadParameter, MissingParameter, NoSuchOption, UsageError
from typer._click.types import IntRange
from typer.core import TyperGroup


class AdvisingGroup(TyperGroup):
    """The outermost group: every wrong use below it passes here on its way to the terminal."""

    def invoke(self, ctx: Context) -> object:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            error.message = _with_advice(error)
            raise


def _with_advice(error: UsageError) -> str:
    """The message with the choices there are; as it was where it says them by itself."""
    message, command = error.message.rstrip("."), error.ctx.command if error.ctx else None
    if isinstance(error, MissingParameter):
        return _described(error.param)
    if isinstance(error, BadParameter):
        return _corrected(error, message)
    if isinstance(command, TyperGroup) and message.startswith("No such command") and "Did you mean" not in message:
        return f"{message}. There are: {', '.join(sorted(name for name, each in command.commands.items() if not each.hidden))}"
    if isinstance(error, NoSuchOption) and not error.possibilities and command is not None:
        return f"{message}. There are: {', '.join([*_options(command), '--help'])}"
    if message.startswith("Got unexpected extra argument"):
        return f"{message}. A text of several words stands in quotes"
    return error.message


def _corrected(error: BadParameter, message: str) -> str:
    kind = error.param.type if error.param else None
    if isinstance(kind, IntRange):
        return f"write a whole number, {f'{kind.min} or more' if kind.max is None else f'from {kind.min} to {kind.max}'}"
    if message.endswith("does not exist"):
        return f"{message}: looked for it from {Path.cwd()}"
    return error.message


def _described(parameter: Parameter | None) -> str:
    """What belongs there: the option's or the argument's own help."""
    return str(getattr(parameter, "help", None) or "").partition("\n")[0]


def _options(command: Command) -> list[str]:
    return [option for parameter in command.params for option in parameter.opts[:1] if option.startswith("--")]
