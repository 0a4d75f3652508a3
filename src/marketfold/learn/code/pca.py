import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

COLUMNS = ["recency_days", "revenue_total", "order_count"]
LOGGED = ["revenue_total"]

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(table[COLUMNS])  # every feature with a spread of 1

pca = PCA(n_components=3).fit(X)
shares = pca.explained_variance_ratio_  # {shares}
flat = pca.transform(X)[:, :2]  # three numbers each become two
shown = shares[:2].sum()  # {shown:decimal 3}
