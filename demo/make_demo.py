#!/usr/bin/env python3
"""Rebuilds the demo data (setup.json, tickets.jsonl, the list of tickets in LICENSES.md) from the public sets.

    python3 make_demo.py DATA_DIR [--out DIR]     build both files, then check them
    python3 make_demo.py --check [--out DIR]      only check the files that are there

DATA_DIR holds clinc150/, xsid/ and covidfaq/ (see LICENSES.md). The output depends on nothing but these
sets and this file: the random generator is seeded. Every customer message listed in demo_texts.py is
looked up in the public set it comes from, and the build stops if it is not there.
"""
import argparse, json, os, random, re, sys, textwrap
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import demo_texts as T

SEED = 20261120
UTC = timezone.utc
END = datetime(2026, 11, 20, tzinfo=UTC)          # nothing happens at or after this moment
DAYS = 60
SUMMER_ENDS = datetime(2026, 10, 25, 1, tzinfo=UTC)
MAX_BYTES = 600_000
STATUS_COUNTS = [("Closed", 110), ("Open", 50), ("Pending", 24), ("Escalated", 12), ("Spam", 4)]


# ---------------------------------------------------------------- reading the public sets
def read_sets(root):
    clinc = {}
    for split in ("train", "val", "test"):
        for line in (root / "clinc150" / f"{split}.tsv").read_text(encoding="utf-8").splitlines():
            topic, _, text = line.partition("\t")
            clinc.setdefault(topic, set()).add(text)
    described = dict(l.split("\t", 1) for l in
                     (root / "clinc150" / "topics.tsv").read_text(encoding="utf-8").splitlines() if l)
    xsid = {}
    for lang in ("nl", "de"):
        for line in (root / "xsid" / f"{lang}.valid.tsv").read_text(encoding="utf-8").splitlines():
            topic, _, text = line.partition("\t")
            xsid.setdefault((lang, topic), set()).add(text)
    docs = [json.loads(l) for l in (root / "covidfaq" / "documents.jsonl").read_text(encoding="utf-8").splitlines()]
    queries = {}
    for l in (root / "covidfaq" / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        q = json.loads(l)
        queries.setdefault(q["document"], set()).add(q["query"])
    return clinc, described, xsid, {d["id"]: d for d in docs}, queries


def verify_picks(clinc, xsid, queries):
    missing = []
    for key, t in T.TOPICS.items():
        for text in t["picks"]:
            if key == "covid":
                ok = any(text in s for s in queries.values())
            else:
                ok = text in clinc.get(key, ())
            if not ok:
                missing.append((key, text))
    for text in T.THANKS:
        if text not in clinc["thank_you"]:
            missing.append(("thank_you", text))
    for (lang, topic), picks in T.XSID.items():
        for text in picks:
            if text not in xsid.get((lang, topic), ()):
                missing.append((lang, topic, text))
    if missing:
        sys.exit("not found in the public sets:\n" + "\n".join(map(str, missing)))


# ---------------------------------------------------------------- setup.json
def covid_text(doc):
    text = re.sub(r"\[\[.*?\]\]", "", doc["content"])
    text = re.sub(r"\s*Please click here[^.]*\.", "", text)
    text = re.sub(r"\s+\* ", "\n* ", text)
    text = re.sub(r"(?:^|\s+)(\d)\. (?=[a-z])", r"\n\1. ", text)
    text = re.sub(r"[ \t]{2,}", " ", text).strip()
    text = re.sub(r"(?<!\n)\n(?=(\* |1\. ))", "\n\n", text, count=1)
    return text


def build_setup(described, covid_docs):
    topics, links = [], []
    for key, t in T.TOPICS.items():
        topics.append({"name": t["name"], "description": t.get("description") or described[key]})
        links += [[t["name"], d] for d in t["docs"]]
    documents = [{"name": d["name"], "description": d["description"], "content": d["content"].strip() + "\n"}
                 for d in T.DOCUMENTS]
    for d in T.COVID_DOCUMENTS:
        parts = [f"# {d['name']}", T.COVID_NOTE]
        for i in d["ids"]:
            parts += [f"## {covid_docs[i]['title'].rstrip('.')}", covid_text(covid_docs[i])]
        documents.append({"name": d["name"], "description": d["description"], "content": "\n\n".join(parts) + "\n"})
    users = [{"firstname": u["first"], "lastname": u["last"], "name": f"{u['first']} {u['last']}",
              "company": u["company"], "lang": u["lang"], "country": u["country"], "city": u["city"],
              "customerType": u["type"], "customerRef": u["ref"],
              "uiDs": [{"uid": a, "uidType": "Email" if "@" in a else "Phone", "isPrimary": i == 0}
                       for i, a in enumerate(u["uids"])]} for u in T.END_USERS]
    reps = []
    for r in T.REPS:
        text = f"{r['name']}\n{r['job']}\n{T.COMPANY} | {T.SUPPORT_EMAIL}"
        reps.append({"username": r["username"], "name": r["name"], "email": r["email"], "role": r["role"],
                     "emailSignatureText": text,
                     "emailSignatureHTML": f"<p><strong>{r['name']}</strong><br>{r['job']}<br>"
                                           f"{T.COMPANY.replace('&', '&amp;')} | {T.SUPPORT_EMAIL}</p>"})
    return {"channels": T.CHANNELS, "reps": reps, "endUsers": users, "topics": topics, "topicDocuments": links,
            "documents": documents, "customFields": T.CUSTOM_FIELDS}


# ---------------------------------------------------------------- wording
QUESTION = re.compile(r"^(what|what's|whats|how|why|can|could|is|are|do|does|did|where|where's|when|who|will|would|"
                      r"should|am|may|which|has|have|was|were|if i|if i'm|hoe|gaat|wordt|is het|heb|wat|wanneer|"
                      r"komt|zal|welke|kan|wird|wie|ist|was|wann|brauche|soll|welche|regnet|kannst)\b", re.I)

ASKS = re.compile(r"\b(what (do|should|am|step should) i|how (do|can|should) i|do i need|do they|is it safe|are there any|"
                  r"(declined|yesterday)[ ,]*why|at what time|when coming back home)\b(?! know)", re.I)


def sentence(text, lang="en"):
    """Capital, closing mark and proper nouns: the only changes made to a customer's words."""
    s = re.sub(r"\s+([.?!])", r"\1", text.strip())
    if lang == "en":
        s = re.sub(r"\bi\b(?!\.)", "I", s)
        s = re.sub(r"\bim\b", "I'm", s)
        s = re.sub(r"\bvisa (?=card|credit)", "Visa ", s)
        for w in T.PROPER:
            s = re.sub(rf"\b{w}\b", w.title() if len(w) > 3 or w in ("may",) else w.upper(), s)
        if re.search(r"\bMay\b", s):
            s = re.sub(r"\bMay(?! \d)", "may", s)
    s = s[0].upper() + s[1:]
    if s[-1] not in ".?!":
        s += "?" if QUESTION.match(s) or ASKS.search(s) else "."
    return s


def eu_text(rng, texts, channel, name, lang, extra=None, first=True):
    """One customer message out of one or more public utterances."""
    first_name = name.split()[0]
    if channel == "Chat" and lang == "en" and rng.random() < 0.5 and not extra:
        return " ".join(t if t[-1] in ".?!" else t + ("?" if QUESTION.match(t) else ".") for t in texts) \
            if len(texts) > 1 else texts[0]
    body = " ".join(sentence(t, lang) for t in texts)
    if extra:
        body += " " + extra
    if channel != "Email":
        return body
    hello, bye = T.EU_FRAME[lang]
    if not first:
        return body + (f"\n\n{first_name}" if rng.random() < 0.6 else "")
    out = body
    if rng.random() < 0.8:
        out = rng.choice(hello) + "\n\n" + out
    if rng.random() < 0.8:
        out += "\n\n" + rng.choice(bye) + "\n" + name
    return out


def rep_text(rng, body, channel, name, rep, lang, first):
    first_name = name.split()[0]
    f = T.REP_FRAME[lang]
    if channel == "Chat":
        return (f["hi"].format(first_name) + " " if first else "") + body
    if channel == "Phone":
        return body
    opening = rng.choice(f["open"] if first else f["again"])
    close = rng.choice(f["close"])
    return f"{f['dear'].format(first_name)}\n\n{opening}\n\n{body}\n\n{close}\n\n{f['bye']}\n{rep['name']}\n{T.COMPANY}"


# ---------------------------------------------------------------- time
def local(t):
    return t + timedelta(hours=2 if t < SUMMER_ENDS else 1)


def to_utc(l):
    t = l - timedelta(hours=2)
    return t if t < SUMMER_ENDS else l - timedelta(hours=1)


def in_hours(t):
    l = local(t)
    return l.weekday() < 5 and 8 * 60 + 30 <= l.hour * 60 + l.minute < 18 * 60


def next_business(t, rng):
    if in_hours(t):
        return t
    l = local(t)
    if l.weekday() < 5 and l.hour * 60 + l.minute < 8 * 60 + 30:
        day = l.replace(hour=8, minute=30, second=0)
    else:
        day = (l + timedelta(days=1)).replace(hour=8, minute=30, second=0)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return to_utc(day + timedelta(minutes=rng.randint(3, 100), seconds=rng.randint(0, 59)))


def start_time(rng, days_back, business_only):
    for _ in range(10_000):
        day = (END - timedelta(days=days_back(rng))).replace(hour=0, minute=0, second=0, microsecond=0)
        if business_only or rng.random() < 0.82:
            minute = int(rng.triangular(8 * 60 + 35, 17 * 60 + 50, 10 * 60 + 30))
        else:
            minute = rng.randint(6 * 60 + 30, 23 * 60)
        t = to_utc(day + timedelta(minutes=minute, seconds=rng.randint(0, 59)))
        weekend = local(t).weekday() >= 5
        if weekend and (business_only or rng.random() < 0.75):
            continue
        if END - timedelta(days=DAYS) <= t < END - timedelta(hours=1):
            return t
    raise RuntimeError("no time found")


def iso(t):
    return t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---------------------------------------------------------------- tickets
class Deck:
    """Draws without repeating until the pile is through."""
    def __init__(self, rng, items):
        self.rng, self.items, self.pile = rng, list(items), []

    def draw(self, avoid=()):
        for _ in range(2 * len(self.items)):
            if not self.pile:
                self.pile = self.items[:]
                self.rng.shuffle(self.pile)
            x = self.pile.pop()
            if x not in avoid:
                return x
        return x


def fitting(rng, key, asked, said, noted):
    """An answer of the topic that goes with the question and was not given in this ticket yet."""
    every = T.TOPICS[key]["answers"]
    fits = next((ix for rx, ix in T.FITS.get(key, ()) if re.search(rx, asked, re.I)), range(len(every)))
    fits = T.WITH_NOTE.get(key, fits) if noted else fits
    pool = [every[i] for i in fits if every[i] not in said] or [a for a in every if a not in said] or list(every)
    return rng.choice(pool)


def weighted(rng, pairs):
    items, weights = zip(*pairs)
    return rng.choices(items, weights)[0]


def build_tickets():
    rng = random.Random(SEED)
    picks = {k: Deck(rng, t["picks"]) for k, t in T.TOPICS.items()}
    subjects = {k: Deck(rng, t["subjects"]) for k, t in T.TOPICS.items()}
    xpicks = {k: Deck(rng, v) for k, v in T.XSID.items()}
    xanswers = {k: Deck(rng, v) for k, v in T.XSID_ANSWERS.items()}
    thanks, thanks_x = Deck(rng, T.THANKS), {l: Deck(rng, v) for l, v in T.THANKS_X.items()}
    pending = {k: Deck(rng, v) for k, v in T.PENDING.items()}
    notes = Deck(rng, T.NOTES)
    guests = [(f"{f} {l}", f"{T.ascii_name(f)}.{T.ascii_name(l)}@{d}") for f, l, d in T.GUESTS]
    guest_deck = Deck(rng, guests)
    known = {"en": [u for u in T.END_USERS if u["lang"] in ("en", "fr")]}
    for l in ("nl", "de"):
        known[l] = [u for u in T.END_USERS if u["lang"] == l]
    reps = {r["username"]: r for r in T.REPS}
    rep_weights = [(r["username"], r["weight"]) for r in T.REPS]
    supervisor = next(r["username"] for r in T.REPS if r["role"] == "Supervisor")
    order_no = iter(random.Random(SEED + 1).sample(range(101, 980), 120))

    statuses = [s for s, n in STATUS_COUNTS for _ in range(n)]
    # the languages are dealt over the statuses evenly; escalations and spam stay English
    langs = {}
    for s, nl, de in (("Closed", 8, 7), ("Open", 4, 4), ("Pending", 2, 1)):
        n = dict(STATUS_COUNTS)[s]
        pool = ["nl"] * nl + ["de"] * de + ["en"] * (n - nl - de)
        rng.shuffle(pool)
        langs[s] = pool
    topic_pool = []
    for k, t in T.TOPICS.items():
        topic_pool += [k] * t["weight"]
    topic_deck = Deck(rng, topic_pool)
    esc_deck = Deck(rng, T.ESCALATION_TOPICS)
    spam = list(T.SPAM)

    back = {"Closed": lambda r: r.uniform(2, DAYS), "Pending": lambda r: r.uniform(1.2, 13),
            "Open": lambda r: r.uniform(0.1, 4) if r.random() < 0.8 else r.uniform(4, 16),
            "Escalated": lambda r: r.uniform(1, 15), "Spam": lambda r: r.uniform(1, DAYS)}
    tickets = []
    for status in statuses:
        while True:
            t = make_ticket(rng, status, langs, topic_deck, esc_deck, spam, picks, subjects, xpicks, xanswers,
                            thanks, thanks_x, pending, notes, guest_deck, known, reps, rep_weights, supervisor,
                            order_no, back[status])
            if t:
                tickets.append(t)
                break
    tickets.sort(key=lambda t: (t["dateCreated"], t["subject"], t["endUser"]))
    for i, t in enumerate(tickets, 1):
        t["externalID"] = f"demo-{i:04d}"
        for j, m in enumerate(t["messages"], 1):
            m["externalID"] = f"demo-{i:04d}-{j}"
    return tickets


def make_ticket(rng, status, langs, topic_deck, esc_deck, spam, picks, subjects, xpicks, xanswers, thanks,
                thanks_x, pending, notes, guest_deck, known, reps, rep_weights, supervisor, order_no, days_back):
    is_spam = status == "Spam"
    lang = langs[status].pop() if langs.get(status) else "en"
    if is_spam:
        name, uid, subject, text = spam.pop()
        t0 = start_time(rng, days_back, False)
        st = "Closed" if len(spam) % 2 else "Open"
        close = iso(next_business(t0, rng) + timedelta(minutes=rng.randint(2, 90))) if st == "Closed" else None
        return {"externalID": "", "subject": subject, "channel": T.CHANNELS[0]["name"], "status": st,
                "dateCreated": iso(t0), "closeDate": close, "endUser": uid, "endUserName": name, "assignee": None,
                "escalated": False, "isSpam": True, "customFieldsData": {}, "summary": None,
                "messages": [message("EndUser", t0, uid, name, T.SUPPORT_EMAIL, subject, text)]}

    # topic
    if lang != "en":
        xtopic = "weather/find" if rng.random() < 0.5 else "BookRestaurant"
        key = "weather" if xtopic == "weather/find" else "restaurant_reservation"
    else:
        key = esc_deck.draw() if status == "Escalated" else topic_deck.draw()
    topic = T.TOPICS[key]

    # who, and over which channel
    user = None
    if lang == "en" and rng.random() < 0.36:
        name, uid = guest_deck.draw()
        kind = "Email" if rng.random() < 0.65 else "Chat"
    else:
        user = rng.choices(known[lang], [u["weight"] for u in known[lang]])[0]
        name = f"{user['first']} {user['last']}"
        phones = [u for u in user["uids"] if "@" not in u]
        mails = [u for u in user["uids"] if "@" in u]
        kind = weighted(rng, [("Email", 52), ("Chat", 22), ("Phone", 55 if phones else 0)])
        uid = rng.choice(phones) if kind == "Phone" else mails[0] if rng.random() < 0.9 else mails[-1]
    channel = next(c for c in T.CHANNELS if c["channelType"] == kind)
    ours = {"Email": T.SUPPORT_EMAIL, "Chat": T.SUPPORT_EMAIL, "Phone": T.PHONE}[kind]

    # the shape of the conversation: C customer, T customer's thanks, F customer's follow-up on a neighbour topic,
    # S the customer on the same topic again, R answer, Q rep asks for something, E rep escalates, N internal note
    shape = {"Closed": [("CR", 38), ("CRT", 20), ("CRFR", 22), ("CRFRT", 11), ("CNR", 4), ("CNRT", 3), ("CRFNR", 2)],
             "Open": [("C", 58), ("CS", 8), ("CRF", 28), ("CNRF", 3), ("CN", 3)],
             "Pending": [("CQ", 62), ("CRFQ", 30), ("CNQ", 8)],
             "Escalated": [("CRSNE", 45), ("CE", 20), ("CNE", 15), ("CRSE", 20)]}[status]
    shape = weighted(rng, shape)
    if lang != "en":
        shape = shape.replace("N", "").replace("F", "S")

    # rep
    answered = any(c in shape for c in "RQE")
    desk = {"bank": "amina.haddad", "travel": "thomas.gerard"}.get(topic["group"])
    rep = weighted(rng, [(u, w * (4 if u == desk else 1)) for u, w in rep_weights])
    if status == "Open" and not answered:
        assignee = None if rng.random() < 0.65 else rep
    elif status == "Escalated":
        assignee = supervisor if rng.random() < 0.7 else rep
    else:
        assignee = rep
    if status == "Escalated" and rep == supervisor:
        rep = next(u for u, r in reps.items() if r["role"] == "Agent")
    if "N" in shape and not answered:
        assignee = assignee or rep

    # order number and custom fields
    order, extra = None, None
    if key == "order_status" and rng.random() < 0.9:
        order = f"ORD-2026-{next(order_no):05d}"
        if rng.random() < 0.75:
            extra = rng.choice(T.ORDER_LINES).format(order)
    fields = {}
    if status == "Escalated":
        fields["priority"] = rng.choice(["high", "urgent"])
    elif rng.random() < 0.55:
        fields["priority"] = "normal" if lang != "en" else weighted(rng, [("low", 20), ("normal", 55), ("high", 22), ("urgent", 3)])
    if order:
        fields["orderNumber"] = order
    if user and user["vip"]:
        fields["vip"] = True
    elif user and rng.random() < 0.2:
        fields["vip"] = False

    # write the messages
    subject = subjects[key].draw() if lang == "en" else rng.choice(T.XSID_SUBJECTS[(lang, xtopic)])
    quick = kind != "Email"
    t = start_time(rng, days_back, quick)
    messages, used, now_topic, said, bodies = [], [], key, 0, set()
    for i, c in enumerate(shape):
        if i:
            prev = t
            if c in "RQE":
                t = t + (timedelta(seconds=rng.randint(35, 240)) if quick
                         else timedelta(minutes=rng.triangular(8, 420, 45)))
                t = t if quick else next_business(t, rng)
            elif c == "N":
                t = t + timedelta(minutes=rng.randint(2, 8) if quick else rng.randint(6, 50))
                t = t if quick else next_business(t, rng)
            elif c == "T":
                t = t + (timedelta(seconds=rng.randint(20, 150)) if quick
                         else timedelta(minutes=rng.triangular(10, 900, 60)))
            else:
                t = t + (timedelta(seconds=rng.randint(30, 300)) if quick
                         else timedelta(minutes=rng.triangular(15, 1500, 90)))
                l = local(t)
                if not quick and (l.hour < 7 or l.hour >= 22):
                    t = to_utc((l + timedelta(hours=10)).replace(minute=rng.randint(0, 59)))
            t = max(t, prev + timedelta(seconds=20))
        subj = subject if i == 0 else f"Re: {subject}"
        if kind != "Email":
            subj = subject
        if c in "CFS":
            if c == "F":
                now_topic = rng.choice(topic["follow"])
            if lang != "en":
                first_x = xpicks[(lang, xtopic)].draw(used)
                texts = [first_x]
            else:
                texts = [picks[now_topic].draw(used)]
                if c == "C" and kind == "Email" and topic["join"] and rng.random() < 0.35:
                    texts.append(picks[now_topic].draw(used + texts))
            used += texts
            asked = " ".join(texts)
            text = eu_text(rng, texts, kind, name, lang, extra if c == "C" else None, first=(said == 0))
            said += 1
            messages.append(message("EndUser", t, uid, name, ours, subj, text, topics=[T.TOPICS[now_topic]["name"]]))
        elif c == "T":
            text = thanks.draw() if lang == "en" else thanks_x[lang].draw()
            text = sentence(text, lang) if kind != "Chat" else text
            if kind == "Email":
                text += "\n\n" + name.split()[0]
            messages.append(message("EndUser", t, uid, name, ours, subj, text))
        elif c == "N":
            text = rng.choice(T.TOPIC_NOTES[key]) if key in T.TOPIC_NOTES else notes.draw()
            messages.append(message("CustomerRep", t, reps[rep]["email"], reps[rep]["name"], ours, subj, text,
                                    internal=True, rep=rep))
        else:
            if c == "R":
                body = (fitting(rng, now_topic, asked, bodies, "N" in shape[:i]) if lang == "en"
                        else xanswers[(lang, xtopic)].draw(bodies))
            elif c == "Q":
                body = pending[T.ASK[now_topic]].draw() if lang == "en" else rng.choice(T.PENDING_X[(lang, xtopic)])
            else:
                body = rng.choice(T.ESCALATED if "R" in shape else T.ESCALATED_FIRST)
            bodies.add(body)
            name_first = not any(m["senderType"] == "CustomerRep" and not m["isInternal"] for m in messages)
            text = rep_text(rng, body, kind, name, reps[rep], lang, name_first)
            messages.append(message("CustomerRep", t, T.SUPPORT_EMAIL if kind != "Phone" else T.PHONE,
                                    reps[rep]["name"], uid, subj, text, rep=rep))
    close = None
    if status == "Closed":
        c = t + (timedelta(minutes=rng.randint(1, 12)) if quick else timedelta(minutes=rng.triangular(5, 2600, 120)))
        c = c if quick else next_business(c, rng)
        close = c
    if (close or t) >= END - timedelta(minutes=30):
        if langs.get(status) is not None:
            langs[status].append(lang)                       # too late in the window: draw this one again
        return None
    return {"externalID": "", "subject": subject, "channel": channel["name"], "status": status,
            "dateCreated": messages[0]["date"], "closeDate": iso(close) if close else None, "endUser": uid,
            "endUserName": name, "assignee": assignee, "escalated": status == "Escalated", "isSpam": False,
            "customFieldsData": fields, "summary": None, "messages": messages}


def message(sender, t, from_addr, from_name, to_addr, subject, text, topics=(), internal=False, rep=None):
    return {"externalID": "", "senderType": sender, "date": iso(t), "fromAddress": from_addr, "fromName": from_name,
            "toAddress": to_addr, "subject": subject, "text": text, "html": None, "isInternal": internal,
            "topics": list(topics), "rep": rep}


# ---------------------------------------------------------------- check
ADDRESS = re.compile(r"[\w.+'-]+@([\w-]+\.)*example\.(com|org|net)")
ROUGH = re.compile(r"\b(bs|crap|damn|hell|idiots?|stupid|sucks?|chase|citi|amex|paypal|amazon|visa platinum)\b", re.I)
DATE = re.compile(r"2026-(09|10|11)-\d\dT\d\d:\d\d:\d\dZ")


def check(out):
    setup_raw, tickets_raw = (out / "setup.json").read_bytes(), (out / "tickets.jsonl").read_bytes()
    setup = json.loads(setup_raw)
    tickets = [json.loads(l) for l in tickets_raw.decode("utf-8").splitlines()]
    bad = []

    def need(ok, *why):
        if not ok:
            bad.append(" ".join(map(str, why)))

    channels = {c["name"]: c for c in setup["channels"]}
    reps = {r["username"]: r for r in setup["reps"]}
    topics = {t["name"] for t in setup["topics"]}
    docs = {d["name"] for d in setup["documents"]}
    uids = [u["uid"] for e in setup["endUsers"] for u in e["uiDs"]]
    options = {f["fieldName"]: f for f in setup["customFields"]}
    need((len(channels), len(reps), len(setup["endUsers"]), len(options)) == (3, 4, 12, 3), "counts of setup")
    need(len(uids) == len(set(uids)), "uid twice")
    need(len(topics) == len(setup["topics"]) and len(docs) == len(setup["documents"]), "name twice")
    for e in setup["endUsers"]:
        need(sum(u["isPrimary"] for u in e["uiDs"]) == 1, "primary", e["name"])
    for t, d in setup["topicDocuments"]:
        need(t in topics and d in docs, "topicDocuments", t, d)
    need({t for t, _ in setup["topicDocuments"]} == topics, "topic without document")
    need({d for _, d in setup["topicDocuments"]} == docs, "document without topic")
    for raw in (setup_raw, tickets_raw):
        for m in re.finditer(r"[\w.+'-]+@[\w.-]+", raw.decode("utf-8")):
            need(ADDRESS.fullmatch(m.group().rstrip(".")), "address", m.group())
    need(len(tickets) == 200, "200 tickets")
    ids, count, known, strangers = set(), {}, 0, set()
    for t in tickets:
        k = t["externalID"]
        need(k not in ids, "id twice", k)
        ids.add(k)
        need(t["channel"] in channels, k, "channel")
        need(t["status"] in ("Open", "Pending", "Escalated", "Closed"), k, "status")
        need((t["status"] == "Closed") == (t["closeDate"] is not None), k, "closeDate")
        need((t["status"] == "Escalated") == t["escalated"], k, "escalated")
        need(t["assignee"] is None or t["assignee"] in reps, k, "assignee")
        if t["endUser"] in uids:
            known += 1
        else:
            strangers.add(t["endUser"])
            need("@" in t["endUser"], k, "unknown phone")
        for f, v in t["customFieldsData"].items():
            d = options.get(f)
            need(d, k, "field", f)
            if d and d["fieldType"] == "dropdown":
                need(v in d["options"], k, f, v)
            if d and d["fieldType"] == "boolean":
                need(isinstance(v, bool), k, f, v)
        ms = t["messages"]
        need(1 <= len(ms) <= 5, k, "messages", len(ms))
        need(ms[0]["senderType"] == "EndUser" and ms[0]["date"] == t["dateCreated"], k, "first message")
        dates = [m["date"] for m in ms] + ([t["closeDate"]] if t["closeDate"] else [])
        need(all(DATE.fullmatch(d) for d in dates) and dates == sorted(dates), k, "dates", dates)
        need("2026-09-21" <= dates[0] and dates[-1] < "2026-11-20", k, "window")
        public = [m for m in ms if not m["isInternal"]]
        if t["status"] == "Pending":
            need(public[-1]["senderType"] == "CustomerRep", k, "pending on the customer")
        if t["status"] == "Open":
            need(public[-1]["senderType"] == "EndUser", k, "open: the customer spoke last")
        public_texts = [m["text"] for m in public]
        need(len(public_texts) == len(set(public_texts)), k, "the same text twice")
        for m in ms:
            need(m["externalID"] not in ids, "id twice", m["externalID"])
            ids.add(m["externalID"])
            need((m["senderType"] == "CustomerRep") == (m["rep"] in reps), m["externalID"], "rep")
            need(all(x in topics for x in m["topics"]), m["externalID"], "topics")
            need(m["text"].strip() and "{" not in m["text"], m["externalID"], "text")
            need(not ROUGH.search(m["text"]), m["externalID"], "wording", m["text"])
            if m["senderType"] == "EndUser":
                need(m["fromAddress"] == t["endUser"], m["externalID"], "from")
        s = "Spam" if t["isSpam"] else t["status"]
        count[s] = count.get(s, 0) + 1
        count[t["channel"]] = count.get(t["channel"], 0) + 1
    need({s: count.get(s) for s, _ in STATUS_COUNTS} == dict(STATUS_COUNTS), "statuses", count)
    opening = {x for t in tickets for m in t["messages"] for x in m["topics"]}
    need(opening == topics, "topics never used", topics - opening)
    named = re.search(r"(?s)<!-- xsid -->(.*?)<!-- /xsid -->", (out / "LICENSES.md").read_text(encoding="utf-8"))
    need(named and [f"demo-{x}" for x in re.findall(r"\b\d{4}\b", named[1])] == xsid_ids(tickets),
         "LICENSES.md names other tickets than those with xSID messages")
    size = sum(p.stat().st_size for p in out.iterdir() if p.is_file())
    need(size < MAX_BYTES, "size", size)
    n = [len(t["messages"]) for t in tickets]
    print(f"setup: {len(setup['topics'])} topics, {len(docs)} documents, {len(setup['topicDocuments'])} links, "
          f"{len(uids)} addresses")
    print(f"tickets: {len(tickets)}, messages {sum(n)} ({', '.join(f'{n.count(i)}x{i}' for i in range(1, 6))}), {count}")
    print(f"unassigned {sum(t['assignee'] is None for t in tickets)}, from the 12 end users {known}, other writers "
          f"{len(strangers)}, internal notes {sum(m['isInternal'] for t in tickets for m in t['messages'])}, order "
          f"numbers {sum('orderNumber' in t['customFieldsData'] for t in tickets)}, folder {size:,} bytes")
    if bad:
        sys.exit(f"{len(bad)} problems:\n" + "\n".join(bad[:40]))
    print("all references resolve")


def xsid_ids(tickets):
    """Tickets that hold messages of xSID (CC BY-SA 4.0), to be named in LICENSES.md."""
    hit = set()
    pool = {re.sub(r"\W+", " ", sentence(x, l)).strip().lower() for (l, _), v in T.XSID.items() for x in v}
    for t in tickets:
        for m in t["messages"]:
            flat = re.sub(r"\W+", " ", m["text"]).strip().lower()
            if m["senderType"] == "EndUser" and any(p in flat for p in pool):
                hit.add(t["externalID"])
    return sorted(hit)


def name_xsid_tickets(source, target, ids):
    listed = textwrap.fill("`demo-` " + " ".join(x.removeprefix("demo-") for x in ids), width=116,
                           initial_indent="  ", subsequent_indent="  ")
    text = source.read_text(encoding="utf-8")
    new, n = re.subn(r"(?s)(<!-- xsid -->\n).*?(\n  <!-- /xsid -->)", lambda m: m[1] + listed + m[2], text)
    if n != 1:
        sys.exit("LICENSES.md has lost the markers around the list of xSID tickets")
    target.write_text(new, encoding="utf-8")


def main():
    here = Path(__file__).resolve().parent
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("data_dir", nargs="?", type=Path, help="folder with clinc150/, xsid/ and covidfaq/")
    ap.add_argument("--out", type=Path, default=here)
    ap.add_argument("--check", action="store_true", help="only check what is there")
    a = ap.parse_args()
    if not a.check:
        if not a.data_dir:
            ap.error("DATA_DIR is needed to build")
        clinc, described, xsid, covid_docs, queries = read_sets(a.data_dir)
        verify_picks(clinc, xsid, queries)
        os.makedirs(a.out, exist_ok=True)
        setup = build_setup(described, covid_docs)
        tickets = build_tickets()
        (a.out / "setup.json").write_text(json.dumps(setup, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        (a.out / "tickets.jsonl").write_text(
            "".join(json.dumps(t, ensure_ascii=False, separators=(",", ":")) + "\n" for t in tickets), encoding="utf-8")
        name_xsid_tickets(here / "LICENSES.md", a.out / "LICENSES.md", xsid_ids(tickets))
    check(a.out)


if __name__ == "__main__":
    main()
