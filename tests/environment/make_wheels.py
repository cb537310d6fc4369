"""Builds small wheels for the installer's tests and prints the SHA-256 of each as JSON, by file name.

Usage: make_wheels.py FOLDER, with a JSON list of {"name", "version", "requires", "modules", "scripts"} on stdin. Also
packs the pip of the running Python into a wheel, so that the tests need no network.
"""

import hashlib
import json
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path


def make(folder, name, version, requires=(), modules=None, scripts=""):
    info = f"{name}-{version}.dist-info"
    members = dict(modules or {f"{name}.py": ""})
    extras = [each.partition("extra == ")[2].strip("'") for each in requires if "extra ==" in each]
    lines = [f"Name: {name}", f"Version: {version}", *(f"Provides-Extra: {each}" for each in extras)]
    lines += [f"Requires-Dist: {each}" for each in requires]
    members[f"{info}/METADATA"] = "\n".join(["Metadata-Version: 2.1", *lines, ""])
    members[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if scripts:
        members[f"{info}/entry_points.txt"] = f"[console_scripts]\n{scripts}\n"
    members[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in members)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in members.items():
            wheel.writestr(path, text)


def repack_pip(folder):
    pip = distribution("pip")
    with zipfile.ZipFile(folder / f"pip-{pip.version}-py3-none-any.whl", "w") as wheel:
        for file in pip.files:
            if ".." not in file.parts and file.suffix != ".pyc":
                wheel.write(file.locate(), str(file))


target = Path(sys.argv[1])
for package in json.load(sys.stdin):
    make(target, **package)
repack_pip(target)
sys.stdout.write(
    json.dumps({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in target.glob("*.whl")})
)
