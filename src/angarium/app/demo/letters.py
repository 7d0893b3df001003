"""Letters of the demo with files, from a list, at work, and what lies in the other mailboxes. Only tables live here."""

from angarium.app.demo import files
from angarium.app.demo.conversations import CONVERSATIONS
from angarium.app.demo.letter import File, Letter, Person
from angarium.app.demo.people import GARDEN, JONAS, LIBRARY, LIST, MAREN, OWNER, RUBEN, SHOP, WINNER, ZOE

_LIST_FIELDS = (
    ("List-Id", "Allotment gardeners <allotment.lists.garden.example>"),
    ("List-Post", "<mailto:allotment@lists.garden.example>"),
    ("List-Help", "<https://lists.garden.example/help>"),
    ("List-Unsubscribe", "<https://lists.garden.example/leave>, <mailto:allotment-leave@lists.garden.example>"),
    ("Precedence", "list"),
)
_NEWSLETTER = """<!DOCTYPE html>
<html><head><style>h1 { color: #285a8c } td { padding: 4px 12px }</style></head>
<body><h1><img src="cid:logo@library.example" alt="" width="16" height="16"> New on our shelves</h1>
<p>Three books that came in this week:</p>
<table><tr><td><b>The Salt Roads</b></td><td>a history of trade</td></tr>
<tr><td><b>Slow Bread</b></td><td>forty recipes and much waiting</td></tr>
<tr><td><b>A Field Guide to Clouds</b></td><td>for people who look up</td></tr></table>
<p>Reserve them <a href="https://library.example/new">on our pages</a> or at the desk.</p></body></html>
"""

