"""The shape of the house: what a package keeps inside stays inside, nothing takes more than a reader can hold.

That a variant is one entry in one table is shown where the tables are: `reduction/test_table.py`,
`audiences/test_platform.py`, `cli/test_settings.py`, `features/test_build.py`, `cleaning/test_rules.py` and
`report/test_content.py` each add one.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "marketfold"
PACKAGES = frozenset(path.parent.name for path in SOURCE.glob("*/__init__.py"))

MOST_DEEP_IMPORTS = 25
"""Of `marketfold.a.b` outside `marketfold.a`; lower it when there are fewer, never raise it."""
MOST_PARAMETERS = 6
"""`self` and `cls` aside; the commands of `cli` take flags, and may have as many as they have flags."""
FIELD_WORDS = (
    "null_reference", "product_affinity", "holdout", "inter_purchase_time", "diagnostic", "literature_baseline",
)  # fmt: skip
"""What somebody from the field would look for."""


@cache
def trees() -> dict[Path, ast.Module]:
    """Every file of the source, parsed once, by its path within the package."""
    paths = sorted(SOURCE.rglob("*.py"))
    return {path.relative_to(SOURCE): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imported(tree: ast.Module) -> list[tuple[int, str]]:
    """Line and module of every import, those for types alone among them."""
    found = [(node.lineno, node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return found + [
        (node.lineno, name.name) for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    ]


def is_deep(module: str, package: str) -> bool:
    """Whether a module lies inside a package that is not the one that imports it."""
    root, *inside = module.split(".")
    return root == "marketfold" and len(inside) > 1 and inside[0] in PACKAGES and inside[0] != package


def deep_imports() -> list[str]:
    """Place and module of every import into another package's inside."""
    return [
        f"{path}:{line}: {module}"
        for path, tree in trees().items()
        for line, module in imported(tree)
        if is_deep(module, path.parts[0])
    ]


def n_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many a caller can give, `*args` and `**more` as one each."""
    signature = function.args
    named = [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]
    own = [one for one in named if one.arg not in {"self", "cls"}]
    return len(own) + (signature.vararg is not None) + (signature.kwarg is not None)


def overloaded() -> list[str]:
    """Place and name of every function of the library that takes more than a reader can hold."""
    return [
        f"{path}:{node.lineno}: {node.name} takes {n_parameters(node)}"
        for path, tree in trees().items()
        if path.parts[0] != "cli"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and n_parameters(node) > MOST_PARAMETERS
    ]


def names() -> set[str]:
    """Of packages, files, functions and classes, in lower case with underscores."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = {node.name for tree in trees().values() for node in ast.walk(tree) if isinstance(node, kinds)}
    found |= PACKAGES | {path.stem for path in trees()}
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_") for name in found}


def test_what_a_package_keeps_inside_stays_inside():
    found = deep_imports()
    assert len(found) <= MOST_DEEP_IMPORTS, "\n".join(found)


def test_no_function_takes_more_than_six_parameters():
    assert overloaded() == []


@pytest.mark.parametrize("word", FIELD_WORDS)
def test_what_the_field_calls_a_thing_is_found_by_that_name(word: str):
    assert any(word in name for name in names())


def test_months_and_days_are_named_by_words_alone():
    """The standard library names them in the language of the machine."""
    found = [str(path) for path, tree in trees().items() if any(module == "calendar" for _, module in imported(tree))]
    assert set(found) <= {"words.py"}


@pytest.mark.parametrize(
    ("module", "deep"),
    [
        ("marketfold.features", False),
        ("marketfold.features.sums", True),
        ("marketfold.cleaning.rules", False),
        ("marketfold.words", False),
        ("sklearn.cluster", False),
    ],
)
def test_an_import_is_deep_where_it_reaches_into_another_package(module: str, *, deep: bool):
    assert is_deep(module, "cleaning") is deep


def test_parameters_are_counted_without_self():
    (function,) = ast.parse("def f(self, a, /, b, *rest, c=1, **more): ...").body
    assert isinstance(function, ast.FunctionDef)
    assert n_parameters(function) == 5
