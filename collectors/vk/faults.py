"""VK's error codes in the house's errors.

What an error means depends on what was asked: refused reading closes one place, a refused
reply goes back to its approver, and an internal error of VK after a reply was sent leaves its
outcome unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from collectors._text import quote
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)


class Purpose(StrEnum):
    """What a call was for."""

    READ = "read"
    CHANGE = "change"  # may be asked for twice
    POST = "post"  # must not


CAPTCHA: Final = 14
RUNTIME: Final = 13  # of `execute`; also "response size is too big"
TOO_MANY: Final = 6
# seconds after which another try makes sense; VK names none
WAITS: Final = {6: 1.0, 9: 300.0, 29: 3600.0, 32: 60.0, 223: 600.0, 601: 3600.0}
BLOCKING: Final = frozenset({6, 29})  # the whole token waits, not one action
INTERNAL: Final = frozenset({1, 10, 13, 36, 43})
GONE: Final = frozenset({104})
RENEW: Final = "Получите новый ключ доступа VK и замените его в настройках источника"
TO_DO: Final[dict[int, str]] = {
    2: "Включите приложение VK в его настройках на dev.vk.com",
    4: RENEW,
    5: RENEW,
    14: "Войдите в VK под этой учётной записью, введите капчу и включите источник снова",
    17: "Откройте ссылку проверки в браузере под этой учётной записью и подтвердите вход",
    24: "Подтвердите действие в VK под этой учётной записью",
    25: RENEW,
    27: "Выпустите новый ключ сообщества: Управление → Дополнительно → Работа с API",
    28: "Проверьте сервисный ключ приложения на dev.vk.com и замените его в настройках",
    37: "Учётная запись VK заблокирована: восстановите её или возьмите ключ другой",
    38: RENEW,
    41: "Завершите регистрацию учётной записи VK в браузере",
    42: "Разрешите адрес этого сервера в настройках приложения VK",
    3300: "Войдите в VK под этой учётной записью и пройдите проверку",
    3301: "Подтвердите телефон учётной записи VK",
    3302: "Войдите в VK под этой учётной записью с паролем",
    3303: "Подтвердите вход в VK кодом из приложения",
    3304: "Подтвердите электронную почту учётной записи VK",
    3609: RENEW,
    3610: "Учётная запись VK удалена или отключена: восстановите её или возьмите ключ другой",
    3611: "Учётная запись VK отключена: восстановите её или возьмите ключ другой",
}
DENIED: Final = frozenset(
    {7, 15, 18, 19, 20, 21, 23, 30, 183, 200, 201, 203, 204, 205, 210, 211, 212, 213, 260, 801}
)
# what was asked for is not there: at the first reading most often a wrong `owner_id`
WRONG: Final = frozenset({39, 40, 100, 113, 114, 125})
WRONG_TO_DO: Final = "Проверьте owner_id источника: VK не находит такого места"
PLACE_TO_DO: Final = "Проверьте, что владелец ключа VK видит это место и имеет на него права"


class Faults:
    """Makes errors of one source.

    Args:
        scrub: takes secrets out of a message.
    """

    def __init__(self, platform: str, source: str, scrub: Callable[[str], str]) -> None:
        self._platform, self._source, self._scrub = platform, source, scrub

    def error(self, kind: type[PlatformError], message: str) -> PlatformError:
        """A plain error of this source."""
        return kind(self._scrub(message), platform=self._platform, source=self._source)

    def denied(self, message: str, to_do: str, *, whole_account: bool = False) -> AccessDenied:
        """`AccessDenied` with what a person has to do."""
        return AccessDenied(
            self._scrub(message),
            platform=self._platform,
            source=self._source,
            to_do=self._scrub(to_do),
            whole_account=whole_account,
        )

    def limited(self, message: str, seconds: float) -> RateLimited:
        """`RateLimited` for so many seconds."""
        return RateLimited(
            self._scrub(message),
            retry_after=seconds,
            platform=self._platform,
            source=self._source,
        )

    def of(self, fault: Mapping[str, Any], place: str, purpose: Purpose) -> PlatformError:
        """The error for what VK says of a call.

        Args:
            fault: `error` of an answer, or one of `execute_errors`.
            place: what was called, for the message.
        """
        code = code_of(fault)
        told = f"{place}: VK error {code}: {quote(fault.get('error_msg', ''), 200)}"
        if code in TO_DO:
            return self.denied(told, _to_do(code, fault), whole_account=True)
        if code in WAITS:
            return self.limited(told, WAITS[code])
        if code in GONE:
            return self.error(Gone, told)
        if code in INTERNAL:
            is_open = purpose is Purpose.POST
            return self.error(OutcomeUnknown if is_open else Transient, told)
        if purpose is not Purpose.READ:
            return self.error(Rejected, told)
        if code in DENIED or code in WRONG:
            return self.denied(told, PLACE_TO_DO if code in DENIED else WRONG_TO_DO)
        return self.error(Transient, told)


def code_of(fault: Mapping[str, Any]) -> int:
    """The code, 0 when there is none that makes sense."""
    code = fault.get("error_code")
    return code if isinstance(code, int) else 0


def _to_do(code: int, fault: Mapping[str, Any]) -> str:
    """What a person has to do; with the address where VK wants it done, when it is VK's own."""
    address = str(fault.get("redirect_uri") or "")
    is_shown = address.startswith(("https://vk.com/", "https://id.vk.com/", "https://m.vk.com/"))
    is_shown |= address.startswith(("https://vk.ru/", "https://id.vk.ru/", "https://m.vk.ru/"))
    return TO_DO[code] + (f": {address[:300]}" if is_shown else "")
