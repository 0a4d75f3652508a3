import numpy as np
import pandas as pd
import plotly.express as px
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

COLUMNS = ["recency_days", "revenue_total"]
LOGGED = ["revenue_total"]
FEATURE = "revenue_total"
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
raw = table[COLUMNS]

mean, median = raw[FEATURE].mean(), raw[FEATURE].median()  # {mean:decimal 1} and {median:decimal 1}
without = raw[FEATURE].drop(raw[FEATURE].idxmax()).mean()  # {without:decimal 1}: the mean without the largest
top_share = raw.var().max() / raw.var().sum()  # {top_share:decimal 3} of all squared distances from one feature

refined = raw.astype(float)
refined[LOGGED] = np.log1p(refined[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(refined)  # every feature with mean 0 and a spread of 1


def nearest(rows: np.ndarray) -> np.ndarray:
    """The five nearest rows of each row; the first that is found is the row itself."""
    return np.asarray(NearestNeighbors(n_neighbors=6).fit(rows).kneighbors(rows, return_distance=False))[:, 1:]


before, after = nearest(raw.to_numpy(dtype=float)[::STEP]), nearest(X[::STEP])
kept = (before[:, :, None] == after[:, None, :]).sum(axis=(1, 2)).mean()  # {kept:decimal 2} of 5 stay near

figure = px.histogram(table, x=FEATURE, nbins=40, title="As it stands")
logged = px.histogram(x=np.log1p(table[FEATURE].clip(lower=0)), nbins=40, title="After the logarithm")
# figure.show() opens it in the browser: point at a bar, drag a box to zoom, click twice to go back.
