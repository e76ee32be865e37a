"""A person at the page: what they click and press, what they read, and all that the browser says meanwhile.

Things are found as a person finds them, by what they are and what they are called. Whatever the page asks of anyone but
its own viewer, and whatever the browser complains of, is kept, and no reader may leave with any.
"""

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect

LONGEST_WAIT_MS: Final = 20_000
expect.set_options(timeout=LONGEST_WAIT_MS)
ON_THE_WAY: Final = ".table-waiting, [aria-busy=true], .notice[role=status]"
"""What the page shows in the stead of an answer that has not come."""
TEXTS_OF_ROWS: Final = """table => [...table.querySelectorAll("[role=row]:not(.table-head)")]
    .sort((one, other) => one.ariaRowIndex - other.ariaRowIndex)
    .map(row => [...row.querySelectorAll("[role=gridcell]")])
    .map(cells => cells.map(cell => cell.innerText.trim().replace(/\\s+/g, " ")))"""


class Reader:
    """One page of a browser of its own, in which nothing has been looked at before."""

    def __init__(self, browser: Browser, home: str) -> None:
        """`home` is the address of the page without its hash; what begins with it is asked of no stranger."""
        self._context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
        self.page: Final[Page] = self._context.new_page()
        self.page.set_default_timeout(LONGEST_WAIT_MS)
        self.home: Final = home
        self.complaints: Final[list[str]] = []
        self.excused: Final[list[str]] = []
        """Words of complaints that a test expects."""
        self.strangers: Final[list[str]] = []
        """Requests to anyone else than the viewer."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", self._on_dialog)
        self._context.on("page", lambda other: self.complaints.append(f"another page: {other.url}"))
        self._context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        if request.url == "data:,":  # the mark of the page, which is none
            return
        if not request.url.startswith(self.home):
            self.strangers.append(request.url)

    def close(self) -> None:
        """Leave, and hold that the browser had nothing to complain of, and asked nobody else."""
        self._context.close()
        unexpected = [said for said in self.complaints if not any(words in said for words in self.excused)]
        assert not unexpected, f"the browser complained: {unexpected}"
        assert not self.strangers, f"the page asked others: {self.strangers}"

    # What a person does.

    def open(self, address: str) -> None:
        """Type an address of the page, `#/…`."""
        self.page.goto(f"{self.home}{address}")

    def open_bundle(self, name: str) -> None:
        """Choose a bundle from the list: type the name of its folder above it, and click on what is left."""
        self.open("#/")
        self.page.get_by_role("searchbox").fill(name)
        expect(self.page).to_have_url(re.compile(f"text={re.escape(name)}$"))  # until then the rows are those of all
        self.sees_all()
        self.table("Bundles").get_by_title(name, exact=True).click()
        self.sees_place("Overview")

    def go_to(self, place: str) -> None:
        """Click on a place in the navigation."""
        self.page.get_by_role("navigation", name="Places").get_by_role("link", name=place, exact=True).click()
        self.sees_place(place)

    def click_link(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Click on the first link of this name."""
        (within or self.main).get_by_role("link", name=name).first.click()

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    # What a person sees.

    @property
    def main(self) -> Locator:
        """What the place shows."""
        return self.page.get_by_role("main")

    @property
    def panel(self) -> Locator:
        """The panel of the selected object."""
        return self.page.get_by_role("complementary", name="Selected object")

    def table(self, name: str, within: Locator | None = None) -> Locator:
        """A table by its name."""
        return (within or self.main).get_by_role("grid", name=name, exact=True)

    def rows(self, name: str, within: Locator | None = None) -> list[list[str]]:
        """The rows of a table that are in the page, each as the texts of its cells."""
        table = self.table(name, within)
        expect(table.get_by_role("row").nth(1)).to_be_visible()
        self.sees_all()
        read: list[list[str]] = table.evaluate(TEXTS_OF_ROWS)
        return read

    def column(self, name: str, *titles: str, within: Locator | None = None) -> list[tuple[str, ...]]:
        """Of a table's rows, the texts below these titles."""
        rows = self.rows(name, within)  # when it has rows, it has its head
        heads = self.table(name, within).get_by_role("columnheader").all_inner_texts()
        known = [head.strip(" ▴▾\n") for head in heads]
        places = [known.index(title) for title in titles]
        return [tuple(row[place] for place in places) for row in rows]

    def row(self, name: str, text: str | re.Pattern[str], within: Locator | None = None) -> Locator:
        """The row of a table that has this text."""
        return self.table(name, within).get_by_role("row").filter(has_text=text)

    def sees_place(self, title: str) -> None:
        """This place of the navigation is shown."""
        current = self.page.get_by_role("navigation", name="Places").locator("[aria-current=page]")
        expect(current).to_have_text(re.compile(f"^{re.escape(title)}"))
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        self.sees_all()

    def sees(self, text: str | re.Pattern[str], within: Locator | None = None) -> None:
        """The text stands somewhere in what is shown."""
        expect((within or self.main).get_by_text(text).first).to_be_visible()

    def fact(self, term: str, within: Locator | None = None) -> str:
        """What a list of facts says of a term."""
        place = within or self.main
        named = place.locator("dt", has_text=re.compile(f"^{re.escape(term)}$"))
        return named.locator("xpath=following-sibling::dd[1]").first.inner_text()

    def sees_all(self) -> None:
        """No answer is on its way any more."""
        expect(self.page.locator(ON_THE_WAY)).to_have_count(0)

    @property
    def hash(self) -> str:
        """What the address says is shown."""
        return str(self.page.evaluate("location.hash"))


def picture_of(reader: Reader, file: Path) -> None:
    """What is on the screen, for who looks into a failure."""
    reader.page.screenshot(path=file)
