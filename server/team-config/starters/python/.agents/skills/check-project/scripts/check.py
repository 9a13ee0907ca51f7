#!/usr/bin/env python3
"""Format, lint, types and tests of the project in this folder, as far as it configures them. Installs nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

CONFIGURATION = ["pyproject.toml", "setup.cfg", "tox.ini", "mypy.ini", "pytest.ini", "ruff.toml", "pyrightconfig.json"]


def configured_text() -> str:
    return "\n".join(f"# {name}\n{Path(name).read_text('utf-8')}" for name in CONFIGURATION if Path(name).is_file())


def command(tool: str, arguments: list[str]) -> list[str] | None:
    """How the tool is started here; None where it is not installed."""
    for own in (Path(".venv/bin") / tool, Path(".venv/Scripts") / f"{tool}.exe"):
        if own.is_file():
            return [str(own), *arguments]
    if Path("uv.lock").is_file() and shutil.which("uv"):
        return ["uv", "run", "--frozen", tool, *arguments]
    found = shutil.which(tool)
    return [found, *arguments] if found else None


def main() -> int:
    text = configured_text()
    wanted: list[tuple[str, list[str]]] = []
    if "ruff" in text:
        wanted += [("ruff", ["check", "."]), ("ruff", ["format", "--check", "."])]
    if "mypy" in text:
        wanted.append(("mypy", ["."]))
    if "pyright" in text:
        wanted.append(("pyright", []))
    if "pytest" in text or Path("tests").is_dir():
        wanted.append(("pytest", ["-q"]))
    if not wanted:
        print("Nothing here configures ruff, mypy, pyright or pytest.")
    failed: list[str] = []
    for tool, arguments in wanted:
        line = command(tool, arguments)
        if line is None:
            failed.append(f"{tool} is configured and not installed")
            continue
        print(f"\n$ {' '.join(line)}", flush=True)
        if subprocess.run(line, check=False).returncode != 0:
            failed.append(" ".join(line))
    for each in failed:
        print(f"Failed: {each}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
