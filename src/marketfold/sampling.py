"""Seeded samples: of rows by their place, and of units by their id, which every engine draws alike."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Float64 = NDArray[np.float64]


def sample_rows(n_rows: int, most: int, seed: int) -> NDArray[np.intp]:
    """Rows of a seeded sample, ascending; all of them where there are not too many.

    >>> sample_rows(3, 10, 0)
    array([0, 1, 2])
    """
    if n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False, shuffle=False))


def salted(seed: int) -> str:
    """What stands before an id when it is hashed: another seed draws other units."""
    return f"{seed}:"


def digests(ids: Iterable[str], salt: str) -> list[str]:
    """MD5 of a salt and each id, as DuckDB and Spark write it: 32 hexadecimal digits.

    >>> digests(["C1"], salted(0))
    ['861a136b6c4633ca8d748207d2e1d8d8']
    """
    return [one.hex() for one in _digests(ids, salt)]


def _digests(ids: Iterable[str], salt: str) -> Iterator[bytes]:
    return (hashlib.md5(f"{salt}{one}".encode(), usedforsecurity=False).digest() for one in ids)


def hash_uniform(ids: Iterable[str], salt: str) -> Float64:
    """A number of 0 to 1 for each id: the same for the same id and salt on every machine, in every run.

    >>> hash_uniform(["C1", "C2"], "0").round(3).tolist() == hash_uniform(["C1", "C2"], "0").round(3).tolist()
    True
    """
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    drawn = (hashlib.blake2b(one.encode(), key=key, digest_size=8).digest() for one in ids)
    return np.frombuffer(b"".join(drawn), dtype=">u8").astype(np.float64) / 2.0**64


def sample_ids(ids: NDArray[np.str_], most: int, seed: int) -> NDArray[np.intp]:
    """Rows of the units with the least digests, ascending; all of them where there are not too many.

    Whether a unit is among them depends on no other unit's place, and a sample lies within each larger one of its seed.

    >>> sample_ids(np.array(["C1", "C2", "C3", "C4"]), 2, 0)
    array([0, 2])
    """
    if len(ids) <= most:
        return np.arange(len(ids))
    halves = np.frombuffer(b"".join(_digests(ids.tolist(), salted(seed))), dtype=">u8").reshape(-1, 2)
    return np.sort(np.lexsort((halves[:, 1], halves[:, 0]))[:most])  # as their texts are sorted
