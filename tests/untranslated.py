"""Texts in the code that reach a person and are not inside ``tr`` or ``tr_n``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

LOOK_UPS = {"tr", "tr_n"}
SHOWN_BY = {
    "CheckBox", "ElidedLabel", "FolderRow", "IntervalBars", "LabelledSignalView", "QLabel",
    "QMessageBox", "QPushButton", "StartRow", "ValueSlider", "addAction", "addButton", "addItem",
    "addRow", "caption", "chip", "key_button", "row_name", "setAccessibleDescription",
    "setAccessibleName", "setPlaceholderText", "setText", "setTitle", "setToolTip",
    "setWindowTitle", "show_error", "show_note", "show_text", "show_warning", "text",
}  # fmt: skip
"""Calls whose argument is shown, even if it is a single word."""
NOT_SHOWN_BY = {
    "Literal", "TypeVar", "Worker", "cast", "compile", "debug", "exception", "findall", "fullmatch",
    "get_logger", "info", "match", "search", "setObjectName", "setProperty", "setStyleSheet",
    "split", "startswith", "strftime", "sub",
}  # fmt: skip
"""Calls whose argument is a name, a pattern or a line of the log."""
UNITS = {"EMG", "Ctrl", "Esc", "GB", "GND", "Hz", "MB", "Nr", "dB", "csv", "emgstream", "ms", "px"}
"""Words that are the same in every language."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_PROSE = re.compile(r"[^\W\d_]{2,}[,;:.…]? +\W{0,2}[^\W\d_]")
_MARKUP = re.compile(r"<[^>]*>|&[a-z]+;|\w+://\S*|--?[a-z-]+")


def untranslated(path: Path) -> list[tuple[int, str]]:
    """Return the line and the text of each literal that a person would see in English."""
    finder = _Finder()
    finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    return finder.found


class _Finder(ast.NodeVisitor):
    """Passes over docstrings, keys by which the code decides, types, logs and what is looked up."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self._shown = False

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._look(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._look(node, "{}".join(_literal_parts(node)))
        for field in node.values:
            if isinstance(field, ast.FormattedValue):
                self.visit(field.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node.func)
        owner = _name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in NOT_SHOWN_BY or owner == "_log":
            return
        self._visit(node.func, shown=False)
        is_look_up = name in LOOK_UPS
        words = [one for one in node.args if not (is_look_up and isinstance(one, ast.Constant))]
        for one in [*words, *(keyword.value for keyword in node.keywords)]:
            self._visit(one, shown=name in SHOWN_BY)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self._visit(node.value, shown=False)

    def visit_Assign(self, node: ast.Assign) -> None:
        if [_name(target) for target in node.targets] != ["__all__"]:
            self._visit(node.value, shown=False)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._visit(node.value, shown=False)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key in node.keys:
            if key is not None:
                self._visit(key, shown=False)
        for value in node.values:
            self.visit(value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        defaults = [one for one in node.args.kw_defaults if one is not None]
        for child in [*node.args.defaults, *defaults, *node.body]:
            self._visit(child, shown=False)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None: ...

    def visit_MatchValue(self, node: ast.MatchValue) -> None: ...

    def _visit(self, node: ast.AST, shown: bool) -> None:
        before, self._shown = self._shown, shown
        self.visit(node)
        self._shown = before

    def _look(self, node: ast.expr, text: str) -> None:
        if _is_for_people(text, self._shown):
            self.found.append((node.lineno, text))


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _literal_parts(node: ast.JoinedStr) -> list[str]:
    parts = [""]
    for field in node.values:
        if isinstance(field, ast.Constant):
            parts[-1] += str(field.value)
        else:
            parts.append("")
    return parts


def _is_for_people(text: str, shown: bool) -> bool:
    plain = _MARKUP.sub(" ", text)
    words = [word for word in _WORD.findall(plain) if word not in UNITS]
    return bool(words) and (shown or _PROSE.search(plain.replace("{}", "X")) is not None)
