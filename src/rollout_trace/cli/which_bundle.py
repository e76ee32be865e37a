"""Which bundle, or which folder of bundles, a user means by a word, or by none."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rollout_trace.bundle.absence import why_no_bundle
from rollout_trace.bundle.beginning import bundle_beginning
from rollout_trace.bundle.layout import MANIFEST, ROOT_VARIABLE
from rollout_trace.bundle.newest import newest_bundle
from rollout_trace.cli.reporting import refuse, refuse_use
from rollout_trace.errors import BundleError, RolloutTraceError
from rollout_trace.printable import printable

LATEST: Final = "latest"
_LONGEST_NAME: Final = 24
_SHORTEST_NAME: Final = 14
_NO_BUNDLE: Final = f"no bundle is named, and {ROOT_VARIABLE} is not set; name a bundle's folder"
BUNDLE_HELP: Final = f"""
BUNDLE is a bundle's folder, or the beginning of its name; ROOT/{LATEST} is the newest bundle in the folder ROOT.
`{LATEST}` alone, or nothing, is the newest in the folder that {ROOT_VARIABLE} names.
"""


def bundle_named(word: str | None) -> Path:
    """The bundle that is meant; ends the command if it is clear that there is none."""
    return path_named(LATEST if word is None else word)


def root_named(word: str | Path | None) -> Path:
    """The bundle or the folder of bundles that is meant: by no word, the folder that the environment names."""
    return (
        path_named(str(word)) if word is not None else _root(f"name a folder of bundles, or set {ROOT_VARIABLE} to one")
    )


def path_named(word: str) -> Path:
    """The path that is meant: `latest`, the beginning of a bundle's name, or the path itself.

    Where the folder does not have it, a single name is looked for in the folder that the environment names.
    """
    given = Path(word)
    try:
        if given.name == LATEST and not (given / MANIFEST).exists():
            return newest_bundle(_root(_NO_BUNDLE) if given == Path(LATEST) else given.parent)
        if os.path.lexists(given):
            return given
        return bundle_beginning(given) or _in_root(given) or given
    except RolloutTraceError as error:
        refuse(given, error)
    except (OSError, ValueError) as error:
        refuse(given, BundleError(given, str(error)))


def _in_root(given: Path) -> Path | None:
    root = os.environ.get(ROOT_VARIABLE)
    return bundle_beginning(Path(root) / given) if root and len(given.parts) == 1 else None


def _root(otherwise: str) -> Path:
    root = os.environ.get(ROOT_VARIABLE)
    if not root:
        refuse_use(otherwise)
    return Path(root)


def shown_names(names: Iterable[str]) -> dict[str, str]:
    """The names of bundles as answers show them: of a long one so much of the beginning as no other has."""
    in_order = sorted(set(names))
    shown = {}
    for before, name, after in zip(["", *in_order], in_order, [*in_order[1:], ""], strict=False):
        pairs = ([name, before], [name, after])  # of all the others, none has more in common with it
        shared = max(len(os.path.commonprefix(pair)) for pair in pairs)  # noqa: RUF071 - it is no path
        length = len(name) if len(name) <= _LONGEST_NAME else max(_SHORTEST_NAME, shared + 1)
        shown[name] = printable(name[:length])
    return shown


def words_split(words: tuple[str, ...], operand: str | None, *, is_optional: bool) -> tuple[str | None, str | None]:
    """The word for the bundle, if there is one, and the word for the `operand`, what is looked for in it."""
    most = 1 if operand is None else 2
    if len(words) > most:
        wanted = "one bundle" if operand is None else f"one bundle and one {operand}"
        refuse_use(f"`{words[most]}` is one word too many: this command takes {wanted}")
    if len(words) != 1 or operand is None:
        bundle, wanted_in_it, *_ = (*words, None, None)
        return bundle, wanted_in_it
    (word,) = words
    has_root = bool(os.environ.get(ROOT_VARIABLE))
    if is_optional:
        return (word, None) if not has_root or _is_bundle(word) or _begins_bundle(word) else (None, word)
    if _is_bundle(word):
        refuse_use(f"`{word}` is the bundle; the {operand} is missing after it")
    if not has_root:
        if os.path.lexists(word):
            refuse(Path(word), BundleError(Path(word), why_no_bundle(Path(word))))
        given = f"`{word}` is taken for the {operand}, and no bundle is named before it"
        refuse_use(f"{given}; {ROOT_VARIABLE}, whose newest would be meant, is not set")
    return None, word


def _is_bundle(word: str) -> bool:
    try:
        return Path(word).name == LATEST or (Path(word) / MANIFEST).exists()
    except (OSError, ValueError):
        return False


def _begins_bundle(word: str) -> bool:
    try:
        return (bundle_beginning(Path(word)) or _in_root(Path(word))) is not None
    except BundleError:  # it begins several, which is said when it is opened
        return True
