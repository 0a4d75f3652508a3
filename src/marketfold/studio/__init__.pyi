from marketfold.studio.app import make_app as make_app
from marketfold.studio.jobs import Jobs as Jobs
from marketfold.studio.opening import open_orders as open_orders
from marketfold.studio.opening import open_run as open_run
from marketfold.studio.server import LOCAL as LOCAL
from marketfold.studio.server import Studio as Studio
from marketfold.studio.workspace import Workspace as Workspace
