"""The one exception that a parser of this floor may raise.

Every parser here is total: any bytes give a value or a `FormatError`, nothing else.
"""


class FormatError(ValueError):
    """Input that has no value in the format.

    `position` is the byte or character offset where reading stopped, counted from zero.
    """

    def __init__(self, problem: str, position: int = 0) -> None:
        super().__init__(f"{problem} (at {position})")
        self.problem = problem
        self.position = position
