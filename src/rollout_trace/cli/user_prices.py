"""Which prices count for a user: those that ship with the package, overridden by a file of the user's own."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rollout_trace.cli.reporting import complain, failure_line
from rollout_trace.errors import PriceTableError
from rollout_trace.query.prices import PriceTable, read_prices, shipped_prices, with_own_prices
from rollout_trace.user_folders import config_file


def prices_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--prices`, the same in every command that shows money."""
    option = click.option(
        "--prices",
        "price_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Prices of your own, a TOML file; without this, prices.toml in your folder of settings, if it is there.",
    )
    return option(command)


def user_prices(price_file: Path | None) -> PriceTable:
    """The prices that count: the shipped ones, and over them those of `price_file` or of the user's settings.

    A file that is no price table ends the command with a sentence that says so.
    """
    in_settings = config_file("prices.toml")
    if price_file is None and not in_settings.exists():
        return shipped_prices()
    try:
        return with_own_prices(shipped_prices(), read_prices(price_file or in_settings))
    except PriceTableError as error:
        complain(failure_line(str(error.path), error))
        sys.exit(1)
