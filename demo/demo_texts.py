"""The texts of the demo: who is in it, what the desk answers, and which public messages the customers send.

Only `picks`, THANKS (CLINC150; `covid`: BERT-FAQ) and XSID hold words from public sets; see LICENSES.md.
Everything else was written for this demo. All people, addresses and the company are invented.
"""
import unicodedata

COMPANY = "Kestelmeer Bank & Travel"
DOMAIN = "kestelmeer.example.com"
SUPPORT_EMAIL = f"support@{DOMAIN}"
PHONE = "+3290000042"          # no Belgian number has a 0 after its area code: nobody can be rung by mistake

CHANNELS = [
    {"channelType": "Email", "name": "Support mailbox", "emailAddress": SUPPORT_EMAIL, "isActive": True},
    {"channelType": "Chat", "name": "Website chat", "isActive": True,
     "hostnames": f"localhost,127.0.0.1,www.{DOMAIN},help.{DOMAIN}"},
    {"channelType": "Phone", "name": "Phone desk", "phoneNumber": PHONE, "isActive": True},
]

REPS = [
    {"username": "lotte.claes", "name": "Lotte Claes", "email": f"lotte.claes@{DOMAIN}", "role": "Administrator",
     "job": "Head of Customer Care", "weight": 4},
    {"username": "pieter.maes", "name": "Pieter Maes", "email": f"pieter.maes@{DOMAIN}", "role": "Supervisor",
     "job": "Team lead, Customer Care", "weight": 14},
    {"username": "amina.haddad", "name": "Amina Haddad", "email": f"amina.haddad@{DOMAIN}", "role": "Agent",
     "job": "Customer Care, cards and accounts", "weight": 42},
    {"username": "thomas.gerard", "name": "Thomas Gérard", "email": f"thomas.gerard@{DOMAIN}", "role": "Agent",
     "job": "Customer Care, travel", "weight": 40},
]

def _u(first, last, company, lang, country, city, type_, ref, uids, weight, vip=False):
    return dict(first=first, last=last, company=company, lang=lang, country=country, city=city, type=type_, ref=ref,
                uids=uids, weight=weight, vip=vip)

# Phone numbers: the ranges set aside for fiction by Ofcom (+44 7700 900), the Bundesnetzagentur (+49 30 23125,
# +49 171 39200), Arcep (+33 6 39 98) and NANPA (555-01xx).
END_USERS = [
    _u("Zoë", "Vanhaverbeke", None, "nl", "Belgium", "Ghent", "Customer", "KB-10021",
       ["zoe.vanhaverbeke@example.com"], 5),
    _u("Joris", "De Smedt", "Atelier Scheldekaai", "nl", "Belgium", "Antwerp", "Customer", "KB-10034",
       ["joris.desmedt@example.org", "atelier@scheldekaai.example.org"], 4),
    _u("Jürgen", "Weiß", None, "de", "Germany", "Aachen", "Customer", "KB-10088",
       ["juergen.weiss@example.com", "+493023125014"], 4),
    _u("Katharina", "Köhler", "Köhler & Töchter Reisen", "de", "Germany", "Berlin", "Partner", "KB-20007",
       ["katharina.koehler@example.net", "+491713920027"], 4, True),
    _u("Renée", "Lefèvre", None, "en", "Belgium", "Namur", "Customer", "KB-10102", ["renee.lefevre@example.net"], 5),
    _u("Oliver", "Bennett", None, "en", "United Kingdom", "Leeds", "Customer", "KB-10117",
       ["oliver.bennett@example.com", "+447700900142"], 6),
    _u("Priya", "Raman", "Harbour Lane Studio", "en", "United Kingdom", "London", "Customer", "KB-10125",
       ["priya.raman@example.org", "priya@harbourlane.example.org", "+447700900318"], 7, True),
    _u("Søren", "Kjærgaard", None, "en", "Denmark", "Aarhus", "Customer", "KB-10163",
       ["soren.kjaergaard@example.com"], 4),
    _u("Łukasz", "Wójcik", "Wójcik Consulting", "en", "Belgium", "Brussels", "Customer", "KB-10171",
       ["lukasz.wojcik@example.net"], 5),
    _u("Chloé", "Marchand", None, "fr", "France", "Lille", "Customer", "KB-10190",
       ["chloe.marchand@example.com", "+33639980127"], 3),
    _u("Maya", "Lindqvist", None, "en", "Belgium", "Leuven", "Lead", "KB-30012", ["maya.lindqvist@example.org"], 3),
    _u("Daniel", "O'Connor", "Greenway Walking Tours", "en", "United States", "Boston", "Partner", "KB-20015",
       ["daniel.oconnor@example.com", "+12025550147"], 5),
]

# people who write once or twice and are not in the address book yet
GUESTS = [(*n.split("/"), d) for n, d in zip(
    "Anneleen/Peeters Björn/Eriksson Caroline/Dubois Dmitri/Volkov Emma/Janssens Fatima/Benali Greta/Hoffmann "
    "Hannah/Clarke Inês/Carvalho Jasper/Willems Kofi/Mensah Laura/Rossi Mehmet/Yıldız Nora/Hansen Oscar/Nilsson "
    "Paula/García Quentin/Moreau Rosa/Fernández Sander/Hermans Tomáš/Novák Ursula/Braun Victor/Lambert "
    "Wen/Zhang Xenia/Papadopoulou Yara/Goossens Zofia/Kowalska Adam/Murphy Beatriz/Santos Céline/Fontaine "
    "Declan/Byrne Elif/Demir Fabian/Schäfer Gabriela/Ionescu Hugo/Martens Isla/Stewart Jonas/Bauer".split(),
    ["example.com", "example.org", "example.net"] * 12)]


def ascii_name(s):
    s = s.translate(str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "'": "", " ": ""}))
    return unicodedata.normalize("NFD", s).encode("ascii", "ignore").decode().lower()


CUSTOM_FIELDS = [
    {"fieldName": "priority", "fieldType": "dropdown", "displayName": "Priority",
     "description": "How soon this needs an answer", "order": 1, "options": ["low", "normal", "high", "urgent"]},
    {"fieldName": "orderNumber", "fieldType": "text", "displayName": "Order number",
     "description": "Order in the travel shop, such as ORD-2026-00123", "order": 2, "options": []},
    {"fieldName": "vip", "fieldType": "boolean", "displayName": "VIP",
     "description": "The customer has a Premium contract", "order": 3, "options": []},
]

# ------------------------------------------------------------------------------------------------ topics
# picks: real messages, as they stand in the public set; follow: what people ask next; join: two may share a mail
D_LOST, D_REPL, D_DECL = "Lost or stolen card", "Damaged card and replacement cards", "Why a card payment is declined"
D_FRAUD, D_BLOCK, D_TRANSFER = "Fraud and disputed payments", "Blocked and frozen accounts", "Transfers between accounts"
D_PIN, D_LIMIT, D_ABROAD = "Your PIN", "Changing your credit limit", "Using your card abroad: fees and exchange rates"
D_TRAVELLING, D_FLIGHT, D_STAY = "Tell us that you are travelling", "Booking a flight", "Hotel and car rental bookings"
D_REFUND, D_DELAY, D_LUGGAGE = "Refunds and cancellations", "Flight status and delays", "Lost or delayed luggage"
D_CARRY, D_VISA, D_CONCIERGE = "Carry-on luggage", "Visas, entry rules and travel alerts", "Concierge: restaurant tables"
D_WEATHER, D_SHOP = "Weather at your destination", "Travel shop: orders and delivery"
D_C1, D_C2, D_C3 = ("COVID-19 archive: travelling", "COVID-19 archive: symptoms and tests",
                    "COVID-19 archive: hygiene and quarantine")


def _t(name, group, docs, weight, subjects, picks, answers, follow, join=True, description=None):
    return dict(name=name, group=group, docs=docs, weight=weight, subjects=subjects.strip().split("\n"),
                picks=picks.strip().split("\n"), answers=answers, follow=follow, join=join, description=description)


