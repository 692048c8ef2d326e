"""The company's own lists as people write them: every mistake has its line, nothing is dropped."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from classifier.lists import load_lists, parse_lists, shared_names
from otklik.errors import ConfigError
from otklik.subjects import EntityKind

HEAD = "kind,id,name,aliases,parent,note,strict\n"


def test_the_demo_shops_lists_are_right_and_hold_every_kind() -> None:
    text = (resources.files("otklik.demo") / "entities.csv").read_text("utf-8")
    lists = parse_lists(text, "entities.csv")
    assert set(lists.count()) == {kind.value for kind in EntityKind}
    assert len(lists.digest) == 64


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("shop,a,Альфа,,,,", "x.csv:2: unknown kind 'shop'"),
        ("city,Ы,Альфа,,,,", "x.csv:2: the id 'Ы'"),
        ("city,,Альфа,,,,", "x.csv:2: the id ''"),
        ("city,a,,,,,", "x.csv:2: the name '' has no letters"),
        ("city,a,Альфа,«»|Бета,,,", "x.csv:2: the name '«»'"),
        ("city,a,Альфа,,nowhere,,", "x.csv:2: there is no row with the id 'nowhere'"),
        ("city,a,Альфа,,a,,", "x.csv:2: 'a' belongs to itself"),
        ("city,a,Альфа,,,,perhaps", "x.csv:2: strict must be yes, no or empty"),
        ("city,a,Альфа,,,,,more", "x.csv:2: 8 cells, but 7 columns"),
        ("city,a,Альфа,,,,\ncity,a,Бета,,,,", "x.csv:3: the id 'a' stands in line 2 already"),
        ('city,a,"Альфа', "x.csv:2: not a row of a table"),
        ("city,a,а б в г д е ж з и,,,,", "x.csv:2: the name 'а б в г д е ж з и' has more than 8"),
        ("context,w,чай,,a,,\ncity,a,Альфа,,,,", "x.csv:2: a row of kind context has no parent"),
        ("\n\n# nothing\n", "there are no rows"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(row: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_lists(HEAD + row + "\n", "x.csv")
    assert said in str(raised.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_lists(HEAD + "shop,a,Альфа,,,,\n\ncity,?,Бета,,,,\n", "x.csv")
    assert "x.csv:2:" in str(raised.value)
    assert "x.csv:4:" in str(raised.value)


def test_a_column_nobody_knows_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"x\.csv:1: unknown column 'alias'; known: kind, id"):
        parse_lists("kind,id,name,alias\n", "x.csv")


def test_what_a_table_editor_saves_is_read_alike(tmp_path: Path) -> None:
    plain = HEAD + "city,a,Альфа,Бета|Гамма,,,\n"
    (tmp_path / "comma.csv").write_text(plain, "utf-8")
    (tmp_path / "semicolon.csv").write_bytes(plain.replace(",", ";").encode("cp1251"))
    (tmp_path / "tab.csv").write_bytes(plain.replace(",", "\t").encode("utf-8-sig"))
    read = [load_lists(tmp_path / f"{name}.csv") for name in ("comma", "semicolon", "tab")]
    assert {one.entities for one in read} == {read[0].entities}
    assert read[0].entities[0].aliases == ("Бета", "Гамма")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"absent\.csv"):
        load_lists(Path("absent.csv"))


def test_names_that_two_things_share_are_shown() -> None:
    lists = parse_lists(HEAD + "branch,a,Ленина,,,,\nbranch,b,улица,ленина,,,\n", "x.csv")
    assert shared_names(lists.entities) == {"ленина": ["a", "b"]}
