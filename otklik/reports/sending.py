"""The weekly report goes out: once for each week, tried again when it failed, never in silence."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from classifier.lists import parse_lists
from otklik import audit, database
from otklik.enums import AlertKind, DeliveryState
from otklik.errors import AccessDenied, ConfigError, OtklikError, Rejected
from otklik.models import ReportSending
from otklik.report_settings import ReportSettings
from otklik.reports import letter, mailing
from otklik.reports.periods import week_name
from otklik.reports.volume import ReasonKind
from otklik.reports.weekly import Weekly, due_week, read_weekly
from otklik.settings import Settings
from otklik.store import alerts, events, subjects
from responder.points.matters import matters

LEASE = timedelta(minutes=10)
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 20
TOLD_AFTER = 3  # attempts; what no further one mends is told at once


class Made(NamedTuple):
    """A week's page, its figures, and how reasons are called in it."""

    page: str
    figures: Weekly
    names: dict[str, str]


def make_page(engine: Engine, settings: Settings, first: date, at: datetime) -> Made:
    """The page of the week from Monday `first` on."""
    zone = ZoneInfo(settings.timezone)
    with database.reading(engine) as session:
        found = read_weekly(
            session,
            settings.brand_id,
            first,
            zone=zone,
            brand=settings.brand_name,
            language=settings.language,
        )
        names = reason_names(session, settings)
    return Made(letter.as_html(found, names, at, zone), found, names)


def reason_names(session: Session, settings: Settings) -> dict[str, str]:
    """Matters and things of ours by ``kind:key``, in the brand's language."""
    is_russian = settings.language == "ru"
    found = {
        f"{ReasonKind.MATTER}:{key}": (one.about.ru if is_russian else one.about.en)[0]
        for key, one in matters().items()
    }
    last = subjects.find_last_lists(session, settings.brand_id)
    try:
        things = parse_lists(last.text, "").entities if last else ()
    except ConfigError:  # good for an earlier reader: ids are shown instead
        things = ()
    return {**found, **{f"{ReasonKind.ENTITY}:{one.id}": one.name for one in things}}


def send_due(engine: Engine, settings: Settings, at: datetime) -> int | None:
    """Send the report that is due now; 1: sent, 0: it failed, None: nothing is due."""
    wanted = settings.reports
    if wanted is None:
        return None
    first = due_week(wanted.weekly, at, ZoneInfo(settings.timezone))
    with database.session(engine) as session:
        claimed = events.claim_sending(session, settings.brand_id, week_name(first), at, LEASE)
    if claimed is None:
        return None
    refused, error = _deliver(wanted, make_page(engine, settings, first, at), settings, at)
    with database.session(engine) as session:
        _save(session, settings, week_name(first), (refused, error), at)
    return int(error is None)


def _deliver(
    wanted: ReportSettings, made: Made, settings: Settings, at: datetime
) -> tuple[list[str], OtklikError | None]:
    week = made.figures.week
    try:
        if wanted.folder:
            write_page(Path(wanted.folder) / f"otklik-{week}.html", made.page)
        if not wanted.to:
            return [], None
        mail = mailing.message(
            wanted,
            subject=letter.subject_line(made.figures),
            text=letter.as_text(made.figures, made.names),
            page=made.page,
            key=f"{week}.{settings.brand_id}",
            at=at,
        )
        return mailing.send(wanted, mail), None
    except OtklikError as error:
        return [], error


def write_page(file: Path, page: str) -> None:
    """Write it whole or not at all.

    Raises:
        ConfigError: the folder cannot be written into.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".part")
        draft.write_text(page, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise ConfigError(f"reports: cannot write {file.name}: {error.strerror}") from error


def _save(
    session: Session,
    settings: Settings,
    week: str,
    outcome: tuple[list[str], OtklikError | None],
    at: datetime,
) -> None:
    refused, error = outcome
    row = events.find_sending(session, settings.brand_id, week)
    if row is None or row.state is not DeliveryState.SENDING:
        return
    _settle(row, settings, error, at)
    if refused:
        row.error = f"refused: {', '.join(refused)}"[:500]
    events.save_sending(session, row)
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="report.sent" if error is None else "report.failed",
        subject=("report", week),
        detail={"to": row.where_to, "attempt": row.attempts, "error": row.error},
        brand_id=settings.brand_id,
    )
    if error is not None and (_is_lasting(error) or row.attempts >= TOLD_AFTER):
        _alert(session, settings, row, at)


def _alert(session: Session, settings: Settings, row: ReportSending, at: datetime) -> None:
    """Tell all channels, once for each week."""
    alerts.save_alert(
        session,
        brand_id=settings.brand_id,
        kind=AlertKind.REPORT_FAILED,
        dedup_key=f"report:{row.week}",
        title=f"Недельный отчёт {row.week} не отправлен",
        body=f"{row.error}\nПопыток: {row.attempts}. Страница: otklik reports weekly --out ФАЙЛ",
        urgency=1,
        channels=[channel.name for channel in settings.channels],
        at=at,
    )


def _is_lasting(error: OtklikError) -> bool:
    return isinstance(error, Rejected | AccessDenied | ConfigError)


def _settle(
    row: ReportSending, settings: Settings, error: OtklikError | None, at: datetime
) -> None:
    wanted = settings.reports
    row.where_to = ", ".join([*wanted.to, wanted.folder]).strip(", ") if wanted else ""
    row.error = str(error)[:500] if error else ""
    if error is None:
        row.state, row.sent_at = DeliveryState.SENT, at
    elif row.attempts >= MOST_ATTEMPTS:
        row.state = DeliveryState.FAILED
    else:
        pause = LONGEST_PAUSE if _is_lasting(error) else FIRST_PAUSE * 2 ** min(row.attempts - 1, 6)
        row.state, row.next_attempt_at = DeliveryState.PENDING, at + min(pause, LONGEST_PAUSE)
