"""Word classes the signals are built from: stems written by hand, looked up once per word.

A class is a set of beginnings of words; `$` closes one. Words come in normal form.
"""

from __future__ import annotations

import re

from otklik.language.obscenity import is_obscene

_MAX_CACHE = 200_000

_STEMS: dict[str, str] = {
    "insult": (
        "дебил идиот кретин имбецил дегенерат даун$ дауны$ дауна$ олигофрен тупица тупиц тупорыл тупоголов дур$ дура$ дуры$ "
        "дуру$ дурак дураки дурой$ дурачь дурн мразь мрази мразот твар урод$ уроды урода уродов ублюд сволоч скотин скот$ "
        "скоты быдл гнид падл падаль подон мерзавец мерзавц негодя паскуд упыр шваль отребь отброс ничтожеств чмо$ "
        "чмошн лох$ лохи$ лоха$ лохов$ козел$ козл свинь свинья овца$ баран$ бараны$ осел$ ослы$ петух$ петуш пету[хш] крыса$ "
        "крысы$ шакал гад$ гады$ гада$ гадин гаденыш придур дебилоид идиотк кобыл тварин недоум безмозгл "
        "убог дармоед бездар гопник алкаш наркоман шизик шизоид психопат маразмат клоун$ клоуны$ терпил холоп$ холопы$ "
        "лицемер трус$ предател балбес болван остолоп кретинк бомж$ бомжи$ жирн[аоы]$ рожа$ рожи$ морда$ морды$ харя$ "
        "idiot moron retard stupid imbecile dumb$ dumbest loser clown$ clowns$ scum scumbag trash$ pathetic$ pig$ pigs$ "
        "jerk$ jerks$ coward disgrace ignorant bigot racist ugly$ creep$ losers filth lunatic psycho nutjob"
    ),
    "slur": (
        "жид$ жиды жидов жидо хохл хохол кацап чурк чурок хач$ хачи хачей чурбан нигер негр ниггер пиндос черномаз черножоп "
        "узкоглаз москал укроп$ укропы укропов укр$ укры укров ватник вата$ ватн либераст рашист фашист нацист нацик нацики "
        "бандер хунта майдаун педераст пидор пидар гомик гомосек лезбух азиат$ цыган колорад мусульман$ исламист чеч[еи]н "
        "nigg faggot fag$ fags$ kike chink spic$ raghead towelhead tranny muzzie libtard redneck commie"
    ),
    "violence": (
        "убью убей убить убива убьют убил поубива расстрел перестреля застрел стрелять вешать повесить повеси сжечь сожгу сжигать "
        "взорв взрыв зареж резать прирез прибить прибью избить изби избит отпизд задуш удавить удавлю уничтож сдохн "
        "сдохни сдохнет подохн дохн передох гори$ горите$ горят$ гореть$ проклят проклин смерт казнить казни$ четверт кастрир "
        "кол$ плаха виселиц могил закоп линчев мочить замочить kill killed die$ dies$ murder shoot burn$ hang$ punch stab "
        "beat$ bomb execute rot$"
    ),
    "selfharm": "суицид самоубий покончу повешусь застрелюсь утоплюсь suicide",
    "harm": (
        "отрав рвот рвал[ао]$ тошн понос диаре сальмонел кишечн больниц скор[аоу][яйю]$ травм ожог обжег сломал[аи]?$ перелом кров "
        "пожар загорел горит$ дым$ взрыв утечк газ$ газа$ газом$ угарн током$ аллерг анафил плесен таракан червяк черв[иье] "
        "крыс мыш[иь] стекло осколк скорую$ инвалид умер$ умерл погиб болезн опасн "
        "poison sick$ vomit hospital injur burn$ burned fire$ smoke ambulance allerg bleed mold mould cockroach rat$ rats$ unsafe "
        "emergency died death"
    ),
    "child": (
        "ребен ребят[а-я]*к дет[иея][мйх]?$ детьми$ детск малыш младен дочк доч[еь] дочер сын$ сына$ сыну$ сынок сынишк внук внучк "
        "грудн беремен child children kid$ kids$ baby babies toddler infant daughter son$ pregnant"
    ),
    "fraud": (
        "мошен украл украд крад[уе] воры?$ воруют воров ворь сперли спиздил развод$ развел развод[ияе] кидал[аоы] кинули$ "
        "обокрал взлом хакер фишинг лохотрон афер жулик жулье грабеж грабят ограб fraud scam stole stolen steal theft thief "
        "thieves hacked phishing rob$ robbed"
    ),
    "money": (
        "деньг денег деньга руб$ руб[лй] рублей тыщ тысяч сумм списал списан списыва снял[аи]?$ сняли вернут верните возврат вернуть "
        "вернули перевод перевел оплат плат[еиа] заплат комисс штраф процент кредит долг доллар евро баланс счет[ауе]?$ карт[аыуеой] "
        "money refund charge charged charges paid pay$ payment fee$ fees$ bill$ dollars account credit"
    ),
    "legal": (
        "суд$ суда$ суде$ суду$ судом$ иск$ иска$ исковое исков прокур адвокат юрист полици уголовн роспотреб фас$ "
        "цб$ центробанк центробанка роскомнадзор антимонопол жалоб[уыеа] заявлени претензи омбудсмен "
        "sue$ suing lawsuit lawyer attorney court legal police bbb$ regulator ombudsman dot$"
    ),
    "journalist": "журналист редакц сми$ репортер телеканал корреспондент блогер journalist reporter press$ newspaper bbc$ cnn$",
    "outage": "авари сбо[йеия] сбоев перебо отключ обрыв полетел[аи]$ легл[аои]$ лежит$ лежат$ упал[аи]?$ outage down$ crash crashed broken",
    "service": "связ сет[ьи] интернет инет инета мобиль сайт приложен сбербанк мтс билайн мегафон онлайн банкомат терминал сервис service site website app$ internet wifi phone signal network coverage",
    "place_all": "район город област крым донец донбас луган симферопол севастоп москв петербург спб край$ крае$ республик регион stockbridge city area everywhere",
    "leave": "уйду ухожу уходим ухожу$ перейду перехожу перешл перешел откаж отказыва расторг закрою закрываю сменю меняю поменя сменить прощай никогда$ switching leaving cancel$ cancelling canceling goodbye never$ quit$ unsubscribe",
    "repeat": "снова опять очередн[ойа] повторно многократно неоднократно постоянно again repeatedly still$ multiple",
    "contact": "раз$ звон обраща обрат писал пишу напис жалоб заявк вызыв ждать жду ждал ответ called call$ calls emailed tweeted contacted asked complained time$ times$",
    "ordinal": "втор[ойа] трет[ийья] четверт пят[ыао][йя] шест[оа] седьм десят сот[ыа] два$ три$ четыре пять$ second$ third$ fourth fifth 2nd 3rd 4th twice three",
    "dishonest": "обман враль врут$ врет$ врали врете$ ложь лживы навяз впар развод наеб надув нагл бессовест недобросовест lie$ lied$ lies$ lying liar deceiv mislead dishonest ripoff ripped",
    "rude": "хам$ хамы хамит хамят хамск хамств хамил груб грубо грубит нахам нагруб орал[аи]? невежл оскорб унизи rude rudely disrespect yelled attitude unprofessional",
    "leak": "персональн паспорт утечк паспортн leak leaked privacy",
    "stuck": "застря сижу$ стою$ стоим$ торч ждем$ жду$ stuck stranded waiting hold$",
    "cancel": "отмен задерж cancel cancelled canceled cancellation delay delayed missed lost$ luggage baggage bag$ bags$",
    "negation": "не$ нет$ без$ никак ни$ not$ no$ n't never$ cannot cant$ won't can't isn't doesn't didn't don't",
    "works": "работа груз загруж открыва ловит берет$ ловит дозвон включа приход работают пашет works working work$ load loading connect login",
    "thanks": "спасиб благодар спс$ молодц умниц респект thank thanks thx kudos props appreciate",
    "praise": "отличн супер класс$ классн прекрас замечат вкусн лучш[ийаеу] рекоменд понрав довольн удобн люблю обожаю шикарн восхит уютн любим[аоы] great awesome amazing love$ excellent best$ fantastic wonderful delicious perfect nice$ good$",
    "bad": "ужас отврат кошмар худш плох[ойаие] позор хрен беспредел безобраз бардак отстой гадость бред$ разочар недовол невозможн достал[аи]?$ надоел бесит говн дерьм ненавиж terrible awful worst horrible bad$ sucks suck$ disappoint unacceptable ridiculous poor$ fail$ failed disgust hate$ frustrat joke$ shame",
    "ask": "как$ где$ когда$ почему$ зачем сколько$ какой$ какая$ какие$ можно подскаж кто$ чем$ куда$ ли$ что how$ where$ when$ why$ what$ which who$ can$ could is$ do$ does$ anyone",
    "plea": "помогите помоги пожалуйста плиз прошу please pls$ plz$ help$",
    "advert": "подпис заработ крипт инвест розыгрыш акци[ияй] скидк бесплатн казино ставк кешбек промокод ваканс приглаша прибыл click$ invest crypto earn follow$ giveaway profit join$ bitcoin nft$ whatsapp telegram",
    "news": "сообща заяв стал[ао]?$ компания пресс новост рынок квартал млрд млн совет акции$ глава$ греф правлен рост$ прибыл вырос санкц news report ceo$",
    "you": "ты$ тебя$ тебе$ тобой$ твой$ твоя$ твое$ твои$ твоей$ вы$ вас$ вам$ вами$ ваш$ ваша$ ваши$ ваше$ вашу$ you$ your$ you're ur$ u$",
    "they": "они$ их$ им$ этих$ эти$ все$ they$ them$ their$",
    "i": "я$ мне$ меня$ мой$ моя$ мою$ мы$ нам$ нас$ наш$ i$ my$ me$ we$ our$ us$ i'm i've",
    "staff_word": "оператор менедж сотрудн персонал официант курьер кассир продавец продавц водител консультант охран девушк поддержк коллцентр staff agent rep$ reps$ crew attendant manager waiter employee driver customer",
}  # fmt: skip

_PATTERNS = {
    name: re.compile("(?:" + "|".join(stem.replace("$", r"\Z") for stem in stems.split()) + ")")
    for name, stems in _STEMS.items()
}
CLASSES = (*_PATTERNS, "obscene")

_memo: dict[str, tuple[str, ...]] = {}


def classes_of(word: str) -> tuple[str, ...]:
    """Names of the classes one word in normal form belongs to; empty for most words."""
    known = _memo.get(word)
    if known is None:
        if len(_memo) > _MAX_CACHE:
            _memo.clear()
        known = _memo[word] = _look_up(word)
    return known


def _look_up(word: str) -> tuple[str, ...]:
    if not word[:1].isalpha():
        return ()
    found = [name for name, pattern in _PATTERNS.items() if pattern.match(word)]
    if is_obscene(word):
        found.append("obscene")
    return tuple(found)
