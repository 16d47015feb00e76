"""How many objects a value unfolds to, where containers hold the same container again and again."""

from guildmark.formats.pickle.values import MOST, Box, Value

OBJECTS = 100_000_000
"""So many objects are none that a machine could walk through."""
TIMES = 10_000
"""And so many for each opcode that made them: honest sharing stays far below."""


def is_bomb(objects: int, opcodes: int) -> bool:
    """Whether a value of so many objects, of so many opcodes, is there to exhaust its reader."""
    return objects > OBJECTS and objects > TIMES * opcodes


def unfolded(value: Value) -> int:
    """The containers that a walk through `value` meets, each as often as it is met, at most MOST.

    A container inside itself counts once: who walks must stop there anyway."""
    if not isinstance(value, Box):
        return 0
    counted: dict[int, int] = {}
    open_: set[int] = {id(value)}
    trail = [(value, iter(held := value.held()), held)]
    while trail:
        box, rest, held = trail[-1]
        for child in rest:
            if id(child) in counted or id(child) in open_:
                continue
            if inside := child.held():
                open_.add(id(child))
                trail.append((child, iter(inside), inside))
                break
            counted[id(child)] = 1
        else:
            trail.pop()
            open_.discard(id(box))
            counted[id(box)] = min(MOST, 1 + sum([counted.get(id(each), 0) for each in held]))
    return counted[id(value)]
