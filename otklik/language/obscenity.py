"""Obscene words told by their roots, not by a list: Russian, Russian in Latin letters, English.

Roots are anchored at the start of the word behind the prefixes that really occur, because
that is what keeps страхуй, команда, сабля and Scunthorpe innocent. The word must already be
in its normal form (`otklik.language.normaliser`): lower case, ё as е, one alphabet.
"""

from __future__ import annotations

import re

from otklik.language.remembering import WORDS

_PREFIX = (
    r"(?:о|по|на|за|до|от|ото|об|обо|вы|ни|не|у|про|при|пере|под|подо|раз|рас|разо|из|изо|"
    r"ис|с|со|в|без|бес|недо|само|охуе|полу|въ|съ|отъ|объ|обь|подъ|разъ|изъ|взъ|по-|на-|"
    r"черезза|испере|рос|роз|то|што|что|вот|вотэто|все|иди|пошел|пошли)?"
)
_EB_PREFIX = (
    r"(?:о|по|на|за|до|вы|у|про|при|пере|недо|долбо|далбо|долба|мозго|мозга|трахо|злое|зло|съ|сь|"
    r"въ|вь|отъ|отье|оть|объ|обь|подъ|подь|разъ|разь|роз|рос|изъ|изь|взъ|взь|ни|на-|не|худо|муд?о|"
    r"конь?е|ко[нс]о|скосо|настое?|остое?|осто|насто|хитровы|въе|дое|зае|выпере|попере|испро|повы|"
    r"понавы|понапри|изо|разо|обо|й)?"
)
_RUSSIAN = (
    _PREFIX + r"ху(?:[йеяюи]|й\w+)(?!н?аь)\w*",
    r"(?:ни|на|по|от|до|о)?ху(?:л[ие]|ло)|н?а?хй|хйн[яию]|нхй|п?о?хй|\w{0,8}хуйн[яиюе]\w*|хуя\w*|ах[ую][йея]\w*|аху[ию]|ахуи\w*",
    r"\w*хуй(?:л|н|ло|ня|ов)\w*",
    r"\w{0,12}п[иеы]зд(?!а?ж)\w*|\w{0,8}пизж(?:е|у|и|а)\w*|п[иеы][сз]т?де[цж]\w*|песте[цс]|писд(?:ец|ос|а|ы|у|ат|ит|еж)\w*",
    r"пзд\w*|пзц|пипец|пздц|песд[аеу]\w*|пиздец|пизц|пздец|п[еи]зт?ец",
    _EB_PREFIX + r"еб(?:[аоеулишнтсщкьц]\w*|ы(?:в|р|ч|$)\w*|$)"
    r"(?<!ебург)(?<!ебурге)(?<!ебурга)(?<!ебей)(?<!ебее)",
    r"(?:под|раз|от|об|с)еб(?:ал|ан|ыв|к[аиу]|енит|ашу|нут|ать$|ись)\w*",
    r"(?:долбо|далбо|долба|мозго|муда)[её]б\w*|д[оа]л[бп][оа]й?[еоя]б\w*|уебк\w*|ебт|епт\w{0,2}|"
    r"(?:на|за|вы|у|про|по|съ|отъ|разъ|въ)?й[оеи]б(?:а|н|у|т|ы)\w*|йопт\w{0,3}|ибать|"
    r"(?:за|на|вы|у|по)?и[пб][ау]н(?:ут|ый|ая|ое|ые|ат|ь)\w*|е[бп]т(?:воюмать|воюм)|\w{0,6}ебуч\w*|\w{0,8}ебуч\w*",
    r"(?:вы|по|на|рас|за|у|о|от|раз)?бля[дт]\w*|бля|мля|млять|блеать|бл[яе]ть|бл|блэ?[дт]ь|бля[ьц]\w*|бляс?ук\w*",
    r"м[уа]д(?:ак|ач|илы?$|ила|илк|илищ|озв|озвон|ище|охат|охаи|о[ебж])\w*|муд(?:ень|ни|я|ло|ня)$",
    r"г[ао]ндон\w*|гандош\w*",
    r"(?:за|от|рас)?п[ие]д(?:о|а|е|э)р(?!с)\w*|п[иы]др\w*|п[ие]дик(?:и|а|ам|ов|у|ом)?|педрил\w*|пид[оа]рас\w*|п[ие]тор[аы]с\w*",
    r"с+ук(?:а|и|у|е|ой|ою|ам|ами|ах|ин|ина|ины|ины[мх]|иного)$|суч(?:ка|ки|ку|кой|ий|ья|ье|ьи|ара|ары|аро|онок)$|"
    r"сц?ук[ао]|ссук[ао]|сук[аи](?:бля|сук|пизд|нах|еб)\w*|сучар\w*|сучк[еа](?:м|ми)",
    r"(?:за|под|при|на|полу|черно|толсто|голо)?жоп\w*|жепа",
    r"(?:за|от|из|об|на|под)?г[ао]в(?:н[оаеуяиюы]|ен|нюк|няк|нищ)\w*",
    r"(?:на|за|об|обо|по|до|вы|у|пере|про|ис|под|при|от)?ср(?:ат|ал|ан|ач|ут$|ет$|ешь$|у$|усь$|ись$)"
    r"(?!н(?:ен|ит))\w*|(?:об|за|на|про|у)сер(?:ают?|ает|ать|ун|ал)\w*|(?:за|об|на|у)?сра(?:в|вш\w+|лся|лась|лись)",
    r"(?:на|об|обо|по|за|у|про)?сс(?:ать|ал[аои]?|ыт|ышь|ыкло|ыкун|ан\w+)(?:ся|сь)?|обосс\w+",
    r"(?:на|по|за|от|вы|у|с|пере|раз|при|до)?дроч\w*",
    r"залуп(?:а|у|е|ой|ою|ы|ам|ами|ах|к\w+|н\w+|онь|оглаз\w*|инец|истый)?$",
    r"(?:с|об|от|вы|по|за|на|раз|до)?манд(?:а|ы|у|е|ой|ою|авош\w*|еть|ю[хклр]\w*|я[хшчв]\w*|о[хш]\w*)$",
    _PREFIX + r"мудох\w*",
    r"(?:на|по|ни|до|о|за|от|не|рас)?хер(?:а|у|ом|е|и|ов|овый|ово|ова|овая|овы|овой|ово[мйе]|овым|овых|овую|н[яюеи]\w*|"
    r"ач\w*|асе|ел|ела|ели|ил\w*|еть|ь|евш\w+|енн\w+|ит|ею)?$",
    r"шлюх\w*|шлюш\w*|шалав\w*|курв(?:а|ы|у|е|ой|ам|ами|ах|иный|ятин\w*)?|елд(?:а|ы|у|ой|ак\w*)|хуес\w*|ублюд\w*",
    r"нах|пнх|нафиг|нахрен|похрен|пох|хрень|дерьм\w*|в[ыи]бляд\w*|в[ыи]еб\w*",
)
_TRANSLIT = (
    r"(?:na|po|a|o|ni|do|za|ot)?[hx]u(?:y|j|ya|ja|yu|ju|ye|je|ylo|jlo|inya|ynya|ilo|ylo|yn\w+|jn\w+|y[lneis]\w+|esos\w*|e(?:v|sos)\w*|evo|evy\w+|eta|eplet\w*|i|yak\w*|yar\w*)"
    r"|(?:na|po|o|ni)xu[yijae]\w*|xu[yij]\w{0,4}|(?:na|po|ni|o)?k[hx]u(?:y|i|j|ya|yn\w+|yov\w+|ev\w+|ylo|esos)"
    r"|[oa][hx]u(?:e(?:l\w{0,2}|nn?\w*|t)|yet\w*|yel\w*)|naxer|nahuy\w*|poh?[hx]u[yi]\w*|hu[jy]n\w+|hu[jy]ov\w+",
    r"\w{0,6}pi[sz]d(?:a|e|u|y|o|i|y?u)\w*|pizd\w*|\w{0,4}pizzd\w*|p[iy]zde[ct]\w*|pezd[aeu]\w*",
    r"bl[iy]?a(?:d|t|dj|tj|ty?)'?|bly[ae]\w*|bliat\w*|bliad\w*|bl[iyj]a(?:t|d)\w*|bl[jy]a|blad(?:i|y|ina|sk\w+|j)?",
    r"(?:do|za|po|na|u|vy|vi|ot|raz|ras|pro|pere|raz|s|v|ob|pod|y)?[yjio]?eb(?:at'?|an|al[aioy]?|lan|uch|an[iyj]\w*|lo|lan\w*|an(?:at|ut|ko|n)\w*|as+\w*'|ash\w*|ut|et|is|is'|ki|isch\w*|an?uty\w*|alo\w*|ali\w*|yvat\w*|alsya|alas\w*|anashk\w*|ushk\w*|tvoyu\w*)"
    r"|(?:za|na|u|vy|ot|po|pro|do)[jy]?ob(?:an|yv|al)\w*|yoban\w*|joban\w*|yobn\w+|yobt\w*|ueb(?:ok|ki|an|isch|ka|ische)\w*|uyob\w+|ujob\w+|v[yi]eb\w+",
    r"s+u+k+a|suki|sukin\w*|suchk?ar?a|cyka|m[uy]da(?:k|ch|ki|kov|ka|ku)\w*|mudil(?:a|o|ka)?|mudozv\w*|p[ie]d[oae]r(?:as?|y|i|ov|a)?\w{0,4}(?<!ro)|g[ao]ndon\w*|zalup(?:a|y|u|e)|d[oa]lb[oa][yj]?[eo]b\w*|g[ao]vn(?:o|a|e|om|u|yuk|ische|oed)\w*|zh?op(?:a|u|y|e|oy)|jop(?:a|u|y|oi|oy|e)|"
    r"(?:na|po|do|o)her(?:a|u|ovo|nya)?|hern(?:ya|ja)|der'?mo|dr[oa]ch(?:it|i|er|ila)\w*|obosr\w+|nasra(?:t|l)\w*|shlyuh\w*|shluh\w*|shlux\w*|vibl[iy]ad\w*|manda",
)
_ENGLISH = (
    r"(?:mother|mutha|muthu|un|cluster|brain|mind|dumb|head|bum|fan|for|abso|the|what|go|fk)?f+u+c*k+(?!u)\w*|fuck\w*|fck\w*|fuk|fukin\w*|fuking|fukk\w*|fkn|fking|effing|fvck\w*|phuck\w*|phuk|mofo|fu(?:cc|q)(?:k|c|er|ing)?\w*|fuhk|feck(?:ing|er)?|fugg?in|fcuk\w*|fack(?:ing|er|u)?|motherf\w+",
    r"(?:bull|horse|dip|ape|chicken|bat|dog|holy|dumb)?sh+[i1]+t+(?!ak|ze|im|zu)\w*|shyt\w*|bs$|shiet|sheit|shite",
    r"c+u+nt(?:s|y|ing|ish|face|bag|ed)?|kunt(?:s|y)?|cvnt|qunt",
    r"b[i1y]+a*tch(?:es|y|ing|ass|in|ed|ez|er|boy)?|biotch|bich(?:es)?|biatch\w*|b[ie]och|bitc?h|betch(?:es)?|byatch",
    r"(?:dumb|bad|jack|smart|fat|lazy|punk|bitch|lame|hard|kick|bad|wise|candy|broke|my|your|big|stupid|half)?ass(?:es|hole\w*|hol|holes|hat\w*|wipe\w*|clown\w*|face|hoe|whole|lick\w*|munch\w*|kiss\w*)?$|azz(?:es|hole\w*)?|a[sz][sz]hole\w*|ahole|ashole\w*|azz?hol\w*|assh\w+",
    r"arse(?:hole\w*|s)?|dick(?:head|wad|face|s|heads|less|weed|bag|ish)?|dikhead|prick(?:s)?|wank(?:er|ers|ing|ed|y|s)?|twat(?:s|ty|waffle)?|bollocks|bugger\w*",
    r"cocksuck\w*|puss(?:y|ies)|pussi|whor(?:e|es|ing|ish|ebag\w*)|slut\w*|hoe|hoes|skank\w*|bastard\w*|bastad|douche\w*|tits|titties|jizz|cum(?:shot|ming|med|slut|bag)\w*",
    r"goddamn\w*|god?dam|dammit|damnit|crap(?:py|s|ped)?|wtf|stfu|gtfo|lmfao|kys|piss(?:ed|es|er|off)?|pissing|fag(?:s|got|gots|gy|gotry|get)?|n[i1]gg(?:a|as|er|ers|az|uh|ah)|nigga\w*|nigg[ae]r?z?$|nigar|nigaz?",
)

