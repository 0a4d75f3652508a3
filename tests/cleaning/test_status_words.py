"""What a status says, in seven languages and the spellings of shops."""

from __future__ import annotations

import pytest

from marketfold.cleaning.status_words import meaning_of, read_statuses

CANCELLED = """
Cancelled|canceled|CANCELED - No stock|Cancelled by buyer|wc-cancelled|wc-failed|Storniert|Annulliert|Annulé|Annulée
Cancelado|Anulado|Annullato|Geannuleerd|voided|VOID|failed|payment_failed|PaymentFailed|Fehlgeschlagen|Échoué|Fallido
Fallito|Mislukt|Falhou|expired|Abgelaufen|Expirée|Caducado|Scaduto|Verlopen|declined|Abgelehnt|Refusé|Rechazado
Rifiutato|Geweigerd|Recusado|abandoned|Abgebrochen|Abandonné|Abandonado|Abbandonato|Draft|Entwurf|Brouillon|Borrador
Bozza|Concept|Rascunho|Quotation|Angebot|Devis|Test|deleted|trash|Cancelled and refunded|incomplete|Blocked
"""
RETURNED = """
Refunded|wc-refunded|Returned|Chargeback|Retourniert|Zurückgesendet|Erstattet|Rückerstattet|Gutschrift|Remboursé|Retour
Devuelto|Reembolsado|Reso|Rimborsato|Terugbetaald|Geretourneerd|Devolvido|Reembolsado|Estornado|Contracargo
Shipped - Returned to Seller|Shipped - Rejected by Buyer|Reversed
"""
PART = """
partially_refunded|PartiallyRefunded|Refunded (partial)|Teilweise erstattet|Teilerstattet|Partiellement remboursé
Parcialmente reembolsado|Parzialmente rimborsato|Gedeeltelijk terugbetaald|partially returned
"""
UNPAID = """
unpaid|Pending payment|pending_payment|Unbezahlt|Nicht bezahlt|Zahlung ausstehend|Impayé|En attente de paiement
No pagado|Pendiente de pago|In attesa di pagamento|Onbetaald|Wacht op betaling|Aguardando pagamento
requires_payment_method
"""
SOLD = """
paid|completed|wc-completed|Complete|shipped|delivered|fulfilled|unfulfilled|partial|processing|In Process|Resolved
authorized|invoiced|Closed|succeeded|not refunded|unshipped|Awaiting shipment|Pending - Waiting for Pick Up
Shipped - Delivered to Buyer|bezahlt|versendet|Geliefert|teilweise geliefert|Abgeschlossen|In Bearbeitung
nicht versendet|Payée|Expédiée|Livré|Terminée|En préparation|Pagado|Enviado|Entregado|Completado|Pagato|Spedito
Consegnato|Evaso|In attesa di spedizione|betaald|verzonden|bezorgd|voltooid|In behandeling|Pago|Entregue|Concluído
Enviado|none
"""
OPEN = "Disputed|open|Offen|partially_paid|created"
ABSENT = """
unavailable|Out of stock|Sold out|nicht lieferbar|Ausverkauft|Indisponible|Rupture de stock|No disponible|Agotado
Non disponibile|Esaurito|Niet leverbaar|Uitverkocht|Indisponível|Esgotado
"""
UNKNOWN = """
laid-away|17|Gelb|Return requested|refund_pending|cancellation requested|delivery failed|chargeback reversed
Canceled_Reversal|COD
"""


def words(text: str) -> list[str]:
    return [word for line in text.strip().splitlines() for word in line.split("|")]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (word, meaning)
        for meaning, listed in (
            ("cancelled", CANCELLED), ("returned", RETURNED), ("part_returned", PART), ("unpaid", UNPAID),
            ("sold", SOLD), ("open", OPEN), ("absent", ABSENT), (None, UNKNOWN),
        )
        for word in words(listed)
    ],
)  # fmt: skip
def test_a_word_says_what_it_means(text: str, meaning: str | None):
    assert meaning_of(text) == meaning
    if text not in {"PaymentFailed", "PartiallyRefunded"}:  # two words that only their letters tell apart
        assert meaning_of(f" {text.upper()} ") == meaning


@pytest.mark.parametrize(
    ("texts", "word", "meaning"),
    [
        (("Shipped", "In Process", "On Hold"), "On Hold", "open"),
        (("wc-completed", "wc-on-hold"), "wc-on-hold", "unpaid"),
        (("completed", "failed", "On hold"), "On hold", "unpaid"),
        (("Shipped", "Cancelled", "Pending"), "Pending", "open"),
        (("paid", "refunded", "pending"), "pending", "unpaid"),
        (("shipped", "payment failed", "pending"), "pending", "unpaid"),
    ],
)
def test_what_waits_is_told_by_the_words_beside_it(texts: tuple[str, ...], word: str, meaning: str):
    assert read_statuses(texts)[word] == meaning


def test_what_is_pending_in_a_column_of_shipping_was_sold():
    assert read_statuses(["pending", "open"], "Fulfillment Status") == {"pending": "sold", "open": "sold"}
    assert read_statuses(["pending"], "Lieferstatus") == {"pending": "sold"}


@pytest.mark.parametrize("word", words(ABSENT))
def test_goods_that_were_not_there_were_not_bought(word: str):
    assert read_statuses([word, "delivered", "canceled"])[word] == "absent"
    assert read_statuses([word], "Delivery status")[word] == "absent"
    assert read_statuses([word, "paid", "failed"])[word] is None


@pytest.mark.parametrize(
    ("won", "lost", "under_way"),
    [
        ("Closed Won", "Closed Lost", "Negotiation/Review"),
        ("closedwon", "closedlost", "appointmentscheduled"),
        ("Gewonnen", "Verloren", "Angebot gesendet"),
        ("Gagnée", "Perdue", "Qualification"),
        ("Ganado", "Perdido", "Propuesta enviada"),
        ("Won", "Lost", "Contract Sent"),
    ],
)
def test_of_deals_only_what_is_won_was_bought(won: str, lost: str, under_way: str):
    assert read_statuses([won, lost, under_way]) == {won: "sold", lost: "cancelled", under_way: "cancelled"}


@pytest.mark.parametrize("text", ["Dispute won", "Chargeback won", "Lost in transit"])
def test_a_dispute_is_no_deal(text: str):
    assert read_statuses([text, "Shipped", "Pending"])["Shipped"] == "sold"
    assert read_statuses([text, "Shipped", "Pending"])["Pending"] == "open"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("Erreur de paiement", "cancelled"), ("Erfolgreich", "sold"), ("Réussi", "sold"), ("Exitoso", "sold")],
)
def test_words_of_payments_in_other_languages(text: str, meaning: str):
    assert meaning_of(text) == meaning
