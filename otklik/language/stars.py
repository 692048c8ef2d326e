"""Starred obscenities: «х*й», «п***ц», «f**k», «б..ть» read against a list of words."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict

# A star stands for one letter, a run of stars for about as many letters.
_WORDS = """
хуй хуи хуе хуя хую хуем хуев хуевый хуевая хуевые хуево хуйня хуйню хуйни хуйней хуйло хули
хуесос хуесосы хуета хуету хуячить хуярить нахуй нахуя похуй похую нихуя нихуй охуел охуела
охуели охуеть охуенно охуенный охуенная охуевший охуевшие охуевать ахуел ахуеть ахуенно ахуели
дохуя дохера захуй вхуй хуило пизда пизды пизде пизду пиздой пиздец пиздеца пиздит пиздят пиздеж
пиздишь пиздеть пиздюк пиздюли пиздюлей пиздабол пиздобол пиздос пиздато пиздатый распиздяй
распиздяи распиздяйство спиздил спиздила спиздили спиздить отпиздить пиздануть пизданутый
ебать ебал ебала ебали ебан ебаный ебаная ебаное ебаные ебанный ебанные ебаного ебаных ебаной
ебучий ебучая ебучие еби ебут ебет ебаться ебло ебальник ебланы еблан ебанько ебанутый ебанутые
ебанутая ебнутый ебану ебануться заебал заебали заебала заебало заебись заебло заебался заебет
заебут заебы заебывает наебали наебать наебал наебывают наебывать наебалово наебка выебал выебать
выебон выебываться проебали проебать проебал проеб разъебать разъебали отъебись отъебитесь уебок
уебки уебан уебаны уебище уебать уебищный доебались доебался подъебал подъебка поебать поебень
съебал съебались въебал взъебать долбоеб долбоебы долбоебов долбоебизм мозгоеб
блядь бляди блядский блядская блядские блядское блядей блядство блядина сука суки суке суку сукой
сучка сучара мудак мудаки мудака мудаков мудила мудило мудачье мудень мудозвон гандон гондон
гандоны гондоны гандонов пидор пидоры пидора пидоров пидорас пидорасы пидарас пидарасы пидар
пидрила жопа жопу жопе жопы жопой жопный говно говна говне говном гавно говнище говняный говнюк
говноед дерьмо дерьма дерьмовый срать срал срали насрать насрали обосрался обосрались засранец
засранцы сраный сраная сраные ссать обоссать дрочить дрочит дрочила залупа залупу шлюха шлюхи
шлюхой курва выблядок ублюдок ублюдки бля блять
fuck fucking fucked fucker fuckers fucks motherfucker motherfuckers motherfucking shit shitty
bullshit shits shitting shithead bitch bitches bitching cunt cunts asshole assholes dickhead pussy
dick dicks whore whores nigger niggers nigga niggas faggot faggots fag ass bastard bastards slut
sluts twat wanker bollocks prick cocksucker douchebag dumbass jackass
"""
_SHORT = ("еб", "ебт", "хер", "хера", "манда", "бл")  # only behind real stars

_SIGN = re.compile(r"[^\w]+|_+")
_REAL_STARS = re.compile(r"[*#@$%_]")
_STARS_ONLY = re.compile(r"[*#@$%_]+")
_MAX_TOKEN, _MAX_RUNS = 24, 3


def _by_length() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for word in (*_WORDS.split(), *_SHORT):
        found[len(word)].append(word)
    return found


_STEMS = _by_length()


def unstar(token: str) -> str:
    """The starred obscenity that `token` (folded, lower case) can be read as, or ""."""
    parts, signs = _SIGN.split(token), _SIGN.findall(token)
    runs = [len(run) for run in signs]
    if not runs or len(runs) > _MAX_RUNS or len(token) > _MAX_TOKEN or not _enough(parts, runs):
        return ""
    if not _edges_are_stars(parts, signs):
        return ""
    starred = _REAL_STARS.search(token) is not None
    if not starred and not _enough_for_marks(parts, runs):
        return ""
    for widths in itertools.product(*[_widths(run) for run in runs]):
        length = sum(map(len, parts)) + sum(widths)
        for word in _STEMS.get(length, ()):
            if (starred or word not in _SHORT) and _fits(word, parts, widths):
                return word
    return ""


def _edges_are_stars(parts: list[str], signs: list[str]) -> bool:
    """Only real stars hide the end of a word, and «*hits» is how a slip is put right."""
    if not parts[-1] and _STARS_ONLY.fullmatch(signs[-1]) is None:
        return False
    return bool(parts[0]) or (_STARS_ONLY.fullmatch(signs[0]) is not None and parts[1][:1] >= "а")


def _widths(run: int) -> range:
    if run == 1:
        return range(1, 2)
    return range(run - 1, run + (2 if run == 2 else 3))


def _enough(parts: list[str], runs: list[int]) -> bool:
    letters = sum(map(len, parts))
    if not all(part.isalpha() or not part for part in parts) or letters + sum(runs) < 3:
        return False
    if not parts[0] and letters < 2:
        return False
    return letters > 1 or (letters == 1 and sum(runs) >= 2)


def _enough_for_marks(parts: list[str], runs: list[int]) -> bool:
    """Dots, dashes and slashes hide letters only inside a word, and two must stand open."""
    if not parts[0] or not parts[-1]:
        return False
    letters = sum(map(len, parts))
    return letters >= 3 or (letters == 2 and (sum(runs) > 1 or parts in _TWO_LETTERS))


_TWO_LETTERS = (["х", "й"], ["п", "ц"], ["х", "я"])


def _fits(word: str, parts: list[str], widths: tuple[int, ...]) -> bool:
    if not word.startswith(parts[0]) or not word.endswith(parts[-1]):
        return False
    place = len(parts[0])
    for width, part in zip(widths, parts[1:], strict=True):
        place += width
        if not word.startswith(part, place):
            return False
        place += len(part)
    return place == len(word)
