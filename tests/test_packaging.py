"""What is shipped is tested: the wheel, installed outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from otklik.errors import ConfigError
from otklik.neighbours import NEIGHBOURS, check_neighbours

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("otklik", "collectors", "classifier", "responder", "dashboard")
MAX_WHEEL_BYTES = 60_000_000


def run_python(
    *arguments: str, cwd: Path, path: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter of the tests with a clean path, its packages still at hand."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OTKLIK_")}
    environment.update(variables, PYTHONPATH=path)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run_python(
        *("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)),
        cwd=folder,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content alone, as an installation has it."""
    folder = tmp_path_factory.mktemp("site")
    command = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")
    done = run_python(*command, "--target", str(folder), str(wheel), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_five_packages(names: set[str]) -> None:
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - names == set()


def test_the_wheel_holds_the_data_that_the_product_works_with(names: set[str]) -> None:
    kinds = {
        "responder/policies/": ".yaml",
        "responder/knowledge/": ".yaml",
        "otklik/migrations/versions/": ".py",
        "otklik/migrations/": ".mako",
        "classifier/": ".json",
        "otklik/demo/": ".jsonl",
        "dashboard/catalogues/": "",
    }
    absent = [
        folder
        for folder, ending in kinds.items()
        if not any(name.startswith(folder) and name.endswith(ending) for name in names)
    ]
    assert absent == []


def test_the_wheel_holds_nothing_else(wheel: Path, names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".pyc"))]
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_the_wheel_carries_its_licence(wheel: Path, names: set[str]) -> None:
    (licence,) = (name for name in names if name.endswith(".dist-info/licenses/LICENSE"))
    (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    with zipfile.ZipFile(wheel) as archive:
        assert b"Apache License" in archive.read(licence)
        assert b"License-Expression: Apache-2.0" in archive.read(metadata)


def test_the_installed_packages_are_those_of_the_wheel(site: Path, tmp_path: Path) -> None:
    code = "import importlib, json, sys; print(json.dumps([importlib.import_module(n).__file__ "
    code += "for n in sys.argv[1:]]))"
    found = run_python("-c", code, *PACKAGES, cwd=tmp_path, path=str(site))
    assert found.returncode == 0, found.stderr
    assert all(Path(file).is_relative_to(site) for file in json.loads(found.stdout))


def test_the_installed_command_explains_itself(site: Path, tmp_path: Path) -> None:
    found = run_python("-m", "otklik", "--help", cwd=tmp_path, path=str(site))
    assert found.returncode == 0, found.stderr
    assert "drain" in found.stdout


def test_the_installed_product_goes_from_a_file_to_drafts(site: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "Курьер опоздал на три часа, заказ 5512 приехал вскрытым."},
        {"id": "2", "text": "Спасибо, чай отличный!"},
    ]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "comments.jsonl").write_text("\n".join(lines), encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    for arguments in (["db", "upgrade"], ["import", "comments.jsonl"], ["drain", "--json"]):
        found = run_python(
            *("-m", "otklik", *arguments),
            cwd=tmp_path,
            path=str(site),
            OTKLIK_DATABASE_URL=url,
        )
        assert found.returncode == 0, found.stdout + found.stderr
    counts = json.loads(found.stdout)
    assert "classify" in json.dumps(counts)
    assert 'failed": 1' not in json.dumps(counts)


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_a_foreign_package_of_the_same_name_is_refused(
    site: Path, tmp_path: Path, name: str
) -> None:
    foreign = tmp_path / "foreign" / name
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text('"""Somebody else\'s."""\n', encoding="utf-8")
    found = run_python(
        *("-m", "otklik", "drain"),
        cwd=tmp_path,
        path=os.pathsep.join([str(foreign.parent), str(site)]),
        OTKLIK_DATABASE_URL=f"sqlite:///{tmp_path / 'desk.sqlite3'}",
    )
    assert found.returncode != 0
    assert str(foreign / "__init__.py") in found.stderr


def test_the_packages_of_this_checkout_are_neighbours() -> None:
    check_neighbours()
    with pytest.raises(ConfigError, match="foreign"):
        check_neighbours(ROOT / "elsewhere")
