"""The import law and the other habits of the house, checked from the sources. There is no exception list."""

import ast
from graphlib import TopologicalSorter
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
FLOORS = ("windows", "applications", "measures", "portal")  # from the ground up
EDGES = {"forms", "steps", "filters", "admin", "api", "views", "tasks", "urls", "management"}
LONGEST_FILE = 400
FORBIDDEN_NAMES = {"common", "core", "utils", "helpers", "mixins", "services", "managers", "handlers", "base", "data"}
SOURCES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts)
BESIDE = sorted(path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCES}


def ours(tree: ast.AST) -> list[tuple[ast.stmt, str]]:
    """Each import of a module of ours with its statement; `from package import module` names the module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names = sorted({name if name in MODULES else node.module or "." for name in full})
        else:
            continue
        found += [(node, name) for name in names if name.split(".")[0] in FLOORS or name.startswith(".")]
    return found


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in MODULES.items()}


@pytest.fixture(scope="module")
def imports(trees) -> dict[str, list[tuple[ast.stmt, str]]]:
    return {module: ours(tree) for module, tree in trees.items()}


def test_a_module_imports_only_its_floor_and_those_below(imports):
    height = lambda module: FLOORS.index(module.split(".")[0])  # noqa: E731

    above = [(module, name) for module, found in imports.items() for _, name in found if height(name) > height(module)]

    assert above == []


def test_our_imports_are_absolute_and_stand_at_the_top(trees, imports):
    relative = [
        (module, node.lineno)
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    tops = {module: set(tree.body) for module, tree in trees.items()}
    inside = [(module, node.lineno) for module in trees for node, _ in imports[module] if node not in tops[module]]

    assert (inside, relative) == ([], [])


def is_edge(module: str) -> bool:
    return bool(EDGES & set(module.split(".")[1:]))


def test_rules_do_not_know_edges(imports):
    # the roof is all edge: settings, site map, staff site, processes
    rules = [module for module in MODULES if not is_edge(module) and not module.startswith("portal")]

    assert [(module, name) for module in rules for _, name in imports[module] if is_edge(name)] == []


def test_models_import_no_rule(imports):
    rules = {
        module: [name for _, name in imports[module] if "models" not in name.split(".")]
        for module in MODULES
        if "models" in module.split(".")
    }

    assert {module: names for module, names in rules.items() if names} == {}


def test_no_circle_among_modules(imports):
    graph = {module: {name for _, name in imports[module]} - {module} for module in MODULES}

    order = list(TopologicalSorter(graph).static_order())  # raises CycleError

    assert set(MODULES) <= set(order)


def test_files_stay_readable_and_are_named_after_their_idea():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES + BESIDE}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}
    assert [path for path in SOURCES + BESIDE if path.stem in FORBIDDEN_NAMES] == []


def test_keys_across_floors_point_down_and_grow_no_door_upwards():
    crossing = [
        (field.model._meta.label, field.name, field.remote_field.related_name)
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model._meta.app_label in FLOORS
        if field.related_model._meta.app_label != model._meta.app_label
    ]

    assert [name for name in crossing if name[2] != "+"] == []
    assert crossing != []


@pytest.mark.django_db
def test_migrations_say_what_models_say():
    out = StringIO()

    call_command("makemigrations", check=True, dry_run=True, stdout=out)

    assert "No changes detected" in out.getvalue()


def test_no_extension_is_created():
    migrations = [path for floor in FLOORS for path in (ROOT / floor / "migrations").glob("*.py")]

    assert [path for path in migrations if "CREATE EXTENSION" in path.read_text(encoding="utf-8").upper()] == []
    assert migrations != []
