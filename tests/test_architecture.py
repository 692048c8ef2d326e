"""Conventions that matter are checked here, not asked for in prose."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("otklik", "collectors", "classifier", "responder", "dashboard")
FOLDERS = {*PACKAGES, "tests", "docs"}
LEFT_BY_RUNS = {"var", "artefacts", "build", "dist"}
MAX_LINES = 400
# besides the store: those that open, migrate or lock the database as a whole
SQL_HOMES = (
    "otklik/store",
    "otklik/migrations",
    "otklik/database.py",
    "otklik/migrate.py",
    "otklik/leader.py",
)
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
QUERY_VERBS = {"get", "find", "list", "claim", "count", "search"}
STORE_VERBS = QUERY_VERBS | {"save", "insert", "delete", "sync", "ensure", "close", "void", "lock"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def in_sql_home(path: Path) -> bool:
    return relative(path).startswith(SQL_HOMES)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(parsed(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Full dotted names a module imports, with the line."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def text_files() -> Iterator[Path]:
    """Everything a person wrote: code, documents, settings of tools."""
    kinds = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".jsonl", ".mako", ".cfg"}
    names = {"Makefile", "LICENSE", ".ci/run", ".gitignore"}
    for path in [*ROOT.glob("*"), *(ROOT / ".ci").glob("*"), *_inside_folders()]:
        if path.is_file() and (path.suffix in kinds or relative(path) in names):
            yield path


def _inside_folders() -> Iterator[Path]:
    for folder in sorted(FOLDERS):
        yield from (p for p in (ROOT / folder).rglob("*") if "__pycache__" not in p.parts)


def test_dependencies_point_one_way() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_module_of_the_kernel_has_a_layer() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in config["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    named = {name.strip() for layer in contract["layers"] for name in re.split(r"[|:]", layer)}
    kernel = {
        f"otklik.{path.stem}"
        for path in (ROOT / "otklik").iterdir()
        if not path.stem.startswith("_")
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert kernel - named - {"otklik.migrations"} == set()


def test_the_top_level_holds_only_the_allowed_folders() -> None:
    found = {
        path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")
    }
    strangers = {
        name for name in found - FOLDERS - LEFT_BY_RUNS if any((ROOT / name).rglob("*.py"))
    }
    assert strangers == set()
    assert set(PACKAGES) <= found


def test_no_module_is_longer_than_a_person_can_hold_in_mind() -> None:
    lengths = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(*PACKAGES, "tests")
        if "versions" not in path.parts  # written by Alembic
    }
    assert {path: lines for path, lines in lengths.items() if lines > MAX_LINES} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [
        relative(path)
        for path in modules(*PACKAGES, "tests")
        for part in path.relative_to(ROOT).with_suffix("").parts
        if VAGUE_NAMES & set(part.split("_"))
    ]
    assert vague == []


def _is_silent(handler: ast.ExceptHandler) -> bool:
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in handler.body
    )


def test_no_exception_is_swallowed_in_silence() -> None:
    silent = [
        f"{relative(path)}:{node.lineno}"
        for path in modules(*PACKAGES, "tests")
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and _is_silent(node)
    ]
    assert silent == []


def _is_broad(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        kind = node.type
        kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
        return any(k is None or _is_exception(k) for k in kinds)
    is_suppress = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress")
    return is_suppress and any(_is_exception(k) for k in getattr(node, "args", ()))


def _is_exception(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"}


def test_everything_is_caught_in_one_place_only() -> None:
    broad = [
        relative(path) for path in modules(*PACKAGES) for node in nodes(path) if _is_broad(node)
    ]
    assert broad in ([], ["otklik/pipeline.py"])


def test_every_broad_catch_of_the_tests_is_for_a_named_error() -> None:
    bare = [
        f"{relative(path)}:{node.lineno}"
        for path in modules("tests")
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


def test_sql_is_written_in_the_store_only() -> None:
    words = {"select", "insert", "update", "delete", "union", "exists", "literal_column"}
    statements = re.compile(
        r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s.+\sSET|DELETE\s+FROM)\s", re.S
    )
    calls = {"exec", "execute", "scalars", "scalar", "exec_driver_sql"}
    found = []
    for path in modules(*PACKAGES):
        if in_sql_home(path):
            continue
        for name, line in imports(path):
            package, _, word = name.rpartition(".")
            if package.split(".")[0] in {"sqlalchemy", "sqlmodel"} and word in words:
                found.append(f"{relative(path)}:{line} imports {name}")
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if statements.match(node.value):
                    found.append(f"{relative(path)}:{node.lineno} {node.value[:40]!r}")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if node.func.attr in calls and re.search(
                    r"\b(s|session|connection|engine)\b", owner
                ):
                    found.append(f"{relative(path)}:{node.lineno} {owner}.{node.func.attr}")
    assert found == []


def test_only_the_database_module_commits() -> None:
    commits = [
        f"{relative(path)}:{node.lineno}"
        for path in modules(*PACKAGES)
        if relative(path) != "otklik/database.py"
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "begin_nested"}
    ]
    assert commits == []


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_functions_of_the_store_begin_with_a_verb_of_the_glossary() -> None:
    others = [
        f"{relative(path)}:{node.name}"
        for path in modules("otklik/store")
        for node in public_functions(path)
        if [arg.arg for arg in node.args.args[:1]] == ["session"]
        and node.name.split("_")[0] not in STORE_VERBS
    ]
    assert others == []


def test_a_find_may_come_back_empty_and_a_get_may_not() -> None:
    wrong = []
    for path in modules("otklik/store"):
        for node in public_functions(path):
            verb = node.name.split("_")[0]
            may_be_none = node.returns is not None and "None" in ast.unparse(node.returns)
            if (verb == "get" and may_be_none) or (verb == "find" and not may_be_none):
                wrong.append(f"{relative(path)}:{node.name}")
    assert wrong == []


def undocumented(path: Path) -> Iterator[str]:
    tree = parsed(path)
    is_private = path.name.startswith("_") and path.name != "__init__.py"
    if is_private:
        return
    if tree.body and ast.get_docstring(tree) is None:
        yield relative(path)
    stack: list[tuple[str, ast.stmt]] = [("", node) for node in tree.body]
    while stack:
        prefix, node = stack.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or _is_override(node):
            continue
        if ast.get_docstring(node) is None:
            yield f"{relative(path)}:{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            stack += [(f"{node.name}.", inner) for inner in node.body]


def _is_override(node: ast.stmt) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(ast.unparse(d) in {"override", "overload", "typing.overload"} for d in decorators)


def test_everything_public_says_what_it_does() -> None:
    code = [path for path in modules(*PACKAGES) if "versions" not in path.parts]
    assert [name for path in code for name in undocumented(path)] == []


FORBIDDEN_TEXT = {
    "host of a package registry": r"(files\.pythonhosted|registry\.npmjs|proxy\.golang|//pypi\.)",
    "path of one machine": r"(?<![\w.])/(work|home|root|Users)/\w",
    "deferred work": r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN_TEXT))
def test_no_file_holds_what_ties_it_to_a_machine_or_defers_work(what: str) -> None:
    pattern = re.compile(FORBIDDEN_TEXT[what])
    hits = [
        f"{relative(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert hits == []


def test_the_classifier_knows_neither_database_nor_network() -> None:
    outside = {"sqlmodel", "sqlalchemy", "httpx", "requests", "socket", "http", "urllib3"}
    inside = ("otklik.store", "otklik.database", "otklik.models", "urllib.request")
    found = [
        f"{relative(path)}:{line} {name}"
        for path in modules("classifier")
        for name, line in imports(path)
        if name.split(".")[0] in outside or name.startswith(inside)
    ]
    assert found == []


def test_deciding_and_linting_are_pure() -> None:
    tools = (
        "otklik.store",
        "otklik.database",
        "httpx",
        "sqlmodel",
        "sqlalchemy",
        "random",
        "time.",
    )
    found = [
        f"{relative(path)}:{line} {name}"
        for path in (ROOT / "responder/policy/values.py", ROOT / "responder/lint/__init__.py")
        for name, line in imports(path)
        if name.startswith(tools)
    ]
    assert found == []


def test_the_dashboard_shadows_no_module_of_the_standard_library() -> None:
    names = {path.stem for path in (ROOT / "dashboard").iterdir() if path.suffix in {"", ".py"}}
    assert names & set(sys.stdlib_module_names) == set()


# what a declared package brings with it and cannot work without
COMES_WITH = {
    "annotated_types": "pydantic",
    "anyio": "httpx",
    "starlette": "streamlit",
}
FALLBACKS = {"pymorphy3"}  # used where it happens to be installed


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it: vk_api is vk-api."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    groups = [project["dependencies"], extras["demo"], extras["train"]]
    written = (re.split(r"[\[<>=~ ]", line)[0] for group in groups for line in group)
    declared = {canonical(name) for name in written}
    homes = packages_distributions()
    own = {*PACKAGES, *sys.stdlib_module_names, *FALLBACKS}
    strangers = set()
    for path in modules(*PACKAGES):
        for name, line in imports(path):
            top = name.split(".")[0]
            sources = {canonical(home) for home in homes.get(top, [top])}
            if top not in own and not {COMES_WITH.get(top, ""), *sources} & declared:
                strangers.add(f"{relative(path)}:{line} {top}")
    assert strangers == set()


def test_no_pickle_is_read_or_written() -> None:
    loaders = ("pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal")
    found = [
        f"{relative(path)}:{line} {name}"
        for path in modules(*PACKAGES)
        for name, line in imports(path)
        if name.split(".")[0] in loaders
    ]
    assert found == []


def test_test_files_have_names_of_their_own_and_no_package() -> None:
    names = Counter(path.name for path in modules("tests") if path.name.startswith("test_"))
    assert [name for name, times in names.items() if times > 1] == []
    assert [relative(path) for path in modules("tests") if path.name == "__init__.py"] == []


def test_names_of_tests_are_sentences() -> None:
    short = [
        f"{relative(path)}:{node.name}"
        for path in modules("tests")
        if path.name.startswith("test_")
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and len(node.name.split("_")) < 4
    ]
    assert short == []
