"""What is wrong with a page as it stands before the reader."""

from axe_playwright_python.sync_playwright import Axe

LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}  # our languages, as a browser asks for them
WIDTHS = (320, 1280)  # pixels: a small telephone, a desk


def faults(page, widths=WIDTHS) -> list[str]:
    """What axe finds, and at which of these widths the page must be scrolled sideways."""
    return serious(page) + too_wide(page, widths)


def serious(page) -> list[str]:
    """What axe calls serious or critical: rule and beginning of each element."""
    page.evaluate("0")  # what the page has to say arrives before the answer
    said = page.context.said
    before = len(said)
    violations = Axe().run(page).response["violations"]
    said[before:] = [line for line in said[before:] if "Content Security" not in line]  # axe adds styles of its own
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in violations
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def too_wide(page, widths=WIDTHS) -> list[str]:
    """At which widths the page must be scrolled sideways; its own width is given back."""
    own, found = page.viewport_size, []
    for width in widths:
        page.set_viewport_size(own | {"width": width})
        page.wait_for_function("width => innerWidth === width", arg=width)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"wider than {width}")
    page.set_viewport_size(own)
    return found
