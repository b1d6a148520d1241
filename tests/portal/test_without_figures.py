"""Before a restoration effort is entered: pages say that there are no figures yet, and what needs none is there."""

import pytest

from measures import reference
from measures.models import Campaign

pytestmark = pytest.mark.django_db
TOLD = "There are no figures yet."


@pytest.fixture(autouse=True, scope="module")
def _measures_alone(for_the_module):
    for_the_module(measures_alone)


def measures_alone() -> None:
    reference.load()
    Campaign.objects.all().delete()


@pytest.mark.parametrize("path", ["/", "/en/", "/zh-hans/"])
def test_home_says_so_and_leads_on(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.templates[0].name) == (200, "nothing_yet.html")


@pytest.mark.parametrize(
    "path", ["statistics/", "statistics/2020-03-11/", "statistics/2020-03-11/420000/", "figures/", "figures/restored/"]
)
def test_statistics_and_figures_are_not_there_yet(client, path):
    answer = client.get(f"/en/{path}")

    assert answer.status_code == 404
    assert TOLD in answer.content.decode()


@pytest.mark.parametrize("path", ["measures/", "measures/1/", "measures/9/"])
def test_the_measures_are_told_without_their_figures(client, path):
    assert client.get(f"/en/{path}").status_code == 200


@pytest.mark.parametrize(("path", "status"), [("figures/", 404), ("restoration/series/", 404), ("restoration/", 200)])
def test_the_api_says_so(client, path, status):
    answer = client.get(f"/api/v1/{path}")

    assert answer.status_code == status
    assert status == 200 or TOLD in answer.json()["errors"][0]["message"]
