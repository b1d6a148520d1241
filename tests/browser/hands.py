"""What hands do on a page. Whatever leads to another page waits until that page is there."""


def follow(target) -> None:
    """Click a link or a button that leads to another page."""
    with target.page.expect_navigation():
        target.click()


def press(page, key: str) -> None:
    """A key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page, selector: str) -> None:
    """Press Tab until the element has the focus; fails when the keyboard does not get there."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard never reaches {selector}")
