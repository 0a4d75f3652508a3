"""Which code page makes words of bytes that are no UTF-8."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

import charset_normalizer

# In the order in which an export is likely to be in them: on equal evidence the first wins.
CANDIDATES = (
    "cp1252", "cp437", "cp850", "cp1250", "mac_roman", "iso8859_15", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp852", "cp866", "koi8_r", "cp1257", "gb18030", "big5", "cp932", "cp949",
)  # fmt: skip

_WEST = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœðþªº"
_ALPHABETS = {
    "German": "äöüß",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíñóúüªº",
    "Italian": "àèéìíîòóùú",
    "Portuguese": "áâãàçéêíóôõúüªº",
    "Scandinavian": "åäöæøéèü",
    "Icelandic": "áðéíóúýþæö",
    "Dutch": "éèëïóöüáí",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîșțşţ",
    "Croatian": "čćđšž",
    "Turkish": "çğıöşüâîû",
    "Baltic": "āčēģīķļņōŗšūžąęėįųõäöü",
}
"""Letters beyond ASCII of each language; the German ones are also those of its neighbours' code pages."""

_COMMON = {
    "CYRILLIC": frozenset("оеаинтсрвлкмдпі"),
    "GREEK": frozenset("αοιετσνηυρπκςόίάέ"),
    "HEBREW": frozenset("יוהלאמרתבנשםק"),
    "ARABIC": frozenset("اليمنرتبوةدعس"),
}
"""The usual letters of an alphabet: text that is read in a wrong code page of it has rarer ones."""

_FREQUENT_CJK = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x97), ("euc_kr", 0xB0, 0xC8))
"""Where each standard keeps its frequent signs, by their first byte."""
_KOREAN = 3
_STANDARD = {"gb18030": 0, "big5": 1, "cp932": 2}

_WORD = re.compile(r"[^\W\d_\u00b2\u00b3\u00b9\u00bc-\u00be]+")
_SIGN = re.compile(r"[^\x00-\x7f]")
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f]+")
_TIE = 0.05
"""Difference of two scores that says nothing."""
_OF_LANGUAGE = 0.3
"""Weight of the language in a score; words and prices have one of 1."""
_HIGHEST = 1.0 + _OF_LANGUAGE


@lru_cache(maxsize=8192)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def _is_plain_word(word: str) -> bool:
    """Whether a word is of one script and cased as words are: `Martín`, `ÅRE`, `Åre`, not `MartÝn` or `Bergu„`."""
    scripts = {_script(letter) for letter in word}
    cased = word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())
    cased = cased or not any(letter.islower() or letter.isupper() for letter in word)  # of an alphabet without cases
    camel = all(letter.isascii() for letter in word if letter.isupper())
    return len(scripts) == 1 and (cased or camel)


def _word_share(word: str) -> float:
    """How well a word with letters beyond ASCII stands as words do, 0 to 1."""
    foreign = [letter for letter in word.lower() if not letter.isascii()]
    if not _is_plain_word(word) or len(word) == 1:
        return 0.5 * (len(word) == 1)  # a lone letter says little
    script = _script(foreign[0])
    if script in _COMMON:
        return 0.5 + 0.5 * sum(letter in _COMMON[script] for letter in foreign) / len(foreign)
    if script == "LATIN" and len(word) > 3 and len(foreign) > 0.8 * len(word):
        return 0.1  # words of Latin letters are mostly plain ones
    if re.search("œ(?![uidet])", word.lower()):
        return 0.1  # cœur, œil, fœtus
    return 1.0


@lru_cache(maxsize=8192)
def _is_frequent(sign: str, standard: int) -> bool:
    """Whether a sign of East Asia is among the frequent ones of a standard."""
    if "\u3040" <= sign <= "\u30ff":
        return standard != _KOREAN
    name, first, last = _FREQUENT_CJK[standard]
    try:
        return first <= sign.encode(name)[0] <= last
    except UnicodeEncodeError:
        return False


