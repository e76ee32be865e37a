"""What it is like to look at a rollout of 57,000 objects: the viewer's page in a real browser, measured there.

.venv/bin/python bench/page.py [FOLDER]

Needs Chromium (`CHROMIUM` says where, else /usr/bin/chromium) and Playwright, which the extra `dev` brings.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from limits import Limit
from make_bundle import make_bundle
from report import Table
from views import OPTIONS

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "rollout-trace")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--enable-precise-memory-info"),
)
FIRST_PAINT_SECONDS = 1.0
FRAME_MS = 1000 / 60
FRAME_SLACK = 1.1
"""A frame counts as one of 60 a second if it came at most so many times as late: clocks of browsers are coarse."""
PAGE_BYTES = 300e6
PAN_SECONDS = 6
LONGEST_REDUCTION_SECONDS = 300
LONGEST_WAIT_MS = 60_000

NOTES_WHEN = """wanted => {
    globalThis.seenAt = {};
    const look = () => {
        for (const [name, selector, pattern] of wanted) {
            const found = document.querySelector(selector);
            if (name in globalThis.seenAt || found === null || !new RegExp(pattern).test(found.textContent)) continue;
            globalThis.seenAt[name] = 0; // seen; it is on the screen with the frame after the next
            requestAnimationFrame(() => requestAnimationFrame(now => { globalThis.seenAt[name] = now; }));
        }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
}"""
PANS = """async seconds => {
    const canvas = document.querySelector(".timeline-canvas");
    const box = canvas.getBoundingClientRect();
    const place = { clientX: box.left + box.width / 2, clientY: box.top + Math.min(box.height, 400) / 2 };
    const frame = () => new Promise(requestAnimationFrame);
    const frames = [];
    const begun = await frame();
    for (let before = begun, number = 0; before - begun < 1000 * seconds; number += 1) {
        const deltaY = number % 120 < 60 ? 12 : -12; // there and back, a step with each frame
        const turn = { bubbles: true, cancelable: true, shiftKey: true, deltaY, ...place };
        canvas.dispatchEvent(new WheelEvent("wheel", turn));
        const now = await frame();
        frames.push(now - before);
        before = now;
    }
    return frames;
}"""


@contextmanager
def viewer(bundle: Path) -> Iterator[str]:
    """The address of the bundle's overview in a viewer that has reduced it."""
    command = [PROGRAM, "view", "--no-open", "--no-cache", "--port", "0", str(bundle)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        address = _first_line(process).split(" is shown at ")[1].strip()
        server, _, place = address.partition("#/")
        question = f"{server}api/1/rollouts/{place.split('/')[0]}/rollout"
        began = time.monotonic()
        while urllib.request.urlopen(question).status != 200:  # noqa: S310, PLR2004 - 202 while it is reduced
            if time.monotonic() - began > LONGEST_REDUCTION_SECONDS:
                raise TimeoutError("the bundle is not reduced")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait()


def _first_line(process: "subprocess.Popen[str]") -> str:
    return "" if process.stdout is None else process.stdout.readline()


def opened(browser: Browser, address: str, *wanted: tuple[str, str, str]) -> tuple[Page, dict[str, float]]:
    """A page as one sees it first, and when what is wanted was on the screen, in milliseconds after it was asked for.

    What is wanted has a name, a selector, and a pattern that its text matches.
    """
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(LONGEST_WAIT_MS)
    page.add_init_script(f"({NOTES_WHEN})({json.dumps(wanted)})")
    page.goto(address)
    for _, selector, pattern in wanted:
        page.locator(selector, has_text=re.compile(pattern)).first.wait_for()
    page.wait_for_timeout(200)
    seen: dict[str, float] = page.evaluate("() => globalThis.seenAt")
    return page, seen


def resident_bytes(browser: Browser) -> int:
    """The resident memory of the largest renderer of a browser."""
    told: dict[str, Any] = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    renderers = [process["id"] for process in told["processInfo"] if process["type"] == "renderer"]
    return max(_resident(pid) for pid in renderers)


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def heap_bytes(page: Page) -> int:
    """What the page's own objects take, after what is not needed was let go."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    told: dict[str, Any] = session.send("Performance.getMetrics")
    return int(next(metric["value"] for metric in told["metrics"] if metric["name"] == "JSHeapUsedSize"))


def seconds_limit(milliseconds: float) -> Limit:
    """A time until something was on the screen."""
    seconds = milliseconds / 1000
    return Limit(f"{seconds:.2f} s", f"≤ {FIRST_PAINT_SECONDS:.2f} s", seconds <= FIRST_PAINT_SECONDS)


def frame_limit(milliseconds: float) -> Limit:
    """A time between two frames."""
    return Limit(f"{milliseconds:.1f} ms", f"≤ {FRAME_MS:.1f} ms", milliseconds <= FRAME_MS * FRAME_SLACK)


def bytes_limit(count: int) -> Limit:
    """Memory of the page."""
    return Limit(f"{count / 1e6:.0f} MB", f"≤ {PAGE_BYTES / 1e6:.0f} MB", count <= PAGE_BYTES)


def measure_page(browser: Browser, address: str, table: Table) -> list[Limit]:
    """Measure the overview and the timeline; what was demanded of them."""
    blank = browser.new_page()
    blank.goto("about:blank")
    table.add("memory of the renderer of an empty page", f"{resident_bytes(browser) / 1e6:.0f} MB")
    blank.close()
    page, seen = opened(browser, address, ("shown", "main dl.facts", "completed|running"))
    painted = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    limits = {"overview: first paint": seconds_limit(painted), "overview: figures shown": seconds_limit(seen["shown"])}
    page.context.close()

    timeline = address.replace("/overview", "/timeline")
    some, all_of_them = r"[1-9][\d,]* (?:of [\d,]+ )?entries", r"^[\d,]+ entries, "
    page, seen = opened(browser, timeline, ("some", ".place-about", some), ("all", ".place-about", all_of_them))
    table.add("timeline: first entries drawn", f"{seen['some'] / 1000:.2f} s")
    table.add("timeline: all entries drawn", f"{seen['all'] / 1000:.2f} s")
    for zoomed, form, times in (("half in view", "Fold all", 2), ("a 30th in view, unfolded", "Unfold all", 8)):
        page.get_by_role("button", name=form, exact=True).click()
        page.locator(".timeline-canvas").focus()
        for _ in range(times):
            page.keyboard.press("+")
        page.wait_for_timeout(500)
        frames = sorted(page.evaluate(PANS, PAN_SECONDS))
        limits[f"pan, {zoomed}: median of {len(frames)} frames"] = frame_limit(statistics.median(frames))
        limits[f"pan, {zoomed}: 95 of 100 frames"] = frame_limit(frames[len(frames) * 95 // 100])
    limits["memory of the page's objects"] = bytes_limit(heap_bytes(page))
    limits["memory of its renderer"] = bytes_limit(resident_bytes(browser))
    for name, limit in limits.items():
        table.add(name, limit)
    page.context.close()
    return list(limits.values())


def main(folder: Path) -> bool:
    """Measure the page of a large rollout; whether all limits were kept."""
    bundle = folder / "view"
    if not bundle.exists():
        make_bundle(bundle, OPTIONS)
    table = Table(("page", 51), ("measured", 30))
    with viewer(bundle) as address, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        limits = measure_page(browser, address, table)
        browser.close()
    return all(limit.is_kept for limit in limits)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(not main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(not main(Path(temporary)))
