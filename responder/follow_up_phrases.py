"""Equal ways to report on a promise. Slots: what was promised, what was done, dates.

A report that was done names both; one that was not says so first, and by when to come back.
"""

from otklik.enums import Language

OPENINGS = {
    Language.RUSSIAN: (
        "Мы обещали здесь: «{promise}».",
        "Возвращаемся к обещанию: «{promise}».",
        "Вы ждали от нас вот чего: «{promise}».",
        "Пишем о том, что обещали: «{promise}».",
        "За нами оставалось обещание: «{promise}».",
        "Отчитываемся о сказанном выше: «{promise}».",
    ),
    Language.ENGLISH: (
        "We promised here: “{promise}”.",
        "Back to what we promised: “{promise}”.",
        "You were waiting for this from us: “{promise}”.",
        "This is about our promise: “{promise}”.",
        "We owed you this: “{promise}”.",
        "A report on what we said above: “{promise}”.",
    ),
}
DONE = {
    Language.RUSSIAN: (
        "Это сделано {date}. {done}",
        "{done} Сделано {date}.",
        "Готово {date}. {done}",
        "Вопрос закрыт {date}. {done}",
        "{done} Дата: {date}.",
        "Закончили {date}. {done}",
    ),
    Language.ENGLISH: (
        "It was done on {date}. {done}",
        "{done} That was on {date}.",
        "Done on {date}. {done}",
        "It was settled on {date}. {done}",
        "{done} Date: {date}.",
        "We finished it on {date}. {done}",
    ),
}
LATE = {
    Language.RUSSIAN: (
        "Это позже, чем мы обещали: просим прощения за ожидание.",
        "Срок мы пропустили, это наша вина.",
        "Вы ждали дольше обещанного, простите.",
        "С датой мы ошиблись, извините.",
    ),
    Language.ENGLISH: (
        "That is later than we promised: we are sorry for the wait.",
        "We missed the date, and that is our fault.",
        "You waited longer than promised, sorry.",
        "We were wrong about the date, sorry.",
    ),
}
NOT_YET = {
    Language.RUSSIAN: (
        "К сроку мы не успели, простите. Напишем здесь до {date}, чем кончилось.",
        "Пока не сделано: извините. До {date} ответим здесь, что вышло.",
        "Честно: ещё не готово, и это на нас. Сообщим здесь до {date}.",
        "Не уложились в срок, просим прощения. До {date} напишем здесь, как обстоит дело.",
        "Обещанного ещё нет, извините. Ответим здесь до {date}.",
    ),
    Language.ENGLISH: (
        "We did not make it in time, sorry. We shall write here by {date} how it ended.",
        "It is not done yet: we are sorry. By {date} we shall answer here what came of it.",
        "To be honest, it is not ready, and that is on us. We shall write here by {date}.",
        "We missed our date, sorry. By {date} we shall tell you here where it stands.",
        "What we promised is not there yet, sorry. We shall answer here by {date}.",
    ),
}
