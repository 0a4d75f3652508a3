"""The whole job in a browser: a local web app that edits settings and plans, and runs what the command line runs."""

from marketfold.studio.app import make_app
from marketfold.studio.server import Studio, serve

__all__ = ["Studio", "make_app", "serve"]
