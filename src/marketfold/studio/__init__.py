"""The whole job in a browser: a local web app that edits settings and plans, and runs what the command line runs."""

from marketfold.studio.app import make_app
from marketfold.studio.jobs import Jobs
from marketfold.studio.opening import open_orders, open_run
from marketfold.studio.server import LOCAL, Studio
from marketfold.studio.workspace import Workspace

__all__ = ["LOCAL", "Jobs", "Studio", "Workspace", "make_app", "open_orders", "open_run"]
