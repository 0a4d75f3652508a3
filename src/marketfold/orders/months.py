"""Names of the months, and the words that may stand beside them in a date."""

from __future__ import annotations

from marketfold.orders.names import without_accents


def plain_word(word: str) -> str:
    """A word without case, accents and the point of an abbreviation.

    >>> plain_word("Févr."), plain_word("MÄRZ")
    ('fevr', 'marz')
    """
    return without_accents(word.rstrip(".").casefold().replace("\u0131", "i"))


_NAMES = (
    "jan january januar jänner jän janvier janv enero ene gennaio genn gen januari janeiro stycznia styczeń января "
    "янв ocak",
    "feb february februar feber février févr fév febrero febbraio febbr februari fevereiro fev lutego luty февраля фев "
    "şubat",
    "mar march märz mär mrz mars marzo maart mrt março marco maerz marca marzec марта мар mart",
    "apr april avril avr abril abr aprile kwietnia kwiecień апреля апр nisan",
    "may mai mayo maggio magg mag mei maio maja maj мая mayis",
    "jun june juni juin junio giugno giu junho czerwca czerwiec июня июн haziran",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec июля июл temmuz",
    "aug august août aout agosto ago augustus sierpnia sierpień августа авг ağustos",
    "sep sept september septembre septiembre setiembre settembre sett set setembro września wrzesień сентября сен сент "
    "eylül",
    "oct october oktober okt octobre octubre ottobre ott outubro out października październik октября окт ekim",
    "nov november novembre noviembre novembro listopada listopad ноября ноя нояб kasim",
    "dec december dezember dez décembre déc decembre diciembre dic dicembre dezembro grudnia grudzień декабря дек "
    "aralik",
)
MONTHS = {plain_word(name): number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
"""Number of each month by its `plain_word`, in full and cut short."""

_BESIDE = (
    "st nd rd th of the on",
    "de del den der le la el il lo am em a an er ere eme nd e ste º ª o",
    "\u0433 года год roku r yili",
    "mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday sun sunday",
    "montag mo dienstag di mittwoch mi donnerstag do freitag fr samstag sonnabend sa sonntag so",
    "lundi lun mardi mar mercredi mer jeudi jeu vendredi ven samedi sam dimanche dim",
    "lunes martes mie miércoles mié jueves jue viernes vie sábado sáb domingo dom",
    "lunedì martedì mercoledì mercoledi giovedì gio venerdì sabato dom",
    "maandag ma dinsdag di woensdag wo donderdag vrijdag vr zaterdag za zondag zo",
    "segunda segundafeira seg terça terçafeira ter quarta quartafeira qua quinta quintafeira qui sexta sextafeira sex "
    "feira sáb",
)
FILLERS = frozenset(plain_word(word) for words in _BESIDE for word in words.split()) - {"mar"}
"""Ordinal endings, articles and days of the week: they may stand in a date and say nothing about the day."""