def _east_share(text: str, match: re.Match[str], encoding: str) -> float:
    """How well a run of signs of East Asia stands as they do, 0 to 1: frequent ones, several of them."""
    run = match.group()
    before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
    if len(run) == 1 and (before.isalpha() or after.isalpha()):
        return 0.0  # a letter with an accent and its neighbour
    if encoding == "cp949":  # bytes of Korean syllables alone seldom are frequent signs of Chinese only
        frequent = 1.0 * sum(_is_frequent(sign, _KOREAN) for sign in run)
    else:
        frequent = 0.95 * sum(_is_frequent(sign, _STANDARD[encoding]) for sign in run)
    return (0.7 if len(run) == 1 else 1.0) * frequent / len(run)


def _sign_share(text: str, place: int) -> float:
    """How well a sign beyond ASCII that is no letter stands as it does in prices and remarks, 0 to 1."""
    sign, before, after = text[place], text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    kind = unicodedata.category(sign)
    if unicodedata.east_asian_width(sign) in {"F", "W"}:
        return 0.9  # the comma of East Asia
    if (kind == "Pi" and after.isalnum()) or (kind == "Pf" and before.isalnum() and not after.isalnum()):
        return 1.0  # a quote around a word
    within = before.isalpha() and after.isalpha() and sign not in "\u2019\u00b4"
    if within or (kind in {"Cc", "Co", "Cn", "So", "Mn"} and sign not in "®©°"):
        return 0.0
    if (before and not before.isascii() and not before.isalpha()) or (
        after and not after.isascii() and not after.isalpha()
    ):
        return 0.2  # such signs come alone
    if (kind in {"Sk", "Sc"} and after.isalpha()) or (kind == "No" and text[max(place - 3, 0) : place].isalpha()):
        return 0.1  # `£ódŸ`, `zielon¹`
    return 0.9


def plausibility(text: str, encoding: str = "") -> float:
    """Share of the characters beyond ASCII that stand as they do in words and prices, 0 to 1."""
    total = good = 0.0
    if encoding in {*_STANDARD, "cp949"}:
        for match in _EAST.finditer(text):
            total += len(match.group())
            good += len(match.group()) * _east_share(text, match, encoding)
    text = _EAST.sub(lambda match: "\n" * len(match.group()), text) if total else text
    for word, times in Counter(word for word in _WORD.findall(text) if not word.isascii()).items():
        foreign = times * len(_SIGN.findall(word))
        total += foreign
        good += foreign * _word_share(word)
    for match in _SIGN.finditer(text):
        if not match.group().isalpha():
            total += 1
            good += _sign_share(text, match.start())
    return good / total if total else 1.0


def _language_share(text: str) -> float:
    """How well the letters beyond ASCII are those of one language, 0 to 1; several of the West are one shop's."""
    counts = Counter(_SIGN.findall(text.lower()))
    counts = Counter({letter: n for letter, n in counts.items() if letter.isalpha() and _script(letter) == "LATIN"})
    total = counts.total()
    if not total:
        return 1.0
    shares = {name: sum(counts[letter] for letter in own) / total for name, own in _ALPHABETS.items()}
    shares["Icelandic"] *= 0.95  # its three own letters stand where Turkish has three of its own
    west = sum(counts[letter] for letter in _WEST) / total
    return max(*shares.values(), 0.9 * west)


def _score(sample: bytes, encoding: str) -> float:
    try:
        text = sample.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return -1.0
    return plausibility(text, encoding) + _OF_LANGUAGE * _language_share(text)


def guess_encoding(sample: bytes) -> str:
    """The encoding in which the lines beyond ASCII read most like words.

    charset-normalizer judges by the frequencies of letters, and where accents are rare it takes one code page for
    another, so its answer stands only where no common encoding makes as good words of the same bytes. It is slow, and
    not asked where one makes words that could not be better.

    >>> guess_encoding("Martín; Berguvsvägen".encode("cp437"))
    'cp437'
    >>> guess_encoding("Ilość;Wartość;Zamówienie".encode("cp1250")), guess_encoding("Москва".encode("cp1251"))
    ('cp1250', 'cp1251')
    """
    ours, most = CANDIDATES[0], -1.0
    for encoding in CANDIDATES:
        score = _score(sample, encoding)
        if score > most:
            ours, most = encoding, score
        if most >= _HIGHEST:
            break
    if most + _TIE >= _HIGHEST:
        return ours
    best = charset_normalizer.from_bytes(sample).best()
    guessed = best.encoding if best else CANDIDATES[0]
    return guessed if _score(sample, guessed) > most + _TIE else ours
