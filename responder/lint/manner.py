"""Lint of manner: how a reply talks to a person who is read by others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.enums import UNHAPPY
from responder.lint.reading import LONGEST_READ, Sentence, sentences_of
from responder.lint.values import Check, Hit, LintContext, hits, whole

_I = re.IGNORECASE

_REFUSAL = re.compile(
    r"\b(?:поменять|обменять|вернуть|сдать|отменить|перенести)\s+(?:\w+\s+){0,3}нельзя\b|"
    r"\bничего\s+(?:\w+\s+)?не\s+можем\b|\bничем\s+помочь\b|\bnothing\s+(?:\w+\s+)?we\s+can\s+do\b|"
    r"\bне\s+(?:возвращаются|возвращают|делаем|обслуживаем|компенсируем|меняем|оформляем)\b|"
    r"\b(?:not\s+going\s+to|won't|will\s+not)\s+(?:refund|exchange|pay|give|replace|return)\b|"
    r"\b(?:не\s+(?:можем|сможем|могу|сможет|имеем\s+возможности|предоставля(?:ем|ются|ется)|"
    r"возвращаем|"
    r"принимаем|предусмотрен\w*|подлеж\w+|получится|вернём|вернем|даём|даем|производ\w+тся|"
    r"осуществля\w+тся|положен[ыао]?|отвечаем|доставляем|выйдет|обмениваем)|"
    r"(?<!было )(?<!была )(?:перенести|подключить|отменить|вернуть|обменять|получить|"
    r"изменить)(?:\s+\w+){0,3}\s+нельзя|"
    r"имеем\s+возможности|невозможно|отказ(?:ано|ываем)|отклон(?:ена|ено|или|ён|ен)|отказали|"
    r"ничем\s+(?:не\s+)?помочь|полномочий\s+(?:\w+\s+){0,2}нет|"
    r"can(?:'t|not|\s+not)|(?:are|is|am)\s+(?:unable|not\s+able)|won't\s+be\s+able|not\s+possible|"
    r"impossible|(?:do\s+not|don't)\s+(?:offer|accept|refund|give|deliver|exchange|provide)|"
    r"(?:was|been|is)\s+(?:declined|rejected|refused)|refuse[sd]?|not\s+eligible|"
    r"no\s+longer\s+available)\b",
    _I,
)
_WAY_OUT = re.compile(
    r"\b(?:но|зато|вместо|можно|можете|(?<!не\s)мож[её]м|предлага\w+|предлож\w+|вариант\w*|если|"
    r"взамен|"
    r"потому|поэтому|так\s+как|пока|есть\s+время|обменя(?:ем|ют|йте)|замен(?:им|ят|яем)|открыт\w*|"
    r"ответ\s+будет|до\s+\w+|"
    r"but|instead|however|you\s+(?:can|may|could)|(?<!nothing\s)we\s+can\b(?!not)|while|so\s+you|"
    r"until|is\s+free|"
    r"alternativ\w+|because|if|offer\s+you|what\s+we|you\s+had)\b",
    _I,
)
# Refusals that were ours and wrong, and turns of phrase that refuse nothing.
_NO_REFUSAL = re.compile(
    r"\b(?:по\s+ошибке|зря|не\s+можем\s+не|нельзя\s+было|невозможно\s+(?:спорить|не)|by\s+mistake|"
    r"should\s+not\s+have|shouldn't\s+have|cannot\s+but|в\s+отзыв\w+)\b",
    _I,
)
_MARK = (
    r"(?:оценк\w+|рейтинг\w*|зв[её]зд\w*|отзыв\w*|балл(?:а|ов|ы)?|единиц\w|пят[её]рк\w|двойк\w|"
    r"тройк\w)"
)
_RATING = re.compile(
    r"\b(?:поднимете|повысите|измените|поменяете|исправите|"
    r"обновите)\s+(?:[^\s.!?]+\s+){0,3}?(?:оценк\w+|рейтинг\w*|отзыв\w*)|\b(?:благодарны|рады|"
    r"признательны)\s+за\s+(?:[^\s.!?]+\s+){0,2}?(?:зв[её]зд\w*|пят[её]рк\w|высок\w+\s+оценк\w+)|"
    r"\b(?:измените|изменить|исправьте|исправить|поставьте|поставите|поставить|повысьте|повысить|"
    r"поднимите|"
    r"поднять|обновите|пересмотрите|пересмотреть|пересмотрите|скорректируйте|удалите|удалить|"
    r"дополните|"
    r"оставьте|уберите|убрать|поменяйте|поменять|отредактируйте|скорректировать|увидеть|подправьте|"
    rf"исправили|получить)[\s,]+(?:[^\s.!?]+\s+){{0,4}}?{_MARK}|"
    rf"\bпросим\s+(?:\w+\s+){{0,2}}?{_MARK}|"
    rf"\b(?:ждём|ждем|рассчитываем\s+на|надеемся\s+на|"
    rf"хотелось\s+бы)\s+(?:[^\s.!?]+\s+){{0,4}}?{_MARK}|"
    r"\bоцените\s+нас\b|\bизмен[её]нн\w+\s+оценк\w+|\bоценка\s+(?:\w+\s+)?(?:станет|портит|"
    r"снижает)(?:\s+[^\s.,!?]+){0,2}|"
    r"\b(?:более\s+высок\w+|хорош\w+|высш\w+)\s+(?:оценк\w+|балл\w*|рейтинг\w*)|"
    r"\b(?:change|raise|update|improve|reconsider|leave|give|edit|remove|delete|revise|amend|"
    r"increase|get)\s+"
    r"(?:[^\s.!?]+\s+){0,3}?(?:rating|stars?|review|score)\b|\b(?:five|5)[\s-]stars?\b|"
    r"\b(?:a\s+)?(?:better|higher|good|top)\s+(?:rating|score|review)\b",
    _I,
)
_RATING_OURS = re.compile(
    r"\b(?:не\s+(?:удаля\w+|удал\w+|проси\w+|станем)|мы\s+не|do\s+not\s+delete|we\s+do\s+not|"
    r"we\s+will\s+not|"
    r"изменили\s+рецепт|we\s+(?:changed|updated|improved)|отель|hotel|просить\s+об|"
    r"посл\w+\s+отзыв\w*)\b",
    _I,
)
_BLAME = re.compile(
    r"\bесли\s+(?:бы\s+)?внимательн\w+\s+\w+|\byou\s+must\s+have\s+(?:mis\w+|missed|forgotten|"
    r"overlooked)\b|"
    r"\b(?:а\s+)?(?:что|чего)\s+вы\s+(?:хотели|ждали|ожидали)\b|"
    r"\bвы\s+(?:просто\s+)?не\s+разобрались\b|\bвнимательнее\s+(?:надо|нужно)\s+быть\b|\b(?:надо|"
    r"нужно)\s+быть\s+внимательн\w+|\byou\s+just\s+(?:don't|do\s+not)\b|"
    r"\bwhat\s+did\s+you\s+expect\b|"
    r"\bвы\s+сами\b(?!\s+(?:видели|писали|написали|знаете|заметили|отметили)\b)|"
    r"\bсами\s+виноват\w*|"
    r"(?:^|(?<=[.!?,:]\s))(?:вам\s+)?(?:надо|нужно)\s+было\b(?!\s+(?:предупред|позвон|сказать|"
    r"написать|откры|вам|вас|об))|"
    r"\bвам\s+(?:надо|нужно)\s+было\b|\bвам\s+следовало\b|"
    r"\bвы\s+(?:просто\s+)?(?:невнимательн\w+|не\s*правы|ошиба\w+|вр[её]те|лж[её]те|придум\w+|"
    r"преувелич\w+|"
    r"не\s+умеете|не\s+разбираетесь|хамите|грубите|хам\w*|не\s+поняли|не\s+прочитали|не\s+прочли|"
    r"не\s+дождались|не\s+проверили|не\s+удосужились|выдумали|лукавите|сгущаете)|"
    r"\bесли\s+бы\s+вы\b|\bчитайте\s+внимательн\w+|\bвнимательн\w+\s+(?:читайте|прочтите)|"
    r"\bуспокойтесь\b|"
    r"\bне\s+(?:надо|нужно)\s+(?:\w*груб|хам|истер|крич|врать)\w*|\bследите\s+за\s+(?:языком|речью|"
    r"словами)|"
    r"\bучитесь\b|(?:\bочередн\w+\s+)?\bхейтер\w*|\bтролл\w+|\bпроблема\s+(?:\w+\s+)?в\s+вас\b|"
    r"\bвам\s+показалось\b|"
    r"\b(?:взрослого|адекватного|разумного)\s+человека\b|\bс\s+вашим\s+(?:отношением|характером|"
    r"подходом)\b|"
    r"\b(?:смешно|забавно|странно)\s+(?:читать|слышать)\b|\bпочему-то\s+только\s+вы\b|"
    r"\bостальны[ем]\s+(?:гости|клиенты|покупатели)\s+(?:всем\s+)?довольны\b(?=\s*$)|"
    r"\byou\s+should\s+(?:\w+\s+)?have\s+(?!had|been)(?!received|got|gotten|heard|seen|known|learn|"
    r"been)\w+|\b(?:it\s+is\s+|"
    r"it\'s\s+)?your\s+own\s+(?:fault|mistake)|"
    r"\bit\s+is\s+your\s+fault|\bit's\s+your\s+fault|\byou\s+(?:failed|forgot|neglected)\s+to|"
    r"\byou\s+(?:clearly\s+|obviously\s+)?(?:did(?:n't|\s+not)|do(?:n't|\s+not))\s+(?:read|check|"
    r"bother|understand|wait)|"
    r"\bcalm\s+down|\byou(?:'re|\s+are)\s+(?:wrong|mistaken|lying|exaggerating|rude|overreacting)|"
    r"\bif\s+you\s+had\b|"
    r"\bthe\s+problem\s+is\s+you\b|\bmaybe\s+next\s+time\b|\blearn\s+to\b|"
    r"\bwatch\s+your\s+language|\btrolls?\b|"
    r"\bhaters?\b|\bread\s+(?:\w+\s+)?(?:carefully|properly)|"
    r"\bnobody\s+else\s+(?:has\s+)?complain\w+",
    _I,
)
_TAKEN_BACK = re.compile(
    r"\b(?:вам\s+не\s+показалось|наш[ауе]?\s+(?:ошибк|вин)\w+|до\s+заезда|вы\s+не\s+виноваты|"
    r"а\s+мы\s+не|мы\s+не\s+предупред\w+|on\s+us|"
    r"not\s+yours|"
    r"because|could\s+not\s+know|потому\s+что|так\s+как|ещё\s+утром|hard\s+to\s+read|"
    r"если\s+бы\s+вы\s+знали)\b",
    _I,
)
_GUSH = re.compile(
    r"\b(?:просто|так|очень-очень)\s+счастливы\b|\b(?:спасибо-){1,3}спасибо\b|\bomg\b|"
    r"\bвот\s+это\s+да\b|"
    r"!{2,}|\b(?:безумно|невероятно|бесконечно|несказанно)\s+(?:рад|счастлив|благодар|призн)\w*|"
    r"\bбур[яи]\s+восторг\w*|(?<!не )\bв\s+(?:полном\s+)?восторге\b|"
    r"(?:^|(?<=[.!?:,]\s))(?:ура|супер|вау|ого|класс|круто|бомба|йоу|отличная\s+новость|чудесно|"
    r"потрясающе|"
    r"как\s+(?:здорово|замечательно|чудесно|круто)|здорово)\b(?=\s*[,!:.]|,?\s+что\b)|"
    r""
    r"\bволшебн\w+\s+(?:дня|вечера|настроения)|\bогромнейш\w+\s+спасибо|"
    r"\bвы\s+(?:самые\s+)?лучшие\b|"
    r"\b(?:обнимаем|целуем|обожаем)\b|\bсамые-самые\b|"
    r"\b(?:so|super|absolutely|incredibly)\s+(?:excited|thrilled|happy|delighted|pumped)|"
    r"\bthrilled\b|"
    r"\bover\s+the\s+moon|\byay\b|\bwoo-?hoo\b|(?:^|(?<=[.!?]\s))(?:awesome|fantastic|amazing|wow|"
    r"brilliant)\b(?=\s*[,!.])|"
    r"\b(?:an?\s+)?(?:amazing|awesome|fantastic|fabulous|magical)\s+(?:day|week|evening)|"
    r"(?:[\U0001f300-\U0001faff\u2764][\ufe0f\u200d]?){3,}",
    _I,
)
_QUOTED = re.compile(r"«[^«»]{0,300}»|“[^“”]{0,300}”|\"[^\"\n]{0,300}\"")
_HARM = (
    r"(?:вред\w*|ущерб\w*|травм\w*|увечь\w*|отравлени\w*|ожог\w*|здоровь\w+|порч\w+|смерт\w*|"
    r"убытк\w*|"
    r"утечк\w+|потоп\w*|пожар\w*|гибел\w*)"
)
_LIABLE = re.compile(
    r"\bюридическ\w+\s+(?:ответственност\w+|вин[аыу])\b|\b(?:мы\s+)?(?:действовали|"
    r"поступили)\s+незаконно\b|\bнарушени\w+\s+закона\s+с\s+нашей\s+стороны\b|"
    rf"\b(?:мы|компани\w+|банк|клиника|магазин)?\s*(?:виноват\w*|"
    rf"виновн\w+)\s+в\s+(?:причинении\s+)?(?:\w+\s+)?{_HARM}|"
    rf"\b(?:виновата|виновна)\s+(?:\w+\s+)?(?:наша\s+)?(?:компания|клиника)\b|"
    rf"\bкомпания\s+(?:виновна|виновата)\b|"
    r"\b(?:наш\w+|по\s+наш\w+)\s+(?:\w+\s+)?(?:халатност\w+|небрежност\w+|неосторожност\w+)|"
    r"\bпризна(?:ём|ем|ёт|ет)\s+(?:\w+\s+)?(?:вину|ответственность|нарушение)|"
    rf"\bнес[её]м\s+(?:\w+\s+)?ответственность\s+за\s+(?:\w+\s+)?{_HARM}|"
    r"\b(?:мы\s+)?нарушили\s+(?:\w+\s+)?(?:закон\w*|прав[ао]\b|договор\w*|требовани\w+)|"
    rf"\bпо\s+нашей\s+вине\s+(?:вы\s+)?(?:\w+\s+){{0,2}}(?:{_HARM}|пострадал\w*|отравил\w*|"
    rf"утекл\w*)|"
    rf"{_HARM}\s+(?:\w+\s+){{0,3}}по\s+нашей\s+вине|"
    r"\bвозмест\w+\s+(?:вам\s+)?(?:моральн\w+\s+)?(?:вред\w*|ущерб\w*|убытк\w+)|"
    r"\bврачебн\w+\s+ошибк\w+|"
    rf"\bваш\w*\s+{_HARM}\s+на\s+нашей\s+совести|\bпричинил\w*\s+вам\s+(?:\w+\s+)?{_HARM}|"
    r"\b(?:мы\s+)?незаконно\s+\w+л[аи]?\b|"
    r"\bwe\s+(?:are|were)\s+(?:legally\s+|fully\s+)?(?:liable|negligent|"
    r"at\s+fault\s+for\s+your\s+injur\w+)|"
    r"\bour\s+(?:\w+\s+)?negligence|\b(?:accept|take|"
    r"bear)\s+(?:full\s+)?(?:legal\s+)?(?:responsibility|liability)\s+for\s+"
    r"(?:your|the)\s+(?:\w+\s+)?(?:injur\w+|damage\w*|illness|poisoning|loss\w*)|"
    r"\bwe\s+(?:broke|violated|breached)\s+(?:the\s+|your\s+|our\s+)?(?:\w+\s+)?(?:laws?|contract|"
    r"rights|agreement|regulation\w*)|"
    r"\bwe\s+admit\s+(?:\w+\s+)?(?:liability|guilt|fault)|\b(?:our\s+)?legal(?:ly)?\s+(?:fault|"
    r"responsible)\b|"
    r"\byou\s+are\s+entitled\s+to\s+(?:damages|compensation)",
    _I,
)
_OVER_PROMISE = re.compile(
    r"\bслово\s+да(?:ём|ем|ю)\b|\bгарантированно\b|\bпройд[её]т\s+идеально\b|"
    r"\b(?:we\s+)?can\s+assure\s+you\b|\bthis\s+was\s+the\s+last\s+time\b|"
    r"\b(?:железно|твёрдо|твердо|точно)\s+обещаем\b|\bобещаем\s+(?:железно|твёрдо|твердо|точно)\b|"
    r"\bзаверя(?:ем|ю)\b|\bбольше\b(?:\s+\w+){0,5}\s+не\s+(?:столкн|повтор|случ|подвед|опозда)\w+|"
    r"\bне\s+(?:пожалеете|разочаруетесь)\b|\bno\s+doubt\s+about\s+it\b|\bwe\s+assure\s+you\b|"
    r"\byou\s+won't\s+(?:regret|be\s+disappointed)\b|"
    r"(?<!не )\b(?:гарантиру(?:ем|ю)|ручаем?с[ья]|клян\w+|уверяем(?:\s+вас)?)\b|\bда(?:ём|ем|"
    r"ю)\s+(?:гарантию|слово)|"
    r"\bгарантия\s+нашего\s+слова\b|\b(?:сто)?процентн\w+\s+гарантией|"
    r"\bсо\s+стопроцентной\s+гарантией\b|"
    r"\bстопроцентно\b|\bсто\s+процентов\b|100\s?%-?\w*\s+(?:верн|исправ|реш|увер)\w+|"
    r"\b(?:точно|обязательно|непременно|железно)\s+(?:завтра|сегодня|верн\w+|привез\w+|решим|"
    r"исправ\w+|"
    r"будет|сделаем|дойд\w+|прид[её]т|понрав\w+|приед\w+|получ\w+|напиш\w+|свяж\w+)|"
    r"\b(?:больше|никогда)(?:\s+\w+){0,2}\s+не\s+(?:повтор|упад|случ|подвед|опозда|сломает)\w+|"
    r"\bтакого\s+больше\s+не\s+(?:будет|повторится|случится)|"
    r"\bни\s+в\s+коем\s+случае\s+не\s+повтор\w+|"
    r"\bможете\s+не\s+сомневаться\b|\bне\s+сомневайтесь\b|\bсделаем\s+всё\b(?!\s+(?:возможн|что))|"
    r"\bguarantee(?:d)?\b(?!\s+of\s+(?:one|two|a|\d))|\bdefinitely\b|\b100\s?%\s+(?:sure|certain)|"
    r"never happen(?:s)? again|not happen again|without fail|\bwe (?:do )?promise\b|\bi promise\b|"
    r"absolutely (?:will|certain|sure)|you have (?:our|my) word|"
    r"\byou\s+can\s+be\s+absolutely\s+sure\b",
    _I,
)
_A_GUARANTEE = re.compile(
    r"\b(?:has|have|with|have\s+a|is\s+a|under|one-year|year)\s+(?:\w+\s+)?guarantee\b|"
    r"\bобязательно\s+ли\b|"
    r"\b(?:cannot|can't|do\s+not|don't|not)\s+guarantee\b",
    _I,
)


def _over_promise(text: str, _: LintContext) -> Iterator[Hit]:
    yield from _by_sentence("over_promise", _OVER_PROMISE, text, _A_GUARANTEE)


def _bare_refusal(text: str, _: LintContext) -> Iterator[Hit]:
    sentences = sentences_of(text)
    for index, sentence in enumerate(sentences):
        if not _REFUSAL.search(sentence.text) or _NO_REFUSAL.search(sentence.text):
            continue
        after = sentences[index + 1].text if index + 1 < len(sentences) else ""
        if not _WAY_OUT.search(sentence.text) and not _WAY_OUT.search(after):
            yield Hit("bare_refusal", sentence.span)


def _asks_for_rating(text: str, _: LintContext) -> Iterator[Hit]:
    yield from _by_sentence("asks_for_rating", _RATING, text, _RATING_OURS)


def _blames(text: str, _: LintContext) -> Iterator[Hit]:
    yield from _by_sentence("blames_client", _BLAME, text, _TAKEN_BACK)


def _liability(text: str, _: LintContext) -> Iterator[Hit]:
    yield from _by_sentence("admits_liability", _LIABLE, text, None)


def _by_sentence(
    code: str, pattern: re.Pattern[str], text: str, excuse: re.Pattern[str] | None
) -> Iterator[Hit]:
    """Hits of the pattern in sentences that nothing excuses."""
    for sentence in sentences_of(text):
        if excuse is None or not excuse.search(sentence.text):
            yield from _moved(hits(code, pattern, sentence.text), sentence)


def _moved(found: Iterator[Hit], sentence: Sentence) -> Iterator[Hit]:
    for hit in found:
        yield Hit(hit.code, sentence.place(hit.span.start, hit.span.end))


def _gushes(text: str, context: LintContext) -> Iterator[Hit]:
    said = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text[:LONGEST_READ])
    found = list(hits("forced_enthusiasm", _GUSH, said))
    yield from found
    most = 1 if context.stance in UNHAPPY else 2
    if text.count("!") > most and not found:
        yield Hit("forced_enthusiasm", whole(text))


MANNER: tuple[Check, ...] = (
    *(_over_promise, _bare_refusal, _asks_for_rating, _blames, _liability, _gushes),
)
