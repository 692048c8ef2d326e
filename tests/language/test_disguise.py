"""Disguised obscenities are read, innocent words are left alone: both lists are our own."""

import pytest

from otklik.language.normaliser import normalise
from otklik.language.obscenity import is_obscene

DISGUISED = """
х*й|х**|х*йня|х**ня|xуй|xyй|хyй|xуи|хyйня|xyйня|х у й|х у й н я|х.у.й|х-у-й|х_у_й|хуууй
хуйййй|ху\u200bй|х\u00adуй|ху\u0301й|нах*й|нaxуй|на х у й|п0хуй|нихyя|ниху@|хуeво|xуёво
охуeли|оxуенно|хуeсос|ху3сос|xyйло|п*зда|п*здец|п**дец|п***ец|п****ц|пи3дец|пиzдец
п и з д е ц|п.и.з.д.е.ц|п-и-з-д-а|пиздееец|п1здец|пiздец|пизд@|п@здец|п_и_з_д_а|пизде\u200dц
распиздяйctво|pizdec|pizda|спи3дили|пи3дят|бл*дь|бл*ть|бл@ть|б*ять|бл*|6ля|6лядь|6лять|бляяя
бляяять|бля\u0336ть|блR|б л я|б л я т ь|блядcкий|blyat|bliat|bляdь|е*ать|еб@ный|e6аный
ебaный|eбать|ёбaный|ё б а н ы й|зае*ал|заeбали|3аебали|зaебaли|наe6али|ebat|за е б а л и
е б а т ь|уe6ок|уeбки|уёб0к|долб0еб|долбоe6|долбоёбbl|dolboeb|выe6ал|проеб@ли|разъeбать
ебаааать|с*ка|с*ки|cука|суkа|cyka|с у к а|сууука|с.у.к.а|сук@|$ука|c y к a|суч@ра|м*дак
м@дак|мyдак|мудaк|муд@к|м у д а к|пид0р|п*дор|пид@рас|п*дарасы|пидop|пидаpас|pidor|pidoras
г@ндон|гaндон|ганд0н|г*вно|г@вно|гoвно|гOвн0|говн0|говнооо|gовно|ж*па|ж@па|жoпа|жоп@|ж о п а
др0чить|зал*па|шл*ха|шлюх@|хеp|херня́|𝐟𝐮𝐜𝐤|ｆｕｃｋ|f*ck|f**k|f*cking|fuuuck|fück|f u c k
f.u.c.k|fu\u200bck|fvck|phuck|sh*t|sh1t|sh!t|5hit|shiiit|s h i t|bull$hit|b!tch|b*tch|b1tch
bi+ch|@sshole?|a$$hole|a**hole|c*nt|cu*t|wh0re|n1gger|fagg0t|motherf*cker|d*ckhead
"""

INNOCENT = """
страхуй команда оскорблять потребитель мандарин скипидар сабля хлеб застрахуйте Херсон
психует Scunthorpe assess страховка застрахуй подстрахуй перестрахуйся психуй штрихуй
художник худой хутор хула хулиган хулить похудеть нехудо командир командовать мандат мандала
Мандельштам мандолина саламандра Амандин оскорбление скорбь потребление употреблять
ослаблять углублять грабли рубля рублях корабля корабль ансамбля дирижабля табель сабли
бляха́рь бляшка обляпать хлебный небо неба небеса тебе себе себя тебя хребет требовать
погреб жеребец учебник учеба лебедь ребенок ребята гребень дебет дебют дебаты потребность
щебень мебель колебаться судебный лечебный враждебный хвалебный волшебный служебный
скипидарный спидометр спидран педагог педаль педиатр педант пиджак эпидерма лепид торпеда
велосипед сук сукно сукровица барсука рисунка суккулент сучок сучковатый рассудок
присутствие суккуб мудрый мудрость мудрец Мудрова подсудимый сумма изумруд Талмуд
хер\u0443вим херувимы херес Херасков Херсонес вчера пещера говорить говор договор заговенье
говенье гавань голова сравнить сразу сражение страна среда срок срамить сруб страх стресс
рассрочка просрочка досрочно жокей Джоплин пожопить_не_надо поезд приезд звезда гнездо уезд
пейзаж залупить_нет лупа лупить залп дрок дротик дрожь дрожжи дрова гондола гондольер
Гандольфини Уганда пропаганда assessment class classic pass passenger glass grass bass
assist associate assume cassette ambassador cocktail peacock Hancock Dickens Dickinson Essex
Sussex Middlesex document circumstances cucumber accumulate scum_no shitake shiitake
mishit_no hello analysis canal title constitution Titanic arsenal parse coarse butter button
therapist grape night knight Nigeria Niger snigger_no да!нет 5*5 2*2=4 C++ C# СССР iPhone'а
4G wifi К.П.Д. S7 т.д. т.е. ооо ИП user@mail.ru 10:30 *важно* ***** п*к Сбербанк мегафон
билайн Ебург eBay HUAWEI Хуавей Хуан Хуанхэ Ухань
"""
SENTENCES = """
а я и с ним и в т ч к вам|в с е я и т п|i d a y b c
Застрахуйте ребёнка от несчастных случаев|Психует вся команда
Требую вернуть деньги, потребитель всегда прав|Купил мандарины и скипидар по 300 рублей
к о д: 1 2 3 4|A B C D E|Подскажите, в Херсоне и Хуторском районе есть связь?
Не сразу сравнил тарифы, страхуй себя сам|Мне б такой хлеб!
The class passed the assessment in Scunthorpe|Dickens and cocktails, what a night
5*5=25 и 3*3=9|и * и * и|a * b * c|оператор сказал: «ждите»|3a кофе отдельное спасибо
Всё ок, 10 из 10!!!|С у п е р|К л а с с
"""


def _words(block: str, separator: str | None) -> list[str]:
    lines = block.strip().splitlines()
    return [word for line in lines for word in line.split(separator) if word.strip()]


def _caught(text: str) -> bool:
    return any(is_obscene(token.form) for token in normalise(text).tokens)


HIDDEN = [word for word in _words(DISGUISED, "|") if not word.endswith("?")]
# Words with an underscore are notes to the reader of the list, not words.
PLAIN = [word for word in _words(INNOCENT, None) if "_" not in word]


def test_the_lists_are_as_long_as_promised() -> None:
    assert len(set(HIDDEN)) >= 100
    assert len(set(PLAIN)) >= 150


def test_disguised_obscenities_are_caught() -> None:
    missed = [word for word in HIDDEN if not _caught(word)]
    assert len(missed) <= len(HIDDEN) * 0.05, missed


def test_disguise_is_read_inside_a_sentence() -> None:
    missed = [word for word in HIDDEN if not _caught(f"Ну и {word} ваша связь, третий день")]
    assert len(missed) <= len(HIDDEN) * 0.05, missed


@pytest.mark.parametrize("word", PLAIN)
def test_an_innocent_word_stays_innocent(word: str) -> None:
    assert not _caught(word)


@pytest.mark.parametrize("sentence", _words(SENTENCES, "|"))
def test_an_innocent_sentence_stays_innocent(sentence: str) -> None:
    assert not _caught(sentence)


@pytest.mark.parametrize("word", PLAIN)
def test_an_innocent_word_in_capitals_stays_innocent(word: str) -> None:
    assert not _caught(word.upper())
