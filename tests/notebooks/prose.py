"""Holds every number in a notebook's prose against the notebook's cells.

    python prose.py FOLDER

A number in Markdown must stand in the source or the output of a code cell of the same notebook, or be one of those rounded, or in
another unit. A number that has a sign has to have it in the cell, too; one without may be the size of either. What a reader does not take from a cell is listed in the notebook's metadata, `given`, as a pair of the number as it is
written and the reason: a definition, a fact with its source, an arithmetic step in the sentence itself. Left out are what names and
counts places: chapters, exercises, sections, rows, the time that a chapter takes, what is under “Further reading”, code and links. An exercise gives numbers of its
own, from “**Exercise” to the end of its paragraph.

Beside what is wrong it prints how sharp the comparison is: how many of the longer numbers would be noticed if they were one off in
their last digit.
"""

import pathlib
import re
import sys
from html import unescape

import nbformat

# a digit group is set apart by a narrow or a no-break space, or by a plain one before three digits
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[\u202f\u00a0 ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# a hyphen between two things, as in dates and ranges, is none
SIGN = re.compile(r"(?:^|[^\w.)\]])([-+−])\Z")
# by what a value of a cell is multiplied for the unit that stands behind the number in the prose
UNITS = {
    "%": (1, 100), "per cent": (1, 100), "percent": (1, 100), "ms": (1, 1000), "milliseconds": (1, 1000), "s": (1, 1e-3), "seconds": (1, 1e-3, 60),
    "m": (1, 1 / 60), "min": (1, 1 / 60), "minutes": (1, 1 / 60), "minute": (1, 1 / 60), "h": (1, 1 / 60, 1 / 3600), "hours": (1, 1 / 60, 1 / 3600),
    "hour": (1, 1 / 60, 1 / 3600), "days": (1, 1 / 24, 1 / 86400), "d": (1, 1 / 24, 1 / 86400), "GB": (1, 1e-9), "MB": (1, 1e-6), "°": (1,),
}  # fmt: skip
# what names a place, not an amount
PLACES = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|<https?:[^>]*>|https?:\S+|\b[Cc]hapters? \d+(?:(?:, | and | to )\d+)*"
    r"|\b[Ss]ections? \d+(?:(?:, | and | to )\d+)*|\b[Ee]xercises? \d+(?:(?:, | and | to )\d+)*|\bPlan \d+ minutes|\| \d+(?:, \d+)* \|$|^\| \d+ \||^#+ \d+\.|^ *\d+\. ",
    re.S | re.M,
)
READING = re.compile(r"^## (?:Further reading|Sources).*", re.S | re.M)
EXERCISE = re.compile(r"^\*\*Exercise .*?(?=\n\n|\Z)", re.S | re.M)
GIVEN_AT_MOST = 12


def value(text: str) -> float:
    return float(re.sub(r"[\u202f\u00a0 _]", "", text))


def sign_of(text: str, at: int) -> str:
    """The sign that stands before a number: “+”, “-”, or nothing."""
    found = SIGN.search(text[max(0, at - 2) : at])
    return found.group(1).replace("−", "-") if found else ""


def numbers_of(text: str) -> set:
    """Every number of a source or an output, with its sign; digits of names and parts of times are numbers too."""
    found = set()
    for pattern in (r"(?<![\d.])\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?", r"\d{1,3}(?:[\u202f\u00a0]\d{3})+(?:\.\d+)?"):
        for match in re.finditer(pattern, text):
            size = value(match.group())
            found.add(-size if sign_of(text, match.start()) == "-" else size)
    return found


def cells_of(book) -> set:
    """The numbers that the code cells hold: in their sources, their text, their tables, and the words of their pictures."""
    found = set()
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        found |= numbers_of(re.sub(r"^:dep.*$", "", cell.source, flags=re.M))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found |= numbers_of(output.get("text", "")) | numbers_of(data.get("text/plain", ""))
            found |= numbers_of(unescape(re.sub(r"<style.*?</style>|<[^>]*>", " ", data.get("text/html", ""), flags=re.S)))
            words = re.findall(r"<(?:text|title|desc)[^>]*>([^<]*)<", data.get("image/svg+xml", ""))
            found |= numbers_of(unescape(" \n ".join(words)))
    return found


def tolerance(text: str) -> float:
    """Half a unit of the last digit that is written; zeros at the end may be rounded, but for the first two digits."""
    digits = re.sub(r"[\u202f\u00a0 _]", "", text).split("e")[0]
    if "." in digits:
        return 0.5 * 10.0 ** -len(digits.split(".")[1])
    zeros = min(len(digits) - len(digits.rstrip("0")), max(len(digits) - 2, 0))
    return 0.5 * 10.0**zeros


def stands(number: float, within: float, unit: str, cells: set, sign: str = "") -> bool:
    factors = UNITS.get(unit, (1,))
    sizes = {"+": cells, "-": {-v for v in cells}}.get(sign, {abs(v) for v in cells})
    return any(abs(v * f - number) <= within * (1 + 1e-9) for v in sizes for f in factors)


def prose_of(cell) -> str:
    """The text of a cell without what is no number of the story; lengths stay as they are."""
    text = cell.source
    for pattern in (READING, EXERCISE, PLACES):
        text = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    return text


def told(book) -> list:
    """The numbers of the prose: as written, the word behind, the sign before, and the sentence around."""
    found = []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            text = prose_of(cell)
            for match in NUMBER.finditer(text):
                behind = re.match(r"[\s\u202f\u00a0]*(per cent|[%°]|[A-Za-z]+)?", text[match.end() :]).group(1) or ""
                around = text[max(0, match.start() - 40) : match.end() + 40].replace("\n", " ")
                found.append((match.group(), behind, sign_of(text, match.start()), around))
    return found


def check(book, name: str) -> list:
    """What is wrong with the numbers of a notebook's prose."""
    cells = cells_of(book)
    given = book.metadata.get("given", {})
    problems = [f"{name}: {number} is given without a reason" for number, why in given.items() if len(why.split()) < 3]
    if len(given) > GIVEN_AT_MOST:
        problems.append(f"{name}: {len(given)} numbers are given; at most {GIVEN_AT_MOST} may be")
    used = set()
    for number, unit, sign, around in told(book):
        if stands(value(number), tolerance(number), unit, cells, sign):
            continue
        if number in given:
            used.add(number)
        else:
            problems.append(f"{name}: {sign}{number} {unit} comes from no cell: “…{around}…”")
    problems += [f"{name}: {number} is given, and needs not be" for number in given if number not in used]
    return problems


def sharpness(book) -> tuple:
    """How many numbers of three digits or more there are, and how many would be noticed if they were one off in the last digit."""
    cells, given = cells_of(book), book.metadata.get("given", {})
    long = [(n, unit, sign) for n, unit, sign, _ in told(book) if len(re.sub(r"\D", "", n).strip("0")) >= 3 and n not in given]
    off = sum(not stands(value(n) + 2 * tolerance(n), tolerance(n), unit, cells, sign) for n, unit, sign in long)
    return len(long), off


def main() -> None:
    problems, numbers, long, noticed = [], 0, 0, 0
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.ipynb"))
    for path in paths:
        book = nbformat.read(path, as_version=4)
        problems += check(book, path.name)
        numbers += len(told(book))
        some, off = sharpness(book)
        long, noticed = long + some, noticed + off
    print(f"{numbers} numbers in the prose of {len(paths)} notebooks; of {long} long ones {noticed} would be noticed if one off")
    if 2 * noticed < long or not numbers:
        problems.append("the comparison is too blunt to find a wrong number")
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
