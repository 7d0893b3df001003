"""What strings of JSContact look like that are more than text, as regular expressions for a whole value.

The checks of `types` and the mapping of vCard share them, so that a conversion gives nothing that a check refuses.
"""

from typing import Final

from angarium.formats import objects

ADDR_SPEC: Final = r"[^\s\x00-\x1f\x7f<>@]+@[^\s\x00-\x1f\x7f<>@,;]+|\"[^\x00-\x1f\x7f]+\"@[^\s<>@]+"
URI: Final = objects.URI
MEDIA_TYPE: Final = objects.MEDIA_TYPE
LANGUAGE: Final = objects.LANGUAGE
COUNTRY: Final = "[A-Za-z]{2}"
SCRIPT: Final = "[A-Za-z]{4}"
ZONE: Final = r"[A-Za-z][\w+-]*(?:/[\w+-]+)*"
GEO: Final = r"[Gg][Ee][Oo]:[^\x00-\x20\x7f\"<>]+"
CALENDAR_SCALE: Final = rf"[a-z0-9-]+|{objects.VENDOR}"
VCARD_NAME: Final = "[A-Za-z0-9-]+"
