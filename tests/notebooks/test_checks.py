"""The checks of notebooks are checked: what they must find, and what they must let pass.

    python -m unittest discover -s tests/notebooks
"""

import importlib.util
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import nbformat.v4 as v4

import execute
import prose

WRAPPER = execute.NOTEBOOKS / "rustc.sh"
CARGO = execute.NOTEBOOKS / "cargo"


def wrong(text: str, output: str) -> list:
    cell = v4.new_code_cell("shown()", outputs=[v4.new_output("stream", name="stdout", text=output)])
    return prose.check(v4.new_notebook(cells=[v4.new_markdown_cell(text), cell]), "x.ipynb")


class Prose(unittest.TestCase):
    def test_a_sign_that_is_written_is_compared(self):
        for output in ("a slope of -2.1 a day", "a slope of −2.1 a day"):
            self.assertEqual(wrong("It falls: −2.1 a day, (-2.1), or 2.1 down.", output), [])
            self.assertEqual(len(wrong("It rises: +2.1 a day.", output)), 1)
        for output in ("a slope of 2.1 a day", "+2.1"):
            self.assertEqual(wrong("It rises: +2.1 a day, or by 2.1.", output), [])
            self.assertEqual(len(wrong("It falls: −2.1 a day.", output)), 1)
        # shares in per cent keep theirs
        self.assertEqual(wrong("It is −12.5 %.", "share -0.125"), [])
        self.assertEqual(len(wrong("It is +12.5 %.", "share -0.125")), 1)

    def test_a_hyphen_between_two_things_is_no_sign(self):
        self.assertEqual(prose.numbers_of("2026-01-02 1-5 x-7 1e-3 (-4) =-6"), {2026, 1, 2, 5, 7, 1e-3, -4, -6})
        self.assertEqual(wrong("From 2-3 to +5.", "2 3 5"), [])


class SecondTry(unittest.TestCase):
    def test_only_missing_stdout_is_tried_again(self):
        table = ("data", {"text/html": "<table>1</table>"})
        committed = [("stdout", "a\nb\nc\n"), table]
        for now in ([table], [("stdout", "a\nc\n"), table], [("stdout", "a\n"), table]):
            self.assertTrue(execute.is_lost(now, committed), now)
        for now in (
            committed,
            [("stdout", "a\nc\nb\n"), table],
            [("stdout", "a\nB\n"), table],
            [("stdout", "a\nb\nc\nd\n"), table],
            [("stdout", "a\nb\n"), ("data", {"text/html": "<table>2</table>"})],
            [("stdout", "a\nb\n")],
            [("stdout", "a\nb\n"), ("error", "E")],
        ):
            self.assertFalse(execute.is_lost(now, committed), now)

    def test_an_output_that_differs_fails_at_once(self):
        tries = []

        def once(_path, _update):
            tries.append(1)
            return answers.pop(0)

        kept, execute.once = execute.once, once
        try:
            path = pathlib.Path("x.ipynb")
            answers = [[f"x, code cell 1: {execute.DIFFERS}"], []]
            self.assertEqual((len(execute.run(path, False)), len(tries)), (1, 1))
            answers = [[f"x, code cell 1: {execute.LOST}"], []]
            self.assertEqual((execute.run(path, False), len(tries)), ([], 3))
        finally:
            execute.once = kept


class Link(unittest.TestCase):
    def test_a_link_that_breaks_off_is_made_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            deps = pathlib.Path(folder)
            rlib, shared, rustc = deps / "libsre_stats-1.rlib", deps / "libsre_stats-1.so", deps / "rustc"
            rlib.touch()
            # in rustc's place: writes what it is told to, and may be stopped in the midst of it
            rustc.write_text(
                '#!/bin/sh\nbefore=\nfor a; do [ "$before" = -o ] && echo "$TEXT" >"$a"; before=$a; done\n'
                '[ -z "$STOP" ] || kill -9 $PPID\n'
            )
            rustc.chmod(0o755)
            command = ["sh", str(WRAPPER), str(rustc), "--crate-name", "ctx", "--extern", f"sre_stats={rlib}"]
            os.utime(rlib, (1, 1))

            def compiled(text: str, stop: str) -> int:
                return subprocess.run(command, env={**os.environ, "TEXT": text, "STOP": stop}, check=False).returncode

            self.assertNotEqual(compiled("half", "yes"), 0)
            self.assertFalse(shared.exists())
            self.assertEqual(compiled("whole", ""), 0)
            self.assertEqual(shared.read_text(), "whole\n")
            # it is not made once more
            self.assertEqual(compiled("again", ""), 0)
            self.assertEqual(shared.read_text(), "whole\n")


