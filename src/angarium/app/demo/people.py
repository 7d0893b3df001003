"""The people of the demo; every address is in a domain that can belong to nobody (RFC 2606)."""

from angarium.app.demo.letter import Person

OWNER = Person("Test User", "test@example.com")
MAREN = Person("Maren Holt", "maren@example.net")
JONAS = Person("Jonas Lindholm", "jonas@lindholm-bicycles.example")
AYAKO = Person("森田 綾子", "ayako@example.jp")
LAYLA = Person("ليلى حداد", "layla@example.org")
DMITRI = Person("Дмитрий Орлов", "dmitri@example.org")
ZOE = Person("Zoë Müller-Åström", "zoe@example.net")
LIBRARY = Person("Town Library", "notices@library.example")
GARDEN = Person("Petra Valk", "petra@garden.example")
RUBEN = Person("Ruben Sato", "ruben@garden.example")
LIST = Person("Allotment gardeners", "allotment@lists.garden.example")
SHOP = Person("Paper & Ink", "orders@paper-and-ink.example")
WINNER = Person("PRIZE DEPARTMENT", "winner@prizes.example")
