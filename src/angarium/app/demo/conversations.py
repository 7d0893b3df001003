"""Letters of the demo between friends, in many scripts. Only the table may live here."""

from angarium.app.demo import files
from angarium.app.demo.letter import File, Letter, Person
from angarium.app.demo.people import AYAKO, DMITRI, LAYLA, MAREN, OWNER, ZOE

CONVERSATIONS = (
    Letter(
        "welcome",
        1,
        Person("Angarium", "postmaster@example.com"),
        "Welcome to Angarium",
        "Hello!\n\nThis mailbox is yours to try things on: threads, attachments, mail in many scripts, a list,"
        " some junk and a draft. Nothing here leaves this machine.\n\nSearch for 'harbour', open the thread about the"
        " walk, or move the prize to where it belongs.\n",
        keywords=("$flagged",),
    ),
    # A conversation of several days
    Letter(
        "walk-1",
        190,
        MAREN,
        "A walk along the coast?",
        "The weather is to hold until Sunday. Shall we take the path"
        " from the harbour to the lighthouse? It is eleven kilometres.\n\nMaren\n",
        cc=(ZOE,),
        keywords=("$seen",),
    ),
    Letter(
        "walk-2",
        187,
        ZOE,
        "Re: A walk along the coast?",
        "I would love to! Can we start late, though? My train gets"
        " in at ten.\n\n> Shall we take the path from the harbour to the lighthouse?\n\nZoë\n",
        to=(MAREN, OWNER),
        answers="walk-1",
        keywords=("$seen",),
    ),
    Letter(
        "walk-3",
        180,
        OWNER,
        "Re: A walk along the coast?",
        "Half past ten at the harbour, then. I bring the sandwiches.\n",
        to=(ZOE, MAREN),
        answers="walk-2",
        mailbox="sent",
        keywords=("$seen",),
    ),
    Letter(
        "walk-4",
        179,
        MAREN,
        "Re: A walk along the coast?",
        "Perfect. 🥪 And I bring the tea. ☕\n",
        to=(OWNER, ZOE),
        answers="walk-3",
        keywords=("$seen", "$answered"),
    ),
    Letter(
        "walk-5",
        96,
        ZOE,
        "Re: A walk along the coast?",
        "What a day! The view from the hill, for the two of you.\n",
        to=(OWNER, MAREN),
        answers="walk-4",
        files=(File("the view from the hill.png", "image/png", files.picture),),
        keywords=("$seen", "$flagged"),
    ),
    Letter(
        "walk-6",
        95,
        OWNER,
        "Re: A walk along the coast?",
        "Thank you! That one goes on the wall.\n",
        to=(ZOE, MAREN),
        answers="walk-5",
        mailbox="sent",
        keywords=("$seen",),
    ),
    # Scripts of the world
    Letter(
        "ja-1",
        76,
        AYAKO,
        "来週の打ち合わせについて",
        "お世話になっております。森田です。\n\n来週の打ち合わせですが、"
        "水曜日の午後三時からはいかがでしょうか。資料は前日までにお送りします。\n\n"
        "よろしくお願いいたします。\n森田 綾子\n",
        keywords=("$seen",),
    ),
    Letter(
        "ja-2",
        74,
        OWNER,
        "Re: 来週の打ち合わせについて",
        "森田様\n\n水曜日の午後三時で大丈夫です。楽しみにしております。\n",
        to=(AYAKO,),
        answers="ja-1",
        mailbox="sent",
        keywords=("$seen",),
    ),
    Letter(
        "ja-3",
        26,
        AYAKO,
        "Re: 来週の打ち合わせについて",
        "ありがとうございます。資料を添付いたします。\n",
        answers="ja-2",
        files=(File("温度の記録.csv", "text/csv", files.measurements),),
    ),
    Letter(
        "ar",
        60,
        LAYLA,
        "صور من الرحلة إلى البحر",
        "مرحبا،\n\nوصلنا أمس إلى البيت بعد رحلة جميلة. سأرسل لك بقية الصور"
        " في نهاية الأسبوع.\n\nمع أطيب التحيات،\nليلى\n",
        files=(File("البحر.png", "image/png", files.picture),),
    ),
    Letter(
        "ru-1",
        130,
        DMITRI,
        "Рецепт борща",
        "Привет!\n\nВот рецепт, о котором ты спрашивал: две свёклы, полкилограмма"
        " говядины, капуста, морковь и лук. Варить не меньше двух часов.\n\nДмитрий\n",
        keywords=("$seen", "recipe"),
    ),
    Letter(
        "ru-2",
        128,
        OWNER,
        "Re: Рецепт борща",
        "Спасибо! Попробую в воскресенье.\n",
        to=(DMITRI,),
        answers="ru-1",
        mailbox="sent",
        keywords=("$seen",),
    ),
    Letter(
        "emoji",
        30,
        ZOE,
        "🎉 Saturday 🎂",
        "Cake at four, friends at five, music until the neighbours knock. 🎶\n\n"
        "Bring nobody's present but your own good mood. 😊\n",
        keywords=("$flagged",),
    ),
    Letter(
        "el",
        210,
        Person("Ελένη Παππά", "eleni@example.org"),
        "Καλημέρα από την Αθήνα",
        "Καλημέρα!\n\nΗ πόλη είναι γεμάτη ήλιο. Πότε θα έρθεις;\n\nΕλένη\n",
        keywords=("$seen",),
    ),
    Letter(
        "he",
        160,
        Person("נועה לוי", "noa@example.org"),
        "פגישה ביום שלישי",
        "שלום,\n\nניפגש ביום שלישי בעשר ליד הספרייה.\n\nנועה\n",
        keywords=("$seen",),
    ),
    Letter(
        "zh",
        220,
        Person("陈晓明", "chen@example.cn"),
        "茶叶已经寄出",
        "你好！\n\n上次说的乌龙茶今天寄出了，大约两周能到。\n\n晓明\n",
        keywords=("$seen",),
    ),
)
