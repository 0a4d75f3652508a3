"""The autoencoder against the usual notebook way, to the same held-out loss, in one run.

The notebook way is `model.fit` at batch 128 for a fixed number of epochs with Adam's defaults; ours is
`AutoencoderReducer` with its own batch, rate and compiled loop, once with as many passes as that loss takes and once by
default. Both train 20-64-32-8 mirrored on the same seeded matrix and are judged on rows that neither saw. TensorFlow's
import is counted for neither, compiling for both.

    python -m bench.autoencoder_bench [--rows 1000000] [--epochs 10] [--our-epochs 5]
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.reduction import AutoencoderReducer, PCAReducer, TrainingSettings, reconstruction_error
from marketfold.reduction.backend import load_keras

if TYPE_CHECKING:
    from marketfold.schema import Float32

COLUMNS, HIDDEN, CODE = 20, (64, 32), 8
NOTEBOOK_BATCH = 128
HELD_OUT = 50_000
WANTED = 5.0


def correlated_rows(rows: int, seed: int = 0) -> Float32:
    """Rows of 20 columns that six hidden causes bend and mix, with noise; standardised."""
    random = np.random.default_rng(seed)
    straight, bent = random.normal(size=(2, 6, COLUMNS)).astype(np.float32)
    causes = random.standard_normal(size=(rows, 6), dtype=np.float32)
    X = np.tanh(causes @ straight) + 0.5 * np.sin(causes @ bent)
    X += 0.2 * random.standard_normal(size=X.shape, dtype=np.float32)
    standardised: Float32 = (X - X.mean(axis=0)) / X.std(axis=0)
    return standardised


@dataclass(frozen=True)
class Result:
    seconds: float
    held_out_loss: float


def notebook(training: Float32, held_out: Float32, epochs: int) -> Result:
    _, keras = load_keras()
    keras.utils.set_random_seed(0)
    widths = (*HIDDEN, CODE, *reversed(HIDDEN), COLUMNS)
    linear = {len(HIDDEN), len(widths) - 1}
    layers = [keras.layers.Dense(w, activation=None if i in linear else "relu") for i, w in enumerate(widths)]
    model = keras.Sequential([keras.Input((COLUMNS,)), *layers])
    model.compile("adam", "mse")
    start = time.perf_counter()
    model.fit(training, training, batch_size=NOTEBOOK_BATCH, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - start
    restored = model.predict(held_out, batch_size=8192, verbose=0)
    return Result(seconds, float(np.square(restored - held_out).mean()))


def ours(training: Float32, held_out: Float32, epochs: int | None) -> Result:
    start = time.perf_counter()
    reducer = AutoencoderReducer(CODE, layers=HIDDEN, training=TrainingSettings(epochs=epochs)).fit(training)
    seconds = time.perf_counter() - start
    return Result(seconds, reconstruction_error(reducer, held_out))


def report(name: str, result: Result, usual: Result, how: str) -> None:
    times = usual.seconds / result.seconds
    print(f"{name:24} {result.seconds:7.1f} s  {times:5.1f} x  loss {result.held_out_loss:.5f}  {how}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=10, help="passes of the notebook way")
    parser.add_argument("--our-epochs", type=int, default=5, help="passes of ours to the same loss")
    asked = parser.parse_args()
    X = correlated_rows(asked.rows + HELD_OUT)
    training, held_out = X[HELD_OUT:], X[:HELD_OUT]
    load_keras()
    # Ours before and after, so that a machine that slows down meanwhile shows.
    quick = ours(training, held_out, asked.our_epochs)
    usual = notebook(training, held_out, asked.epochs)
    whole = ours(training, held_out, None)
    pca = reconstruction_error(PCAReducer(CODE).fit(training), held_out)
    print(f"{asked.rows:,} rows x {COLUMNS}, 20-64-32-8 mirrored; loss on {HELD_OUT:,} other rows; PCA's is {pca:.5f}")
    report("notebook way", usual, usual, f"model.fit, batch {NOTEBOOK_BATCH}, {asked.epochs} epochs")
    report("marketfold, to that loss", quick, usual, f"{asked.our_epochs} epochs")
    report("marketfold, default", whole, usual, "until it is done")
    if usual.seconds < WANTED * quick.seconds or quick.held_out_loss > usual.held_out_loss:
        sys.exit(f"wanted {WANTED:g} times faster to the same loss")


if __name__ == "__main__":
    main()
