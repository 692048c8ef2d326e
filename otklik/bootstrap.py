"""The composition root: settings become an engine, platforms, a classifier, a policy, channels.

Nothing below this file knows how its parts are made; nothing above it makes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine
from sqlmodel import Session

from classifier.backends import backend_type
from classifier.backends.language_model import LanguageModel, LanguageModelConfig
from classifier.model import Classifier
from otklik import clock, database
from otklik import migrate as migrations
from otklik.alerts import Channel, build_channel
from otklik.completions import Address, CompletionClient
from otklik.desk import Desk
from otklik.entries import BackendSettings, ChannelSettings
from otklik.errors import ConfigError
from otklik.judging import Backend, Judge
from otklik.knowing import FollowingKnowledge
from otklik.limiter import DatabaseMeter
from otklik.neighbours import check_neighbours
from otklik.operations.following import FollowingOperations
from otklik.own_lists import open_relator
from otklik.platforms import discover
from otklik.policies import Following
from otklik.registry import Registry
from otklik.serving import Serving
from otklik.settings import Settings, load_settings, resolve_config
from otklik.store import sources
from otklik.watching import check_sources
from responder.drafting import DeterministicWriter, Writer
from responder.drafting.language_model import LanguageModelWriter, WriterConfig
from responder.knowledge import Current, Fact, Knowledge, keeping, searching
from responder.knowledge.house import House, read_house
from responder.policy import Policy
from responder.policy.file import find_policy

CONSOLE = ChannelSettings(name="console", kind="console", min_urgency=3)


def open_desk(settings: Settings | None = None, *, migrate: bool = False) -> Desk:
    """Everything the machine steps work with, checked and agreeing with the database.

    Args:
        settings: by default those of file and environment.
        migrate: bring the database to this code's revision instead of refusing it.

    Raises:
        ConfigError: settings, policy, knowledge, channel or source are wrong, a neighbouring
            package is a foreign one, or the database has another revision.
        ModelError: the model artefact is missing or was changed.
    """
    check_neighbours()
    settings = with_channels(settings or load_settings())
    platforms = discover()
    check_sources(settings.sources, platforms)
    channels = build_channels(settings)
    engine = open_database(settings, migrate=migrate)
    with database.session(engine) as session:
        at = clock.now()
        sources.sync_sources(session, settings.brand_id, settings.sources, at)
        relator = open_relator(session, settings, at)
    policies = Following(engine, settings, at)
    known = FollowingKnowledge(engine, settings, at)
    operating = FollowingOperations(engine, settings, at)
    base = open_judge(settings)
    return Desk(
        settings=settings,
        engine=engine,
        platforms=platforms,
        classifier=open_backend(settings.classifier, engine, base, "classifier") or base,
        policies=policies,
        writer=open_writer(settings.writer, engine, known),
        known=known,
        channels=MappingProxyType(channels),
        shadow=open_backend(settings.shadow, engine, base, "shadow"),
        relator=relator,
        operating=operating,
    )


def open_judge(settings: Settings) -> Judge:
    """The model of `model_dir`, else the one that is promoted, followed while it serves.

    Raises:
        ModelError: the named model, or the shipped one, is missing or was changed.
    """
    if settings.model_dir:
        return Classifier.load(Path(settings.model_dir), settings.effort)
    return Serving(Registry(Path(settings.models_dir)), settings.effort)


def open_backend(
    entry: BackendSettings | None, engine: Engine, base: Judge, place: str
) -> Backend | None:
    """Another model, completed by `base`; None where none is set.

    Args:
        place: `classifier` or `shadow`, for errors.

    Raises:
        ConfigError: a setting is wrong, or a library is not installed.
        ModelError: the model is missing or does not fit its labels.
    """
    if entry is None:
        return None
    kind = backend_type(entry.kind, place)
    config = resolve_config(kind.settings_type, entry.config, f"{place} ({entry.kind})")
    if isinstance(config, LanguageModelConfig):
        asker = CompletionClient(address_of(config), DatabaseMeter(engine, 0))
        return LanguageModel(config, base, asker)
    backend: Backend = kind(config, base)
    return backend


def open_writer(entry: BackendSettings | None, engine: Engine, known: Current) -> Writer:
    """Our own writer, with a language model beside it where one is set.

    Raises:
        ConfigError: a setting is wrong.
    """
    own = DeterministicWriter(known)
    if entry is None:
        return own
    if entry.kind != "language_model":
        raise ConfigError(f"writer: kind {entry.kind!r} is unknown; known: language_model")
    config = resolve_config(WriterConfig, entry.config, "writer (language_model)")
    asker = CompletionClient(address_of(config), DatabaseMeter(engine, 0))
    at_once = {"concurrency": config.concurrency, "batch": config.batch}
    return LanguageModelWriter(own, known, asker, **at_once)


def address_of(config: LanguageModelConfig | WriterConfig) -> Address:
    """Where and how the model of these settings is asked."""
    return Address(**{field.name: getattr(config, field.name) for field in fields(Address)})


def open_database(settings: Settings, *, migrate: bool = False) -> Engine:
    """An engine whose database has this code's revision.

    Raises:
        ConfigError: it has another one, with the command that mends it.
    """
    engine = database.make_engine(settings.database_url)
    if migrate:
        migrations.upgrade(engine)
    migrations.require_current(engine)
    return engine


def with_channels(settings: Settings) -> Settings:
    """The same settings, alerts going to the console when they go nowhere else."""
    return settings if settings.channels else settings.model_copy(update={"channels": [CONSOLE]})


def read_policy(settings: Settings) -> Policy:
    """The policy of the settings: a file, a shipped one by name, or the shop's."""
    return find_policy(settings.policy_file)


def read_knowledge(settings: Settings, session: Session) -> Knowledge:
    """What the house knows now: files of the settings and what its desk has in force."""
    return read_whole_house(settings, session).knowledge


def read_whole_house(settings: Settings, session: Session) -> House:
    """The same with where each thing comes from.

    Raises:
        PolicyError: the files are wrong, and there never were good ones.
    """
    return read_house(session, settings.brand_id, settings.knowledge_file)


def build_channels(settings: Settings) -> dict[str, tuple[ChannelSettings, Channel]]:
    """The configured channels by name."""
    if len({entry.name for entry in settings.channels}) < len(settings.channels):
        raise ConfigError("channels: two have the same name")
    return {
        entry.name: (entry, build_channel(entry.kind, entry.config, name=entry.name))
        for entry in settings.channels
    }


def keep_facts(session: Session, brand_id: str, facts: Iterable[Fact], at: datetime) -> None:
    """Store each fact as it reads now, so that what was cited stays readable and is found."""
    known = list(facts)
    keeping.keep(session, brand_id, known, at)
    searching.sync(session, brand_id, known, at)


def is_blank(settings: Settings) -> bool:
    """Has nothing ever been made in the database of these settings?"""
    engine = database.make_engine(settings.database_url)
    try:
        return migrations.current(engine) is None
    finally:
        engine.dispose()
