"""What an author is told of a hiding or a ban: what, by which rule, how to object."""

from __future__ import annotations

from datetime import datetime

from otklik.enums import Language
from responder.moderation.grounds import HideGround

_GROUNDS_RU = {
    HideGround.PERSONAL_DATA: "в нём личные данные, которые нельзя показывать всем",
    HideGround.THREAT: "в нём угроза",
    HideGround.OBSCENITY: "в нём нецензурные слова",
    HideGround.INSULT: "в нём оскорбление",
    HideGround.SPAM: "это реклама или рассылка",
}
_GROUNDS_EN = {
    HideGround.PERSONAL_DATA: "it holds personal data that must not be public",
    HideGround.THREAT: "it holds a threat",
    HideGround.OBSCENITY: "it holds obscene words",
    HideGround.INSULT: "it holds an insult",
    HideGround.SPAM: "it is advertising or spam",
}


def hide_notice(
    ground: HideGround, language: Language, written_at: datetime, appeal_to: str = ""
) -> str:
    """Text for the author of a hidden comment, in Russian or English.

    Args:
        appeal_to: how to object, as in “write to help@example.org”; else by answering this.
    """
    day = written_at.strftime("%d.%m.%Y")
    if language is Language.RUSSIAN:
        way = appeal_to or "ответьте на это сообщение"
        return (
            f"Мы скрыли ваш комментарий от {day}: {_GROUNDS_RU[ground]}. Саму критику мы не "
            "скрываем: напишите то же без этого, и комментарий останется на виду. Если не "
            f"согласны, {way}: решение пересмотрит другой сотрудник."
        )
    way = appeal_to or "answer this message"
    return (
        f"We have hidden your comment of {day}: {_GROUNDS_EN[ground]}. We do not hide criticism: "
        "write the same without it and it will stay. If you disagree, "
        f"{way}: somebody else will look at the decision again."
    )


def ban_notice(language: Language, until: datetime | None, appeal_to: str = "") -> str:
    """Text for a banned author, in Russian or English."""
    if language is Language.RUSSIAN:
        term = f"до {until:%d.%m.%Y}" if until else "бессрочно"
        way = appeal_to or "ответьте на это сообщение"
        return (
            f"Мы закрыли вам возможность писать здесь {term}: после наших просьб остановиться "
            "оскорбления сотрудников продолжились. С вопросом по заказу или услуге вам помогут "
            f"и теперь. Если не согласны, {way}: решение пересмотрит другой сотрудник."
        )
    term = f"until {until:%Y-%m-%d}" if until else "for good"
    way = appeal_to or "answer this message"
    return (
        f"We have closed this place to you {term}: insults of our staff went on after we had "
        "asked you to stop. We shall still help with an order or a service. If you disagree, "
        f"{way}: somebody else will look at the decision again."
    )
