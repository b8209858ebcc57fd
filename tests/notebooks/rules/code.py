"""Rules about code cells: what would not repeat, or what nbval runs other than Jupyter does."""

import ast
import re
import tokenize
from collections.abc import Iterator

from tests.notebooks.rules.notebook import (
    Notebook,
    called_name,
    dotted_name,
    imported_names,
)

HISTORY = re.compile(r"_{1,3}|_\d+|_i{1,3}|_i\d+|_[oid]h|Out|In")  # IPython's memory of results
MARKER = re.compile(r"#\s*(NBVAL_|PYTEST_VALIDATE_)", re.IGNORECASE)
ALLOWED_MARKER = "# NBVAL_SKIP"  # the others leave a cell run but not compared
REDRAWING = {"clear_output", "update_display", "set_next_input"}
HIDDEN_MODULES = ("helpers.embedded", "moto", "simpy", "time_machine")
SUBPROCESS = {"os.system", "os.popen", "subprocess.run", "subprocess.Popen", "subprocess.call"}

CLOCKS = {
    *(f"datetime.{name}" for name in ("now", "utcnow", "today")),
    *(f"Timestamp.{name}" for name in ("now", "utcnow", "today")),
    *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "perf_counter", "localtime")),
    *("date.today", "time.sleep", "time.gmtime", "time.ctime", "time.process_time"),
}
NEVER_SEEDED = ("uuid.uuid1", "uuid.uuid4", "os.urandom", "secrets.", "random.SystemRandom")
SEEDED_IF_ARGUED = ("random.Random", "random.default_rng", "random.RandomState")
SEEDS = ("random.seed",)


def plain_python(notebook: Notebook) -> Iterator[str]:
    """Magics, shell lines and `?`: nbval passes an unknown one, and only Jupyter knows them."""
    for cell in notebook.code:
        if cell.tree is None:
            yield f"cell {cell.number}: not plain Python (a magic, a shell line or a slip)"
        elif any(called_name(node) == "get_ipython" for node in cell.nodes):
            yield f"cell {cell.number}: get_ipython() is a magic in other clothes"


def semicolon(notebook: Notebook) -> Iterator[str]:
    """A trailing one hides a result in Jupyter, but not from nbval."""
    for cell in notebook.code:
        if any(token.type == tokenize.OP and token.string == ";" for token in cell.tokens):
            yield f"cell {cell.number}: a semicolon; assign the result to a name instead"


def result_history(notebook: Notebook) -> Iterator[str]:
    """`_` and `Out[n]` depend on what was run before."""
    for cell in notebook.code:
        for node in cell.nodes:
            if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
                continue  # `for _ in range(3)` throws a value away, and asks for none
            if HISTORY.fullmatch(node.id):
                yield f"cell {cell.number}: {node.id} is Jupyter's memory; use a name"


def redrawn_output(notebook: Notebook) -> Iterator[str]:
    """Jupyter replaces an output that is updated or cleared; nbval keeps both."""
    for cell in notebook.code:
        for node in cell.nodes:
            name = called_name(node).rpartition(".")[2]
            keywords = node.keywords if isinstance(node, ast.Call) else []
            if name in REDRAWING or any(word.arg == "display_id" for word in keywords):
                yield f"cell {cell.number}: {name} changes an output after it was shown"


def nbval_marker(notebook: Notebook) -> Iterator[str]:
    """nbval ignores a marker that is not exact, and the other way round checks nothing."""
    for cell in notebook.code:
        for token in cell.tokens:
            if token.type != tokenize.COMMENT or not MARKER.match(token.string):
                continue
            if token.line.rstrip("\n") != ALLOWED_MARKER:
                yield f"cell {cell.number}: only {ALLOWED_MARKER!r}, alone on its line, may be used"


def path_trick(notebook: Notebook) -> Iterator[str]:
    """The environment puts `helpers` on the path, for each kernel alike."""
    for cell in notebook.code:
        names = {dotted_name(node) for node in cell.nodes} | set(imported_names(cell))
        if "sys.path" in names:
            yield f"cell {cell.number}: sys.path; `from helpers import ...` works without"


def hidden_module(notebook: Notebook) -> Iterator[str]:
    """The cells must mean the same on a real account."""
    for cell in notebook.code:
        for name in imported_names(cell):
            if any(f"{name}.".startswith(f"{hidden}.") for hidden in HIDDEN_MODULES):
                yield f"cell {cell.number}: {name} is no business of a notebook"


def own_process(notebook: Notebook) -> Iterator[str]:
    """What a child process prints goes past the kernel, so past nbval."""
    for cell in notebook.code:
        for node in cell.nodes:
            if called_name(node) in SUBPROCESS:
                yield f"cell {cell.number}: {called_name(node)} prints past the notebook"


def wall_clock(notebook: Notebook) -> Iterator[str]:
    """The time is lab.now(); a handler's clock is the account's own."""
    for cell in notebook.code:
        if "handler" in cell.tags:
            continue
        called = {".".join(called_name(node).split(".")[-2:]) for node in cell.nodes}
        for name in sorted((called | set(imported_names(cell))) & CLOCKS):
            yield f"cell {cell.number}: {name} is this machine's clock; ask lab.now()"


def unseeded_random(notebook: Notebook) -> Iterator[str]:
    """Numbers that nobody can see twice."""
    seeded = False
    for cell in notebook.code:
        if "handler" in cell.tags:
            continue
        calls = [node for node in cell.nodes if isinstance(node, ast.Call)]
        seeded |= any(called_name(call).endswith(SEEDS) and call.args for call in calls)
        for call in calls:
            name = called_name(call)
            argued = bool(call.args or call.keywords)
            if (
                name.startswith(NEVER_SEEDED)
                or (name.endswith(SEEDED_IF_ARGUED) and not argued)
                or (is_shared_generator(name) and not seeded)
            ):
                yield f"cell {cell.number}: {name} without a seed"


def is_shared_generator(name: str) -> bool:
    """Whether a call draws from a module's one generator: random.x or numpy.random.x."""
    module, _, function = name.rpartition(".")
    special = f"random.{function}".startswith(SEEDED_IF_ARGUED + SEEDS)
    return module in {"random", "np.random", "numpy.random"} and not special


RULES = [
    plain_python,
    semicolon,
    result_history,
    redrawn_output,
    nbval_marker,
    path_trick,
    hidden_module,
    own_process,
    wall_clock,
    unseeded_random,
]
