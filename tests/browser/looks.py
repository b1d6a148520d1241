"""What is wrong with a page as it stands before the reader."""

from axe_playwright_python.sync_playwright import Axe


def serious(page) -> list[str]:
    """What axe calls serious or critical: rule and beginning of each element."""
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def wide(page) -> bool:
    """Whether the page must be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
