import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

SEED = 0
COLUMNS = ["recency_days", "revenue_total", "order_count"]
LOGGED = ["revenue_total"]
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(table[COLUMNS])  # first scale, then turn
X = X[::STEP]  # of very many, every STEP-th is enough

pca = PCA().fit(X)
kept = pca.explained_variance_ratio_.cumsum()
first = pca.explained_variance_ratio_[0]  # {first:decimal 3}
enough = 1 + (kept < 0.8).sum()  # {enough} components keep 80 % of the differences

loadings = pd.DataFrame(pca.components_.T, index=COLUMNS)  # a column for each component
right_angle = loadings[0] @ loadings[1]  # 0: the first two stand at a right angle

# How many stand out from the same columns shuffled?
mixed = np.random.default_rng(SEED).permuted(X, axis=0)
chance = PCA().fit(mixed).explained_variance_
standing_out = (pca.explained_variance_ > chance).argmin()  # {standing_out}