def metadata(edges: dict) -> dict:
    """What cargo says of packages, each with what it depends on; the first is the notebook's own."""
    nodes = [{"id": a, "dependencies": to, "deps": [{"pkg": b} for b in to]} for a, to in edges.items()]
    packages = [{"id": a, "name": a} for a in edges]
    return {"packages": packages, "workspace_members": [next(iter(edges))], "resolve": {"root": None, "nodes": nodes}}


class Crates(unittest.TestCase):
    def setUp(self):
        spec = importlib.util.spec_from_file_location("metadata", CARGO / "metadata.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.reduced = module.reduced

    def test_what_is_behind_the_library_goes_and_what_a_cell_holds_stays(self):
        library = {
            "sre-stats": ["polars", "csv", "tokio"],
            "polars": ["polars-core", "tokio", "bytes"],
            "polars-core": ["hashbrown"],
            "hashbrown": [],
            "csv": [],
            "bytes": [],
        }
        left = self.reduced(metadata({"ctx": ["sre-stats"], **library, "tokio": ["bytes"]}))
        wanted = metadata(
            {"ctx": ["sre-stats"], "sre-stats": ["polars"], "polars": ["polars-core"], "polars-core": ["hashbrown"], "hashbrown": []}
        )
        self.assertEqual(left, wanted)
        # what the notebook asks for beside it is whole, with what the library has too
        left = self.reduced(metadata({"ctx": ["sre-stats", "mine"], **library, "mine": ["tokio"], "tokio": ["bytes"]}))
        names = {package["name"] for package in left["packages"]}
        self.assertEqual(names, {"ctx", "sre-stats", "polars", "polars-core", "hashbrown", "mine", "tokio", "bytes"})
        # the library itself leads to no more than before
        self.assertEqual(left["resolve"]["nodes"][1]["dependencies"], ["polars", "tokio"])

    def test_other_workspaces_stay_as_they_are(self):
        for other in (metadata({"std": ["core", "alloc"], "core": [], "alloc": ["core"]}), {"packages": [], "resolve": None}):
            self.assertEqual(self.reduced(other), other)

    def test_the_cargo_that_there_is_gets_its_own_home_back(self):
        with tempfile.TemporaryDirectory() as folder:
            real = pathlib.Path(folder) / "cargo"
            real.write_text('#!/bin/sh\necho "home=${CARGO_HOME-unset} $*"\n')
            real.chmod(0o755)
            base = {"PATH": os.environ["PATH"], "COURSE_CARGO": str(real), "COURSE_PYTHON": sys.executable}

            def said(*words: str, **more: str) -> str:
                command, env = [str(CARGO / "bin" / "cargo"), *words], {**base, "CARGO_HOME": "ours", **more}
                return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

            self.assertEqual(said("build", COURSE_CARGO_HOME="theirs"), "home=theirs build\n")
            self.assertEqual(said("build", COURSE_CARGO_HOME=""), "home=unset build\n")
            # the compiler's folder has the cargo of its toolchain
            self.assertEqual(said("build", RUSTC=f"{folder}/rustc", COURSE_CARGO="/none"), "home=unset build\n")
            real.write_text("""#!/bin/sh\necho '{"packages": [], "resolve": null}'\n""")
            self.assertEqual(said("metadata", "--filter-platform", "x"), '{"packages": [], "resolve": null}')
            real.write_text("#!/bin/sh\nexit 101\n")
            with self.assertRaises(subprocess.CalledProcessError) as failed:
                said("metadata", "--filter-platform", "x")
            self.assertEqual(failed.exception.returncode, 101)


if __name__ == "__main__":
    unittest.main()