TOPICS = {
"account_blocked": _t("Account blocked", "bank", [D_BLOCK], 4, """
Account blocked
No access to my account
Hold on my account""", """
can you unlock my bank account
it seems that my account is blocked and i'm not sure why
why is my bank account locked
my account looks to be blocked and i have no idea why
how can i unfreeze my bank account
i don't understand why my bank account is frozen right now
my account is blocked, help me figure out why
can you explain why there is a hold on my savings account
why am i unable to access my bank account
who can i talk to right away about the current freeze on my account
why is my bank account stopping all transactions from going through
help me please, my account is blocked""", [
"We block an account when a login or a payment looks unusual, when an identity document has expired, or when you asked for it yourself. In your case it was the security check. Please sign in to the app, choose Security > Unblock and confirm with your card reader; the block is lifted within 15 minutes.",
"I looked at your account: the hold was set automatically after three wrong codes. It ends by itself after 24 hours. If you cannot wait, call the phone desk with your customer number at hand and we lift it after a short identity check.",
"The hold is there because your identity document in our files has expired. You can upload the new one in the app under Profile > Documents. We check it within one working day and then the account works again. Money that arrives in the meantime is booked as usual.",
], ["card_declined", "freeze_account"]),
"freeze_account": _t("Freeze an account", "bank", [D_BLOCK], 4, """
Please freeze my account
Freeze account
Stop on my account""", """
put a hold on my account
freeze my account immediately
please put a freeze on my banking account
what do i do to freeze my account
help me freeze my bank account, please
can you please put a stop on my bank account
my account needs to be frozen
can you please freeze my account
i really want my account frozen
i want my account locked out
would you be able to freeze my bank account""", [
"Your account is frozen as of now. Payments and withdrawals are refused, money that comes in is still booked, and standing orders are kept and wait. You can end the freeze yourself in the app under Security > Unblock.",
"That is done. While the freeze is on, nobody can pay or withdraw from the account, you included. Your cards stay separate: if a card is lost as well, please block it under Cards > Block or tell us and we do it for you.",
"I have put the freeze on your account and noted the time. Please look through the payments of the last 30 days and tell us of any you do not recognise, so that we can dispute them. The freeze costs nothing and stays until you lift it.",
], ["report_fraud", "account_blocked", "report_lost_card"]),
"transfer": _t("Money transfer", "bank", [D_TRANSFER], 9, """
Transfer between my accounts
Moving money
Question about a transfer
Transfer""", """
i want to initiate a transfer from one account to the other
i would like assistance moving money from one account to another
i need to transfer from one account to my second one
what is the process to move money from one account to another
how can i send money from one account to another
whats the quickest way to money from one account to another
can you move my money to my savings
how much money can i transfer today
can i move some money between my two accounts
i want to transfer funds between accounts
i would like help moving money between accounts
can you please provide me with assistance in moving money from one account to another""", [
"Between two accounts of your own a transfer is immediate and free: open the app, choose Transfer, pick the account to take from and the one to send to. There is no daily limit between your own accounts.",
"We cannot move money for you by mail or chat, because a transfer needs your own signature. In the app it takes under a minute: Transfer > New > amount > sign. To somebody else the limit is 5,000 euros a day; you can raise it to 15,000 for 24 hours under Settings > Limits.",
"An instant transfer inside the SEPA area arrives within ten seconds, day and night, up to 5,000 euros a day. A normal one arrives the next working day. For a larger sum, please raise the limit first under Settings > Limits; the change is valid at once.",
], ["account_blocked", "exchange_rate"]),
"card_declined": _t("Card declined", "bank", [D_DECL], 12, """
Card declined
My card was refused
Payment refused yesterday
Why was my card declined""", """
why was my card not accepted
i need to know why my credit card transaction was declined
can you help me understand why my card got declined
i tried to make a purchase yesterday but my card was declined why
my card did not work yesterday
what was the problem with my card yesterday
i don't understand why my card was declined yesterday
i tried to use my credit card yesterday, but it did not work
my card declined yesterday and i want to know why
can you tell me why my card was declined yesterday
why was my credit card not accepted
i was in thailand trying to buy candies and my card got declined
i could not buy food using my card when i was in vietnam
how do i fix my card, it was declined
is my card working properly""", [
"The payment was refused because the card is set for use in Europe only. Please switch the region on in the app under Cards > Where it works, or tell us your travel dates and we do it for you. The card itself is fine and you can try again right away.",
"I checked the attempt: the amount was above what was left of your monthly card limit. The limit starts anew on the first of the month. If you need more now, you can pay part of the balance early or ask for a higher limit in the app under Cards > Limit.",
"The terminal got no answer from us because the line was down for a few minutes; nothing was charged. If an amount shows as reserved, it disappears within three working days. Please try the card once more with the chip instead of contactless.",
"Our security check stopped it because the shop asked for a confirmation in the app and that was not given within five minutes. Please check that notifications of our app are on. You can repeat the payment now.",
], ["credit_limit_change", "travel_notification", "international_fees", "damaged_card"]),
"report_lost_card": _t("Lost or stolen card", "bank", [D_LOST], 11, """
Lost card
My card was stolen
I lost my card - urgent
Report a lost card""", """
i lost my card, what do i do next
i have lost my card, what am i supposed to do
i would like to report my card as stolen, please
if i lost my card how do i report it
i need to replace my lost card
who do i call to report my card as lost
i lost a card and i need to report it
i need help since someone stole my card
could you please help me, my card has been stolen and i need to report it
what should i do if my card is lost
i need to report a card that's been lost but i dont know how
i lost my debit card and need it reported as lost
is there anyway, i can report my card being stolen
who do i speak with about my card that was lost
walk me through the process of reporting a lost card""", [
"Your card is blocked as of this moment and cannot be used any more. A new card with a new number is on its way to the address we have for you and arrives within five working days. Your PIN stays the same. Please look at your recent payments and tell us of any that are not yours.",
"I have blocked the card. You are not liable for payments made after this report. If it was stolen, please also report it to the police and keep the report number: we ask for it when you dispute a payment. The replacement is free and arrives in three to five working days.",
"The quickest way is the app: Cards > Block > Lost or stolen, day and night. I have already done it for you, so no hurry now. If you find the card again, please cut it up: a blocked card cannot be switched on again.",
], ["replacement_card_duration", "report_fraud", "pin_change"]),
"report_fraud": _t("Fraud report", "bank", [D_FRAUD], 10, """
Payments I did not make
Fraud on my card
Unknown charge on my account
Suspicious activity""", """
i'm afraid there is a false transaction on my account
it seems someone conducted a fraudulent transaction on my account
there has been fraudulent activity on my card and i need to report it
i saw suspicious activity on my bank account
i'm thinking someone may have used my card in a fraudulent way
i didn't make these purchases on my card; these are fraudulent charges i need to report them
i believe there are fraudulent charges on my card how can i report them
i think i've been the victim of fraud
i want to report fraudulent activity on my card
i have transactions on my card that aren't mine
i don't remember buying this
how can i report fraudulent charges on my card
can you help me with some fraudulent charges on my card
i'm afraid this charge on my account is fraud""", [
"Thank you for telling us at once. The card is blocked and a new one is on its way. Please mark each payment that is not yours in the app with Dispute; that opens a case and we pay the amount back by the end of the next working day while we investigate.",
"I have opened a dispute for the payments you mention and blocked the card. Please never share a code or PIN, not with us either: we do not ask for them. You get the outcome of the investigation within ten working days.",
"Before we open a case, please check whether the name on the statement is the trading name of a shop you know; it often differs from the name on the door. If it is still unknown to you, choose Dispute next to the payment in the app and we take it from there. The card is blocked meanwhile to be safe.",
], ["freeze_account", "replacement_card_duration", "report_lost_card"]),
"damaged_card": _t("Damaged card", "bank", [D_REPL], 6, """
Damaged card
My card is broken
New card needed""", """
i accidentally bent my card, what do i do
unfortunately, my card is damaged and unusable
my card got scratched badly, can you tell my bank to send a replacement
i can not use my card, it is damaged
my dog ate my credit card and ruined it
my card is scuffed up and won't work
the chip on my card is damaged and i need a new one
how do i replace a damaged card
i cracked my card, order a new one
i would like to report a damaged card that was burnt
where should i report a damaged card
my card fell in the toilet and now the chip does not work""", [
"No problem, I have ordered a new one. A replacement for a damaged card keeps the same number and PIN, costs nothing and arrives within five working days. You can go on paying with your phone until then.",
"You can order the replacement yourself under Cards > Replace > Damaged; I did it for you just now. The old card keeps working online until you use the new one for the first time. Please cut through the chip before you throw it away.",
"Happens more often than you would think. The new card is on its way and arrives in three to five working days. If you leave on a trip before that, tell us and we send it by courier for 15 euros.",
], ["replacement_card_duration", "pin_change"]),
"replacement_card_duration": _t("Replacement card delivery", "bank", [D_REPL], 6, """
When does my new card arrive
Replacement card
Waiting for my card""", """
when is my new card expected to arrive
what is the shipping status of my replacement card
how long should i expect to wait for my replacement credit card
when should i expect my replacement card
how long does it take to replace a stolen credit card
what's the typical time it takes for a new card to arrive
when will my replacement card get mailed
do you know when my card will come in
how long will it take to get a new card
how long can i expect to wait for a new card
when can i expect my replacement card""", [
"A replacement card arrives within three to five working days after the order, by ordinary post in a plain envelope. Yours was sent yesterday. You can follow it under Cards > On its way.",
"Inside Belgium it takes three to five working days, to other countries of the European Union up to eight. If it has not come after ten working days, tell us and we block that card and send another one free of charge.",
"Your card leaves our printer tonight, so please count on the end of this week or the start of the next. The digital version is in the app already: add it to your phone's wallet and pay with it at once.",
], ["pin_change", "report_lost_card"]),
"pin_change": _t("PIN change", "bank", [D_PIN], 7, """
New PIN
I forgot my PIN
Change PIN""", """
tell me how i can get a new pin number
can i change my pin number
i need help changing my pin
how do i get a new pin
what is the procedure for getting a new pin number
i do not recall the pin number to my card
i cannot recall the pin for my savings account
i need to change my pin number for my account
is there a way to get my pin number
i'd like to change the pin on my savings account, please
can you help me with my pin number""", [
"We cannot see your PIN and never send it by mail or chat. You can look it up in the app under Cards > Show PIN after signing in, or choose a new one at any of our cash machines with Change PIN.",
"You choose a new PIN at a cash machine: put in the card, enter the old PIN, choose Change PIN. If you have forgotten the old one, look it up in the app under Cards > Show PIN first. After three wrong tries the card is blocked until midnight.",
"Please choose Cards > Show PIN in the app. If you cannot sign in, we send a PIN letter to the address in our files; it takes four working days. Avoid birthdays and 1234, and never write the PIN on the card.",
], ["card_declined", "account_blocked"]),
"credit_limit_change": _t("Credit limit change", "bank", [D_LIMIT], 6, """
Higher credit limit
Credit limit
Request: raise my limit""", """
can i make a change to my credit limit
can i get a credit limit raise on my credit card
how do i raise the limit on my visa card
can i increase the credit limit on my travel rewards card
i want to change my credit limit
how do i adjust my credit limit
is it possible to get a credit limit increase to 3000
i'd like to increase my credit limit
is there a way to increase the limit on my visa card
can you increase my credit limit
i need my credit limit changed""", [
"You can ask for a higher limit in the app under Cards > Limit. Up to 2,500 euros we answer at once; above that we ask for your last three pay slips and answer within two working days. Lowering the limit is always possible and immediate.",
"For a trip you can raise the limit for up to 30 days without papers, by at most half of what it is now: Cards > Limit > Temporary. A lasting change needs proof of income, which you can upload in the same place.",
"I have sent you the form in the app, under Messages. We look at your income, your other credits and how the card was used in the last six months, and answer within two working days. Asking costs nothing.",
], ["card_declined", "international_fees"]),
"international_fees": _t("Card fees abroad", "bank", [D_ABROAD], 8, """
Fees abroad
Using my card abroad
Do you charge for payments abroad
Card costs on holiday""", """
is there a charge to use my card in japan
will i be charged if i use the card in italy
if i use my card in england will it cost me extra
is there an international charge for using my card in france
are there extra fees for using my card in mexico
will i be charged if i use my card in vietnam
does my new bank card have any international transaction fees
is there a surcharge for using my card in mexico
will you charge me if i use my card in japan
is there a fee to use my card in france
will it cost me anything to use my card in turin
how much is the charge of using my card in italy during my stay there""", [
"In euros you pay nothing extra, in whichever country. In another currency we charge 1.5 percent of the amount, at the rate of the card network on the day of the payment. Premium customers do not pay that fee.",
"Payments in the euro area are free. Outside it the fee is 1.5 percent for payments, and 1.5 percent plus 3 euros for cash. A tip: if the terminal asks, always pay in the local currency and not in euros.",
"It depends on the currency and not on the country: euros are free, other currencies cost 1.5 percent. Cash withdrawals outside the euro area cost 3 euros on top, and the owner of the machine may ask for something as well, which it must show before you confirm.",
], ["travel_notification", "exchange_rate", "credit_limit_change"]),
"travel_notification": _t("Travel notification", "bank", [D_TRAVELLING], 8, """
I am travelling soon
Travel notice
Card use on my trip
Going abroad""", """
since i am traveling to asia, i need to inform the bank
please notify my bank i'm going to africa between tomorrow and next tuesday
i'm going to paris soon and want to let my bank know, how do i do that
i'm going to brazil soon and want to let my bank now
i'm traveling to london soon and want to inform my bank
i'll be out of the country soon, and want to notify my bank
how do i let my bank know i'm going to vietnam
alert my bank and let them know i'm travelling to japan
i need to let my bank know i am traveling to paris
please tell my bank that i will be traveling abroad
can you tell my bank that i'll be travelling internationally soon
alert my bank and let them know that i'm travelling to oslo""", [
"Thank you, it is in your file and the card is open for that region during your trip. You can do it yourself next time: Cards > I am travelling, with the country and the dates. Have a good journey!",
"Noted. Inside Europe you need not tell us anything; outside Europe we open the region for the dates of the trip and close it again two days after. Please take a second card along in case one is lost.",
"I have opened your card for the trip. If you stay longer, change the end date under Cards > I am travelling. Should a payment be refused all the same, confirm it in the app and try again.",
], ["international_fees", "travel_alert", "exchange_rate"]),
"exchange_rate": _t("Exchange rate", "bank", [D_ABROAD], 5, """
Exchange rate
Which rate do you use
Question about currency""", """
what is the exchange rate between usd and the euro
tell me the current exchange rate between cad and euros
what's the exchange rate betwen usd and euros
how many euros can i exchange for 200 yen
what is the exchange rate between euros and pesos
how much is the exchange between usd and euros
what is the exchange rate between british pounds and yen
what's the currency conversion between usd and pounds""", [
"Rates change through the day, so please look at the converter in the app under Cards > Abroad: it shows the rate that a card payment would get right now, fee included. The final rate is that of the day on which the shop books the payment.",
"We use the rate of the card network plus 1.5 percent, with no other margin. You find today's rate in the app under Cards > Abroad, next to the reference rate of the European Central Bank so that you can compare.",
"For cash you can order the common currencies (USD, GBP, CHF, JPY, CAD) in a branch, ready after two working days at the rate of the day of collection. For card payments the app shows the rate live under Cards > Abroad.",
], ["international_fees", "transfer"]),
"book_flight": _t("Book a flight", "travel", [D_FLIGHT, D_REFUND], 9, """
Flight booking
Looking for a flight
Round trip
Flight offer please""", """
i need a flight from denver international to new york international round trip for the 4th though the 8th
i need to take a flight from florida to alabama on january 25th and i need to get back by the 30th
find me a flight from nyc to la on march 1, returning on march 5
i need to book a roundtrip flight from dallas to los angeles from march 2 to march 10
cheapest fare for flight from tehran to new york on august 1 with return on august 20
book a flight from denver to austin on the 16th and returning on the 20th
what airlines have flights round trip on april 1st to april 7th from lax to sfo
compare prices for flights from recife to miami leaving may 20 returning june 5
i want to book a flight from hawaii to new york on july 8th and returning on july 10th
purchase a flight from fiji to san diego on november 1 that returns on december 1, please""", [
"I have put two offers in your travel account under Offers: the cheapest and the one with the shortest journey. Prices are held for 24 hours. To book, choose one and sign with your card; the tickets come by mail within an hour.",
"There are seats on those dates. You find the offer in your travel account, hand luggage included; a case of 23 kg can be added for 45 euros each way. The price is held for 24 hours. Names must be spelled as in the passport.",
"Thank you for your request. I found a direct connection and one with a stop that is about a fifth cheaper; both are in your travel account under Offers. Within 24 hours after booking you can cancel free of charge.",
], ["carry_on", "book_hotel", "international_visa", "car_rental"], join=False),
"book_hotel": _t("Book a hotel", "travel", [D_STAY, D_REFUND], 9, """
Hotel booking
Room needed
Hotel with good reviews
A place to stay""", """
i need your help to find a good reviewed hotel in washington
get me a hotel room for 3 people from march 12th to 14th in chicago
i'm travelling to boston on march 2 until march 4 please make a hotel reservation for me
i want to book a hotel in tampa from may 2 to may 4
i am looking for a hotel in new york city that has good reviews
find me a hotel with good reviews in phoenix
is there anything available in new york city from april 2 through april 8
what's a good hotel to stay at in chicago
are there any openings in new york city from april 2 through april 8
i need a hotel room for 4 people in lakewood from monday to wednesday
i need a hotel in new orleans from may 2 - 5 near the french quarter""", [
"I have put three hotels with a review score above 8 in your travel account under Offers, with the map and the cancellation terms. Most of them can be cancelled free of charge until 48 hours before arrival. Choose one and we confirm it within the hour.",
"There are rooms on those dates. The offer in your travel account is for a room with breakfast; the price without is shown next to it. We charge your card only after the free cancellation period, 48 hours before arrival.",
"Done: I reserved a room that suits the number of guests and holds until tomorrow evening. Please confirm it in your travel account under Offers. City tax is paid at the hotel.",
], ["car_rental", "restaurant_reservation", "weather"], join=False),
"car_rental": _t("Car rental", "travel", [D_STAY, D_REFUND], 6, """
Rental car
Renting a car
Car for my trip""", """
help me book a car rental in chicago for april 1st to 3rd get me an suv if possible
can you help me booked a car in london
will you help me rent a car from march 2 to 6th in dallas i want a bmw suv, if possible
help me find a car to rent
could i rent a car in seattle from next monday to thursday please
i am going away and need to rent a car
are there any reputable car rental places in seattle
i need to rent a car in boston
please book a car for me in bangkok
i want to rent a car in boise from april 12-15
i need to do a car rental""", [
"I have put two offers in your travel account: a compact car and an SUV, both with full insurance and a second driver. We can promise the class of the car but not the make. You need a licence held for a year and a credit card in the driver's name for the deposit.",
"There is a car of that class at the airport desk. The price includes insurance with an excess of 300 euros; for 9 euros a day there is none. You can cancel free of charge until 24 hours before you pick it up.",
"Gladly. Please find the offers in your travel account under Offers. Bring your driving licence, passport and a credit card with at least 500 euros free for the deposit; debit cards are not accepted at the desk.",
], ["international_fees", "book_hotel"], join=False),
"flight_status": _t("Flight status", "travel", [D_DELAY], 8, """
Is my flight on time
Flight status
Boarding time
When does my flight land""", """
at what time will my flight begin boarding
i wish to know when my flight will land
are there any expected delays for flight dl123
could you tell me the status of flight dl123
can you check when my flight lands
when is my flight boarding
will flight dl123 be on time
is there an update on flight dl123
please tell me what the boarding time is for my plane
when is my flight expected to arrive
what time is my flight supposed to board
has flight dl123 left""", [
"At this moment the flight is shown as on time. Boarding usually starts 40 minutes before departure and the gate closes 15 minutes before. You find the live status under My trips in the app, and we send you a message when it changes.",
"The airline reports a delay of about 35 minutes, so boarding starts later as well. Please still be at the gate at the first time shown, because it may be shortened. The live status is under My trips.",
"I looked it up: no delay is announced. Should that change to more than three hours at arrival, you may be owed between 250 and 600 euros under the European rules; we help you with the claim, free of charge.",
], ["lost_luggage", "carry_on"]),
"lost_luggage": _t("Lost luggage", "travel", [D_LUGGAGE], 11, """
Lost luggage
My suitcase did not arrive
Luggage missing
Where is my luggage""", """
i think my luggage got lost
i need help finding my luggage
i've lost my luggage what should i do now
i can't seem to track down my luggage
i have no idea where my luggage went!
what step should i take next if i lost my luggage
my luggage is missing
who do i report lost luggage to
what steps should i take if my luggage has been lost
i'm in baggage claim at the airport and my luggage didn't make it
how do i go about resolving my luggage that didn't arrive
do you know whom i should contact since my luggage did not arrive
i can't find my luggage anywhere and there's no more on the conveyor
can you please help me find my lost luggage
it appears that my luggage has been lost""", [
"I am sorry to hear that. Please go to the baggage desk of the airline before you leave the airport and ask for a report (PIR): its number, three letters for the airport, two for the airline and five digits, lets us follow the case. Send it to us and we keep after it for you.",
"Most cases turn up within two days and are brought to your address. Until then you may buy what you need: keep the receipts, the travel insurance of your card pays up to 400 euros after a delay of six hours. After 21 days the luggage counts as lost and we file the claim with you.",
"Please send us your flight number, the number on the luggage tag and the report you got at the airport. We contact the airline and tell you as soon as the case is located. A photo or a description of the case helps.",
], ["flight_status", "carry_on"]),
"carry_on": _t("Carry-on luggage", "travel", [D_CARRY], 7, """
Carry-on rules
Hand luggage question
What may I take on board""", """
how big can a carry-on bag be
what is the carry on limit
tell me the carry on rules
can i take more than one carry on
how many bags can i carry-on
can i bring suntan lotion in my carry on
how many carry-on items are allowed per passenger
is there a carry-on item weight limit
i am flying to finland and wanna know the carry-on rules
can i bring perfume on the plane or what is the size limit
what are the rules for traveling with toothpaste
can i fly with my razors or are there restrictions""", [
"With our fares one cabin bag of at most 55 x 40 x 23 cm and 8 kg is included, plus a small bag that fits under the seat. Liquids go in containers of at most 100 ml in one clear bag of a litre. Some airlines are stricter, so please look at your ticket as well.",
"Creams, perfume and toothpaste count as liquids: at most 100 ml each, all in one clear bag of a litre. Disposable razors are allowed, loose blades are not. Bigger bottles go in the checked luggage.",
"One cabin bag and one small bag per passenger are the rule. A second cabin bag has to be checked in; it costs 45 euros when you add it under My trips and more at the gate. The limit is 8 kg on most of our airlines.",
], ["flight_status", "lost_luggage"]),
"international_visa": _t("Visa requirements", "travel", [D_VISA], 6, """
Do I need a visa
Visa question
Entry requirements""", """
will i need a visa to travel to cancun
do i need a travel visa to visit china
i'm going to be going to canada soon, do they require a visa for entry
i am going to russia and am wondering if i need a visa
do i need to get a visa for traveling to chile
if i'm planning to go to the uk, do i need a visa
if i go to indonesia would i need a visa
i'd like to go to malaysia so do i need a visa
would i need a tourist visa for brazil
do i need an international visa to go to vietnam""", [
"That depends on your nationality, so please check the page of the embassy or of your ministry of foreign affairs; those are the only binding sources. In the app under My trips > Entry we show the rule for your passport and trip. Some countries ask for an electronic permit instead of a visa.",
"For a short holiday many countries ask only for a passport that is valid for six months after the return, others for an electronic permit bought online. Please tell us your nationality and dates and we send you the official link. Apply at least four weeks before you leave.",
"We arrange visas for group trips only; for your own trip we point you to the official page. Be careful with look-alike sites that ask for a lot of money for a cheap permit. The link under My trips > Entry is the right one.",
], ["travel_alert", "book_flight", "travel_notification"]),
"travel_alert": _t("Travel alerts", "travel", [D_VISA], 5, """
Is it safe to travel
Travel alerts
Advice for my trip""", """
are there any travel alerts for brazil
i need to know the travel alerts for kenya
are there travel alerts for europe
are there any travel warnings for london
is it safe to travel to china
does italy have any travel alerts i should be aware of
any travel advisories for portugal
what are today's travel advisories
have there been any travel alerts issued for france
i am going to be traveling in turkey, are there any alerts""", [
"We follow the advice of the Belgian ministry of foreign affairs, which is updated daily on its website; that of your trip is also shown under My trips > Alerts. If it advises against all travel, you may cancel or move the trip free of charge.",
"At this moment we have no alert for your trips. Should one be issued, you get a message and we call you when it concerns the next 72 hours. Please register your stay with your embassy if you go far from home.",
"Please look at the official travel advice for the country and the region you visit, because it often differs inside one country. Under My trips > Alerts you can switch on messages. A changed advice is a reason for a free change of booking.",
], ["international_visa", "weather"]),
"restaurant_reservation": _t("Restaurant reservation", "travel", [D_CONCIERGE], 5, """
Table for tonight
Restaurant reservation
Please book a table""", """
can you make a reservation for me at the restaurant
can you make a reservation at the restaurant for tonight
can you get me a table for 2 at diablo
can you get me a table for 4 at steve's
make a reservation for tuesday at 7:00 pm at cielo for 2
i want to eat at seven in the restaurant for two people
can you make a reservation at the restaurant for tomorrow
can you book a table at the restaurant for me and my husband
reserve a table for four for tonight at 7 at the fatted calf""", [
"With pleasure. I have asked the restaurant and you get a message as soon as it confirms, usually within two hours. The table is held for 15 minutes after the agreed time. You can change or cancel free of charge until three hours before.",
"The concierge is at your service: I passed on your wish with the time and the number of guests. If the restaurant is full, we offer two others nearby. Please tell us of allergies or a high chair in advance.",
"Your table is requested. For groups of eight and more the restaurant may ask for a deposit of 10 euros a head, which is taken off the bill. We confirm by message.",
], ["cancel_reservation", "weather"], join=False),
"cancel_reservation": _t("Cancel a reservation", "travel", [D_CONCIERGE, D_REFUND], 5, """
Cancel my reservation
Cancellation
We cannot make it to dinner""", """
cancel my reservation for dinner tonight
i have to cancel my reservation
i don't need my reservation, can you cancel it
please cancel my dinner reservation
i need to cancel my dinner reservation
my reservation for dinner needs to be canceled
cancel my reservation for dinner this saturday, please
because of circumstances i don't need my reservation anymore
hello, i need to cancel tonight's reservation for dinner""", [
"Your reservation is cancelled and the restaurant has been told. As it was more than three hours ahead, nothing is charged. A deposit goes back to your card within five working days.",
"Done, the table is released. You find the confirmation in your travel account. Would you like another date? Just answer this message and we ask the restaurant.",
"I cancelled it for you. Next time you can do it yourself under My trips > Tables, free of charge until three hours before the time; after that some restaurants keep the deposit.",
], ["restaurant_reservation"]),
"weather": _t("Destination weather", "travel", [D_WEATHER], 4, """
Weather on my trip
What to pack
Weather forecast""", """
what is the weather in tokyo
how is the weather in miami
what will be the weather tomorrow
will it snow this weekend
give me the 7 day forecast
can you let me know if it will be warm this week
how is the weather looking in seattle
what does the forecast look like
how cold is it going to be tonight""", [
"The forecast for the place of your trip is in the app under My trips > Weather, seven days ahead and renewed every three hours. A forecast further ahead than a week is not worth much. We also send a warning for storms and snow.",
"Please look under My trips > Weather: it shows the temperature by day and night and the chance of rain for your destination. For the packing list we use the averages of the last ten years, shown in the same place.",
"Our desk does not make forecasts of its own; the app shows those of the national weather services. If a storm makes the airline cancel, we rebook you free of charge and tell you by message.",
], ["travel_alert", "flight_status"]),
"order_status": _t("Order status", "shop", [D_SHOP, D_REFUND], 13, """
Where is my order
Order not here yet
Tracking my package
Delivery of my order""", """
what is the status of my recent order
when can i expect my order
can you check if my order has been delivered
i need to track the status of my order
has my purchase arrived yet
do you know where my package is
what is the status of my most recent order
where is my order now
has my recent order shipped
what's going on with my order
has my package been sent
i placed an order and i need it tracked
check to see the status of my recent online order
i need to track my package
how is my order doing right now
what is the status of the order i placed with you yesterday""", [
"Your parcel left our warehouse and is with the carrier; delivery is planned for tomorrow between 9 and 18 h. The tracking link is in the mail with the subject Your order is on its way and under Shop > Orders.",
"The order was packed this morning and leaves tonight. Orders placed before 16 h on a working day are sent the same day and arrive within two working days in Belgium, three to five in the rest of the European Union.",
"The carrier tried to deliver it and has taken it to a pick-up point nearby, where it waits for ten days. Please bring your identity card. If you would rather have it delivered again, choose a new date with the tracking link.",
"According to the carrier the parcel has not moved for three days. I started a search, which takes up to five working days. If it is not found by then, we send everything again or pay you back, whichever you prefer.",
], ["order_status"], join=True),
"covid": _t("COVID-19 and travel", "travel", [D_C1, D_C2, D_C3], 6, """
COVID-19 question
Corona and my trip
Travel and COVID-19""", """
Can I travel to see my relatives in a different town
coronavirus is it safe to travel
coronavirus japan travel advice
coronavirus thailand travel advice
If I was traveling abroad recently what should I do when coming back home
What are the most common symptoms in COViD-19
How do I know when to get tested
How many days should I isolate for
How long does the virus survive on a surface?
How can I protect myself""", [
"We keep the public questions and answers of spring 2020 as an archive in our help centre. For a trip today, the current rules of the country you visit count: you find the link under My trips > Entry. If you feel ill, please speak to your doctor before you travel.",
"Most countries no longer have special entry rules, but that can change; please check the official page of your destination a week before you leave. The archive in our help centre explains symptoms, tests and hygiene as they were described in 2020 and is not medical advice.",
"For medical questions your doctor or pharmacist is the right address. What we can do: if you fall ill before the trip, the cancellation insurance of your card pays with a doctor's note, and a booking can be moved once free of charge.",
], ["travel_alert", "international_visa"], description="COVID-19: travel, symptoms, tests, protection and quarantine"),
}

