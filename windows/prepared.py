"""Statements that PostgreSQL plans once for each connection: for the few that it carries out many times a second.

The driver prepares nothing by itself, and planning one of these takes longer than carrying it out.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections, models

Row = TypeVar("Row", bound=models.Model)


class Prepared:
    """A statement with its values as %(name)s, and their types in PostgreSQL's words; `name` is its own alone."""

    def __init__(self, name: str, statement: str, **types: str) -> None:
        places = {value: f"${n}" for n, value in enumerate(types, 1)}
        self.prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {statement % places}"
        self.execute = f"EXECUTE {name} ({', '.join(f'%({value})s' for value in types)})"
        self._known: WeakSet = WeakSet()  # the driver's connections

    def rows(self, **values: Any) -> list[tuple]:
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            if database.connection not in self._known:
                cursor.execute(self.prepare)
                self._known.add(database.connection)
            cursor.execute(self.execute, values)
            return cursor.fetchall()


def columns(model: type[models.Model], alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in _all(model))


def _all(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def maker(model: type[Row], names: Sequence[str] = ()) -> Callable[[tuple], Row]:
    """Makes a row of the model from its `columns`, or from those named in the model's order, as a query would."""
    names = names or _all(model)
    return lambda row: model.from_db(DEFAULT_DB_ALIAS, names, row)


def selected(model: type[Row], name: str, condition: str, **types: str) -> Callable[..., list[Row]]:
    """Asks for the rows of a model, as `a` in the condition: the values by name give a list."""
    made = maker(model)
    statement = f"SELECT {columns(model, 'a')} FROM {model._meta.db_table} a WHERE {condition}"
    prepared = Prepared(name, statement, **types)
    return lambda **values: [made(row) for row in prepared.rows(**values)]
