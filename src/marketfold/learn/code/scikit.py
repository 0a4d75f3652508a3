import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

K = 3
SEED = 0
COLUMNS = ["recency_days", "revenue_total"]
LOGGED = ["revenue_total"]
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
raw = table[COLUMNS].to_numpy(dtype=float)[::STEP]  # of very many, every STEP-th is enough
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
scaler = StandardScaler().fit(table[COLUMNS].to_numpy(dtype=float))
X = scaler.transform(table[COLUMNS].to_numpy(dtype=float))[::STEP]  # every feature with a spread of 1

kmeans = KMeans(n_clusters=K, init="k-means++", n_init=10, random_state=SEED)
model = kmeans.fit(X)  # the best of 10 starts
labels = model.labels_.copy()  # the group of each row, from 0
sizes = np.bincount(labels)  # {sizes}: how many are in group 0, 1, ...
centres = model.cluster_centers_  # K rows, one number for each feature, scaled
wcss = model.inertia_  # {wcss:decimal 2}

new = scaler.transform(table[COLUMNS].median().to_numpy(dtype=float)[None])  # somebody new, the median in each feature
middle_group = model.predict(new)[0]  # {middle_group}: the nearest centre, counted from 0

silhouette = silhouette_score(X, labels, sample_size=2000, random_state=SEED)  # {silhouette:decimal 3}
halves = [kmeans.fit(X[start::2]).predict(X) for start in (0, 1)]  # made again, from one half and the other
repeat = adjusted_rand_score(*halves)  # {repeat:decimal 3}: 1 is the same groups, 0 is as by lot
unscaled = kmeans.fit(raw).labels_  # what is lost without logarithm and scaling
agree = adjusted_rand_score(labels, unscaled)  # {agree:decimal 3}
