"""Column names that shops and languages give to each role, without case, accents and signs; the surest tier first.

Gathered from the exports of Shopify, WooCommerce, Magento and PrestaShop, from public order data (UCI Online Retail,
Olist, CDNOW, the classic-models sales sample) and from what German, French, Spanish, Italian, Dutch and Portuguese
spreadsheets use.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from itertools import zip_longest


def _tiers(*tiers: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(tier.split()) for tier in tiers)


_SHOPS: dict[str, tuple[frozenset[str], ...]] = {
    "order_id": _tiers(
        "orderid orderno ordernr ordernum ordernumber order# invoiceno invoiceid invoicenumber invoice invoicenr "
        "transactionid transactionno receiptid receiptno receiptnumber basketid bestellnummer bestellnr "
        "idorder oxordernr oxorderid idbestellung transaktionsid ordername auftragsnummer auftragsnr auftragid "
        "bestellungid rechnungsnummer rechnungsnr belegnummer numerocommande "
        "orderreference orderref referencecommande referenciapedido referenzaordine riferimentoordine orderreferentie "
        "auftragsreferenz bestellreferenz referenciadepedido "
        "nocommande idcommande numcommande commandeid numerofacture numeropedido nopedido idpedido pedidoid "
        "transaktionscode idtransaction idtransaccion idtransazione transactiereferentie "
        "numerofactura idfactura nofactura numeroordine idordine ordinenummer bestelnummer incrementid "
        "amazonorderid salesordernumber salesorderid salesorderno salesordernr orderreference "
        "orderref ordernumberid saleorder numerodepedido ordernumbers checkoutid receiptnr bonnummer bonnr "
        "kassenbonnr transactionnumber transactionref orderkey",
        "bon beleg belegnr belegno receipt ticket ticketid ticketno ticketnumber billno billnumber "
        "kassenbon kassenbonnummer kassabon scontrino numeroscontrino numeroticket noticket nobon numerodeticket "
        "order bestellung auftrag commande pedido facture factura ordine saleid salesorder purchaseid transaction "
        "salesid po ponumber",
        "id name",
    ),
    "refers_to": _tiers(
        "referencetxnid referencetransactionid relatedtransactionid originaltransactionid originaltransaction "
        "originalorderid originalorder originalordernumber originalinvoice originalinvoiceno originalreference "
        "parenttransactionid parentorderid parentorder refundedorderid refundedtransactionid refundof returnof "
        "chargeid sourcecharge zugehorigertransaktionscode ursprungstransaktion originalbestellung "
        "ursprungsrechnung numerotransactionreference idtransaccionreferencia idtransaccionoriginal "
        "idtransazionereferimento referentietransactieid",
    ),
    "line_number": _tiers(
        "orderlinenumber linenumber lineno linenr lineid orderline orderlineid orderitemid itemnumber orderlineno "
        "lineitemid position pos positionsnummer posnr numeroligne noligne numerolinea nolinea rownumber line "
        "salesorderlinenumber orderlineitem lineitem rowid",
    ),
    "customer_id": _tiers(
        "customerid customeruniqueid custid customerno customernr customernumber customercode clientid clientno "
        "clientnumber clientcode memberid membershipid userid buyerid shopperid householdid householdkey "
        "accountid accountnumber accountno kundennummer kundennr kundenid kundeid kdnr debitor debitorennummer "
        "debitornummer idcustomer idkunde auftraggeber auftraggebernummer auftraggebernr buyerusername "
        "nutzernamekaufers associatedcompanyid associatedcompanyids associatedcontactids oxuserid numeroclient "
        "noclient idclient codeclient numclient idcliente numerocliente nocliente "
        "codigocliente clienteid codcliente clientenumero klantnummer klantid klantnr codicecliente customeruid "
        "loyaltyid visitorid",
        "customer client kunde cliente klant buyer kaufer kaeufer acheteur comprador compratore koper user member "
        "account cust kunden customerkey customeruserid",
    ),
    "till": _tiers(
        "till tillid tillno tillnumber register registerid registerno registernumber cashregister cashregisterid "
        "terminal terminalid terminalno posid posterminal posnumber kasse kassennummer kassennr kassenid kassanr "
        "caisse nocaisse numerocaisse caja numerocaja nocaja cassa numerocassa kassa kassanummer caixa",
        "store storeid storeno storenumber shopid branch branchid outlet filiale filialnummer filialnr magasin "
        "tienda negozio winkel filiaal loja",
    ),
    "customer_name": _tiers(
        "customername clientname buyername accountname kundenname nomclient nomduclient nombrecliente "
        "nombredelcliente nomecliente klantnaam custname customerfullname membername",
        "companyname company firma entreprise societe empresa fullname billingname unternehmen kundenbezeichnung "
        "razonsocial",
        "billingcompany shippingname",
    ),
    "ordered_on": _tiers(
        "orderdate orderedat orderedon dateordered invoicedate purchasedate purchasedon transactiondate saledate "
        "salesdate dateofpurchase dateofsale orderpurchasetimestamp ordertimestamp orderdatetime invoicedatetime "
        "verkauftam verkaufsdatum soldon datesold datevendu oxorderdate "
        "ordertime bestelldatum auftragsdatum rechnungsdatum kaufdatum belegdatum bestelltam datecommande "
        "datedecommande datefacture dateachat datevente fechapedido fechadepedido fechafactura fechacompra "
        "fechaventa fechadecompra dataordine datapedido datacompra besteldatum orderplaced dateplaced "
        "purchasetimestamp orderdatekey belegdat fkdat",
        "date datum fecha data createdat createdon created creationdate dateadd orderdateutc datecreated timestamp day "
        "datetime",
        "closedate closingdate abschlussdatum paidat processedat completedat paiddate completeddate shippeddate "
        "orderapprovedat",
    ),
    "quantity": _tiers(
        "quantity oxamount qty quantityordered qtyordered orderquantity orderqty lineitemquantity itemquantity units "
        "unitssold itemcount numberofitems menge anzahl bestellmenge stuckzahl stueckzahl stuck quantite qte "
        "quantitecommandee cantidad unidades quantita quantidade aantal numberofcds numitems itemqty "
        "itemsquantity saleqty salesquantity volumesold "
        "orderedquantity quantitypurchased quantitysold numberofunits",
        "items pieces count pcs amountofitems volume",
    ),
    "unit_price": _tiers(
        "unitprice oxnprice priceeach priceperunit soldfor verkauftfur vendupour vendidopor vendutoper itemprice "
        "lineitemprice itemcost unitcost productprice sellingprice "
        "saleprice salesprice einzelpreis stuckpreis stueckpreis verkaufspreis preisprostuck prixunitaire "
        "prixunite puht puttc preciounitario preciounidad precioporunidad prezzounitario precounitario stukprijs "
        "eenheidsprijs unitpriceusd avgprice averageprice pricepaid paidprice pricecharged "
        "priceht prixht nettopreis bruttopreis einzelpreisnetto vk vkpreis vknetto vkbrutto vkpreisnetto vkpreisbrutto "
        "einzelpreisbrutto precioneto preciobruto prezzonetto prezzolordo nettoprijs brutoprijs "
        "precounitario",
        "price preis prix precio prezzo preco prijs rate",
    ),
    "list_price": _tiers(
        "listprice msrp rrp retailprice originalprice regularprice catalogprice compareatprice "
        "lineitemcompareatprice recommendedprice basisprice fullprice priceoriginal listenpreis uvp "
        "unverbindlichepreisempfehlung prixcatalogue prixpublic preciolista preciodelista pvp prezzolistino "
        "adviesprijs",
    ),
    "amount": _tiers(
        "sales oxnetprice amount lineamount linetotal linesubtotal lineitemtotal salesamount saleamount lineprice "
        "extendedprice totalprice itemtotal netamount grossamount dollarvalue revenue turnover umsatz betrag "
        "gesamtbetrag gesamtpreis summe positionsbetrag zeilenbetrag nettobetrag bruttobetrag montant "
        "montanttotal montantligne chiffredaffaires prixtotal importe importetotal preciototal ventas importo "
        "totale valortotal bedrag omzet rowtotal monetary salesvalue purchaseamount orderamount paymentvalue "
        "spend amountspent totalamount transactionamount salesinusd netsales netsalesamount netrevenue itemrevenue "
        "productrevenue lineitemrevenue linerevenue nettowert nettoumsatz nettosumme umsatznetto betragnetto "
        "positionswert warenwert totalht montantht totalhorstaxes totalhorstaxe ventasnetas importeneto baseimponible "
        "imponibile importonetto totalenetto nettobedrag nettoomzet regelbedrag valorliquido totalliquido "
        "vendasliquidas receita receitaliquida faturamento fatturato ricavi tranamount tranamt salesamt saleamt "
        "lineamt totalamt amt valordavenda valorvenda",
        "totalsales grosssales grossrevenue totalrevenue bruttowert bruttoumsatz umsatzbrutto betragbrutto bruttosumme "
        "totalttc montantttc ventasbrutas importebruto importolordo totalelordo brutobedrag valorbruto vendasbrutas "
        "totalpaid amountpaid paidamount netto brutto net gross neto bruto lordo nettototal bruttototal "
        "subtotalprice "
        "zwischensumme gesamtsumme endbetrag rechnungsbetrag bestellwert auftragswert soustotal montantcommande "
        "importepedido totalpedido totalordine totaleordine orderbedrag bestelbedrag totaalbedrag totaal valorpedido "
        "total subtotal ordertotal value gesamt valor itemsubtotal sum dollars wert ca ordervalue grandtotal payment",
    ),
    "discount": _tiers(
        "lineitemdiscount linediscount itemdiscount itempromotiondiscount positionsrabatt zeilenrabatt remiseligne "
        "descuentolinea scontoriga regelkorting",
        "discount discounts discountamount discountamt discountvalue discountapplied disc rabatt rabattbetrag nachlass "
        "preisnachlass remise montantremise reduction descuento descuentos importedescuento sconto importosconto "
        "korting kortingsbedrag desconto valordesconto discountpercent discountpercentage discountpct discountrate "
        "discper rabattprozent rabattsatz tauxremise pourcentageremise porcentajedescuento scontopercentuale "
        "kortingspercentage percentualdesconto",
        "totaldiscount discounttotal orderdiscount cartdiscount coupondiscount couponamount promotiondiscount "
        "gesamtrabatt bestellrabatt remisetotale descuentototal scontototale",
    ),
    "parent_line": _tiers(
        "parentitemid parentlineid parentlineitemid parentorderitemid parentline parentlinenumber parentitem parentid "
        "bundleparentid parentposition bundleitemid hauptposition hauptpositionsid ubergeordneteposition parentrowid "
        "parentligne ligneparente lineapadre rigapadre posicionsuperior linhapai hoofdregel",
    ),
    "product_id": _tiers(
        "productid oxartnum productcode productno productnumber productsku sku stockcode itemcode itemno "
        "lineitemsku articleid articleno articlenumber article# artikelnummer artikelnr "
        "artikelid produktnummer produktid produktnr artnr codeproduit idproduit refproduit reference "
        "referenceproduit codearticle refarticle codigoproducto idproducto producto codigoarticulo codiceprodotto "
        "codigoproduto productkey variantsku customlabel",
        "itemid asin ean gtin upc",
        "product item itemtitle article artikel produkt produit articulo prodotto produto productname itemname "
        "lineitemname artikelbezeichnung description productdescription designation descripcion bezeichnung nomproduit",
    ),
    "line_type": _tiers(
        "linetype lineitemtype itemtype rowtype orderlinetype orderitemtype positionsart positionstyp zeilenart "
        "zeilentyp postentyp typeligne typelignecommande tipolinea tipoarticulo tiporiga tipolinha regeltype "
        "regelsoort transactionlinetype",
        "type typ tipo soort kind art documenttype doctype transactiontype transaktionsart transaktionstyp eventtype "
        "saletype salekind invoicetype rechnungsart belegart belegtyp vorgang vorgangsart typedocument typetransaction "
        "reportingcategory tipodocumento tipodoc tipotransaccion tipofactura tipotransazione documentsoort "
        "tipotransacao movetype",
    ),
    "product_name": _tiers(
        "productname producttitle productdescription itemname itemtitle itemdescription lineitemname lineitemtitle "
        "articlename producttext stockdescription skuname titleofitem artikelbezeichnung artikelname produktname "
        "produktbezeichnung bezeichnung artikeltext nomproduit libelleproduit libellearticle nomarticle designation "
        "libelle nombreproducto nombrearticulo descripcionproducto nomeprodotto descrizioneprodotto descrizione "
        "nomeproduto descricaoproduto productnaam artikelnaam productomschrijving omschrijving 产品名称 商品名称 品名 "
        "宝贝标题 產品名稱 商品名稱 商品名 製品名 наименование наименованиетовара названиетовара nazwaproduktu "
        "nazwatowaru urunadi 상품명",
        "description descripcion descricao beschreibung title item product artikel article produkt produit producto "
        "prodotto produto товар urun 产品 商品 產品",
    ),
    "category": _tiers(
        "category productline productcategory productcategoryname categoryname itemcategory producttype "
        "productgroup department producttypename kategorie produktkategorie warengruppe produktgruppe "
        "produktlinie sortiment categorie categorieproduit gammeproduit famille familleproduit categoria "
        "categoriaproducto familia rayon productfamily productdepartment",
        "line type gamme segment subcategory vendor family group maincategory",
    ),
    "status": _tiers(
        "status orderstatus shippingstatus orderstate fulfillmentstatus deliverystatus bestellstatus "
        "auftragsstatus lieferstatus statut statutcommande estado estadopedido estadodelpedido stato statoordine "
        "situacao etatcommande etatactuel dealstage opportunitystage orderstatename",
        "financialstatus paymentstatus invoicestatus etat stage phase verkaufsphase",
    ),
    "payment_status": _tiers(
        "financialstatus paymentstatus paymentstate paystatus zahlungsstatus bezahlstatus zahlstatus statutpaiement "
        "etatpaiement statutreglement estadopago estadodelpago statopagamento betaalstatus betalingsstatus "
        "statuspagamento estadopagamento situacaopagamento",
        "invoicestatus billingstatus rechnungsstatus statutfacture estadofactura statofattura factuurstatus",
    ),
    "cancelled_on": _tiers(
        "oxstorno cancelledat canceledat cancelledon canceledon cancelleddate canceleddate cancelledtime canceledtime "
        "cancellationdate cancelationdate cancellationtime datecancelled datecanceled canceldate cancelat cancelon "
        "iscancelled iscanceled cancelled canceled voidedat voidedon storniertam stornodatum stornierungsdatum "
        "storniert stornierung annulele dateannulation annule fechacancelacion fechaanulacion cancelado anulado "
        "dataannullamento annullatoil annullato geannuleerdop annuleringsdatum geannuleerd datacancelamento "
        "canceladoem",
    ),
    "returned_on": _tiers(
        "returnedat returnedon returneddate datereturned returndate refundedat refundedon refunddate refundeddate "
        "daterefunded isreturned isrefunded returned isreturn refundtime returntime retourdatum erstattetam "
        "erstattungsdatum ruckgabedatum rueckgabedatum retourniertam retourniert erstattet dateretour "
        "dateremboursement rembourse fechadevolucion fechareembolso devuelto reembolsado datareso datarimborso "
        "rimborsato terugbetaaldop terugbetaald geretourneerd datadevolucao datareembolso devolvido",
    ),
    "refunded": _tiers(
        "refundedamount amountrefunded refundamount refundtotal totalrefunded totalrefund refundedtotal "
        "orderrefundamount amountreturned returnedamount returnamount returnvalue lineitemrefundamount "
        "erstattungsbetrag erstatteterbetrag ruckerstattungsbetrag rueckerstattungsbetrag ruckerstattung erstattung "
        "betragerstattet montantrembourse montantremboursement remboursement importereembolsado importedevuelto "
        "montoreembolsado totalreembolsado reembolso importorimborsato importorimborso rimborso totalerimborsato "
        "terugbetaaldbedrag bedragterugbetaald terugbetaling valorreembolsado valordevolvido valorestornado",
        "refunded refund refunds partialrefunds partialrefund",
    ),
    "country": _tiers(
        "country countryname countrycode customercountry land lieferland rechnungsland pays pais paese billingcountry",
        "shippingcountry countryregion countryid shipcountry deliverycountry nation",
    ),
    "territory": _tiers(
        "territory salesterritory salesregion region market gebiet vertriebsgebiet verkaufsgebiet territoire "
        "territorio zona zone regio",
    ),
    "state": _tiers(
        "state province stateprovince customerstate bundesland provincia departement estadoprovincia kanton "
        "provincie billingprovince billingstate provincestate county regionstate statoprovincia",
        "shippingprovince shippingstate shippingprovincename billingprovincename shipstate",
    ),
    "deal_size": _tiers(
        "dealsize ordersize dealclass sizeclass",
    ),
    "currency": _tiers(
        "currency currencycode currencyid ordercurrency wahrung waehrung devise moneda valuta moeda divisa wahrg waers",
    ),
    "contact_first_name": _tiers(
        "contactfirstname firstname givenname forename vorname prenom nombre nome voornaam billingfirstname "
        "customerfirstname fname primernombre",
        "shippingfirstname",
    ),
    "contact_last_name": _tiers(
        "contactlastname lastname surname familyname nachname familienname nomdefamille apellido apellidos "
        "cognome achternaam billinglastname customerlastname lname sobrenome",
        "shippinglastname",
    ),
    "phone": _tiers(
        "phone phonenumber telephone telephonenumber mobile mobilephone cellphone tel telefon telefonnummer handy "
        "mobilnummer numerotelephone telefono telefone celular movil telefoonnummer customerphone contactphone "
        "portable fon",
        "billingphone shippingphone",
    ),
    "email": _tiers(
        "email emailaddress customeremail mail mailaddress emailadresse adresseemail courriel correo "
        "correoelectronico emailkunde clientemail buyeremail contactemail billingemail mailadresse correoe "
        "fromemailaddress absenderemailadresse payeremail senderemail deladresseemail",
    ),
    "address": _tiers(
        "address addressline1 address1 street streetaddress streetname adresse strasse anschrift "
        "strassehausnummer rue direccion domicilio calle indirizzo via endereco adres straat billingaddress1 "
        "billingstreet customeraddress adresse1 direccion1",
        "billingaddress shippingaddress1 shippingstreet shippingaddress",
    ),
    "city": _tiers(
        "city town customercity ort stadt wohnort ville ciudad localidad citta comune cidade plaats stad "
        "billingcity poblacion cityname",
        "shippingcity shipcity",
    ),
    "postal_code": _tiers(
        "postalcode postcode zip zipcode postleitzahl plz codepostal cp codigopostal cap cep billingzip "
        "billingpostcode customerzipcodeprefix zippostalcode customerzip customerpostcode billingpostalcode",
        "shippingzip shippingpostcode shippostalcode",
    ),
}


def _with_other_languages() -> dict[str, tuple[frozenset[str], ...]]:
    """The names above, and those of further languages."""
    text = resources.files("marketfold.orders").joinpath("other_languages.toml").read_text("utf-8")
    added = {role: _tiers(named["surer"], named["likely"]) for role, named in tomllib.loads(text).items()}
    none = frozenset[str]()
    return {
        role: tuple(
            names | (more - none.union(*tiers))
            for names, more in zip_longest(tiers, added.get(role, ()), fillvalue=none)
        )
        for role, tiers in _SHOPS.items()
    }


ALIASES = _with_other_languages()
"""For each role: tiers of names, each without case, accents and signs."""