ESCALATION_TOPICS = ["report_fraud", "lost_luggage", "card_declined", "report_fraud", "order_status", "account_blocked",
                     "lost_luggage", "report_fraud", "report_lost_card", "order_status", "replacement_card_duration",
                     "flight_status"]

THANKS = """
thank you for the help
thanks a lot for the answer
thank you very much
thank you for helping me
thanks for letting me know
thanks that was really helpful
your help is appreciated
you've been a great help
i appreciate your help!
thanks for answering my question
thanks for the help!
thank you for the information
thank you for your assistance
that's all i need, thanks!
thanks for your help
thanks, i appreciate it
you have been a big help, thank you so much
thanks for the reply""".strip().split("\n")
THANKS_X = {"nl": ["Hartelijk dank", "Bedankt voor de snelle hulp!", "Dank u wel, dat is duidelijk"],
            "de": ["Vielen Dank", "Danke für die schnelle Hilfe!", "Danke, das hilft mir weiter"]}

# ------------------------------------------------------------------------------------------------ Dutch and German
XSID = {
("nl", "weather/find"): """
Gaat het regenen dit weekend?
Gaat het volgende week regenen
Gaat het zaterdag regenen?
Hoe koud wordt het in de ochtend?
Wat is de temperatuur in London nu?
Wat zijn de voorspellingen voor volgende week?
Wat is de 5-daagse voorspelling?
Vertel me het driedaags weerbericht
heb ik een paraplu nodig morgen
gaat het heet worden morgen
hoe is het weer deze week?
Hoe zal het weer zijn in Arizona op 3 oktober""".strip().split("\n"),
("nl", "BookRestaurant"): """
Ik wil een restaurant boeken
Boek een tafel voor 10 mensen in een restaurant dat internet aanbied .
Vind een reservering voor drie in een goed beoordeeld restaurant
Vind een reservering voor een tavern die pizzas serveert voor een groep van 6
Boek een reservering voor 1 op 17 maart
Boek een lunch bij Boreas voor een groep van 8
Boek een restaurant voor negen in Statham
boek een tafel vandaag in een steakhouse voor acht die sashimi serveert
boek een tafel in Fairview in de buurt""".strip().split("\n"),
("de", "weather/find"): """
Wird es dieses Wochenende regnen?
Wird es am Samstag regnen?
Was ist die aktuelle Temperatur in London?
Wie ist die 5-Tages Wettervorhersage?
Wie kalt wird es am Morgen sein?
Wie sieht die Prognose für die nächste Woche aus?
brauche ich morgen einen Regenschirm
wie wird das Wetter diese Woche?
sag mir die 3-Tages Wettervorhersage
Welche Wetterwarnungen gibt es?
Wie wird das Wetter in Arizona am 3. Oktober""".strip().split("\n"),
("de", "BookRestaurant"): """
Ich möchte ein Restaurant buchen
Buche einen Tisch für 10 Personen in einem Restaurant mit Internet .
Finde eine Reservierung für drei Personen in einem Restaurant mit Top-Bewertungen
Buche eine Reservierung für 1 am 17. März
Buche einen Tisch heute für acht Personen in einem Steakhouse da Sashimi serviert
Buche einen Tisch in der Umgebung von Fairview
Buche ein Restaurant für neun in Statham
Ich brauche eine Reservierung für 18 Uhr. mit einer Gruppe von 10 am Sand Lake""".strip().split("\n"),
}
XSID_SUBJECTS = {
("nl", "weather/find"): ["Weer op mijn bestemming", "Vraag over het weer", "Wat pak ik in?"],
("nl", "BookRestaurant"): ["Tafel reserveren", "Restaurant boeken", "Reservering"],
("de", "weather/find"): ["Wetter am Reiseziel", "Frage zum Wetter", "Was soll ich einpacken?"],
("de", "BookRestaurant"): ["Tisch reservieren", "Restaurant buchen", "Reservierung"],
}
XSID_ANSWERS = {
("nl", "weather/find"): [
"U vindt de verwachting voor uw bestemming in de app onder Mijn reizen > Weer: zeven dagen vooruit, om de drie uur vernieuwd. Verder vooruit is een verwachting weinig waard.",
"In de app staat onder Mijn reizen > Weer de temperatuur overdag en 's nachts en de kans op regen. Bij storm of sneeuw krijgt u van ons een bericht.",
"Wij maken zelf geen weerbericht; de app toont dat van de nationale weerdiensten. Als een vlucht door het weer niet doorgaat, boeken we u kosteloos om."],
("nl", "BookRestaurant"): [
"Met plezier. Ik heb uw wens aan het restaurant doorgegeven; u krijgt binnen twee uur een bevestiging. De tafel blijft 15 minuten na het afgesproken uur vrij.",
"Uw tafel is aangevraagd. Tot drie uur vooraf kunt u kosteloos wijzigen of annuleren onder Mijn reizen > Tafels. Laat ons gerust weten of er allergieën zijn.",
"Genoteerd. Is het restaurant volzet, dan stellen we er twee in de buurt voor. Voor groepen vanaf acht personen kan een voorschot van 10 euro per persoon gevraagd worden."],
("de", "weather/find"): [
"Die Vorhersage für Ihr Reiseziel steht in der App unter Meine Reisen > Wetter: sieben Tage im Voraus, alle drei Stunden erneuert. Weiter voraus ist sie wenig wert.",
"In der App finden Sie unter Meine Reisen > Wetter die Temperatur bei Tag und Nacht und die Regenwahrscheinlichkeit. Bei Sturm oder Schnee schicken wir Ihnen eine Nachricht.",
"Wir erstellen keine eigene Vorhersage; die App zeigt die der nationalen Wetterdienste. Fällt ein Flug wegen des Wetters aus, buchen wir Sie kostenlos um."],
("de", "BookRestaurant"): [
"Sehr gerne. Ich habe Ihren Wunsch an das Restaurant weitergegeben; Sie erhalten innerhalb von zwei Stunden eine Bestätigung. Der Tisch bleibt 15 Minuten nach der vereinbarten Zeit frei.",
"Ihr Tisch ist angefragt. Bis drei Stunden vorher können Sie unter Meine Reisen > Tische kostenlos ändern oder stornieren. Bitte nennen Sie uns auch Allergien.",
"Notiert. Ist das Restaurant voll, schlagen wir zwei andere in der Nähe vor. Ab acht Personen kann eine Anzahlung von 10 Euro pro Kopf verlangt werden."],
}
PENDING_X = {
("nl", "weather/find"): ["Graag zoeken we het voor u op. Naar welke plaats reist u en op welke data?"],
("nl", "BookRestaurant"): ["Graag. In welke stad, op welke dag en om hoe laat, en met hoeveel personen bent u?"],
("de", "weather/find"): ["Das sehen wir gerne für Sie nach. Wohin reisen Sie und an welchen Tagen?"],
("de", "BookRestaurant"): ["Gerne. In welcher Stadt, an welchem Tag, um wie viel Uhr und für wie viele Personen?"],
}
EU_FRAME = {
"en": (["Hello,", "Hi,", "Good morning,", "Dear support team,", "Hi there,", "Dear Sir or Madam,"],
       ["Kind regards,", "Thanks,", "Best regards,", "Regards,", "Many thanks,"]),
"nl": (["Beste,", "Goedendag,", "Hallo,"], ["Met vriendelijke groeten,", "Groeten,", "Alvast bedankt,"]),
"de": (["Guten Tag,", "Hallo,", "Sehr geehrte Damen und Herren,"], ["Mit freundlichen Grüßen", "Viele Grüße", "Danke im Voraus"]),
}
REP_FRAME = {
"en": dict(hi="Hi {}!", dear="Dear {},", bye="Kind regards,",
           open=["Thank you for your message.", "Thank you for writing to us.", "Thanks for getting in touch.",
                 "Thank you for your question."],
           again=["Thank you for your reply.", "Thanks for coming back to us.", "Thank you, that helps."],
           close=["Is there anything else we can do? Just answer this mail.", "We are glad to help if anything is still unclear.",
                  "Please let us know if you have other questions.", "You can also reach us in the chat on our website on working days until 18 h."]),
"nl": dict(hi="Dag {}!", dear="Beste {},", bye="Met vriendelijke groeten,",
           open=["Bedankt voor uw bericht.", "Dank u voor uw vraag."], again=["Bedankt voor uw antwoord."],
           close=["Heeft u nog vragen? Antwoord gerust op deze mail.", "We helpen u graag verder."]),
"de": dict(hi="Hallo {}!", dear="Guten Tag {},", bye="Mit freundlichen Grüßen",
           open=["Vielen Dank für Ihre Nachricht.", "Danke für Ihre Anfrage."], again=["Vielen Dank für Ihre Antwort."],
           close=["Haben Sie noch Fragen? Antworten Sie einfach auf diese Mail.", "Wir helfen Ihnen gerne weiter."]),
}
# which answers (by index) fit which words of the question; the first rule that matches counts, none: any answer
FITS = {
"carry_on": [(r"lotion|perfume|toothpaste|razor", [1]), (r"", [0, 2])],
"international_fees": [(r"italy|france|turin", [0, 2]), (r"", [0, 1, 2])],
"card_declined": [(r"thailand|vietnam", [0]), (r"fix|working properly", [2, 3]), (r"", [1, 2, 3])],
"pin_change": [(r"recall|forgot|get my pin", [0, 2]), (r"change", [0, 1]), (r"", [0, 1, 2])],
"report_lost_card": [(r"stolen|stole", [1]), (r"how|who|walk", [2, 0]), (r"", [0, 2])],
"transfer": [(r"quickest|how much", [2]), (r"", [0, 1])],
"travel_notification": [(r"paris|london|oslo", [1]), (r"", [0, 2])],
"covid": [(r"travel", [0, 1]), (r"", [2])],
"credit_limit_change": [(r"travel", [1]), (r"3000|change", [0, 2]), (r"", [0, 1, 2])],
"account_blocked": [(r"hold", [1, 2]), (r"", [0, 1, 2])],
"exchange_rate": [(r"", [0, 1, 2])],
"flight_status": [(r"board", [0, 1]), (r"", [0, 2])],
"replacement_card_duration": [(r"status|mailed", [0, 2]), (r"", [0, 1, 2])],
}
WITH_NOTE = {"order_status": [3], "lost_luggage": [1], "account_blocked": [2, 1]}      # answers that go with an internal note

