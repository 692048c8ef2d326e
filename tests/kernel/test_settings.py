"""Settings: unknown keys are refused, with the place."""

from pathlib import Path

import pytest

from otklik.errors import ConfigError
from otklik.settings import load_settings

SOURCE = '[[sources]]\nname = "site"\nplatform = "isso"\nbase_url = "http://localhost"\n'


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_has_a_default_and_posting_is_dry_run() -> None:
    assert load_settings().posting == "dry_run"


def test_environment_goes_before_file(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_folder / "otklik.toml").write_text('brand_name = "file"\nlanguage = "en"\n' + SOURCE)
    monkeypatch.setenv("OTKLIK_BRAND_NAME", "environment")
    settings = load_settings()
    assert (settings.brand_name, settings.language) == ("environment", "en")
    assert settings.sources[0].config == {"base_url": "http://localhost"}


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("databse_url = 'x'", "databse_url"),
        ("language = 'de'", "language"),
        ("undo_seconds = -1", "undo_seconds"),
        ("timezone = 'Moon/Sea'", "time zone"),
        ("[[sources]]\nplatform = 'isso'", "name"),
        ("language = ", r"otklik\.toml"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(own_folder: Path, toml: str, message: str) -> None:
    (own_folder / "otklik.toml").write_text(toml)
    with pytest.raises(ConfigError, match=message):
        load_settings()


def test_a_mistyped_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_DATABSE_URL", "sqlite://")
    with pytest.raises(ConfigError, match="OTKLIK_DATABSE_URL"):
        load_settings()


def test_a_secret_for_an_env_reference_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_TOKEN", "x")
    load_settings()


def test_a_named_file_must_exist(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_CONFIG", str(own_folder / "absent.toml"))
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load_settings()
