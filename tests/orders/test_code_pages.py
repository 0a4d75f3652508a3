"""Which code page is found for words of many languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.orders.code_pages import _is_frequent, _language_share, guess_encoding, plausibility

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {
    "cp1252": (
        "Müller", "José García;Señor", "Müller;Weiß;Größe", "Numéro de commande;Quantité;Désignation", "12,00 €",
        "Bjørn Åse;Ærø;Malmö", "São João;Ação;Preço unitário", "Perù;città;Quantità", "cœur;bœuf;Noël", "“quoted” text",
        "Größe;José;Zoë;Åsa;Çelik;Peña", "Crème brûlée \u2013 5 €",
        "Größe;Teppich 5 m\u00b2", "Teppich 5 m\u00b2", "\u00bd kg Käse",
    ),
    "cp437": ("Martín; Berguvsvägen", "Müller;Åberg;José"),
    "cp850": ("Müller;Größe;Weiß",),
    "mac_roman": ("Müller;Åberg;José", "Numéro;Quantité;Désignation"),
    "cp1250": (
        "Numer zamówienia;Ilość;Wartość\nŻak", "Číslo objednávky;Zákazník;Množství", "Příjmení;Dvořák;Jiří;Čapek",
        "Rendelésszám;Vevő;Mennyiség\nSzűcs;Győr", "Żółć;Łódź;Śląsk;źrebię", "Narudžba;Količina;Šibenik;Čakovec",
    ),
    "cp1251": ("Москва;Санкт-Петербург", "Номер заказа;Клиент;Дата заказа;Количество;Сумма"),
    "koi8_r": ("Номер заказа;Клиент;Дата заказа;Количество;Сумма",),
    "cp866": ("Номер заказа;Клиент;Дата заказа;Количество;Сумма",),
    "cp1253": ("Αριθμός παραγγελίας;Πελάτης;Ημερομηνία", "Αθήνα;Θεσσαλονίκη"),
    "cp1254": ("Sipariş No;Müşteri;Tarih\nİstanbul;Ağaç;Ayşe", "İzmir;Eskişehir;Muğla"),
    "cp1255": ("מספר הזמנה;לקוח;תאריך;כמות;סכום", "תל אביב;ירושלים"),
    "cp1256": ("رقم الطلب;العميل;التاريخ;الكمية;المبلغ",),
    "gb18030": ("订单编号,买家会员名,订单创建时间,宝贝标题", "北京;上海;广州", "1001,会员C0024,杯子"),
    "big5": ("訂單編號,顧客,日期,數量,金額", "臺北;高雄"),
    "cp932": ("注文番号,顧客,注文日,数量,金額", "東京;大阪;カップ"),
    "cp949": ("주문번호,고객,주문일,수량,금액", "서울;부산"),
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "text"), [(encoding, text) for encoding in WORDS for text in WORDS[encoding]])
def test_words_are_read_as_they_were_written(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guess_encoding(content)) == text


def test_an_error_names_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("Numer zamówienia;Data;Ilość;Wartość\n1;10.01.2023;3;5,00\n".encode("cp1250"))
    with pytest.raises(OrdersError, match=r"\(Read as cp1250: --encoding names another\)"):
        read_orders(path)


@pytest.mark.parametrize("text", [text for texts in WORDS.values() for text in texts])
def test_how_well_letters_stand_is_a_share_in_the_right_code_page_and_in_any_other(text: str) -> None:
    for encoding in WORDS:
        for read in (text, text.encode().decode(encoding, errors="ignore")):
            assert 0 <= plausibility(read, encoding) <= 1


@pytest.mark.parametrize(
    ("word", "share"),
    [
        ("Müller", 1), ("MÜLLER", 1), ("müller", 1), ("Åre", 1), ("iPhöne", 1), ("ÜbeR", 0), ("MartÝn", 0),
        ("PrixÉlevé", 0),
        ("McMöller", 1), ("ü", 0.5), ("Ü", 0.5), ("éàü", 1), ("éàüö", 0.1), ("éàüöb", 1), ("éàüöèb", 0.1),
        ("cœur", 1), ("œil", 1), ("Œdipe", 1), ("bœna", 0.1), ("bœ", 0.1), ("оеаи", 1), ("оеаф", 0.875),
        ("фюфю", 0.5), ("оb", 0), ("ααα", 1), ("ξξ", 0.5), ("שלום", 1), ("ססס", 0.5), ("ليل", 1), ("ضض", 0.5),  # noqa: RUF001
        ("plain", 1),
    ],
)  # fmt: skip
def test_how_well_a_word_stands_as_words_do(word: str, share: float) -> None:
    assert plausibility(word) == pytest.approx(share)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("5 €", 0.9), ("€5", 0.9), ("€x", 0.1), ("5 £d", 0.1), ("\u201cquoted", 1), ("quoted\u201d", 1),
        ("a\u201db", 0), ("5\u20195", 0.9), ("d\u2019or", 0.9), ("d\u00b4or", 0.1), ("a§b", 0), ("a§ b", 0.9),
        ("\u2122 ", 0), ("®", 0.9), ("©", 0.9), ("20°", 0.9), ("\x80", 0), ("\ue000", 0), ("€€", 0.2),
        ("x\uff0c", 0.9), ("\u00a8a", 0.1), ("zielon\u00b9", 0.1), (" m\u00b2", 0.9), ("5m\u00b2", 0.9),
        ("5 cm\u00b2", 0.9), ("kWm\u00b2", 0.1), ("\u00bd kg", 0.9), ("x\u00b9", 0.1),
        ("\u00a8 ", 0.9), ("\u201c ", 0.9), (" \u201d", 0.9), ("5\u2013", 0.9), ("é€", 0.7),
    ],
)  # fmt: skip
def test_how_well_a_sign_stands_as_it_does_in_prices(text: str, share: float) -> None:
    assert plausibility(text) == pytest.approx(share)


def test_letters_and_signs_weigh_alike() -> None:
    assert plausibility("Müßen MartÝn 5 €") == pytest.approx((2 + 0 + 0.9) / 4)
    assert plausibility("plain, text.") == 1


@pytest.mark.parametrize(
    ("text", "encoding", "share"),
    [
        ("北京", "gb18030", 0.95), ("北", "gb18030", 0.95 * 0.7), ("a北", "gb18030", 0), ("北b", "gb18030", 0),
        ("1北2", "gb18030", 0.95 * 0.7), ("北籲", "gb18030", 0.95 / 2), ("臺北", "big5", 0.95), ("臺", "gb18030", 0),
        ("東京", "cp932", 0.95), ("カップ", "cp932", 0.95), ("서울", "cp949", 1), ("서", "cp949", 0.7),
        ("カップ", "cp949", 0), ("\u3040\u3040", "cp932", 0.95), ("\u30ff\u30ff", "cp932", 0.95),
        ("a 北", "gb18030", 0.95 * 0.7),
        ("北 b", "gb18030", 0.95 * 0.7), ("北京 Ü", "gb18030", (2 * 0.95 + 0.5) / 3), ("北京", "cp1252", 1),
    ],
)  # fmt: skip
def test_how_well_signs_of_east_asia_stand(text: str, encoding: str, share: float) -> None:
    assert plausibility(text, encoding) == pytest.approx(share)


@pytest.mark.parametrize(
    ("standard", "name", "first", "last"),
    [(0, "gb2312", 0xB0, 0xD7), (1, "big5", 0xA4, 0xC6), (2, "shift_jis", 0x88, 0x97), (3, "euc_kr", 0xB0, 0xC8)],
)
def test_frequent_signs_are_those_of_the_first_level_of_their_standard(
    standard: int, name: str, first: int, last: int
) -> None:
    """GB 2312 and KS X 1001 begin theirs at row 16 (B0), Big5 at A4, JIS X 0208 at 88 in Shift JIS."""
    for byte in (first - 1, first, last, last + 1):
        of_row = [bytes([byte, second]).decode(name, errors="ignore") for second in range(0x40, 0xFF)]
        signs = [sign for sign in of_row if len(sign) == 1 and "\u3400" <= sign <= "\ud7af"]
        assert {_is_frequent(sign, standard) for sign in signs} <= {first <= byte <= last}, (name, byte)
        assert signs or not first <= byte <= last


@pytest.mark.parametrize(
    ("text", "share"),
    [("plain", 1), ("Москва", 1), ("äöüß", 1), ("äöüł", 0.75), ("ąćęł", 1), ("ğışö", 1), ("ðþ", 0.95), ("áéí", 1),
     ("œñßå", 0.9), ("œñßă", 0.9 * 0.75)],
)  # fmt: skip
def test_how_well_letters_are_those_of_one_language(text: str, share: float) -> None:
    assert _language_share(text) == pytest.approx(share)
