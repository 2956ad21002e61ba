"""Write a C++ source that holds files as string literals; it implements plugin/core/embedded.hpp.

embed.py OUTPUT ARRAY FOLDER FILE... -- ARRAY FOLDER FILE...
"""

import sys
from pathlib import Path

ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("?"): "\\?", ord("\t"): "\\t", ord("\n"): "\\n"}


def escaped(byte: int) -> str:
    """A byte within a C string literal; what is not printable ASCII is three octal digits, so that no digit after it is taken along."""
    return ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")


def literal(data: bytes) -> str:
    """The bytes as adjacent C string literals, one for each line of the text."""
    lines = data.splitlines(keepends=True) or [b""]
    return "\n".join(f'        "{"".join(map(escaped, line))}"' for line in lines)


def array(name: str, folder: Path, files: list[Path]) -> str:
    """One array of files and its count, sorted by name; a last row of nulls, since an array cannot be empty."""
    rows = []
    for file in sorted(files):
        data = file.read_bytes()
        rows.append(f'    {{"{file.relative_to(folder).as_posix()}",\n{literal(data)},\n     {len(data)}}},\n')
    count = name.removesuffix("s") + "_count"
    return f"const File {name}[] = {{\n{''.join(rows)}    {{nullptr, nullptr, 0}},\n}};\nconst std::size_t {count} = {len(files)};\n"


def main(output: str, *arguments: str) -> None:
    arrays = []
    rest = list(arguments)
    while rest:
        end = rest.index("--") if "--" in rest else len(rest)
        name, folder, *files = rest[:end]
        arrays.append(array(name, Path(folder), [Path(file) for file in files]))
        rest = rest[end + 1 :]
    head = '// Made by cmake/embed.py.\n#include "core/embedded.hpp"\n\nnamespace patch::embedded {\n\n'
    Path(output).write_text(head + "\n".join(arrays) + "\n}  // namespace patch::embedded\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
