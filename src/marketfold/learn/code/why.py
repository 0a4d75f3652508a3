import numpy as np
import pandas as pd

FEATURES = ["recency_days", "revenue_total"]
CLOSE = 0.25
SEED = 0

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
found = pd.read_parquet("segments.parquet")  # the same rows in the same order
values, segment, money = table[FEATURES], found["segment"], found["revenue_total"]

summary = pd.DataFrame(
    {
        "share": segment.value_counts(normalize=True),
        "revenue share": money.groupby(segment).sum() / money.sum(),
    }
)  # the first table of the lesson

lot = np.random.default_rng(SEED).permutation(segment)
written_for = {
    "all": values.groupby(np.zeros(len(values))).transform("median"),  # one message for all
    "own": values.groupby(segment).transform("median"),  # one for each segment
    "lot": values.groupby(lot).transform("median"),  # one for each of as many groups, drawn by lot
}
near = {way: (abs(values - middle) <= CLOSE * abs(middle)).to_numpy().mean() for way, middle in written_for.items()}
all_near, own_near, lot_near = near.values()  # {all_near:decimal 3}, {own_near:decimal 3}, {lot_near:decimal 3}
