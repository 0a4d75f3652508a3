import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

CODE = 2
COLUMNS = ["recency_days", "revenue_total", "order_count"]
LOGGED = ["revenue_total"]
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(table[COLUMNS])  # every feature with a spread of 1
X = X[::STEP]  # of very many, every STEP-th is enough

# The plainest autoencoder: encoder and decoder are one table of weights, nothing bends.
weights = PCA(CODE).fit(X).components_
code = (X - X.mean(axis=0)) @ weights.T  # the encoder: many numbers become CODE numbers
output = code @ weights + X.mean(axis=0)  # the decoder: and many again
loss = ((X - output) ** 2).mean()  # {loss:decimal 3}: mean squared error
average = ((X - X.mean(axis=0)) ** 2).mean()  # {average:decimal 3}: if it always said the average