_OTHERS = (
    # Files of all kinds
    Letter(
        "invoice",
        52,
        JONAS,
        "Invoice for your bicycle",
        "Dear customer,\n\nyour bicycle is ready. The invoice is"
        " attached; you can pay when you collect it.\n\nJonas Lindholm\n",
        files=(File("invoice.pdf", "application/pdf", files.invoice),),
    ),
    Letter(
        "dinner",
        20,
        MAREN,
        "Dinner at ours",
        "You are both invited. The details are in the calendar file.\n",
        html="<p>You are <b>both</b> invited. The details are in the calendar file.</p>",
        files=(File("dinner.ics", "text/calendar", files.invitation),),
    ),
    Letter(
        "shelves",
        100,
        LIBRARY,
        "New on our shelves",
        "New on our shelves: The Salt Roads, Slow Bread, A Field Guide to"
        " Clouds. Reserve them at https://library.example/new or at the desk.\n",
        html=_NEWSLETTER,
        files=(File("logo.png", "image/png", files.dot, "logo@library.example"),),
        keywords=("$seen",),
        fields=(("List-Unsubscribe", "<https://library.example/leave>"),),
    ),
    Letter(
        "overdue",
        8,
        LIBRARY,
        "One book is due on Friday",
        "The loan of 'Harbours of the North' ends on Friday. You can renew it twice more.\n",
    ),
    Letter(
        "order-1",
        240,
        SHOP,
        "Your order has been received",
        "Two notebooks, dotted, and a bottle of green ink. We write again when they are on their way.\n",
        html="<p>Two notebooks, <em>dotted</em>, and a bottle of green"
        " ink. We write again when they are on their way.</p>",
        mailbox="archive",
        keywords=("$seen",),
    ),
    Letter(
        "order-2",
        215,
        SHOP,
        "Your order is on its way",
        "It should be with you in two days.\n",
        answers="order-1",
        mailbox="archive",
        keywords=("$seen",),
    ),
    # A forwarded message, whole
    Letter(
        "forward",
        48,
        MAREN,
        "Fwd: Your parcel from the harbour office",
        "This came to me, but it must be for you.\n\nMaren\n",
        forwards="parcel",
    ),
    Letter(
        "parcel",
        55,
        Person("Harbour Office", "parcels@harbour.example"),
        "Your parcel from the harbour office",
        "A parcel of 2.4 kg waits for you at counter three, until the end of the month.\n",
        to=(MAREN,),
        mailbox="",
    ),
    # A mailing list
    Letter(
        "list-1",
        150,
        GARDEN,
        "[allotment] Water is off on Thursday",
        "The main is being repaired from nine to noon. Please fill your cans before.\n\nPetra\n",
        to=(LIST,),
        mailbox="Allotment",
        keywords=("$seen",),
        fields=_LIST_FIELDS,
    ),
    Letter(
        "list-2",
        149,
        RUBEN,
        "Re: [allotment] Water is off on Thursday",
        "Does that go for the lower plots, too?\n\n> The main is being repaired from nine to noon.\n",
        to=(LIST,),
        answers="list-1",
        mailbox="Allotment",
        keywords=("$seen",),
        fields=_LIST_FIELDS,
    ),
    Letter(
        "list-3",
        147,
        GARDEN,
        "Re: [allotment] Water is off on Thursday",
        "Yes, for all of them.\n",
        to=(LIST,),
        answers="list-2",
        mailbox="Allotment",
        keywords=("$seen",),
        fields=_LIST_FIELDS,
    ),
    Letter(
        "list-4",
        44,
        RUBEN,
        "[allotment] Too many courgettes",
        "I have put two boxes by the gate. Please take them before they become clubs.\n\nRuben\n",
        to=(LIST,),
        mailbox="Allotment",
        fields=_LIST_FIELDS,
    ),
    Letter(
        "list-5",
        40,
        GARDEN,
        "Re: [allotment] Too many courgettes",
        "Taken three, thank you! Here is what to do with the rest: grate, salt, press, fry.\n",
        to=(LIST,),
        answers="list-4",
        mailbox="Allotment",
        fields=_LIST_FIELDS,
    ),
    Letter(
        "list-6",
        12,
        RUBEN,
        "[allotment] Temperatures in the greenhouse",
        "The last two weeks, measured at six each morning.\n",
        to=(LIST,),
        mailbox="Allotment",
        files=(File("greenhouse.csv", "text/csv", files.measurements),),
        fields=_LIST_FIELDS,
    ),
    # At work
    Letter(
        "plan-1",
        120,
        ZOE,
        "Plan for the spring exhibition",
        "Draft of the rooms:\n\n1. Maps\n2. Instruments\n3. Letters\n\nWhat do you think?\n",
        keywords=("$seen", "$answered", "work"),
    ),
    Letter(
        "plan-2",
        118,
        OWNER,
        "Re: Plan for the spring exhibition",
        "I would swap two and three: who has read the letters looks at the instruments with other eyes.\n",
        to=(ZOE,),
        answers="plan-1",
        mailbox="sent",
        keywords=("$seen",),
    ),
    Letter(
        "plan-3",
        117,
        ZOE,
        "Re: Plan for the spring exhibition",
        "You are right. Swapped.\n",
        answers="plan-2",
        keywords=("$seen", "work"),
    ),
    Letter(
        "plan-4",
        5,
        ZOE,
        "Re: Plan for the spring exhibition",
        "The printer wants the labels by Monday. Can you look over room three?\n",
        answers="plan-3",
        keywords=("work",),
    ),
    Letter("short", 3, JONAS, "(no reply needed)", "The lamp you asked about is in.\n"),
    # Drafts, junk, trash
    Letter(
        "draft-1",
        4,
        OWNER,
        "Re: Plan for the spring exhibition",
        "Room three reads well. Two small things:\n\n- the date of the second letter\n- \n",
        to=(ZOE,),
        answers="plan-4",
        mailbox="drafts",
        keywords=("$draft", "$seen"),
    ),
    Letter(
        "draft-2",
        70,
        OWNER,
        "To the editor",
        "Dear editor,\n\nyour report on the lighthouse left out the keeper's cat.\n",
        to=(),
        mailbox="drafts",
        keywords=("$draft", "$seen"),
    ),
    Letter(
        "junk-1",
        33,
        WINNER,
        "YOU HAVE WON!!!",
        "You have been chosen. Send us your name, your address and a small fee.\n",
        html="<p style='font-size:40px;color:red'>You have been <b>CHOSEN</b></p>",
        mailbox="junk",
        keywords=("$junk",),
    ),
    Letter(
        "junk-2",
        15,
        Person("Cheap watches", "sales@watches.example"),
        "R3: your order 48-1123",
        "Watches like new. Almost.\n",
        mailbox="junk",
        keywords=("$junk",),
    ),
    Letter(
        "trash-1",
        140,
        LIBRARY,
        "Closed on Monday",
        "The library is closed on Monday for stocktaking.\n",
        mailbox="trash",
        keywords=("$seen",),
    ),
    Letter("trash-2", 175, SHOP, "Everything must go", "Half price on all envelopes.\n", mailbox="trash"),
)

LETTERS = (*CONVERSATIONS, *_OTHERS)
