"""Import: Markdown, tables and own pages become proposed facts; people's edits stay."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from otklik.enums import Language, Topic
from otklik.errors import InputError, PolicyError
from responder.knowledge import Audience, Fact
from responder.knowledge.file import list_texts, read_contents
from responder.knowledge.importing import Defaults
from responder.knowledge.importing.run import import_facts
from responder.knowledge.importing.writing import Written

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER = Defaults(owner="управляющий", valid_until=date(2027, 6, 30))

MARKDOWN = """\
---
owner: технолог
until: 2027-01-31
topic: quality
---
# Памятка

## Как хранить чай?

- Пачка стоит открытой **не больше 60 дней**.
- Чай держат [в сухом месте](https://example.com/dry), без света
- Да.

Loose tea keeps for 12 months in a closed tin.

```
это пример кода, не факт
```

| Напиток | Цена | Объём |
|---------|------|-------|
| Эспрессо двойной | 150 рублей | 60 мл |
| Раф | | |
"""


def facts_of(path: Path) -> dict[str, Fact]:
    contents = read_contents(list_texts(path), whole=False)
    return {fact.id: fact for _, fact in contents.facts}


def run(tmp_path: Path, name: str, data: str | bytes, defaults: Defaults = OWNER) -> Written:
    file = tmp_path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return import_facts(str(file), tmp_path / "own.yaml", defaults, TODAY)


def test_markdown_becomes_proposed_facts_with_file_and_line(tmp_path: Path) -> None:
    written = run(tmp_path, "pack.md", MARKDOWN, Defaults())
    facts = list(facts_of(tmp_path / "own.yaml").values())
    assert [fact.text_ru or fact.text_en for fact in facts] == [
        "Пачка стоит открытой не больше 60 дней.",
        "Чай держат в сухом месте, без света.",
        "Loose tea keeps for 12 months in a closed tin.",
        "Эспрессо двойной: цена 150 рублей, объём 60 мл.",
    ]
    assert [fact.source for fact in facts] == [f"pack.md:{n}" for n in (10, 11, 14, 22)]
    assert {fact.owner for fact in facts} == {"технолог"}
    assert {fact.topics for fact in facts} == {(Topic.QUALITY,)}
    assert facts[0].asked == ("Как хранить чай?",)
    assert facts[0].valid_until == datetime(2027, 2, 1, tzinfo=UTC)
    assert [str(one) for one in written.refused] == [
        "pack.md:12: too short to be a fact: 'Да.'",
        "pack.md:23: too short to be a fact: 'Раф'",
    ]


def test_what_is_imported_is_never_cited_before_a_person_checked_it(tmp_path: Path) -> None:
    run(tmp_path, "pack.md", MARKDOWN)
    own = tmp_path / "own.yaml"
    assert not any(fact.is_valid(AT) for fact in facts_of(own).values())
    own.write_text(own.read_text("utf-8").replace("    proposed: true\n", "", 1), "utf-8")
    assert sum(fact.is_valid(AT) for fact in facts_of(own).values()) == 1


def test_nothing_is_translated_a_missing_language_stays_missing(tmp_path: Path) -> None:
    run(tmp_path, "pack.md", MARKDOWN)
    for fact in facts_of(tmp_path / "own.yaml").values():
        missing = Language.RUSSIAN if fact.text_en else Language.ENGLISH
        assert fact.says.missing == (missing,)
        assert fact.keywords


TABLE = (
    "Код;Текст;English;Тема;Ответственный;Действует до;Где говорить;Филиал\r\n"
    "hours_north;Кафе на Северной открыто до 22:00;The North cafe is open until 22:00;место;"
    "Вера;31.12.2026;публично;north\r\n"
    ";Скидка сотрудникам 20 процентов;;цена;;31.12.2026;лично;\r\n"
    "bad id;Ещё один факт для проверки;;цена;;;;\r\n"
    ";Факт с неверной датой здесь;;цена;;когда-нибудь;;\r\n"
    ";;;цена;;;;\r\n"
    "\r\n"
    ';"Факт из двух\nстрок в кавычках";;погода;;;;\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_table_with_russian_headers_is_read_in_any_encoding(
    tmp_path: Path, encoding: str
) -> None:
    written = run(tmp_path, "таблица.csv", TABLE.encode(encoding))
    facts = facts_of(tmp_path / "own.yaml")
    north = facts["hours_north"]
    assert (north.text_ru, north.text_en) == (
        "Кафе на Северной открыто до 22:00.",
        "The North cafe is open until 22:00.",
    )
    assert (north.owner, north.about) == ("Вера", (("branch", ("north",)),))
    assert north.valid_until == datetime(2027, 1, 1, tzinfo=UTC)
    (staff,) = (fact for fact in facts.values() if fact is not north)
    assert (staff.audience, staff.owner) == (Audience.PRIVATE, "управляющий")
    reasons = [(one.line, one.reason) for one in written.refused]
    assert [line for line, _ in reasons] == [4, 5, 6, 8]
    for word, (_, reason) in zip(
        ("bad id", "31.12.2026", "no text", "погода"), reasons, strict=True
    ):
        assert word in reason


def test_an_english_table_with_commas_is_read(tmp_path: Path) -> None:
    text = 'en,topic,keywords,owner\n"We ship to Perm, too",delivery,"ship; Perm",Ann\n'
    run(tmp_path, "facts.csv", text, Defaults())
    (fact,) = facts_of(tmp_path / "own.yaml").values()
    assert fact.text_en == "We ship to Perm, too."
    assert (fact.keywords, fact.owner, fact.text_ru) == (("ship", "Perm"), "Ann", "")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "x,y\n1,2\n", "a.csv:1: no column holds the text"),
        ("a.docx", "text", "neither Markdown"),
        ("a.md", "---\nowener: x\n---\n", "did you mean 'owner'"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_says_why(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises((InputError, PolicyError), match=said):
        run(tmp_path, name, text)
    assert not (tmp_path / "own.yaml").exists()


def test_a_fact_without_an_owner_is_refused(tmp_path: Path) -> None:
    written = run(tmp_path, "a.md", "Кафе открыто до 21:00.\n", Defaults())
    assert [one.line for one in written.refused] == [1]
    assert "owner" in written.refused[0].reason


def test_importing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    first = run(tmp_path, "pack.md", MARKDOWN)
    before = (tmp_path / "own.yaml").read_bytes()
    again = run(tmp_path, "pack.md", MARKDOWN)
    assert sorted(again.unchanged) == sorted(first.added)
    assert (again.added, again.updated) == ([], [])
    assert (tmp_path / "own.yaml").read_bytes() == before


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_changed_figure_is_brought_in_under_the_same_id_and_must_be_checked_anew(
    tmp_path: Path,
) -> None:
    own = tmp_path / "own.yaml"
    (fact_id,) = run(tmp_path, "a.md", "Пачка стоит открытой 60 дней.\n").added
    edit(own, "    proposed: true\n", "")
    edit(own, "owner: управляющий", "owner: Вера  # с мая")
    again = run(tmp_path, "a.md", "Пачка стоит открытой 45 дней.\n")
    assert again.updated == [fact_id]
    fact = facts_of(own)[fact_id]
    assert (fact.text_ru, fact.owner, fact.proposed) == (
        "Пачка стоит открытой 45 дней.",
        "Вера",
        True,
    )
    assert "# с мая" in own.read_text("utf-8")


def test_a_wording_of_a_person_stays_and_the_source_is_shown_beside_it(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    (fact_id,) = run(tmp_path, "a.md", "Пачка стоит открытой 60 дней.\n").added
    edit(own, "Пачка стоит открытой 60 дней.", "Открытую пачку держат 60 дней.")
    again = run(tmp_path, "a.md", "Пачка стоит открытой 45 дней.\n")
    assert again.conflicts == [fact_id]
    text = own.read_text("utf-8")
    assert "Открытую пачку держат 60 дней." in text
    assert "Пачка стоит открытой 45 дней." in text
    assert facts_of(own)[fact_id].text_ru == "Открытую пачку держат 60 дней."
    assert run(tmp_path, "a.md", "Пачка стоит открытой 45 дней.\n").conflicts == []


def test_what_the_source_no_longer_has_is_named_and_stays(tmp_path: Path) -> None:
    first = run(tmp_path, "a.md", "Пачка стоит открытой 60 дней.\n\nЧашка стоит 90 рублей.\n")
    again = run(tmp_path, "a.md", "Пачка стоит открытой 60 дней.\n")
    assert again.gone == [first.added[1]]
    assert set(facts_of(tmp_path / "own.yaml")) == set(first.added)


def test_a_fact_written_by_hand_is_never_touched(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    row = "id;Текст\nhours;Кафе открыто до полуночи\n"
    run(tmp_path, "b.csv", row)
    text = own.read_text("utf-8")
    hand = text[: text.index("    imported:")].replace("до полуночи", "до рассвета")
    own.write_text(hand, "utf-8")
    again = run(tmp_path, "b.csv", row)
    assert "by hand" in again.refused[0].reason
    assert "до рассвета" in own.read_text("utf-8")


def test_a_broken_file_to_write_into_is_left_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("facts:\n  - id: x\n    ru: [без точки]\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        run(tmp_path, "a.md", "Кафе открыто до 21:00.\n")
    assert caught.value.line == 2
    assert own.read_text("utf-8").endswith("[без точки]\n")


PAGE = """<html><head><title>x</title><style>p {}</style></head><body>
<nav><ul><li>Главная страница сайта нашего</li></ul></nav>
<h2>Доставка</h2><p>Заказ по городу едет <b>два часа</b>.</p>
<ul><li>Курьер звонит за 10 минут</li></ul>
<table><tr><th>Зал</th><th>Часы</th></tr><tr><td>Большой зал</td><td>9:00–21:00</td></tr></table>
<script>alert("Это не факт вовсе")</script><p>Ещё &lt;b&gt; знак и слова</p></body></html>"""
FAQ = """<p>Прочий текст страницы здесь</p><script type="application/ld+json">{"@type": "FAQPage",
"mainEntity": [{"@type": "Question", "name": "Где мой заказ", "acceptedAnswer": {"@type": "Answer",
"text": "<p>Номер посылки приходит в день отправки.</p>"}}]}</script>"""


def serve(server: HTTPServer, html: str, path: str = "/about") -> str:
    server.expect_request(path).respond_with_data(html, content_type="text/html; charset=utf-8")
    return f"http://127.0.0.1:{server.port}{path}"


def test_a_page_of_our_own_becomes_facts_dated_by_the_day_it_was_read(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    url, own = serve(httpserver, PAGE), [f"127.0.0.1:{httpserver.port}"]
    import_facts(url, tmp_path / "own.yaml", OWNER, TODAY, own)
    facts = list(facts_of(tmp_path / "own.yaml").values())
    assert [fact.text_ru for fact in facts] == [
        "Заказ по городу едет два часа.",
        "Курьер звонит за 10 минут.",
        "Большой зал: часы 9:00–21:00.",
        "Ещё <b> знак и слова.",
    ]
    assert {fact.source for fact in facts} == {f"{url}, 2026-11-22"}


def test_questions_and_answers_of_a_page_are_taken_as_such(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    url, own = serve(httpserver, FAQ), [f"127.0.0.1:{httpserver.port}"]
    import_facts(url, tmp_path / "own.yaml", OWNER, TODAY, own)
    (fact,) = facts_of(tmp_path / "own.yaml").values()
    assert (fact.text_ru, fact.asked) == (
        "Номер посылки приходит в день отправки.",
        ("Где мой заказ?",),
    )


def test_a_host_that_is_not_ours_is_never_called(tmp_path: Path, httpserver: HTTPServer) -> None:
    url = serve(httpserver, PAGE)
    for own in ([], ["example.com"], [f"localhost:{httpserver.port}"]):
        with pytest.raises(InputError, match="own_hosts"):
            import_facts(url, tmp_path / "own.yaml", OWNER, TODAY, own)
    assert httpserver.log == []


def test_a_redirect_to_another_host_is_not_followed(tmp_path: Path, httpserver: HTTPServer) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        elsewhere = f"http://127.0.0.1:{other.getsockname()[1]}/secret"
        headers = {"Location": elsewhere}
        httpserver.expect_request("/go").respond_with_data("", status=302, headers=headers)
        url = f"http://127.0.0.1:{httpserver.port}/go"
        own = [f"127.0.0.1:{httpserver.port}"]
        with pytest.raises(InputError, match="secret"):
            import_facts(url, tmp_path / "own.yaml", OWNER, TODAY, own)


def test_what_is_no_page_is_refused(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a.pdf").respond_with_data(b"%PDF", content_type="application/pdf")
    own = [f"127.0.0.1:{httpserver.port}"]
    for path, said in (("/a.pdf", "not a page"), ("/missing", "answered with")):
        url = f"http://127.0.0.1:{httpserver.port}{path}"
        with pytest.raises(InputError, match=said):
            import_facts(url, tmp_path / "own.yaml", OWNER, TODAY, own)
