"""What `cargo metadata` says, without the crates behind sre-stats whose types no cell holds.

    python metadata.py CARGO metadata …

Of some 300 crates behind polars the kernel would read all, which takes longer than to compile and run the cell. What a notebook
asks for beside sre-stats is left whole. A variable of a type that is not found so must be given its type, as the kernel then says.
"""

import json
import subprocess
import sys

LIBRARY = "sre-stats"
# of which values come back to a cell
HELD = ("polars", "arrow", "chrono", "either", "hashbrown", "indexmap")


def held(name: str) -> bool:
    return any(name == crate or name.startswith(crate + "-") for crate in HELD)


def reduced(metadata: dict) -> dict:
    """The same without those crates; anything else, such as the standard library's own crates, as it is."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    nodes = {node["id"]: node for node in (metadata.get("resolve") or {}).get("nodes", [])}
    if LIBRARY not in names.values() or not nodes:
        return metadata
    # all that is reached otherwise than through the library
    kept, open_ends = set(), list(metadata["workspace_members"])
    while open_ends:
        at = open_ends.pop()
        if at in kept:
            continue
        kept.add(at)
        if names.get(at) != LIBRARY:
            open_ends += nodes[at]["dependencies"] if at in nodes else []
    kept |= {at for at, name in names.items() if held(name)}
    few = [
        {
            **node,
            "dependencies": [to for to in node["dependencies"] if to in kept],
            "deps": [to for to in node["deps"] if to["pkg"] in kept],
        }
        for at, node in nodes.items()
        if at in kept
    ]
    packages = [package for package in metadata["packages"] if package["id"] in kept]
    return {**metadata, "packages": packages, "resolve": {**metadata["resolve"], "nodes": few}}


def main() -> int:
    said = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
    if said.returncode == 0:
        json.dump(reduced(json.loads(said.stdout)), sys.stdout)
    return said.returncode


if __name__ == "__main__":
    sys.exit(main())
