"""Mutants of the computing packages: one small change to a file each, by the operators of cosmic-ray."""

from __future__ import annotations

import ast
import difflib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE = Path("src", "marketfold")
PACKAGES = (
    "campaigns", "cleaning", "clustering", "customer_tables", "diagnostics", "experiments", "exploration", "features",
    "orders", "reduction", "segments", "selection",
)  # fmt: skip
"""Those that compute. What writes sentences, draws, serves or is typed is held by other tests."""
WORDS = frozenset({"campaigns/drafts.py", "campaigns/message_words.py", "segments/phrases.py"})
"""Files of them that only write."""

_BINARY = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Div", "Mod_FloorDiv", "Pow_Mul", "BitOr_BitAnd",
           "BitAnd_BitOr", "BitXor_BitOr")  # fmt: skip
_COMPARED = ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt",
             "Is_IsNot", "IsNot_Is")  # fmt: skip
_UNARY = ("Delete_USub", "Delete_Invert", "Delete_Not")
_OTHER = ("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
          "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ExceptionReplacer", "NumberReplacer",
          "ZeroIterationForLoop")  # fmt: skip
OPERATORS = (
    *(f"ReplaceBinaryOperator_{name}" for name in _BINARY),
    *(f"ReplaceComparisonOperator_{name}" for name in _COMPARED),
    *(f"ReplaceUnaryOperator_{name}" for name in _UNARY),
    *_OTHER,
)
"""Of an operator its nearest neighbours alone: a sum that becomes a shift fails wherever it is met, which says nothing
of a test. `is` for `==` is left out too, being true of every small number, and so are decorators, which keep a result
at hand or say that a record is frozen."""
_SIGNATURES = frozenset({"parameters", "lambdef", "param", "dictorsetmaker", "atom_expr", "trailer", "subscriptlist"})
"""Where a star or a stroke is no arithmetic."""


@dataclass(frozen=True, order=True)
class Mutant:
    """One change: which operator, and which of the places of the file that it would change."""

    path: str
    line: int
    column: int
    operator: str
    occurrence: int

    @property
    def package(self) -> str:
        """The package it is in."""
        return Path(self.path).relative_to(SOURCE).parts[0]


@dataclass(frozen=True)
class Change:
    """What a mutant makes of its file, and of the lines that differ, without indentation."""

    mutant: Mutant
    code: str
    line: str
    mutated: str

    @classmethod
    def of(cls, mutant: Mutant, source: str) -> Change | None:
        """The change, None if it is no Python any more or changes nothing that runs."""
        code = mutate_code(source, _operator(mutant.operator), mutant.occurrence)
        try:
            if ast.dump(ast.parse(code)) == ast.dump(ast.parse(source)):
                return None
        except SyntaxError:
            return None
        old, new = source.splitlines(), code.splitlines()
        blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        changed = [(old[a:b], new[c:d]) for tag, a, b, c, d in blocks if tag != "equal"]
        sides = (" ".join(line.strip() for lines in side for line in lines) for side in zip(*changed, strict=True))
        return cls(mutant, code, *sides)


class File:
    """One file with all its mutants.

    Parameters
    ----------
    root
        The checkout.
    path
        From there.
    """

    def __init__(self, root: Path, path: str) -> None:
        self.path = path
        self.source = (root / path).read_text(encoding="utf-8")

    @cached_property
    def mutants(self) -> list[Mutant]:
        """By place; of types and of what only type checkers read there are none."""
        silent = _never_run(ast.parse(self.source))
        counts = dict.fromkeys(OPERATORS, 0)
        found = []
        for node in ast_nodes(get_ast(self.source)):
            for name in OPERATORS:
                for (line, column), _ in _operator(name).mutation_positions(node):
                    is_silent = any(start <= (line, column) < end for start, end in silent)
                    if not (is_silent or _is_misread(name, node)):
                        found.append(Mutant(self.path, line, column, name, counts[name]))
                    counts[name] += 1
        return sorted(found)

    def change(self, mutant: Mutant) -> Change | None:
        """What one makes of the file, None if nothing."""
        return Change.of(mutant, self.source)

    def changes_near(self, line: str) -> Iterator[Change]:
        """Those of the places where a line, without indentation, begins."""
        lines = self.source.splitlines()
        for mutant in self.mutants:
            if line.startswith(lines[mutant.line - 1].strip()) and (change := self.change(mutant)):
                yield change


def files(root: Path) -> Iterator[File]:
    """Every file of the computing packages."""
    for package in PACKAGES:
        for path in sorted((root / SOURCE / package).rglob("*.py")):
            if path.relative_to(root / SOURCE).as_posix() not in WORDS:
                yield File(root, path.relative_to(root).as_posix())


def in_random_order(found: Iterable[File], seed: int) -> list[Mutant]:
    """One mutant of each place, in the order of hashes: an edit elsewhere changes neither which nor their order.

    One of each, so that a place with many mutants does not come sooner than one with few.
    """
    drawn: dict[str, list[Mutant]] = {}
    for file in found:
        lines = file.source.splitlines()
        alike: dict[tuple[str, int], set[int]] = {}
        for mutant in file.mutants:
            text = lines[mutant.line - 1].strip()
            column = mutant.column - len(lines[mutant.line - 1]) + len(text)
            before = alike.setdefault((text, column), set())
            before.add(mutant.line)
            drawn.setdefault(_hash(seed, file.path, text, column, len(before)), []).append(mutant)
    return [drawn[place][int(place, 16) % len(drawn[place])] for place in sorted(drawn)]


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


_MADE: dict[str, Any] = {}


def _operator(name: str) -> Any:
    if name not in _MADE:
        _MADE[name] = get_operator(f"core/{name}")()
    return _MADE[name]


def _is_misread(name: str, node: Any) -> bool:
    """Whether cosmic-ray takes for an operator what is none, as a star of a signature, or an exception with a dot."""
    if name == "ExceptionReplacer":
        return "." in node.get_code()
    return name.startswith("ReplaceBinaryOperator") and node.parent.type in _SIGNATURES


def _never_run(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where types stand, decorators, which say of most that it is frozen, and what type checkers read.

    Assertions too, and `strict=True` of `zip`, which is one: where the code around them is right they change nothing.
    """
    found: list[ast.expr | ast.stmt | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found += [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            found += node.decorator_list
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "zip":
            found += [keyword.value for keyword in node.keywords]
        elif isinstance(node, ast.Assert):
            found += [node]
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            found.append(node)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)) for node in found if node
    ]
