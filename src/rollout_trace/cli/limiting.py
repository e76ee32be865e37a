"""The option by which a user raises or lowers the limits of what is read."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import click
import msgspec

from rollout_trace.cli.plain_reduction import LIMITS_VARIABLE
from rollout_trace.limits import DEFAULT_LIMITS, Limits

_UNITS: Final = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def limits_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option `--limit NAME=NUMBER`, as its argument `limits`."""
    return click.option(
        "--limit",
        "limits",
        metavar="NAME=NUMBER",
        multiple=True,
        envvar=LIMITS_VARIABLE,
        callback=_limits_of,
        help="Read more or less of a bundle: "
        + ", ".join(Limits.__struct_fields__)
        + f"; K, M and G may follow the number. Also {LIMITS_VARIABLE}, separated by spaces.",
    )(command)


def _limits_of(context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Limits:
    has_rows = any(parameter.name == "rows" for parameter in context.command.params)
    number = next((value for value in values if value.isdigit()), None)
    if has_rows and number is not None:
        raise click.BadParameter(f"{number!r} is no limit on what is read; --rows {number} shows so many lines")
    return _limits_in(values)


def _limits_in(values: Iterable[str]) -> Limits:
    changed = {}
    for value in values:
        name, _, number = value.partition("=")
        if name in Limits.__struct_fields__ and not number:
            raise click.BadParameter(f"{name!r} needs a number, as {name}=100K")
        if name not in Limits.__struct_fields__:
            raise click.BadParameter(f"{name!r} is no limit; these are: {', '.join(Limits.__struct_fields__)}")
        changed[name] = _number(number)
    return msgspec.structs.replace(DEFAULT_LIMITS, **changed)


def _number(text: str) -> int:
    unit = _UNITS.get(text[-1:].upper())
    digits = text if unit is None else text[:-1]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):  # noqa: PLR2004 - the digits of 64 bits
        raise click.BadParameter(f"{text!r} is no number of 1 to 18 digits, which K, M or G may follow")
    return int(digits) * (unit or 1)