PENDING = {
"card": [
"So that we can look into it, could you tell us your customer number (KB-...) and the last four digits of the card? Please do not send the full number or your PIN.",
"Could you tell us on which day and at about what time it happened, and the amount if there was one? Then we can find it in our records.",
"Which card is it about? Please give us the last four digits only, and tell us how we can reach you this week.",
],
"account": [
"We need a short identity check first. Please sign in to the app and confirm the request under Messages; as soon as that is done, we go on.",
"Which of your accounts is it about? The last four digits of the account number are enough. Please also tell us how we can reach you this week.",
],
"abroad": [
"Gladly. Which country or currency is it about, and on which dates do you travel? Then we can tell you exactly and open the card if needed.",
"Could you tell us the last four digits of the card, the country and the dates of the trip? More we do not need.",
],
"offer": [
"Could you tell us the exact dates, the number of travellers and about what you would like to spend? We then send you an offer within one working day.",
"We are happy to look for you. Are your dates fixed, or could you leave a day earlier or later? It makes quite a difference in price.",
],
"booking": [
"Could you send us your booking reference (six letters and digits, in the mail with your tickets) and your travel dates? Then we look at it right away.",
"We are happy to look into it. Please tell us the flight number and the date, and the name under which you booked.",
],
"entry": [
"Please tell us which passport you travel with, where you go and when you leave, so that we can give you the right answer.",
"Where do you travel to and on which dates? We then look up the official page for you.",
],
"table": [
"Could you tell us the name of the restaurant, the day and the time, and the name the table is under? Then we settle it at once.",
"Gladly. For which day and time is it, and for how many guests?",
],
"shop": [
"Could you check the order number for us? It starts with ORD-2026 and is in the confirmation mail. With it we can ask the carrier.",
"The carrier asks us to check the delivery address. Could you confirm the street, the number and the postal code?",
"Did you perhaps find a card of the carrier in your letter box? If so, please send us the code on it; then we can have it delivered again.",
],
}
ASK = {k: v for v, ks in {
    "card": "card_declined report_lost_card report_fraud damaged_card replacement_card_duration pin_change credit_limit_change",
    "account": "account_blocked freeze_account transfer", "abroad": "international_fees travel_notification exchange_rate",
    "offer": "book_flight book_hotel car_rental", "booking": "flight_status lost_luggage carry_on",
    "entry": "international_visa travel_alert weather covid", "table": "restaurant_reservation cancel_reservation",
    "shop": "order_status"}.items() for k in ks.split()}
