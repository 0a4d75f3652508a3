"""The lessons, in the order in which they are read."""

from marketfold.learn.lessons.autoencoder import AUTOENCODER
from marketfold.learn.lessons.components import COMPONENTS
from marketfold.learn.lessons.elbow import ELBOW
from marketfold.learn.lessons.kmeans import KMEANS
from marketfold.learn.lessons.pca import PCA_VIEW
from marketfold.learn.lessons.refine import REFINE
from marketfold.learn.lessons.scikit import SCIKIT
from marketfold.learn.lessons.training import TRAINING
from marketfold.learn.lessons.why import WHY

LESSONS = (WHY, REFINE, AUTOENCODER, TRAINING, KMEANS, ELBOW, SCIKIT, PCA_VIEW, COMPONENTS)
"""To add one: its module, its texts, its program, its template and its script, and a place here."""
