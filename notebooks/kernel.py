"""Starts the Rust kernel of the course with the library built already, and without a network.

    python kernel.py EVCXR_JUPYTER KERNELS CONNECTION_FILE

Jupyter calls it by the entry that `warm.py` writes. KERNELS/warm is what `warm.py` built. Two builds in one folder would
disturb each other, so that each kernel has one of its own, KERNELS/0, KERNELS/1, …, for as long as it runs, which begins as
a copy of KERNELS/warm.
"""

import fcntl
import itertools
import os
import pathlib
import shutil
import subprocess
import sys

LOCK = pathlib.Path(__file__).resolve().parent.parent / "Cargo.lock"

# says which build a folder was copied from
STAMP = "stamp"

# how the library is compiled: the kernel's own level would have every reader wait twice as long
PROFILE = {"CARGO_PROFILE_DEV_OPT_LEVEL": "0", "CARGO_INCREMENTAL": "0"}
NOTEBOOKS = pathlib.Path(__file__).resolve().parent
# not tried elsewhere
LINUX = sys.platform == "linux"
if LINUX:
    # links the library once instead of with every cell
    PROFILE["RUSTC_WRAPPER"] = str(NOTEBOOKS / "rustc.sh")


def own_cargo() -> dict:
    """Has the kernel call `cargo/bin/cargo`, which tells it of fewer crates and calls the cargo that there is."""
    if not LINUX:
        return {}
    rustup, cargo = shutil.which("rustup"), shutil.which("cargo") or os.path.expanduser("~/.cargo/bin/cargo")
    if rustup:
        cargo = subprocess.run([rustup, "which", "cargo"], capture_output=True, text=True).stdout.strip() or cargo
    return {
        "COURSE_PYTHON": sys.executable,
        "COURSE_RUSTUP": rustup or "",
        "COURSE_CARGO": cargo,
        "COURSE_CARGO_HOME": os.environ.get("CARGO_HOME", ""),
        "CARGO_HOME": str(NOTEBOOKS / "cargo"),
        "PATH": ":".join(filter(None, [str(NOTEBOOKS / "cargo" / "bin"), os.environ.get("PATH")])),
    }


def environment() -> dict:
    """The environment with the Rust standard library on the search path of what a cell compiles to.

    The kernel's own run path to it is relative, and wrong where its folder and the toolchain lie below one folder.
    """
    name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    rustc = os.environ.get("RUSTC") or shutil.which("rustc") or os.path.expanduser("~/.cargo/bin/rustc")
    found = subprocess.run([rustc, "--print", "target-libdir"], capture_output=True, text=True, check=True).stdout.strip()
    return {**os.environ, **PROFILE, **own_cargo(), name: ":".join(filter(None, [found, os.environ.get(name)]))}


def link(source: str, to: str) -> str:
    """Compiled libraries are never written to, only replaced: a second name for one is as good as a copy."""
    if source.endswith((".rlib", ".rmeta", ".so")):
        try:
            os.link(source, to)
            return to
        except OSError:
            pass
    return shutil.copy2(source, to)


def stamp(folder: pathlib.Path) -> str:
    try:
        return (folder / STAMP).read_text()
    except FileNotFoundError:
        return ""


def free_folder(kernels: pathlib.Path) -> pathlib.Path:
    """A folder that no other kernel uses, with what was built last. It is locked until this process and its children end."""
    for number in itertools.count():
        lock = os.open(kernels / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        os.set_inheritable(lock, True)
        folder, warm = kernels / str(number), kernels / "warm"
        if stamp(folder) != stamp(warm) or not folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
            # times stay as they are: by them cargo knows that nothing is to be built again
            shutil.copytree(warm, folder, symlinks=True, copy_function=link)
        return folder


def main() -> None:
    program, kernels, connection = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    variables = environment()
    # the kernel would write its own entry over ours
    variables.pop("JUPYTER_PATH", None)
    if not variables.get("EVCXR_TMPDIR"):
        variables |= {"EVCXR_TMPDIR": str(free_folder(kernels)), "CARGO_NET_OFFLINE": "true"}
    # the versions that the library was tested with, whatever an earlier notebook here asked for
    shutil.copy(LOCK, variables["EVCXR_TMPDIR"])
    os.execve(program, [program, "--control_file", connection], variables)


if __name__ == "__main__":
    main()