ESCALATED = [
"I understand that this has taken too long. I have passed your case to my supervisor, Pieter Maes, who will contact you himself by the end of the next working day.",
"I am sorry for the trouble. As this goes beyond what I can settle, I have escalated it to our specialists. You will hear from us within one working day, and you need not explain it again.",
"Thank you for your patience. Your case now has priority and is with our team lead. We call or write to you tomorrow at the latest.",
]
ESCALATED_FIRST = [
"This needs a colleague with more rights than I have, so I have passed it to my supervisor, Pieter Maes. He contacts you himself by the end of the next working day.",
"I want this to be handled with priority, so I have escalated it to our specialists right away. You will hear from us within one working day, and you need not explain it again.",
]
NOTES = [
"Checked the history: second contact about this in a month. Let's make sure it is solved this time.",
"Customer prefers an answer by mail, not by phone.",
"Identity confirmed over the app. OK to go on.",
"Colleague of the back office confirms: nothing odd in the file.",
"Follow up if we hear nothing within three days.",
"Note for the team: the article in the help centre is not clear on this point, I will propose a change.",
]
TOPIC_NOTES = {
"report_fraud": ["Card blocked, case opened with the fraud desk. @Pieter can you approve the provisional refund?",
                 "Two of the three payments have the same merchant id. Fraud desk has the list."],
"lost_luggage": ["Airline says the bag was seen on the next flight but was not scanned at arrival. Asked again.",
                 "Insurance of the card applies (delay over 6 hours). Customer knows to keep the receipts."],
"order_status": ["Carrier opened a search. If nothing by Friday: send again.",
                 "Warehouse confirms that the parcel left. The carrier has no scan since."],
"account_blocked": ["Block comes from the expired identity card. New one uploaded, waiting for compliance.",
                    "Automatic hold, no suspicion. May be lifted after the identity check."],
"report_lost_card": ["Blocked at the first contact. New card ordered, address confirmed."],
"card_declined": ["Log shows response code 61 (limit). No technical problem on our side."],
}
ORDER_LINES = ["The order number is {}.", "It is about order {}.", "My order: {}.", "Order number {}."]

