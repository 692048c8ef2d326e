"""`otklik knowledge …`: facts checked, imported, found; what expires, cites or is missing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.place import opened
from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.enums import Severity, Topic

if TYPE_CHECKING:
    from otklik.store.facts import Cited
    from responder.knowledge import Fact
    from responder.knowledge.checking import Problem
    from responder.knowledge.importing.writing import Written

knowledge_app = typer.Typer(
    help="Facts: where drafts get what they say, and who keeps it true.", no_args_is_help=True
)
Named = Annotated[
    str,
    typer.Argument(
        metavar="[FILE]", help="A YAML file, a folder or a shipped name; else that of the settings."
    ),
]


@knowledge_app.command("check")
def knowledge_check(
    file: Named = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings end with exit code 1, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read facts as a desk would and name what is wrong with them, each at its line and column.

    Contradictions between facts or with a power, facts that nothing finds and facts without an
    owner end with exit code 1. Expired and soon expiring ones, missing languages and languages
    that disagree are warnings; keywords that call for two facts, and what was imported and not
    yet checked, are notes.

    Example: `otklik knowledge check facts/`, `otklik knowledge check shop --strict`
    """
    from otklik import clock
    from otklik.settings import load_settings
    from responder.knowledge.checking import check_knowledge
    from responder.knowledge.file import list_named_texts, read_contents

    settings = load_settings()
    contents = read_contents(list_named_texts(file or settings.knowledge_file), whole=not file)
    found = check_knowledge(contents, clock.now(), days=settings.fact_warning_days)
    if as_json:
        say_json([vars(problem) for problem in found])
    else:
        _say_problems(found, len(contents.facts))
    bad = (Severity.BLOCK, Severity.WARN) if strict else (Severity.BLOCK,)
    if any(problem.severity in bad for problem in found):
        raise typer.Exit(1)


def _say_problems(found: list[Problem], facts: int) -> None:
    for problem in found:
        say(f"{problem.severity.value:5}  {problem}")
    counts = [
        f"{sum(problem.severity is severity for problem in found)} {name}"
        for severity, name in (
            (Severity.BLOCK, "errors"),
            (Severity.WARN, "warnings"),
            (Severity.NOTE, "notes"),
        )
    ]
    say(f"{facts} facts: {', '.join(counts)}")


@knowledge_app.command("import")
def knowledge_import(
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="Markdown, CSV, HTML, or a page of your own.")
    ],
    into: Annotated[Path, typer.Option(help="YAML file of facts to write into; made if absent.")],
    *,
    owner: Annotated[str, typer.Option(help="Role that keeps these facts true.")] = "",
    person: Annotated[str, typer.Option(help="Login of who that is today.")] = "",
    topic: Annotated[Topic, typer.Option(help="Topic of what names none.")] = Topic.NONE,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day they hold; today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day they hold.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose facts from a file, or from a page on one of `own_hosts` of the settings.

    Each comes with its source and `proposed: true`: nothing cites it until a person has checked
    it and taken that line out. Nothing is translated. Imported again, what changed at the source
    is brought in and what people changed here stays. Rows that cannot be read are named with line
    and reason, the others are kept; exit code 1 says that there were some.

    Example: `otklik knowledge import prices.csv --owner "коммерческий директор"
    --until 2027-06-30 --into facts/prices.yaml`
    """
    from otklik import clock
    from otklik.settings import load_settings
    from responder.knowledge.importing import Defaults
    from responder.knowledge.importing.run import import_facts

    defaults = Defaults(
        owner=owner,
        person=person,
        topic=topic,
        valid_from=since.date() if since else None,
        valid_until=until.date() if until else None,
    )
    with progress("importing"):
        written = import_facts(
            source, into, defaults, clock.now().date(), load_settings().own_hosts
        )
    if as_json:
        say_json({**vars(written), "refused": [vars(one) for one in written.refused]})
    else:
        _say_written(written, into)
    if written.refused:
        raise typer.Exit(1)


def _say_written(written: Written, into: Path) -> None:
    for one in written.refused:
        say(f"left out  {one}")
    for title, ids in (
        ("added", written.added),
        ("brought up to date", written.updated),
        ("changed here and at the source, see source_says", written.conflicts),
        ("no longer at the source", written.gone),
    ):
        if ids:
            say(f"{title}: {', '.join(ids)}")
    say(f"{into}: {len(written.added)} new, {len(written.unchanged)} as they were")
    if written.added or written.updated:
        say("check each and take `proposed: true` out: until then nothing cites it")


@knowledge_app.command("find")
def knowledge_find(
    words: Annotated[str, typer.Argument(help="Words in any form, or a whole comment.")],
    comment: Annotated[
        bool, typer.Option("--comment", help="What a draft would cite, instead of a search.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Search the facts as the desk's search box does, or as a draft does.

    Any form of a word will do. With `--comment` the facts that fit a comment are shown with the
    keywords that called for them, or how like they are where meaning alone did.

    Example: `otklik knowledge find "верните деньги"`
    """
    from otklik.bootstrap import keep_facts, read_knowledge
    from otklik.enums import Language
    from responder.knowledge.searching import search

    with opened() as place:
        knowledge = read_knowledge(place.settings, place.session)
        if comment:
            hits = knowledge.find(words, Topic.NONE, Language.RUSSIAN, place.at)
            found = [(one.fact, _why(one.matched, one.likeness)) for one in hits]
        else:
            keep_facts(place.session, place.settings.brand_id, knowledge.facts, place.at)
            facts = search(place.session, place.settings.brand_id, words, place.at)
            found = [(fact, "" if fact.is_valid(place.at) else "not valid now") for fact in facts]
    rows = [_fact_row(fact, why) for fact, why in found]
    if as_json:
        say_json(rows)
    elif rows:
        say_table(rows, {"id": "id", "why": "why", "until": "until", "text": "text"})
    else:
        say("no fact has these words" if not comment else "no fact fits: it is a gap")


