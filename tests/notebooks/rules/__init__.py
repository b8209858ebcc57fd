"""What a notebook must be like: whatever strict nbval passes in silence, and the house style.

A rule is a function that takes a notebook and yields a sentence for each thing it refuses.
"""

from collections.abc import Callable, Iterator

from tests.notebooks.rules import code, file, output, style
from tests.notebooks.rules.notebook import Notebook

Rule = Callable[[Notebook], Iterator[str]]

RULES: dict[str, Rule] = {
    rule.__name__: rule for rule in [*file.RULES, *code.RULES, *output.RULES, *style.RULES]
}
