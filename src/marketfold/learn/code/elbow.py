import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

SEED = 0
COLUMNS = ["recency_days", "revenue_total"]
LOGGED = ["revenue_total"]
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(table[COLUMNS])  # every feature with a spread of 1
X = X[::STEP]  # of very many, every STEP-th is enough

wcss = [KMeans(k, n_init=10, random_state=SEED).fit(X).inertia_ for k in range(1, 11)]
# Its inertia_ for each k is {wcss}.

# The bend: how far each point lies below the straight line from the first to the last.
height = (np.array(wcss) - wcss[-1]) / (wcss[0] - wcss[-1])
below = np.linspace(1, 0, len(wcss)) - height
elbow = 1 + below.argmax()  # {elbow}