def _why(matched: tuple[str, ...], likeness: float | None) -> str:
    return ", ".join(matched) or f"by meaning, {likeness:.2f}"


def _fact_row(fact: Fact, why: str) -> dict[str, Any]:
    from responder.knowledge.expiry import last_day, owner_of

    return {
        "id": fact.id,
        "why": why,
        "until": last_day(fact),
        "owner": owner_of(fact),
        "text": fact.text_ru or fact.text_en,
        "place": fact.place,
    }


@knowledge_app.command("expiring")
def knowledge_expiring(
    days: Annotated[
        float | None, typer.Option(help="Within so many days; by default fact_warning_days.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show facts that are about to expire, or just did, and whom to ask.

    The same facts raise an alert once for each last day they have.

    Example: `otklik knowledge expiring --days 30`
    """
    from otklik import clock
    from otklik.cli.place import read_house_at_hand
    from otklik.settings import load_settings
    from responder.knowledge.expiry import list_expiring

    settings = load_settings()
    limit = settings.fact_warning_days if days is None else days
    found = list_expiring(read_house_at_hand().knowledge.facts, clock.now(), limit)
    rows = [_fact_row(fact, "") for fact in found]
    if as_json:
        say_json(rows)
    elif rows:
        say_table(rows, {"until": "last day", "id": "id", "owner": "ask", "place": "stands in"})
    else:
        say(f"nothing expires within {limit:g} days")


@knowledge_app.command("gaps")
def knowledge_gaps(
    since: Annotated[str, typer.Option(help="30d, 12h, 2w or a date.")] = "30d",
    as_json: Json = False,
) -> None:
    """Show what people wrote that no fact answered, the most frequent first.

    Where the next fact should be written: by topic and thing, with numbers of mentions to read.

    Example: `otklik knowledge gaps --since 30d`
    """
    from otklik.cli.since import read_since
    from responder.knowledge.gaps import list_gaps

    with opened() as place:
        begin = read_since(since, place.at, place.settings.timezone)
        gaps = list_gaps(place.session, place.settings.brand_id, begin)
    rows = [gap.model_dump(mode="json") for gap in gaps]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        row["mention_ids"] = ", ".join(map(str, row["mention_ids"]))
        row["texts"] = row["texts"][0][:60]
    if rows:
        headings = ("mentions", "topic", "thing_id", "mention_ids", "texts")
        say_table(rows, {name: name for name in headings})
    else:
        say("every point had a fact")


@knowledge_app.command("cites")
def knowledge_cites(
    fact_id: Annotated[str, typer.Argument(metavar="ID", help="Id of a fact.")],
    as_json: Json = False,
) -> None:
    """Show drafts and replies that cite a fact, and open promises that rest on it.

    To be read when a fact changes or is withdrawn: `said then` marks those that cite it in other
    words than it has now. Such a change leaves an audit event with the same list, too.

    Example: `otklik knowledge cites refund_term`
    """
    from otklik.bootstrap import read_knowledge
    from otklik.store.facts import list_citing

    with opened() as place:
        now = read_knowledge(place.settings, place.session).fact(fact_id)
        found = list_citing(place.session, place.settings.brand_id, [fact_id])
        rows = [_citing_row(one, now) for one in found]
    if as_json:
        say_json(rows)
    elif rows:
        headings = ("draft", "mention", "draft_state", "reply", "reply_state", "promises", "says")
        say_table(rows, {name: name for name in headings})
    else:
        say(f"nothing cites {fact_id}")


def _citing_row(one: Cited, now: Fact | None) -> dict[str, Any]:
    same = now is not None and now.digest == one.digest
    return {
        "draft": one.draft.id,
        "mention": one.draft.mention_id,
        "draft_state": one.draft.state.value,
        "reply": one.reply.id if one.reply else None,
        "reply_state": one.reply.state.value if one.reply else None,
        "posted_at": one.reply.posted_at if one.reply else None,
        "promises": [promise.id for promise in one.promises],
        "says": "the same now" if same else "said then",
    }


@knowledge_app.command("export")
def knowledge_export(
    into: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="YAML to write; else the screen.")
    ] = None,
    desk: Annotated[
        bool, typer.Option("--desk", help="Only facts and powers that the desk keeps.")
    ] = False,
) -> None:
    """Write all that is known, files and desk together, as one file that reads back the same.

    What the desk took out is left out. Comments of the files are not kept. With `--desk`, only
    what the desk keeps: to be pasted into a file of your own.

    Example: `otklik knowledge export all.yaml`
    """
    from otklik.cli.place import read_house_at_hand
    from otklik.enums import ProposalKind
    from responder.knowledge.writing_yaml import dump, export, export_lists

    house = read_house_at_hand()
    facts, powers = (
        [mark for mark, value in listed if not desk or house.origin(kind, value.id).proposal_id]
        for kind, listed in (
            (ProposalKind.FACT, house.contents.facts),
            (ProposalKind.POWER, house.contents.powers),
        )
    )
    text = dump(export_lists(facts, powers)) if desk else export(house.contents, facts, powers)
    if into is None:
        say(text.rstrip())
        return
    into.write_text(text, "utf-8")
    say(f"{into}: {len(facts)} facts, {len(powers)} powers")
