"""What the staff site refuses: forged posts and imports about another place, who has no account, and odd input."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from measures import reporting
from measures.models import PortCheck, Return, RiskLevel, RiskProposal, SignOff
from tests import make
from tests.access.places import ROLES, actor, argument, list_argument
from tests.access.routes import LANGUAGES, LIST_ROUTES, OBJECT_ROUTES
from tests.make import NOON
from windows.models import Check, Confirmation, StatusChange

NUL = "%00"
WRITTEN = (StatusChange, Confirmation, Return, SignOff, Check, PortCheck, RiskLevel, RiskProposal)


@pytest.mark.parametrize("role", ROLES)
def test_a_forged_post_about_another_place_changes_nothing(world, role):
    here, there = world
    officer = actor(role, here)
    if role == "superuser":
        officer = actor("supervisor", here)
        officer.groups.set(Group.objects.all())  # every permission, and still only this place
    client = make.signed_in(officer)
    before = counted()
    change = {"status": "full", "reason": make.reason().pk, "batch": str(UUID(int=1)), "windows": there.window.pk}
    entry, returned = there.rows[StatusChange].pk, there.rows[Return].pk
    proposed = there.rows[RiskProposal].pk

    answers = [
        client.post(reverse("admin:windows_window_change_status"), change | {"apply": "1"}),
        client.post(reverse("admin:windows_window_change_status"), change),
        client.post(reverse("admin:windows_window_confirm"), {"windows": there.window.pk}),
        client.post(reverse("admin:windows_window_batch", args=[there.batch]), {"reason": make.reason().pk}),
        client.post(reverse("admin:windows_statuschange_correct", args=[entry]), change),
        client.post(reverse("admin:windows_statuschange_retract", args=[entry]), {"reason": make.reason().pk}),
        client.post(reverse("admin:measures_return_correct", args=[returned]), {"quantity": 1, "note": "x"}),
        client.post(reverse("admin:windows_window_change", args=[there.window.pk]), {"name_zh": "x"}),
        client.post(reverse("admin:measures_port_change", args=[there.port.pk]), {"name_zh": "x"}),
        client.post(reverse("admin:windows_check_add") + f"?window={there.window.pk}", {"checklist": "2020-02"}),
        client.post(reverse("admin:windows_check_change", args=[there.rows[Check].pk])),
        client.post(reverse("admin:measures_portcheck_add") + f"?port={there.port.pk}", {"checklist": "2020-02"}),
        client.post(reverse("admin:measures_riskproposal_change", args=[proposed]), {"undo": "1", "note": "x"}),
        client.post(reverse("admin:measures_riskproposal_change", args=[proposed]), {"apply": "1"}),
        *(client.post(route.url(**argument(route, there))) for route in OBJECT_ROUTES if route.name == "report"),
    ]
    action = {"action": "change_status_of_selected", "_selected_action": [there.window.pk]}
    client.post(reverse("admin:windows_window_changelist"), action)
    client.post(reverse("admin:windows_window_changelist"), action | {"action": "confirm_selected"})
    port = {"port": there.port.pk, "day": "2020-03-10", "kind": "flight_paper_exemption", "quantity": "5"}
    client.post(reverse("admin:measures_return_add"), port)
    seen = reporting.of_day([there.port], NOON.date() - timedelta(days=1))[0].digest
    answers.append(
        client.post(
            reverse("admin:measures_signoff_sign"),
            {"day": "2020-03-10", "port": there.port.pk, f"seen-{there.port.pk}": seen},
        )
    )
    level = {"wanted": "high", "day": "2020-03-11", "reason_zh": "x", "reason_en": "x"}
    client.post(reverse("admin:measures_riskproposal_add"), level | {"division": there.division.pk})

    assert [answer.status_code for answer in answers if answer.status_code not in (403, 404)] == []
    assert counted() == before


def counted() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in WRITTEN)


@pytest.mark.parametrize("role", ["supervisor", "border_officer", "supervisor of risk"])
def test_an_import_refuses_rows_about_another_place(world, role):
    here, there = world
    client = make.signed_in(actor(role.removesuffix(" of risk"), here))
    files = {
        "supervisor": (
            "windows_statuschange",
            "window,status,effective_at,recorded_at,reason,measure\n"
            f"{there.window.pk},full,2020-03-11T09:00,2020-03-11T09:00,{make.reason().pk},\n",
        ),
        "border_officer": (
            "measures_return",
            "port,kind,goods,day,quantity,recorded_at\n"
            f"{there.port.pk},flight_paper_exemption,,2020-03-10,3,2020-03-10T20:00\n",
        ),
        "supervisor of risk": (
            "measures_risklevel",
            f"division,level,day,reason_zh,reason_en\n{there.division.pk},high,2020-03-10,x,x\n",
        ),
    }
    model, text = files[role]
    before = counted()

    upload = SimpleUploadedFile("rows.csv", text.encode())
    brought = client.post(reverse(f"admin:{model}_import"), {"file": upload}, follow=True)
    client.post(brought.redirect_chain[-1][0])

    assert len(brought.context["report"].problems) == 1
    assert counted() == before


def test_without_an_account_every_staff_route_leads_to_the_sign_in_page(world):
    here, _there = world
    client = Client()
    urls = [route.url(**argument(route, here)) for route in OBJECT_ROUTES]
    urls += [route.url(**list_argument(route)) for route in LIST_ROUTES]
    urls += [reverse(f"admin:{name}") for name in ("index", "password_change", "autocomplete", "jsi18n")]
    urls += [reverse("admin:app_list", args=["windows"]), "/staff/no-such-page/"]
    sign_in = reverse("admin:login")

    answers = {url: client.get(url) for url in urls}

    astray = {
        url: answer.status_code for url, answer in answers.items() if not answer.get("Location", "").startswith(sign_in)
    }
    assert astray == {}
    for language in LANGUAGES:
        assert client.get(sign_in, headers={"accept-language": language}).status_code == 200


def test_an_account_that_is_no_staff_gets_no_further_than_the_sign_in_page(world):
    client = make.signed_in(make.officer(nationwide=True))

    assert [client.get(route.url(**list_argument(route))).status_code for route in LIST_ROUTES] == [302] * len(
        LIST_ROUTES
    )


def test_odd_input_is_answered_and_never_a_server_error(world):
    here, _there = world
    client = make.signed_in(make.officer(is_superuser=True, is_staff=True))
    client.raise_request_exception = False
    lists = [route.url() for route in LIST_ROUTES if route.name == "changelist"]
    days = [route.url() for route in LIST_ROUTES if route.name in ("day", "days")]
    both = [f"?q={NUL}", "?nothing=1", f"?in={NUL}", "?in=x", "?status=x", "?day=2020-02-31", f"?status={NUL}"]
    both += [f"?first={NUL}", f"?show={NUL}", "?last=9999-12-31", "?first=0001-01-01", "?page=99999", f"?service={NUL}"]
    both += [f"?status__exact={NUL}", f"?kind__exact={NUL}"]
    # What a list takes is asked for together, where neither keeps it from looking at the other.
    of_lists = ["?p=99999&o=99.1", "?p=x&_facets=True", "?all=", "?id=x"]
    of_lists += ["?effective_at__year=99999", "?day__year=0", "?effective_at__gte=x"]
    urls = [url + query for url in lists for query in both + of_lists]
    # Pages of our own know none of these words: all at once.
    urls += [url + query for url in days for query in [*both, "?" + "&".join(word[1:] for word in of_lists)]]
    urls += [
        route.url(object_id=odd) for route in OBJECT_ROUTES if route.name == "change" for odd in ("\x00", "9" * 30, "é")
    ]
    urls += [reverse("admin:autocomplete") + f"?app_label=windows&model_name=window&field_name=division&term={NUL}"]
    urls += [reverse("admin:windows_window_change_status") + f"?windows={odd}" for odd in (NUL, ",", "x", "1,2")]
    urls += [reverse("admin:measures_return_add") + f"?port={NUL}&day=x&kind=x"]
    urls += [reverse("admin:windows_check_add") + f"?window={odd}" for odd in (NUL, "x", "9" * 40)]
    urls += [reverse("admin:measures_portcheck_add") + f"?port={odd}" for odd in (NUL, "x", "9" * 40)]
    urls += [reverse("admin:measures_riskproposal_add") + f"?division={odd}&wanted=x" for odd in (NUL, "x")]
    urls += [reverse("admin:windows_check_day") + f"?division={odd}" for odd in (NUL, "x", "0", "00", "9" * 9)]
    urls += [reverse("admin:windows_statuschange_correct", args=[10**18])]

    broken = {url: code for url in urls if (code := client.get(url).status_code) >= 500}

    assert broken == {}
