"""Opens a chapter in JupyterLab in headless Chromium, runs its cells up to the first picture, and takes screenshots.

    python lab.py OUT [CHAPTER]

OUT gets `lab-light.png` and `lab-dark.png`; CHAPTER is part of a notebook's name (default 01-look). Fails unless each screenshot
shows the picture, drawn in a cell that was run there, without an error. Server, browser and kernel talk over the loopback
interface alone. Needs JupyterLab, nbclient and Playwright from PyPI, and Chromium and evcxr_jupyter on PATH. What was built for the
kernels is kept in the folder SRE_STATS_KERNELS, if it is set, as for `execute.py`.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import nbformat
from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "notebooks"))
from warm import build, enter  # noqa: E402

TOKEN = "loopback"
# where only the server on this machine is found
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SECONDS = 180


def beginning(chapter: pathlib.Path, to: pathlib.Path) -> None:
    """Writes the cells up to the first picture, without outputs."""
    book = nbformat.read(chapter, as_version=4)
    kinds = ("image/svg+xml", "image/png")
    drawn = [any(kind in out.get("data", {}) for out in cell.get("outputs", []) for kind in kinds) for cell in book.cells]
    book.cells = book.cells[: drawn.index(True) + 1]
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(book, to)


def copy_of_course(chapter: pathlib.Path, folder: pathlib.Path) -> None:
    """The chapter in a folder of its own, as Jupyter writes to what it opens; what it reads is linked."""
    (folder / "notebooks").mkdir()
    for name in ("stats", "datasets"):
        (folder / name).symlink_to(ROOT / name)
    beginning(chapter, folder / "notebooks" / chapter.name)


def quiet(settings: pathlib.Path) -> None:
    """No questions about news and updates."""
    own = settings / "@jupyterlab" / "apputils-extension"
    own.mkdir(parents=True)
    (own / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))


def server(folder: pathlib.Path, jupyter: pathlib.Path) -> tuple:
    """A JupyterLab on a free port of 127.0.0.1, with its address."""
    settings, runtime = folder / "settings", folder / "runtime"
    quiet(settings)
    places = {"JUPYTER_PATH": str(jupyter), "JUPYTERLAB_SETTINGS_DIR": str(settings), "JUPYTER_RUNTIME_DIR": str(runtime)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
               "--ServerApp.port=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(command, env={**os.environ, **places}, stdout=log, stderr=log)
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        for entry in runtime.glob("jpserver-*.json"):
            url = json.loads(entry.read_text() or "{}").get("url", "")
            try:
                urllib.request.urlopen(f"{url}api/status?token={TOKEN}", timeout=10)
                return process, url
            except (OSError, ValueError):
                pass
        time.sleep(0.3)
    process.kill()
    sys.exit(f"JupyterLab did not start:\n{(folder / 'server.log').read_text()}")


def choose(page, *names: str) -> None:
    """Clicks through the menus."""
    page.get_by_role("menubar").get_by_text(names[0], exact=True).first.click()
    for name in names[1:]:
        page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).last.click()


def picture(page, seen: pathlib.Path) -> None:
    """Brings the last picture of the notebook into sight for the screenshot `seen`, and fails where it is not drawn."""
    found = page.locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").last
    until = time.monotonic() + SECONDS
    # a headless page draws only when it is asked for a picture of itself, and the notebook lays out what is drawn
    while time.monotonic() < until and not found.is_visible():
        page.wait_for_timeout(1000)
        page.screenshot(path=seen)
    assert found.is_visible(), f"no picture after {SECONDS} s; see {seen}"
    for _ in range(4):
        found.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.screenshot(path=seen)
    expect(found).to_be_in_viewport(ratio=0.9)
    size = found.bounding_box()
    assert size["width"] > 400 and size["height"] > 150, f"the picture is {size}"
    if found.evaluate("e => e.tagName") == "IMG":
        assert found.evaluate("e => e.complete && e.naturalWidth") > 400, "the picture did not load"


def look(url: str, name: str, out: pathlib.Path) -> None:
    with sync_playwright() as driver:
        program = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("chromium is not on PATH")
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", OFFLINE])
        page = browser.new_page(viewport={"width": 1500, "height": 1000})
        page.goto(f"{url}lab/tree/notebooks/{name}?token={TOKEN}")
        expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible(timeout=SECONDS * 1000)
        assert page.locator(".jp-OutputArea-output").count() == 0, "there are outputs before anything was run"
        page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
        choose(page, "Run", "Run All Cells")
        picture(page, out / "lab-light.png")
        choose(page, "Settings", "Theme", "JupyterLab Dark")
        expect(page.locator('body[data-jp-theme-light="false"]')).to_be_attached(timeout=SECONDS * 1000)
        picture(page, out / "lab-dark.png")
        errors = page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
        assert not errors, errors
        browser.close()


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    part = sys.argv[2] if len(sys.argv) > 2 else "01-look"
    chapter = next(p for p in sorted((ROOT / "notebooks").glob("*.ipynb")) if part in p.name)
    program = shutil.which("evcxr_jupyter") or sys.exit("evcxr_jupyter is not on PATH")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lab-") as name:
        folder = pathlib.Path(name)
        jupyter = folder / "jupyter"
        kernels = pathlib.Path(os.environ.get("SRE_STATS_KERNELS") or folder / "kernels").resolve()
        kernels.mkdir(parents=True, exist_ok=True)
        enter(program, kernels, jupyter)
        os.environ["JUPYTER_PATH"] = str(jupyter)
        if not os.environ.get("CARGO_TARGET_DIR"):
            os.environ.pop("CARGO_TARGET_DIR", None)
        build([chapter], kernels)
        copy_of_course(chapter, folder)
        began = time.monotonic()
        process, url = server(folder, jupyter)
        try:
            look(url, chapter.name, out)
        finally:
            process.terminate()
            process.wait(timeout=30)
        print(f"{chapter.name} was run in JupyterLab and is on {out}/lab-light.png and lab-dark.png: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
