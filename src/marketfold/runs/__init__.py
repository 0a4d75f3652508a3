"""A finished run on disk, written whole or not at all, and read back."""

from marketfold.runs.campaigns import count_run, export_run, facts_of, origin_of
from marketfold.runs.comparison import (
    PEOPLE_FILE,
    Side,
    compare_into,
    compare_run_folders,
    compare_sides,
    people_table,
    read_comparison,
    run_features,
)
from marketfold.runs.demo_shop import DEMO_ORDERS, write_demo_shop
from marketfold.runs.exported import Exported, audience_fingerprint, exported_audiences, outdated_audiences
from marketfold.runs.folder import next_free_folder, refuse_existing, staged_folder
from marketfold.runs.inspection import CustomersSeen, OrdersSeen, inspect_source
from marketfold.runs.lessons import write_lessons
from marketfold.runs.make import make_run
from marketfold.runs.measured import LIFT_TESTS, Measured, measurement_folder, measurement_place, measurements
from marketfold.runs.measuring import Addressed, measure_addressed, measure_run, with_revenue
from marketfold.runs.notebook import WrittenNotebook, write_notebook
from marketfold.runs.pages import named_page, read_page, refresh_page, render_run, write_pictures
from marketfold.runs.plan import change_plan, read_plan, rename_segment
from marketfold.runs.read import Run
from marketfold.runs.record import trap_record
from marketfold.runs.rows import Met, RowsAsked, RowsFound, RunRows
from marketfold.runs.score import score_orders, scoring_config
from marketfold.runs.warehouse import run_sql, write_dbt_project
from marketfold.runs.write import profiles_table, write_run, write_table

__all__ = [
    "DEMO_ORDERS",
    "LIFT_TESTS",
    "PEOPLE_FILE",
    "Addressed",
    "CustomersSeen",
    "Exported",
    "Measured",
    "Met",
    "OrdersSeen",
    "RowsAsked",
    "RowsFound",
    "Run",
    "RunRows",
    "Side",
    "WrittenNotebook",
    "audience_fingerprint",
    "change_plan",
    "compare_into",
    "compare_run_folders",
    "compare_sides",
    "count_run",
    "export_run",
    "exported_audiences",
    "facts_of",
    "inspect_source",
    "make_run",
    "measure_addressed",
    "measure_run",
    "measurement_folder",
    "measurement_place",
    "measurements",
    "named_page",
    "next_free_folder",
    "origin_of",
    "outdated_audiences",
    "people_table",
    "profiles_table",
    "read_comparison",
    "read_page",
    "read_plan",
    "refresh_page",
    "refuse_existing",
    "rename_segment",
    "render_run",
    "run_features",
    "run_sql",
    "score_orders",
    "scoring_config",
    "staged_folder",
    "trap_record",
    "with_revenue",
    "write_dbt_project",
    "write_demo_shop",
    "write_lessons",
    "write_notebook",
    "write_pictures",
    "write_run",
    "write_table",
]
