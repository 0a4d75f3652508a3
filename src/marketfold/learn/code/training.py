import keras
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

SEED = 0
HIDDEN = [12]
CODE = 2
LEARNING_RATE = 0.004
EPOCHS = 80
COLUMNS = ["recency_days", "revenue_total", "order_count"]
LOGGED = ["revenue_total"]
STEP = 1

table = pd.read_parquet("features.parquet")  # one row each, in your units
for name in table.columns[table.columns.str.startswith("filled:")]:
    table[name.removeprefix("filled:")] = table.pop(name)  # what stands in for a blank
table[LOGGED] = np.log1p(table[LOGGED])  # skewed features by their logarithm
X = StandardScaler().fit_transform(table[COLUMNS]).astype("float32")
X = X[::STEP]  # of very many, every STEP-th is enough

keras.utils.set_random_seed(SEED)  # Keras stands on TensorFlow, which does the sums
inputs = keras.Input(shape=(len(COLUMNS),))
layer = inputs
for width in HIDDEN:
    layer = keras.layers.Dense(width, activation="tanh")(layer)
code = keras.layers.Dense(CODE, name="code")(layer)  # the narrow middle
layer = code
for width in reversed(HIDDEN):
    layer = keras.layers.Dense(width, activation="tanh")(layer)
outputs = keras.layers.Dense(len(COLUMNS))(layer)

autoencoder = keras.Model(inputs, outputs)
encoder = keras.Model(inputs, code)
autoencoder.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mse")
weights = autoencoder.count_params()  # {weights:count} numbers to learn, biases among them
widths = [layer.units for layer in autoencoder.layers if hasattr(layer, "units")]  # {widths}

held = len(X) // 4  # rows that it does not learn from
history = autoencoder.fit(
    X[held:],
    X[held:],
    validation_data=(X[:held], X[:held]),
    epochs=EPOCHS,
    batch_size=16,
    verbose=0,
)
best_epoch = 1 + int(np.argmin(history.history["val_loss"]))  # lowest kept aside; this program goes on all the same
codes = encoder.predict(X, verbose=0)  # CODE numbers each, for K-means to group
