"""Which code page is found for words of many languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError
from marketfold.orders import read_orders
from marketfold.orders.code_pages import guess_encoding, plausibility

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {
    "cp1252": (
        "Müller", "José García;Señor", "Müller;Weiß;Größe", "Numéro de commande;Quantité;Désignation", "12,00 €",
        "Bjørn Åse;Ærø;Malmö", "São João;Ação;Preço unitário", "Perù;città;Quantità", "cœur;bœuf;Noël", "“quoted” text",
        "Größe;José;Zoë;Åsa;Çelik;Peña", "Crème brûlée \u2013 5 €",
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
