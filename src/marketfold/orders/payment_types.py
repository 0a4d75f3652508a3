"""Types of rows in the list of a payment account: sales, refunds, and money that is only moved."""

from __future__ import annotations

import re

from marketfold.orders.hints import plain_words

_MOVED = re.compile(
    r"\b(?:pay ?outs?|transfers?|withdrawals?|top ?ups?|currency conversions?|conversion|reserves?|holds?|releases?"
    r"|bank deposits?|deposit to|fund(?:ing|s)?|general credit|(?:general|debit) card deposit|(?:\w+ )?fees?"
    r"|authori[sz]ations?|autorisierung\w*|autorisations?|autorizacion\w*|autorizzazion\w*|autorisatie\w*"
    r"|auszahlung\w*|abhebung\w*|abbuchung\w*|ubertrag\w*|umbuchung\w*|wahrungsumrechnung\w*|einbehalt\w*|aufladung\w*"
    r"|bankgutschrift\w*|gebuhr\w*|entgelte?|virements?|retraits?|conversion de devise|frais|transferencias?|retiradas?"
    r"|retiros?|conversion de divisas?|comision\w*|trasferiment\w*|preliev\w*|conversione|commission[ei]|uitbetaling\w*"
    r"|opname\w*|overboeking\w*|valutaomrekening\w*|kosten|transferencias?|saques?|retirada)\b"
)
_PAYOUT = re.compile(
    r"\b(?:pay ?outs?|transfers?|withdrawals?|auszahlung\w*|abhebung\w*|virements?|retraits?|transferencias?|retiros?"
    r"|trasferiment\w*|preliev\w*|uitbetaling\w*|saques?)\b"
)
_PAID = re.compile(
    r"\b(?:payments?|charges?|checkout|zahlung\w*|\w+zahlung(?:en)?|paiements?|pagos?|pagament[oi]|betaling\w*)\b"
)
_KEPT = re.compile(r"\b(?:fees?|gebuhr\w*|entgelte?|frais|holds?|reserves?|authori[sz]ations?)\b")
"""What is given back of these is no sale that came back either."""
_BACK = re.compile(r"\b(?:reversals?|charge ?backs?|disputes?|ruckbuchung\w*|ruckbelastung\w*|contracargos?)\b")


def says_moved(text: str) -> bool:
    """Whether the type of a row says that money was moved, changed or kept as a fee, and nothing sold or given back.

    >>> [says_moved(one) for one in ("payout", "Reversal of General Account Hold", "Mobile Payment", "Payment Refund")]
    [True, True, False, False]
    """
    plain = plain_words(text)
    return bool(_MOVED.search(plain)) and (bool(_KEPT.search(plain)) or not says_back(text))


def says_payout(text: str) -> bool:
    """Whether the type of a row says that the account paid out to its holder."""
    return bool(_PAYOUT.search(plain_words(text))) and not says_back(text)


def says_paid(text: str) -> bool:
    """Whether the type of a row says that somebody paid, as the list of a payment account has it.

    >>> says_paid("charge"), says_paid("Mobile Payment"), says_paid("Invoice"), says_paid("payout")
    (True, True, False, False)
    """
    return bool(_PAID.search(plain_words(text))) and not says_moved(text)


def says_back(text: str) -> bool:
    """Whether the type of a row says that money went back to who paid."""
    plain = plain_words(text)
    return bool(_BACK.search(plain)) or bool(
        re.search(r"\b(?:refund|erstatt|ruckzahl|rembours|reembols|rimbors|terugbeta)", plain)
    )