_OBSCENE = re.compile("(?:" + "|".join((*_RUSSIAN, *_TRANSLIT, *_ENGLISH)) + r")\Z")
_INNOCENT = re.compile(
    r"(?:хуа|хуев(?:ей|ый)?ск|оскорб|употреб|потреб|треб|застрах|страху|подстрах|психу|педагог|"
    r"ебург|хулиган|хуле?ит|сраж|сравн|срам|хутор|"
    r"подсудим|загове|говень[еяю]|говени|похул|охул|хул[аиу]тел|муданьцзян|спид|пидж|себ|небе|неба|нехудо|ассес|"
    r"херсон|херувим|херес|хернестад|мандат|мандал|мандол|мандор|команд|манд(?:ар|ел|ж)|сучк[оаи]ват|"
    r"ебанк(?!у)|ебай(?!т)|ебэй|ебее|ебукер|ебук|ебоин|ебилд|ебит|ебикс|дрочен[аыуе]$|ебонит|муданьцз|дрочнев|залупл|педро$|пердимон|"
    r"ebank|ebay|debat|"
    r"niggard|shiit[ei]|shith|shitta|cummingt|pedd|fackel|shittim|slutsk|dickens|shitt?ak|scunth|assess|assist|asset|asse[mn]|cockt|peacock|hancock|dickens|dickins|essex|sussex|"
    r"cumul|cumin|document|circum|arsen|pissarr|titsian)\w*\Z"
)
_MAX_WORD = 40
_memo: dict[str, bool] = {}


def is_obscene(word: str) -> bool:
    """Whether one word in normal form is obscene (crude but printable words included)."""
    known = _memo.get(word)
    if known is None:
        known = 1 < len(word) <= _MAX_WORD and _read(word)
        if len(_memo) >= WORDS:
            _memo.clear()
        if len(word) <= _MAX_WORD:
            _memo[word] = known
    return known


def _read(word: str) -> bool:
    return _OBSCENE.match(word) is not None and _INNOCENT.match(word) is None


def is_innocent(word: str) -> bool:
    """Whether a word is known as innocent, however near it is to an obscene one."""
    return _INNOCENT.match(word) is not None
