import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

K = 3
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

lot = np.random.default_rng(SEED)
centres = X[lot.choice(len(X), K, replace=False)]  # 1 and 2: K, and first centres by lot
groups = np.full(len(X), -1)
while True:
    distances = np.linalg.norm(X[:, None] - centres, axis=2)  # straight lines to each centre
    nearest = distances.argmin(axis=1)  # 3 and 5: everybody joins the nearest
    if (nearest == groups).all():
        break  # 6: nobody has changed group
    groups = nearest
    centres = np.array([X[groups == group].mean(axis=0) for group in range(K)])  # 4: move

wcss = (distances.min(axis=1) ** 2).sum()  # {wcss:decimal 2}
sizes = np.sort(np.bincount(groups))  # {sizes}
