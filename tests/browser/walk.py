"""An applicant's way through the pages, in one browser."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.applications import journeys
from tests.browser.hands import follow
from tests.browser.looks import faults

WIDE, NARROW = 1280, 360
CONTINUE = "#page button[type=submit]:not([name])"


@dataclass
class Walk:
    """One browser on its way, and what was wrong with the pages that it looked at."""

    page: Page
    site: str
    language: str
    width: int
    faults: dict[str, list[str]] = field(default_factory=dict)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site}/{self.language}/{path}")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(f"{self.site}/{self.language}/")

    def type(self, typed: dict[str, str]) -> None:
        for name, value in typed.items():
            if self.page.locator(f"input[type=radio][name={name}]").count():
                self.page.check(f"input[name={name}][value='{value}']")
            elif self.page.locator(f"select[name={name}]").count():
                self.page.select_option(f"select[name={name}]", value)
            else:
                self.page.fill(f"[name={name}]", value)

    def press(self, selector: str = CONTINUE) -> None:
        follow(self.page.locator(selector))

    def look(self) -> None:
        if found := faults(self.page):
            self.faults[f"{self.language} {self.path}"] = found

    def fill(self, journey: dict, *, look: bool = False) -> None:
        """From the first page to the documents."""
        self.go("apply/")
        if look:
            self.look()
        self.press()
        for page, typed in journey.items():
            assert self.path == f"apply/page/{page}/", self.page.inner_text("h1")
            if page == "window":
                self.type({"place": typed["place"]})
                self.press("#page button[name=find]")
                typed = {"window": typed["window"]}
            self.type(typed)
            if look:
                self.look()
            self.press()
        assert self.path == "apply/papers/", self.page.inner_text("h1")

    def bring(self, *documents: str) -> None:
        for document in documents:
            self.page.set_input_files(f"#file-{document}", file())

    def declare(self) -> tuple[str, str]:
        """From the check of all answers to the receipt; reference and secret as they stand there."""
        assert self.path == "apply/check/", self.page.inner_text("h1")
        self.press("main a[href$='/declaration/']")
        self.page.check("#id_true")
        self.press()
        assert self.path == "apply/done/"
        reference, secret = self.page.locator(".receipt dd.code").all_inner_texts()
        return reference, secret

    def look_up(self, reference: str, secret: str) -> None:
        self.go("track/")
        self.type({"reference": reference, "secret": secret})
        self.press("#track button")

    def state(self) -> str:
        self.go("track/case/")
        return self.page.inner_text(".case__state")


def file(colour: str = "white", name: str = "scan.jpg") -> dict:
    return {"name": name, "mimeType": "image/jpeg", "buffer": journeys.picture(colour).read()}
