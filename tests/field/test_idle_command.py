"""Every field test fails with a command that does nothing, so that none of them passes without the product."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest


@pytest.mark.parametrize("name", ["false", "true"])
def test_every_field_test_fails_with_a_command_that_does_nothing(tmp_path: Path, name: str) -> None:
    idle = shutil.which(name)
    if idle is None:
        pytest.skip(f"this system has no command `{name}`")
    report = tmp_path / "report.xml"
    options = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", f"--ignore={__file__}", f"--junitxml={report}")
    command = [sys.executable, "-m", "pytest", str(Path(__file__).parent), *options]
    subprocess.run(command, env={**os.environ, "SOURCEWISE_COMMAND": idle}, capture_output=True, check=False)
    cases = list(ET.parse(report).iter("testcase"))
    assert len(cases) > 40
    assert [case.get("name") for case in cases if case.find("*") is None] == []