SPAM = [
("Winning Notification Desk", "claims@prize-desk.example.net", "You have been selected!!! Claim your voucher",
 "Congratulations! Your address was drawn in our monthly promotion and you have won a shopping voucher. To claim it, reply within 24 hours with your full name and postal address. This offer ends tonight!"),
("SEO Growth Team", "growth@rank-first.example.org", "Get your website on page 1",
 "Hello website owner, I looked at your website and found 27 errors that keep you away from the first page. We guarantee top ranking in 30 days or your money back. May I send you our price list?"),
("Best Office Deals", "offers@office-deals.example.com", "RE: RE: your inquiry - toner 80% OFF",
 "Dear purchasing manager, as discussed we can offer toner and paper at 80% off this week only. Order three boxes and get a free desk lamp. Reply STOP to stop."),
("Crypto Advisor", "advisor@fast-coins.example.net", "Double your savings in 14 days",
 "Dear friend, our automatic trading system made 212% for its members last month, without any risk. Only 5 places left. Answer YES and our advisor calls you today."),
]

# proper nouns that a customer's sentence gets in capitals
PROPER = ("paris london rome japan italy france england mexico vietnam thailand china brazil kenya europe asia africa oslo "
          "turin canada russia chile indonesia malaysia portugal turkey finland tokyo miami seattle chicago boston tampa "
          "phoenix washington bangkok boise dallas denver austin florida alabama tehran recife fiji hawaii lakewood cancun "
          "bmw suv usd cad nyc lax sfo la uk january march april may june july august november december monday "
          "tuesday wednesday thursday saturday british").split() + ["new york city", "new york", "los angeles",
          "san diego", "new orleans", "french quarter", "diablo", "cielo", "steve", "dl123", "pin"]

