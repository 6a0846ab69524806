"""A chapter of docs/ as a program: its code runs, and what it computes is shown.

The code of a chapter asserts what the text says. When it runs, each assertion also shows
the value that the code computed:

    assert close(scores[2], [0.707, 1.414, 2.121])    scores[2] = [0.7071, 1.4142, 2.1213]
    assert merges[0] == (b"o", b"w")                  merges[0] = (b'o', b'w')
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lmcore.common.errors import LmcoreError, listing, printable
from lmcore.course.values import described, line_of, shown

DOCS = Path("docs")
# A fenced block of any language, a heading, the question of an exercise, or a table.
_PARTS = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```"
    r"|^(?P<heading>#+ [^\n]*)|^(?P<exercise>\d+\. \*.+?\*)|(?P<table>(?:^\|[^\n]*\n)+)",
    re.MULTILINE | re.DOTALL,
)
_SHOW = "_show"  # the name under which the code finds the function that shows a value
_MAX_TIMES = 3  # values of one expression that are shown, as in a loop
_MAX_SOURCE, _MAX_VALUE = 60, 240  # characters of an expression and of a value that are shown


def show_chapter(number: str, write: Callable[[str], Any]) -> None:
    """Run chapter `number`, 02 or 2; write its headings, its tables and the values of its code.

    Raises `LmcoreError` where there is no such chapter, and where its code fails.
    """
    chapters = {path.name[:2]: path for path in sorted(DOCS.glob("[0-9][0-9]-*.md"))}
    if not chapters:
        raise LmcoreError(f"{DOCS} holds no chapters; run this in the repository's root.")
    if (path := chapters.get(number.zfill(2))) is None:
        raise LmcoreError(f"There is no chapter {number}; there are {listing(chapters, 'and')}.")
    try:
        run_chapter(path, write)
    except LmcoreError:
        raise
    except Exception as error:
        raise LmcoreError(f"{path}{line_of(error, path)}: {described(error)}.") from None


def run_chapter(path: Path, write: Callable[[str], Any]) -> int:
    """Run the Python blocks of a chapter in order, in one namespace; return how many there are."""
    text = path.read_text("utf-8")
    times: Counter[str] = Counter()

    def show(source: str, value: Any) -> Any:
        times[source] += 1
        if times[source] <= _MAX_TIMES and value is not None:
            write(printable(f"    {source} = {shown(value, _MAX_VALUE)}"))
        return value

    namespace: dict[str, Any] = {"__name__": "__main__", _SHOW: show}
    blocks = 0
    for part in _PARTS.finditer(text):
        if part["language"] == "python":
            blocks += 1
            times.clear()
            line = text.count("\n", 0, part.start("code"))
            code = re.sub(f"^{part['indent']}", "", part["code"], flags=re.MULTILINE)
            tree = _ShowValues().visit(ast.parse("\n" * line + code, str(path)))
            exec(compile(ast.fix_missing_locations(tree), str(path), "exec"), namespace)
        elif heading := part["heading"] or part["exercise"]:
            write("\n" + " ".join(heading.split()))
        elif part["table"]:
            write("\n" + part["table"].rstrip())
    return blocks


class _ShowValues(ast.NodeTransformer):
    """Has the left side of each assertion, and the last expression of a block, shown."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        if node.body and isinstance(last := node.body[-1], ast.Expr):
            last.value = _showing(last.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return node  # what a function asserts is its own affair

    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        parts = [node.test]
        if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And):
            parts = node.test.values
        for test in parts:
            if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.args:
                if test.func.id == "close":
                    test.args[0] = _showing(test.args[0])
            elif isinstance(test, ast.Compare):
                if not isinstance(test.left, ast.Constant | ast.UnaryOp):
                    test.left = _showing(test.left)
                else:  # as in 0 < x < 1
                    test.comparators[0] = _showing(test.comparators[0])
        return node


def _showing(expression: ast.expr) -> ast.expr:
    """Return a call that shows the expression's value and returns it."""
    source = ast.unparse(expression)
    if len(source) > _MAX_SOURCE:
        source = source[:_MAX_SOURCE] + " ..."
    call = ast.Call(ast.Name(_SHOW, ast.Load()), [ast.Constant(source), expression], [])
    return ast.copy_location(call, expression)
