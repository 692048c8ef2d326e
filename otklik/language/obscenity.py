"""Obscene words told by their roots, not by a list: Russian, Russian in Latin letters, English.

Roots are anchored at the start of the word behind the prefixes that really occur, because
that is what keeps страхуй, команда, сабля and Scunthorpe innocent. The word must already be
in its normal form (`otklik.language.normaliser`): lower case, ё as е, one alphabet.
"""

from __future__ import annotations

import re

_PREFIX = (
    r"(?:о|по|на|за|до|от|ото|об|обо|вы|ни|не|у|про|при|пере|под|подо|раз|рас|разо|из|изо|"
    r"ис|с|со|в|без|бес|недо|само|охуе|полу|въ|съ|отъ|объ|обь|подъ|разъ|изъ|взъ|по-|на-)?"
)
_EB_PREFIX = (
    r"(?:о|по|на|за|до|вы|у|про|при|пере|недо|долбо|далбо|долба|мозго|мозга|трахо|злое|съ|сь|въ|"
    r"отъ|отье|оть|объ|обь|подъ|подь|разъ|разь|изъ|изь|взъ|ни|на-|не|худо|муд?о|конь?е)?"
)
_RUSSIAN = (
    _PREFIX + r"ху(?:[йеяюи]|й\w+)(?!н?аь)\w*",
    r"(?:ни|на|по|от|до)?ху(?:л[ие]|ло)$",
    r"\w*хуй(?:л|н|ло|ня|ов)\w*",
    r"\w{0,12}п[иеы]зд(?!а?ж)\w*",
    r"пзд\w*|пзц|пипец|пздц|песд[аеу]\w*|пиздец",
    _EB_PREFIX + r"еб(?:[аоеулишнтсщ]\w*|$)(?<!ебург)(?<!ебурге)(?<!ебурга)(?<!ебей)(?<!ебее)",
    r"(?:долбо|далбо|долба|мозго|муда)[её]б\w*|уебк\w*|ебт|епт\w{0,2}|йоба\w*|йобан\w*|иб[ау]нут\w*",
    r"(?:вы|по|на|рас|за|у|о|от|раз)?бля[дт]\w*|бля|мля|млять|блеать|бляха|бл[яе]ть|бл",
    r"м[уа]д(?:ак|ач|илы?$|ила|озв|озвон|ище|охат|охаи)\w*|муд(?:ень|ни|я)$",
    r"г[ао]ндон\w*",
    r"(?:за|от|рас)?п[ие]д(?:о|а|е|э)р(?!с)\w*|пидр\w*|п[ие]дик(?:и|а|ам|ов|у|ом)?|педрил\w*|пид[оа]рас\w*",
    r"сук(?:а|и|у|е|ой|ою|ам|ами|ах|ин|ина|ины)$|суч(?:ка|ки|ку|кой|ий|ья|ье|ьи|ара|ары|онок)$",
    r"(?:за|под|при|на|полу|черно|толсто)?жоп\w*",
    r"(?:за|от)?г[ао]в(?:н[оаеуяи]|ен|нюк|няк|нищ)\w*",
    r"(?:на|за|об|обо|по|до|вы|у|пере|про|ис|под|при|от)?ср(?:ат|ал|ан|ач|ут$|ет$|ешь$|у$|усь$)"
    r"(?!н(?:ен|ит))\w*",
    r"(?:на|по|за|от|вы|у|с|пере|раз|при|до)?дроч\w*",
    r"залуп\w*",
    _PREFIX + r"манд(?:а|ы|у|е|ой|ою|авош\w*|еть|[юяое][хшклрв]\w*)$",
    _PREFIX + r"мудох\w*",
    r"(?:на|по|ни|до|о|за|от|не|рас)?хер(?:а|у|ом|е|и|ов|овый|ово|ова|овая|овы|овой|н[яюеи]\w*|"
    r"ач\w*|асе|ел|ела|ели|ил\w*|еть|ь)?$",
    r"шлюх\w*|шлюш\w*|шалав\w*|курв[аыуе]\w*",
    r"нах|пнх|нафиг|нахрен|похрен|пох|хрень|дерьм\w*|выбляд\w*|выеб\w*",
)
_TRANSLIT = (
    r"(?:na|po|o|ni|do|za)?hu(?:y|ya|yu|ye|ylo|inya|ynya|ilo|ev\w*|i)|(?:na|po|o)xu[yij]\w*|xu[yij]\w{0,4}",
    r"\w{0,6}pi[sz]d(?:a|e|u|y|o|i)\w*|pizd\w*",
    r"bl[iy]?a(?:d|t|dj|tj|ty?)|bly[ae]\w*|bliat\w*|bliad\w*",
    r"(?:do|za|po|na|u|vy|ot|raz)?[yj]?eb(?:at|an|al|lan|uch|aniy|lo)\w*",
    r"suka|suki|cyka|mudak\w*|pid[oa]r(?:as|y|i)?\w{0,3}|g[ao]ndon\w*|zalup\w*|dolb[oa][yj]?eb\w*|govno|gavno",
)
_ENGLISH = (
    r"(?:mother|mutha|muthu|un|cluster|brain|mind|dumb|head)?f+u+c*k+(?!u)\w*|fck\w*|fuk|fukin\w*|fkn|fking|effing|fvck\w*|phuck\w*|mofo",
    r"(?:bull|horse|dip|ape|chicken|bat|dog)?sh[i1]t(?!ake)\w*|shyt\w*|bs$",
    r"c+u+nt(?:s|y|ing|ish)?",
    r"b[i1]+a?tch(?:es|y|ing|ass|in|ed)?|biotch|bich",
    r"(?:dumb|bad|jack|smart|fat|lazy|punk|bitch|lame|hard|kick)?ass(?:es|hole\w*|hat\w*|wipe\w*|clown\w*|face)?$",
    r"arse(?:hole\w*|s)?|dick(?:head|wad|face|s)\w*|prick|wank\w*|twat\w*|bollocks|bugger\w*",
    r"cocksuck\w*|pussy|pussies|whor(?:e|es|ing)|slut\w*|hoe|hoes|skank\w*|bastard\w*|douche\w*|tits|jizz|cum",
    r"goddamn\w*|dammit|crap(?:py)?|wtf|stfu|gtfo|piss(?:ed)?|pissing|fag(?:s|got|gots|gy)?|n[i1]gg(?:a|as|er|ers|az)|nigga\w*",
)

_OBSCENE = re.compile("(?:" + "|".join((*_RUSSIAN, *_TRANSLIT, *_ENGLISH)) + r")\Z")
_INNOCENT = re.compile(
    r"(?:хуа|хуев(?:ей|ый)?ск|оскорб|употреб|потреб|треб|застрах|страху|подстрах|психу|педагог|"
    r"ебург|хулиган|хуле?ит|сраж|сравн|срам|хутор|"
    r"подсудим|загове|говенье|похул|охул|хул[аиу]тел|муданьцзян|спид|пидж|себ|небе|неба|нехудо|ассес|бляш|"
    r"херсон|херувим|херес|мандат|мандал|мандол|команд|манд(?:ар|ел|ж)|сучк[оаи]ват|"
    r"shitt?ak|scunth|assess|assist|asset|asse[mn]|cockt|peacock|hancock|dickens|essex|sussex|"
    r"cumul|cumin|document|circum|arsen|pissarr|titsian)\w*\Z"
)
_MAX_WORD = 40


def is_obscene(word: str) -> bool:
    """Whether one word in normal form is obscene (crude but printable words included)."""
    return (
        1 < len(word) <= _MAX_WORD
        and _OBSCENE.match(word) is not None
        and _INNOCENT.match(word) is None
    )
