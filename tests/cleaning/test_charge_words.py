"""Lines that are no goods, by their names in seven languages, and goods whose names sound like them."""

from __future__ import annotations

import pytest

from marketfold.cleaning.charge_words import charge_of, charge_of_type, is_line_type, uci_codes

CHARGES = {
    "shipping": "Shipping charge|Standard Shipping|UPS Ground shipping|DOTCOM POSTAGE|SHIPPING-DE"
    "|Versandkosten|Versand DHL|Versandkosten (Deutschland)"
    "|Frais de port|Livraison Colissimo|Gastos de envío|Envío estándar|Spese di spedizione"
    "|Verzendkosten|Frete|Portes de envio",
    "discount": "Discount|Discount code|Coupon: SUMMER10|Discount (SUMMER10)|Rabatt|Remise|Descuento|Sconto"
    "|Korting|Desconto",
    "gift_card": "Gift card|GIFT-CARD-50|Geschenkgutschein 50 €|Carte cadeau|Tarjeta regalo 50|Buono regalo"
    "|Cadeaubon €25|Vale presente",
    "tax": "Tax|VAT 20%|MwSt. 19 %|TVA 20 %|IVA 21%|BTW",
    "tip": "Tip|Gratuity|Trinkgeld|Pourboire|Propina|Mancia|Fooi|Gorjeta",
    "charge": "Service fee|Bank Charges|AMAZON FEE|Bearbeitungsgebühr|Nachnahmegebühr|Frais de dossier|Recargo|Toeslag",
}
GOODS = (
    "Shipping label roll|Versandkarton|Versandtasche A4|Delivery bag|Postage stamp|Gift card holder"
    "|Discount sticker roll|Tax disc holder|Tip Top jar|Coupon rack|Portfolio|Porto|S|M|D|B|POST|Manual|Bench|SKU-010"
    "|Supplement|Bonbon|Steuerung"
)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, all_ in CHARGES.items() for name in all_.split("|")])
def test_a_charge_is_known_by_its_name(kind: str, name: str):
    assert charge_of(name) == kind
    assert charge_of(name.upper()) == kind


@pytest.mark.parametrize("name", GOODS.split("|"))
def test_a_product_that_sounds_like_a_charge_is_goods(name: str):
    assert charge_of(name) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("line_item", None), ("Product", None), ("Artikel", None), ("shipping", "shipping"),
        ("shipping_line", "shipping"),
        ("Porto", "shipping"), ("coupon", "discount"), ("fee", "charge"), ("tax", "tax"), ("tip", "tip"),
        ("gift_card", "gift_card"), ("Versand", "shipping"), ("Versandposition", "shipping"),
        ("remise", "discount"), ("bundle", None),
    ],
)  # fmt: skip
def test_the_type_of_a_line(text: str, kind: str | None):
    assert charge_of_type(text) == kind


def test_a_category_is_a_type_where_it_has_goods_beside_charges():
    assert is_line_type({"Item", "Shipping"})
    assert not is_line_type({"Cups", "Shipping"})
    assert not is_line_type({"Item", "Cups"})


def test_short_codes_are_charges_only_where_several_signs_stand_together():
    assert uci_codes(["S", "M", "L", "XL"], ["Shirt"]) == {}
    assert uci_codes(["S", "M", "POST"], ["Shirt"]) == {}
    assert uci_codes(["85123A", "POST", "M", "DOT", "D"], []) == {
        "POST": "shipping", "DOT": "shipping", "M": "charge", "D": "discount",
    }  # fmt: skip
    assert uci_codes(["85123A", "M", "S"], ["Manual", "Shirt"]) == {"M": "charge"}
