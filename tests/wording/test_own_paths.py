"""What is shown to others does not name the user: paths are relative, or begin with ``~``."""

from __future__ import annotations

import subprocess
from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from rtdoctor.wording.own_paths import own_command_line, without_home

HOME = PurePosixPath("/home/alice")
WINDOWS = PureWindowsPath(r"C:\Users\Al")
PROJECT = HOME / "project"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("/home/alice/project/page.html", "page.html"),
        ("/home/alice/project", "."),
        ("/home/alice/other/a b.har", "~/'other/a b.har'"),
        ("--report=all=/home/alice/project/out", "--report=all=out"),
        ("--key-file=/home/alice/key", "'--key-file=~/key'"),
        ("@/home/alice/headers", "'@~/headers'"),
        ("/home/alicia/page.html", "/home/alicia/page.html"),
        ("/srv/page.html", "/srv/page.html"),
        ("npm --prefix /home/alice/app start", "'npm --prefix ~/app start'"),
        ("auth=undefined", "auth=undefined"),
    ],
)
def test_a_command_is_shown_without_the_name_of_the_user(word: str, shown: str) -> None:
    assert own_command_line(["rtdoctor", word], HOME, PROJECT, "linux") == f"rtdoctor {shown}"


@pytest.mark.posix
def test_a_shell_finds_the_same_file() -> None:
    shown = own_command_line(["/home/alice/my files/$x"], HOME, PROJECT, "linux")

    said = subprocess.run(
        ["sh", "-c", f"printf %s {shown}"], env={"HOME": str(HOME)}, capture_output=True, check=True
    )

    assert said.stdout == b"/home/alice/my files/$x"


@pytest.mark.parametrize(
    ("home", "text", "shown"),
    [
        (HOME, 'File "/home/alice/x.py", line 1; /home/alice', 'File "~/x.py", line 1; ~'),
        (WINDOWS, r"C:\Users\Al\x; C:/Users/Al/x", r"~\x; ~/x"),
        (WINDOWS, r"'C:\\Users\\Al\\x', C:\Users\Alf", r"'~\\x', C:\Users\Alf"),
        (PurePosixPath("/"), "/etc/passwd", "/etc/passwd"),
    ],
)  # fmt: skip
def test_the_home_directory_is_shown_as_a_tilde(home: PurePath, text: str, shown: str) -> None:
    assert without_home(text, home) == shown
