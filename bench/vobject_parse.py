"""``python -m bench.vobject_parse FILE``: what an import of vCards is held against, another library's bare parse.

Only the parse may live here: nothing is kept, converted or stored. The file is read a card at a time.
"""

import sys
from pathlib import Path

import vobject


def main() -> None:
    """Parse every card of the file, and say how many there were."""
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        print(sum(1 for _ in vobject.readComponents(file)))


if __name__ == "__main__":
    main()
