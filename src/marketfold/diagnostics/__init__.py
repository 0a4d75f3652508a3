"""What makes segments look like findings when they are not, and what published analyses would find instead."""

from marketfold.diagnostics.literature_baseline import (
    BaselineClusters,
    ColumnDependency,
    LiteratureBaseline,
    cluster_as_published,
)
from marketfold.diagnostics.matrix_traps import SAMPLED, Trap
from marketfold.diagnostics.source_context import SourceContext, read_context
from marketfold.diagnostics.traps import find_column_traps, find_traps

__all__ = [
    "SAMPLED",
    "BaselineClusters",
    "ColumnDependency",
    "LiteratureBaseline",
    "SourceContext",
    "Trap",
    "cluster_as_published",
    "find_column_traps",
    "find_traps",
    "read_context",
]
