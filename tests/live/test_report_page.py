"""The HTML report in a real browser: no barrier that axe-core finds, nothing wider than the screen."""

from __future__ import annotations

import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from trueline.maturity.score import Outcome
from trueline.report.page import as_html
from unit.report.results import HOSTILE, made

AXE = Path(__file__).parents[2] / ".tools/npm/node_modules/axe-core/axe.min.js"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
PROBE = """
<script src="{axe}"></script>
<script>
axe.run(document, {{resultTypes: ["violations"]}}).then(found => parent.postMessage(JSON.stringify({{
  axe: found.violations.map(v => ({{id: v.id, help: v.help, nodes: v.nodes.map(n => n.html)}})),
  passes: found.passes.length,
  wide: document.documentElement.scrollWidth, screen: window.innerWidth,
  dark: matchMedia("(prefers-color-scheme: dark)").matches
}}), "*"));
</script>
"""
# A window of Chromium is never narrower than 500 pixels; a frame may be as narrow as a phone.
FRAME = """<!doctype html>
<html lang="en"><title>frame</title><body>
<script>
addEventListener("message", said => {{
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = said.data;
  document.body.append(out);
}});
</script>
<iframe title="page" width="{width}" height="{height}" style="border: 0" srcdoc="{page}"></iframe>
"""
SCREENS = {"phone": (390, 844), "desk": (1280, 900)}
# In Chromium 0 is dark and 1 is light.
THEMES = {"light": 1, "dark": 0}
PAGES = {
    "every outcome": made(),
    "all met": made({s.entry.id: Outcome.MET for s in made().statements}),
    "an exploration where little applies": made({s.entry.id: Outcome.NA for s in made().statements}, phase="exploration"),
    "long names": made(text="src/" + "a_very_long_name_without_a_break_" * 12 + ".py"),
    "hostile names": made(text=" ".join(HOSTILE)),
}  # fmt: skip


def looked_at(text: str, folder: Path, size: tuple[int, int], theme: int) -> dict[str, Any]:
    """Open a page as wide as a screen, and return what the script in it found."""
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=size[0], height=size[1], page=escape(text)), "utf-8")
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={size[0] + 200},{size[1] + 100}",
        f"--blink-settings=preferredColorScheme={theme}", "--virtual-time-budget=60000", "--dump-dom", frame.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, "axe did not finish"
    answer: dict[str, Any] = json.loads(unescape(found[1]))
    return answer


@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_on_phone_and_desk_in_light_and_dark(name: str, tmp_path: Path) -> None:
    assert AXE.is_file(), "axe-core is missing: run `make tools`"
    # The page forbids every script, so the copy that is tested gives up that one line.
    bare, count = POLICY.subn("", as_html(PAGES[name]))
    assert count == 1
    page = bare.replace("</body>", PROBE.format(axe=AXE.as_uri()) + "</body>")
    looks = [("phone", "light"), ("phone", "dark"), ("desk", "light")] if name == "every outcome" else [("phone", "dark")]  # fmt: skip
    for screen, theme in looks:
        found = looked_at(page, tmp_path, SCREENS[screen], THEMES[theme])
        assert found["axe"] == [], (screen, theme)
        assert found["dark"] is (theme == "dark")
        assert found["screen"] == SCREENS[screen][0]
        assert found["wide"] <= found["screen"], (screen, "wider than the screen")
        assert found["passes"] > 10


def test_axe_finds_what_is_broken(tmp_path: Path) -> None:
    page = POLICY.sub("", as_html(made())).replace('<html lang="en">', "<html>")
    faint = page.replace("--quiet: #4b535c", "--quiet: #c0c4c8")
    probe = PROBE.format(axe=AXE.as_uri())
    found = looked_at(faint.replace("</body>", f"{probe}</body>"), tmp_path, SCREENS["phone"], 1)
    assert {one["id"] for one in found["axe"]} == {"html-has-lang", "color-contrast"}
