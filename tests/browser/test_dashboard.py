"""The supervisors' dashboard in Chromium: by keyboard, on every screen, without scripts, and moving by itself."""

import re
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from measures import dashboard
from tests import make
from tests.browser.hands import follow, press
from tests.browser.looks import faults
from tests.conftest import SCENARIO
from tests.portal.processes import HOME, environment, free_port, wait_until
from windows import clock
from windows.models import SHANGHAI

pytestmark = [pytest.mark.browser]
URL = "/staff/dashboard/"


@pytest.fixture
def board(transactional_db, desk_of):
    """The page of a supervisor of Guangdong who is signed in, with the scenario of 2020 imported."""
    call_command("import_scenario", SCENARIO, verbosity=0)
    clock.set_now(datetime(2020, 3, 11, 20, tzinfo=SHANGHAI))
    dashboard.forget()
    supervisor = make.staff("supervisor", divisions=["440000"])

    def enter(language="en", width=1280, scheme="light", **options):
        page = desk_of(supervisor, language, width, scheme, **options)
        page.goto(URL)
        return page

    return enter


def test_a_supervisor_drills_down_to_a_window_and_compares_by_keyboard_on_every_screen_and_without_scripts(board):
    wrong = {}
    for language, width, scheme in [
        ("zh-hans", 360, "dark"),
        ("en", 1920, "light"),
    ]:
        page = board(language, width, scheme)
        if found := faults(page, (360, 1280, 1920)):
            wrong[language, width] = found
    assert wrong == {}

    page = board()
    for place in ("Guangzhou", "Yuexiu District", "Yuexiu District Entry-Exit Service Window"):
        page.locator("td, th").get_by_role("link", name=place, exact=True).press("Enter")
        page.get_by_role("heading", level=1, name=re.compile(f"^{place}")).wait_for()
    page.locator(".breadcrumbs").get_by_role("link", name="Guangzhou", exact=True).focus()
    press(page, "Enter")
    expect(page.locator("h1")).to_contain_text("Guangzhou")
    page.get_by_label("Compare with the day").fill("2020-02-26")
    page.get_by_role("button", name="Show").press("Enter")
    page.wait_for_url("**other_day=2020-02-26**")
    assert "division=440100" in page.url
    expect(page.locator(".gauges .other").nth(3)).to_be_visible()

    page = board(java_script_enabled=False)
    follow(page.get_by_role("link", name="Restoration rate"))
    assert "sort=-rate" in page.url
    rates = [float(text.split()[0]) for text in page.locator(".results tbody td:nth-child(4)").all_inner_texts()]
    assert len(rates) > 10
    assert rates == sorted(rates, reverse=True)


# --- by real processes ----------------------------------------------------------------------------------------------


@pytest.fixture
def demo(tmp_path_factory):
    """(address, password of an account by its name) of a demo of our own."""
    folder = tmp_path_factory.mktemp("board")
    port, log = free_port(), folder / "demo.out"
    with log.open("w") as out:
        command = [sys.executable, str(HOME / "manage.py"), "demo"]
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment(folder / "data", PORT=str(port)))
    assert wait_until(lambda: "Stop: Ctrl-C" in log.read_text() or process.poll() is not None, 240), log.read_text()
    said = log.read_text()
    yield f"http://127.0.0.1:{port}", lambda name: re.search(rf"\s{name}\s+(\S+-\S+-\S+)\s", said)[1]
    process.send_signal(signal.SIGINT)
    process.wait(15)


def entered(new_context, demo, name: str, path: str):
    address, password_of = demo
    page = new_context(locale="en-GB").new_page()
    page.goto(f"{address}/staff/login/?next={path}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password_of(name))
    follow(page.locator(".submit-row [type=submit]"))
    assert page.url == f"{address}{path}"
    return page


@pytest.mark.drill
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_an_officer_changes_shows_within_five_seconds_to_supervisor_and_public(demo, new_context):
    supervisor = entered(new_context, demo, "county", URL)
    supervisor.get_by_text("What each number counts").click()
    officer = entered(new_context, demo, "window", "/staff/windows/window/change-status/?windows=42010201")
    public = new_context(locale="en-GB").new_page()
    public.goto(f"{demo[0]}/en/windows/42010201/")
    assert "Suspended" not in public.inner_text(".sheet__status")
    suspended = supervisor.locator(".bar-list li").filter(has_text="Suspended").filter(has_text="100.0%")
    assert suspended.count() == 0

    officer.locator("[name=status][value=suspended]").check()
    officer.locator("[name=reason]").select_option(index=1)
    officer.locator("[name=next_review]").fill("2020-03-20")
    follow(officer.locator("[name=preview]"))
    follow(officer.locator("[name=apply]"))
    changed_at = time.monotonic()

    suspended.wait_for(timeout=5_000)
    assert supervisor.locator("#definitions").get_attribute("open") is not None
    while "Suspended" not in public.inner_text(".sheet__status"):
        assert time.monotonic() - changed_at < 5
        public.reload()
    assert time.monotonic() - changed_at < 5
