"""A notebook that does the work of a run in plain pandas, scikit-learn, Keras and Plotly, outcome by outcome."""

from marketfold.notebook.facts import Data, Goal, Measured, Network, NotebookFacts, Places, TextReading
from marketfold.notebook.files import as_notebook, cells_of
from marketfold.notebook.render import render_notebook

__all__ = [
    "Data",
    "Goal",
    "Measured",
    "Network",
    "NotebookFacts",
    "Places",
    "TextReading",
    "as_notebook",
    "cells_of",
    "render_notebook",
]