# ------------------------------------------------------------------------------------------------ documents
def _d(name, description, content):
    return {"name": name, "description": description, "content": f"# {name}\n\n{content.strip()}"}


DOCUMENTS = [
_d(D_LOST, "What to do when a card is lost or stolen, who is liable, and how the new card comes", """
Block the card first, look for it later. A blocked card cannot be switched on again.

## Block it
1. In the app: **Cards > Block > Lost or stolen**, day and night.
2. Or call the phone desk with your customer number (KB-...). It answers for blocked cards 24 hours a day.
3. Or write to us in the chat on working days from 8.30 to 18 h.

## After that
- We send a **new card with a new number**, free of charge. It arrives in three to five working days. The PIN stays the same.
- If it was stolen, report it to the police and keep the report number.
- Look through your recent payments and dispute those that are not yours.

## Liability
You are not liable for payments made after your report. Before it you bear at most 50 euros, unless the PIN was kept with the card.
"""),
_d(D_REPL, "Ordering a replacement for a damaged card, delivery times and courier", """
## Damaged, bent or unreadable
Order a new one under **Cards > Replace > Damaged**. It is free, and number and PIN stay the same. The old card keeps working online until you use the new one for the first time. Cut through the chip before you throw it away.

## How long it takes

| Where | Delivery |
|---|---|
| Belgium | 3 to 5 working days |
| European Union | up to 8 working days |
| Elsewhere | up to 15 working days |
| Courier (15 euros) | next working day in Belgium, 2 days in Europe |

Follow it under **Cards > On its way**. The envelope is plain. If nothing has come after ten working days, tell us: we block that card and send another one.

## Until then
The digital version of the card is in the app at once and can be added to your phone's wallet.
"""),
_d(D_DECL, "The usual reasons why a card is refused and how to solve each of them", """
A refused payment costs nothing. An amount that shows as *reserved* disappears within three working days.

## Usual reasons
- **Region**: outside Europe the card works only after you switched the region on under *Cards > Where it works*.
- **Limit**: the monthly limit is used up. It starts anew on the first of the month.
- **Not confirmed**: an online shop asked for a confirmation in the app and that was not given within five minutes.
- **Wrong PIN**: after three wrong tries the card is blocked until midnight.
- **Contactless**: after several contactless payments the chip and PIN are asked for.
- **Terminal**: no connection. Try again with the chip.

## What to do
1. Look in the app: next to the refused payment stands the reason.
2. Solve it as described above and try again.
3. Still refused? Tell us the day, the time and the amount. Never send your PIN or the full card number.
"""),
_d(D_FRAUD, "Payments you did not make: block, dispute, refund and how we investigate", """
## Do this at once
1. Block the card: **Cards > Block**.
2. Choose **Dispute** next to each payment that is not yours.
3. Change your app code if you gave it to anybody.

Check first whether the name on the statement is the trading name of a shop you know.

## What we do
- We pay the amount back by the end of the next working day, provisionally.
- The investigation takes up to ten working days; abroad it can take longer, and we tell you so.
- If it turns out that you made the payment yourself, the refund is taken back.

## How to recognise a swindle
We **never** ask for a PIN, a full card number or a code from your reader, not by mail, chat or phone. Forward suspicious messages to us and delete them.
"""),
_d(D_BLOCK, "Why an account is blocked, how to freeze it yourself and how to lift the block", """
## Blocked by us
We block an account when
- a code was wrong three times (the block ends after 24 hours),
- a login or payment looks unusual (confirm it under *Security > Unblock*, lifted within 15 minutes),
- your identity document has expired (upload the new one under *Profile > Documents*, checked within one working day).

## Frozen by you
You can freeze an account at any time under **Security > Freeze**, or ask us. While it is frozen:
- payments and withdrawals are refused, also your own;
- money that comes in is booked as usual;
- standing orders wait and are not lost;
- cards stay separate and have to be blocked by themselves.

Lifting it: **Security > Unblock**. A freeze costs nothing.
"""),
_d(D_TRANSFER, "How to move money, limits and how long a transfer takes", """
## How
App > **Transfer** > from > to > amount > sign. We cannot do it for you by mail or chat, because a transfer needs your signature.

## Limits and times

| To | Limit | Arrives |
|---|---|---|
| your own account | none | at once |
| others, instant (SEPA) | 5,000 euros a day | within 10 seconds |
| others, normal | 5,000 euros a day | next working day |
| outside SEPA | 5,000 euros a day | 2 to 4 working days |

You can raise the daily limit to 15,000 euros for 24 hours under **Settings > Limits**.

## Sent to the wrong account?
A transfer that has been made cannot be called back. Tell us at once: we ask the other bank, which asks its customer.
"""),
_d(D_PIN, "Looking up, changing and unblocking the PIN of a card", """
- **Look it up**: *Cards > Show PIN* in the app, after signing in.
- **Change it**: at any of our cash machines. Put in the card, enter the old PIN, choose *Change PIN*.
- **Forgotten and no app**: we send a PIN letter to the address in our files. It takes four working days.

After three wrong tries the card is blocked until midnight.

## Good to know
We cannot see your PIN and never ask for it. Do not use a birthday or 1234, and do not write it on the card.
"""),
_d(D_LIMIT, "Raising or lowering the limit of a credit card, temporarily or for good", """
## Temporarily, for a trip
**Cards > Limit > Temporary**: at most half more than now, for up to 30 days, no papers needed.

## For good
1. **Cards > Limit > Change** and fill in the amount.
2. Up to 2,500 euros you get the answer at once.
3. Above that, upload your last three pay slips. The answer comes within two working days.

We look at your income, at other credits and at how the card was used in the last six months. Asking costs nothing. Lowering is always possible and immediate.
"""),
_d(D_ABROAD, "What card payments and cash cost in other currencies and which exchange rate is used", """
What counts is the **currency**, not the country.

| | Euro | Other currency |
|---|---|---|
| Payment | free | 1.5 percent |
| Cash | free at our machines, else 0.50 euro | 1.5 percent + 3 euros |
| Premium customers | free | free, cash 3 euros |

## Exchange rate
We use the rate of the card network on the day on which the shop books the payment. *Cards > Abroad* shows it live next to the reference rate of the European Central Bank.

## Tips
- If a terminal asks, pay in the **local currency** and not in euros.
- The owner of a cash machine may ask for a fee of its own and must show it first.
- Foreign cash (USD, GBP, CHF, JPY, CAD) can be ordered in a branch, two working days ahead.
"""),
_d(D_TRAVELLING, "When and how to give us your travel dates so that your card works abroad", """
Inside Europe you need not tell us anything. For other regions:

1. **Cards > I am travelling**
2. Choose the countries and the dates.
3. The card is open there until two days after the end date.

You can also write to us with the country and the dates.

## Before you leave
- Take a second card along and keep it apart.
- Switch on the messages of the app, so that you can confirm payments.
- Save the number of the phone desk.
"""),
_d(D_FLIGHT, "From request to ticket: offers, names, luggage and changes", """
## How it goes
1. Tell us from where to where, the dates and the number of travellers.
2. You find our offers in your travel account under **Offers**. The price is held for 24 hours.
3. Sign with your card. The tickets come by mail within an hour.

## Mind these
- Names must be spelled **as in the passport**. Correcting a letter is free within 24 hours.
- Hand luggage is included. A case of 23 kg costs 45 euros each way.
- Children under two travel on the lap for a tenth of the price.

## Changing
Within 24 hours after booking you can cancel free of charge. After that the terms of the fare apply; see *Refunds and cancellations*.
"""),
_d(D_STAY, "Terms of hotel rooms and rental cars: confirmation, deposit, insurance and cancellation", """
## Hotels
- We propose hotels with a review score above 8 unless you ask otherwise.
- Most rooms can be cancelled free of charge until **48 hours** before arrival. We charge the card after that.
- City tax is paid at the hotel.

## Rental cars
- You need a licence held for at least a year and a **credit card** in the driver's name for the deposit (500 euros). Debit cards are not accepted.
- Insurance is included with an excess of 300 euros; without excess it costs 9 euros a day more.
- We promise the class of the car, not the make.
- Cancelling is free until **24 hours** before you pick it up.
"""),
_d(D_REFUND, "What you get back when you cancel a flight, hotel, car, table or order, and when", """

| What | Free until | After that |
|---|---|---|
| Flight | 24 hours after booking | terms of the fare, taxes are paid back |
| Hotel | 48 hours before arrival | first night is charged |
| Rental car | 24 hours before pick-up | one day is charged |
| Restaurant table | 3 hours before | deposit may be kept |
| Travel shop | 14 days after delivery | no refund |

## How
Cancel under **My trips** or **Shop > Orders**, or write to us with the booking reference or order number.

## When is the money there?
- On the card: within **five working days**.
- If the airline cancelled: within seven days, and you may choose another flight instead.
- Ill before the trip? The cancellation insurance of your card pays with a doctor's note.
"""),
_d(D_DELAY, "Where to see the status of a flight, boarding times, and what you are owed when it is late", """
## Status
**My trips** shows it live; we send a message when it changes. Boarding starts about 40 minutes before departure, and the gate closes 15 minutes before.

## Delayed or cancelled
- From two hours on: meals and drinks at the airport.
- More than **three hours** late at arrival: 250, 400 or 600 euros by distance, unless it was out of the airline's hands (storm, closed airspace).
- Cancelled: another flight or the money back.

We help you with the claim, free of charge. Keep the boarding pass.
"""),
_d(D_LUGGAGE, "Suitcase missing after a flight: report, tracing, what you may buy, and the claim", """
## At the airport
Go to the **baggage desk of the airline** before you leave and ask for a report (PIR). Its number has three letters for the airport, two for the airline and five digits, for instance BRUXX12345. Without a report it is difficult to claim anything.

## Send us
- the number of the report,
- the flight number and date,
- the number on the luggage tag,
- a photo or description of the case.

We keep after the airline and tell you what we hear.

## Meanwhile
After a delay of six hours the insurance of your card pays what you need at once (clothes, toiletries), up to **400 euros**. Keep the receipts.

## Deadlines
- Damaged: report within **7 days**.
- Delayed: claim within **21 days** after it came.
- After 21 days without a trace it counts as lost. We file the claim with you.
"""),
_d(D_CARRY, "Size, weight and number of cabin bags, liquids and things that are not allowed", """
## Size
One cabin bag of at most **55 x 40 x 23 cm and 8 kg**, plus a small bag under the seat. Some airlines are stricter: your ticket counts.

## Liquids
- At most **100 ml** each, all in one clear bag of a litre.
- Creams, perfume, toothpaste and sun lotion count as liquids.
- Medicine and baby food are exempt; show them at the check.

## Not in the cabin
- blades, scissors longer than 6 cm, tools
- lighters beyond one on the person

Disposable razors are allowed. Spare batteries and power banks belong **only** in the cabin.

## More than one?
A second cabin bag is checked in: 45 euros under *My trips*, more at the gate.
"""),
_d(D_VISA, "Where to find binding entry rules and travel advice, and when you may change a trip", """
## Visa and entry
Whether you need a visa depends on your **nationality**. Binding are the embassy and your ministry of foreign affairs; *My trips > Entry* has the official link for your passport.

- Many countries want a passport valid for six months after the return.
- Some ask for an electronic permit. Beware of look-alike sites that charge too much.
- Apply at least four weeks before you leave.
- We arrange visas for group trips only.

## Travel alerts
We follow the advice of the Belgian ministry of foreign affairs. Switch on messages under **My trips > Alerts**. If it advises against all travel to your destination, you may cancel or move the trip free of charge.
"""),
_d(D_CONCIERGE, "Having a table booked or cancelled by the concierge", """
The concierge books tables for holders of a Kestelmeer card, at no cost.

## Book
Tell us the restaurant or the city, the day, the time and the number of guests. Confirmation comes within two hours. If it is full, we propose two others nearby.

- The table is held for **15 minutes**.
- From eight guests on a deposit of 10 euros a head may be asked for, taken off the bill.
- Tell us of allergies or a high chair.

## Change or cancel
Free until **three hours** before, under *My trips > Tables* or by answering our message. A deposit goes back to the card within five working days.
"""),
_d(D_WEATHER, "Forecast for a trip, warnings, and what happens when the weather stops a flight", """
The desk makes no forecasts of its own. **My trips > Weather** shows those of the national weather services for your destination:

- seven days ahead, renewed every three hours;
- temperature by day and night, chance of rain and snow;
- averages of the last ten years, for packing.

We send a message for storm and snow warnings. If the airline cancels because of the weather, we rebook you free of charge.
"""),
_d(D_SHOP, "Orders of adapters, luggage and guides: sending, tracking, returns", """
Order numbers look like `ORD-2026-00123` and are in the confirmation mail.

## Delivery
- Ordered before 16 h on a working day: sent the same day.
- Belgium: within **two working days**. European Union: three to five.
- Not at home? The parcel waits at a pick-up point for ten days; bring your identity card.

## Tracking
**Shop > Orders** or the link in the mail *Your order is on its way*. If nothing has moved for three days, tell us. We start a search of up to five working days, and then send it again or pay you back, as you prefer.

## Returns
Within 14 days after delivery, unused. The label is under *Shop > Orders > Return*.
"""),
]

COVID_NOTE = ("> Archive. Public questions and answers as they were published in spring 2020, mostly for Canada and the "
              "United States. They are **not** current advice: ask a doctor or the health authority.")
COVID_DOCUMENTS = [
    {"name": D_C1, "description": "Archive of spring 2020: planning a trip, coming back, animals abroad", "ids": [23, 46, 31]},
    {"name": D_C2, "description": "Archive of spring 2020: symptoms, who should be tested, who is at risk", "ids": [6, 12, 19]},
    {"name": D_C3, "description": "Archive of spring 2020: surfaces, washing hands, isolation and quarantine",
     "ids": [22, 41, 52, 15]},
]
