"""What the name of a column of money says: net or gross, a sum or a part of one, or no money of the shop at all."""

from __future__ import annotations

import re

from marketfold.orders.names import without_accents


def word_set(text: str) -> frozenset[str]:
    """The words of a text, to look words up in."""
    return frozenset(text.split())


_NET = word_set(
    "net nett netto neto neta netas nette netta ht liquido liquida liquidas excl exkl excluding without "
    "ohne sin senza zonder sem hors exvat extax final discounted"
)
_NET_STARTS = ("netto", "netsal", "netrev", "netam", "netprice", "nettotal", "netval")
_GROSS = word_set("gross brutto bruto bruta brutas brut brute ttc lordo lorda incl inkl including inc inclusive")
_GROSS_STARTS = ("brutto", "gross", "bruttobe")
_MONEY = word_set(
    "amount amt total totals sales sale revenue revenues turnover value paid spend spent payment subtotal "
    "sum gross net betrag umsatz summe wert netto brutto erlos erlose gesamt gesamtpreis montant ht ttc "
    "valeur ca importe ventas venta ingreso ingresos valor neto bruto importo totale ricavo ricavi "
    "fatturato lordo valore bedrag omzet totaal waarde receita faturamento vendas venda liquido"
)
_MONEY_ENDS = ("betrag", "umsatz", "wert", "summe", "erlos", "bedrag", "omzet", "waarde", "revenue", "sales", "amount")
_OTHERWISE = word_set(
    "tax taxes vat gst mwst ust tva iva btw imposto impuesto impuestos imposta ship shipping freight "
    "porto fracht livraison envio spedizione frete delivery handling fee fees commission provision cost "
    "costs kosten cout coste costo custo cogs reembolso rimborso remise descuento sconto korting desconto "
    "coupon gutschein voucher tip tips profit margin gewinn marge balance saldo due outstanding deposit "
    "qty quantity count weight gewicht rate pct percent percentage prozent id no number nr date day time "
    "list msrp points score income budget credit age size limit lifetime ltv clv customer avg average "
    "mean median year month code name original compare stock inventory target forecast plan previous prev "
    "installments cumulative running sequential share ratio growth first last price preis prix precio "
    "prezzo preco prijs unit each"
)
_WHOLE = ("total", "totaal", "gesamt", "subtotal")
_PRICE_WORDS = word_set("price preis prix precio prezzo preco prijs")
_TAXES = word_set("tax taxes vat gst mwst ust tva iva btw taxe impuestos imposto")
_NO_TAX = word_set("rate pct percent prozent % id no number nr code name class satz included inclusive incl")
_TIPS = word_set("tip tips gratuity gratuities trinkgeld pourboire pourboires propina propinas mancia fooi gorjeta")
_WITH_OR_WITHOUT = word_set(
    "excl exkl ex excluding without ohne sin senza zonder sem hors incl inkl inc including with mit avec con met com"
)
_OTHERWISE_STARTS = ("discount", "rabatt", "nachlass", "steuer", "versand", "verzend", "gebuhr", "refund", "return",
                     "erstatt", "promo", "offline", "online", "ever")  # fmt: skip
QUANTITY_WORDS = word_set(
    "qty quantity menge anzahl stuck stueck units pcs pieces count cantidad quantite aantal unidades "
    "quantidade quantita"
)
_SUBTOTAL = (
    "ordervalue",
    "warenwert",
    "itemtotal",
    "goodsvalue",
    "subtotal",
    "sous total",
    "zwischensumme",
    "sub total",
    "totalht",
    "nettosumme",
    "subtotale",
)


def name_words(name: str) -> list[str]:
    """The words of a column's name, without case and accents.

    >>> name_words("N. Revenue"), name_words("NetPrice"), name_words("Erlös_EUR")
    (['n', 'revenue'], ['net', 'price'], ['erlos', 'eur'])
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[a-z]+|%", without_accents(spaced).casefold())


def is_net(name: str) -> bool:
    """Whether a name says that tax or discount is off."""
    found = name_words(name)
    return any(word in _NET or word.startswith(_NET_STARTS) for word in found) or found[:1] == ["n"]


def is_gross(name: str) -> bool:
    """Whether a name says that tax or discount is in it."""
    return any(word in _GROSS or word.startswith(_GROSS_STARTS) for word in name_words(name))


def sounds_like_money(name: str) -> bool:
    """Whether a name says that a column is what was paid, in words that no list of names has whole."""
    found = name_words(name)
    if set(found) & _WITH_OR_WITHOUT:
        found = [word for word in found if word not in _TAXES]
    if any(word.startswith(_WHOLE) for word in found):  # a `total price` is no price of an item
        found = [word for word in found if word not in _PRICE_WORDS]
    if any(word in _OTHERWISE or word.startswith(_OTHERWISE_STARTS) for word in found):
        return False
    return any(word in _MONEY or word.endswith(_MONEY_ENDS) or word.startswith(_WHOLE) for word in found)


def is_cost(name: str) -> bool:
    """Whether a name says what the shop paid itself."""
    return bool({"cost", "costs", "kosten", "cout", "costo", "coste", "custo"} & set(name_words(name)))


def is_tip(name: str) -> bool:
    """Whether a name says that a column holds tips."""
    return bool(_TIPS & set(name_words(name)))


def is_tax(name: str) -> bool:
    """Whether a name says that a column holds taxes, as money.

    >>> is_tax("Sales Tax"), is_tax("MwSt."), is_tax("Tax rate")
    (True, True, False)
    """
    found = {*name_words(name), "".join(name_words(name))}
    return bool(_TAXES & found) and not found & _NO_TAX


def is_subtotal(name: str) -> bool:
    """Whether a name says that something is still to be added to a sum."""
    return "".join(name_words(name)).startswith(tuple(word.replace(" ", "") for word in _SUBTOTAL))
