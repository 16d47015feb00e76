"""How many requests are under way at once: as many as the server bears, found by trying (AIMD)."""

MOST = 384
START = 16
GROWTH = 3.0
"""So many more at once for a good answer, until the first trouble: a round of them makes four times as many."""
SLOWER = 3.0
"""Answers that take so many times the quickest say that more at once would only wait."""


class Pace:
    """Grows fourfold with a round of good answers until the first trouble, then adds one a round; trouble halves it.

    `fixed` is the user's own number, which trouble lowers and success restores; `longest` is how many seconds an
    answer may take."""

    def __init__(self, fixed: int | None = None, longest: float | None = None) -> None:
        self.longest = longest
        self.most = fixed or MOST
        self.allowed = float(fixed or START)
        self._quickest = float("inf")
        self._growing = fixed is None
        self._calm_after = 0.0

    def well(self, took: float) -> None:
        """An answer came, after so many seconds."""
        self._quickest = min(self._quickest, max(took, 0.001))
        if took > SLOWER * self._quickest + 0.01:
            self._growing = False
            return
        self.allowed = min(self.most, self.allowed + (GROWTH if self._growing else 1.0 / self.allowed))

    def badly(self, now: float) -> None:
        """The server was busy or broke, at this time; what one burst caused is counted once."""
        self._growing = False
        if now >= self._calm_after:
            self.allowed = max(1.0, self.allowed / 2)
            self._calm_after = now + max(0.05, 2 * min(self._quickest, 5.0))
