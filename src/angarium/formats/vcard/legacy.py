"""The table by which older vCards and vendors' properties are lifted to vCard 4.0: data only.

Our own reading, for RFC 9555 maps version 4 alone. What no row names stays as it is, and comes back from `vCardProps`.
"""

from types import MappingProxyType
from typing import Final

# vCard 2.1 writes parameters without their names; what is in none of these is a TYPE.
BARE_ENCODINGS: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B", "Q"})
BARE_VALUES: Final = MappingProxyType({"URL": "uri", "URI": "uri", "CONTENT-ID": "uri", "CID": "uri", "INLINE": "text"})

TYPES: Final = MappingProxyType(
    {
        ("EMAIL", "internet"): (),  # what every address is since version 4
        ("TEL", "main"): ("main-number",),
        ("TEL", "mobile"): ("cell",),
        ("TEL", "cellular"): ("cell",),
        ("TEL", "iphone"): ("cell", "iphone"),
    }
)
"""Values of TYPE, in lower case, that are written otherwise; `pref` becomes PREF=1 everywhere."""

MEDIA_TYPES: Final = MappingProxyType(
    {
        **{name: f"image/{name}" for name in ("jpeg", "png", "gif", "bmp", "tiff", "webp", "heic", "heif", "avif")},
        "jpg": "image/jpeg",
        "svg": "image/svg+xml",
        "wave": "audio/wav",
        "wav": "audio/wav",
        "basic": "audio/basic",
        "pcm": "audio/L16",
        "aiff": "audio/aiff",
        "aac": "audio/aac",
        "mp3": "audio/mpeg",
        "mpeg": "audio/mpeg",
        "ogg": "audio/ogg",
        "x509": "application/pkix-cert",
        "pgp": "application/pgp-keys",
    }
)
"""TYPE of PHOTO, LOGO, SOUND and KEY, in lower case, as a media type; a media type may stand there too."""

BEGINNINGS: Final = (
    ("/9j/", "image/jpeg"),
    ("iVBORw0KGgo", "image/png"),
    ("R0lGOD", "image/gif"),
    ("Qk", "image/bmp"),
    ("UklGR", "image/webp"),
    ("PHN2Zy", "image/svg+xml"),
    ("LS0tLS1CRUdJTiBQR1A", "application/pgp-keys"),
    ("MII", "application/pkix-cert"),
)
"""How base64 begins, where nothing tells its type."""

BINARY: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})

SERVICES: Final = MappingProxyType(
    {
        "X-AIM": "AIM",
        "X-ICQ": "ICQ",
        "X-MSN": "MSN",
        "X-YAHOO": "Yahoo",
        "X-JABBER": "Jabber",
        "X-SKYPE": "Skype",
        "X-SKYPE-USERNAME": "Skype",
        "X-GTALK": "Google Talk",
        "X-GOOGLE-TALK": "Google Talk",
        "X-QQ": "QQ",
        "X-GADUGADU": "Gadu-Gadu",
        "X-GROUPWISE": "GroupWise",
        "X-TWITTER": "Twitter",
        "X-MS-IMADDRESS": "",
        "X-KADDRESSBOOK-X-IMADDRESS": "",
    }
)
"""A user name at a service: SOCIALPROFILE;SERVICE-TYPE=…;VALUE=text."""

RENAMED: Final = MappingProxyType(
    {
        "X-SOCIALPROFILE": "SOCIALPROFILE",
        "X-ADDRESSBOOKSERVER-KIND": "KIND",
        "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER",
    }
)
ANNIVERSARIES: Final = frozenset({"X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-MS-ANNIVERSARY"})
RELATIVES: Final = MappingProxyType(
    {
        "X-SPOUSE": "spouse",
        "X-MS-SPOUSE": "spouse",
        "X-EVOLUTION-SPOUSE": "spouse",
        "X-KADDRESSBOOK-X-SPOUSESNAME": "spouse",
        "X-MS-CHILD": "child",
    }
)
"""The name of a relative: RELATED;VALUE=text;TYPE=…"""

RELATIONS: Final = MappingProxyType(
    {
        "spouse": ("spouse", ""),
        "child": ("child", ""),
        "parent": ("parent", ""),
        "friend": ("friend", ""),
        "mother": ("parent", "Mother"),
        "father": ("parent", "Father"),
        "brother": ("sibling", "Brother"),
        "sister": ("sibling", "Sister"),
        "daughter": ("child", "Daughter"),
        "son": ("child", "Son"),
    }
)
"""Labels of X-ABRELATEDNAMES, in lower case: the TYPE of RELATED, and X-ORIGINAL where that says less."""

PHONETIC: Final = MappingProxyType({"X-PHONETIC-LAST-NAME": 0, "X-PHONETIC-FIRST-NAME": 1, "X-PHONETIC-MIDDLE-NAME": 2})
"""Which component of N is spoken so: N;PHONETIC=script;SCRIPT=…"""

SCRIPTS: Final = (
    (r"[\u3041-\u309f\u30a0-\u30ff\s]+", "Hrkt"),
    (r"[\uac00-\ud7a3\s]+", "Hang"),
    (r"[\u0400-\u04ff\s'-]+", "Cyrl"),
    (r"[\x00-\u024f\u1e00-\u1eff\u02b0-\u036f]+", "Latn"),
)
"""The script of a text by its letters; any other is Zyyy (undetermined)."""
