"""What all bundles show together."""

from pathlib import Path

from rollout_trace.bundle.discovery import folder_name
from rollout_trace.query.comparison import (
    Comparison,
    ErrorComparison,
    ModelComparison,
    TaskComparison,
    ToolComparison,
    comparison_of,
)
from rollout_trace.web.answers.cutting import page_made_of, page_of
from rollout_trace.web.interface.common import NoQuery, Page, PageQuery
from rollout_trace.web.interface.library import FleetError, FleetTotals
from rollout_trace.web.kept import Kept
from rollout_trace.web.library import Library, key_of


def fleet(library: Library, kept: Kept, _asked: NoQuery) -> FleetTotals:
    """The totals."""
    compared, change = _comparison(library, kept), library.change()
    return FleetTotals(
        bundles=change.found,
        read=change.read,
        usage=compared.usage,
        tools=len(compared.tools),
        models=len(compared.models),
        tasks=len(compared.tasks),
        errors=len(compared.errors),
    )


def fleet_tools(library: Library, kept: Kept, asked: PageQuery) -> Page[ToolComparison]:
    """Tools, those that fail most first."""
    return page_of(_comparison(library, kept).tools, asked)


def fleet_models(library: Library, kept: Kept, asked: PageQuery) -> Page[ModelComparison]:
    """Models, the slowest first."""
    return page_of(_comparison(library, kept).models, asked)


def fleet_tasks(library: Library, kept: Kept, asked: PageQuery) -> Page[TaskComparison]:
    """Tasks, the dearest first."""
    return page_of(_comparison(library, kept).tasks, asked)


def fleet_errors(library: Library, kept: Kept, asked: PageQuery) -> Page[FleetError]:
    """Errors by their shape, the most frequent first."""
    return page_made_of(_comparison(library, kept).errors, asked, lambda errors: map(_error, errors))


def _error(error: ErrorComparison) -> FleetError:
    bundle = Path(error.bundle)
    return FleetError(error=error, key=key_of(bundle), name=folder_name(bundle))


def _comparison(library: Library, kept: Kept) -> Comparison:
    return kept.get("fleet", library.revision, lambda: comparison_of(library.known(), library.prices))
