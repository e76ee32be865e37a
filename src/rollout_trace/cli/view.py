"""`view`: the viewer, a page in the browser that a server on this machine serves."""

import os
import sys
import webbrowser
from pathlib import Path
from threading import Thread

import click

from rollout_trace.bundle.layout import ROOT_VARIABLE
from rollout_trace.cli.limiting import limits_option
from rollout_trace.cli.reporting import complain, refuse
from rollout_trace.cli.user_prices import prices_option, user_prices
from rollout_trace.cli.which_bundle import path_named
from rollout_trace.errors import BundleError
from rollout_trace.limits import Limits
from rollout_trace.printable import printable
from rollout_trace.web.library import Library, key_of
from rollout_trace.web.listening import DEFAULT_PORT, LOOPBACK, AddressError
from rollout_trace.web.page_files import is_built


@click.command()
@click.argument("word", metavar="[PATH]", required=False)
@click.option("--port", type=click.IntRange(0, 65535), help=f"Listen here; else at {DEFAULT_PORT} if it is free.")
@click.option(
    "--host",
    default=LOOPBACK,
    show_default=True,
    help="Listen at this address of the machine. Where others can reach it, the page wants the token that is printed.",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--no-cache", is_flag=True, help="Keep nothing of the bundles in your cache folder.")
@prices_option
@limits_option
def view(
    word: str | None,
    limits: Limits,
    *,
    price_file: Path | None,
    port: int | None,
    host: str,
    no_open: bool,
    no_cache: bool,
) -> None:
    """Look at one bundle, or at many, in the browser.

    PATH is a bundle or a folder of bundles; without it, the folder that CODEX_ROLLOUT_TRACE_ROOT names, or else the
    current one. What is there is only read, and nothing leaves this machine. Bundles that come later, and runs that
    go on, appear by themselves. Ctrl-C ends it.
    """
    from rollout_trace.web.serving import viewer_server  # noqa: PLC0415 - not for the help of all commands

    path = path_named(word or os.environ.get(ROOT_VARIABLE) or ".")
    prices = user_prices(price_file)
    try:
        library = Library(path, limits, prices, keep_facts=not no_cache)
    except BundleError as error:
        refuse(path, error)
    try:
        server = viewer_server(library, host, port)
    except AddressError as error:
        library.close()
        raise click.ClickException(str(error)) from None
    if not is_built():
        complain("The page of the viewer is not built; the address says how to build it.")
    if not server.is_loopback:
        complain("Others may reach this address. Whoever has the token in it can read everything in the bundles.")
    address = f"{server.address}#/{key_of(path)}/overview" if library.is_one else server.address

    def tell() -> None:
        click.echo(f"{printable(str(path))} is shown at {address}\nCtrl-C ends it.")
        sys.stdout.flush()
        if not no_open and _has_browser():  # not waited for: some browsers return when they are closed
            Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()

    server.run(tell)


def _has_browser() -> bool:
    """Whether a browser can show itself here: one in this terminal would take it from us."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
