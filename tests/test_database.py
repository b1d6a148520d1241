"""What the models name stands in the database: a migration may drop more than it says."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db
MODELS = [model for app in ("windows", "applications", "measures") for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_constraint_and_index_of_a_model_is_there(model):
    named = {one.name for one in [*model._meta.constraints, *model._meta.indexes]}

    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)

    assert named - there.keys() == set()
