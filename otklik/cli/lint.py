"""`otklik lint`: what is wrong with a reply, before it is anybody's draft."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.screen import Json, say, say_json
from otklik.enums import Language, Severity
from otklik.errors import ConfigError

if TYPE_CHECKING:
    from responder.knowledge import Knowledge
    from responder.lint import Finding, LintContext

STANDARD_INPUT = "-"


def lint(  # noqa: PLR0917  (typer reads the signature)
    file: Annotated[str, typer.Argument(help="Text of the reply, or - for standard input.")],
    comment: Annotated[
        str, typer.Option("--comment", help="File with the comment that the reply answers.")
    ] = "",
    language: Annotated[
        Language | None, typer.Option("--language", help="Of the comment; else it is told.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the author.")] = "",
    platform: Annotated[
        str, typer.Option("--platform", help="Where it will stand: its limit counts.")
    ] = "",
    knowledge: Annotated[
        str, typer.Option("--knowledge", help="Knowledge whose contacts and facts are ours.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Say what is wrong with a reply: line, column, weight, reason and way out.

    Exit code 1 when a finding blocks. Nothing is stored and nothing is posted; the knowledge
    base counts as cited whole, so this is milder than the desk, which knows the draft's facts.

    Example: `echo "Ваше мнение очень важно для нас." | otklik lint - --language ru`
    """
    from responder.lint import lint as find

    text = _read(file)
    said = _read(comment) if comment else ""
    context = _context(
        text,
        comment=said,
        language=language,
        name=name,
        platform=platform,
        knowledge=_knowledge(knowledge),
    )
    found = find(text, context)
    if as_json:
        say_json([one.model_dump(mode="json") for one in found])
    else:
        for one in found:
            say(_line(one, text, context.language))
        say(f"{len(found)} findings" if found else "nothing found")
    if any(one.severity is Severity.BLOCK for one in found):
        raise typer.Exit(1)


def _read(name: str) -> str:
    if name == STANDARD_INPUT:
        return sys.stdin.read().rstrip("\n")
    try:
        return Path(name).read_text("utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {name}: {error}") from error


def _knowledge(name: str) -> Knowledge | None:
    if not name:
        return None
    from responder.knowledge.file import open_knowledge

    return open_knowledge(name)


def _context(
    text: str,
    *,
    comment: str,
    language: Language | None,
    name: str,
    platform: str,
    knowledge: Knowledge | None,
) -> LintContext:
    from otklik.language.identify import identify
    from responder.lint import LintContext
    from responder.points import find_known

    return LintContext(
        comment=comment,
        language=language or identify(comment or text),
        known=tuple(find_known(comment)),
        facts=knowledge.facts if knowledge else (),
        own_contacts=knowledge.own_contacts if knowledge else (),
        author_name=name,
        platform=platform,
        reply_max_length=_limit(platform),
    )


def _limit(platform: str) -> int | None:
    if not platform:
        return None
    from otklik.platforms import discover

    kinds = discover()
    if platform not in kinds:
        raise ConfigError(f"unknown platform {platform}; known: {', '.join(sorted(kinds))}")
    return kinds[platform].reply_max_length


def _line(found: Finding, text: str, language: Language) -> str:
    """``2:14 warn canned_phrase «…»: reason → way out``."""
    before = text[: found.span.start]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    said = text[found.span.start : found.span.end]
    quoted = " ".join("".join(one if one.isprintable() else " " for one in said).split())
    shown = quoted if len(quoted) <= 60 else f"{quoted[:59]}…"
    russian = language is Language.RUSSIAN
    reason, way = (
        (found.message_ru, found.way_out_ru) if russian else (found.message_en, found.way_out_en)
    )
    return f"{line}:{column} {found.severity} {found.code} «{shown}»: {reason} → {way}"
