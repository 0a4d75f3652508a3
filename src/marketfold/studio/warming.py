"""What pages of a project take beyond their modules, made before somebody asks for the first of them."""

from __future__ import annotations

from marketfold import model
from marketfold.campaigns import SHIPPED, load_playbook
from marketfold.page import environment, plotly_script
from marketfold.report import phrases
from marketfold.runs import RunRows
from marketfold.studio import customer_list, listing, reports, stations

MODULES = (customer_list, listing, model, reports)
"""Loaded with this one: pages import them when they are asked for."""


def warm() -> None:
    """Load every station, compile the templates, read playbooks and phrases, pack the script that draws figures."""
    stations.all_stations()
    for templates in (environment("marketfold.studio"), environment()):
        for name in templates.list_templates(extensions=["j2"]):
            templates.get_template(name)
    for name in SHIPPED:
        load_playbook(name)
    phrases("customer_column")
    RunRows.start_engine()
    plotly_script()
