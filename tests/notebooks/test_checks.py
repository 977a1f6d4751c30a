"""The checks of notebooks are checked: what they must find, and what they must let pass.

    python -m unittest discover -s tests/notebooks
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

import nbformat.v4 as v4

import execute
import prose

WRAPPER = execute.NOTEBOOKS / "rustc.sh"


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


if __name__ == "__main__":
    unittest.main()
