#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the packages of a package-lock.json into the node_modules beside it, as npm would.

    npm_packages.py FOLDER

Each package is checked against its hash, and its tarball kept in ~/.cache/ouroboros/npm-tarballs
under that, so that another checkout needs no network. A tarball that is not there yet is asked of
npm, if that is installed, which may know a mirror; else of npm's registry, or the one that the
environment's npm_config_registry names.
No code of a package runs. Quiet where nothing is to do; otherwise it takes all or nothing: on
trouble there is a sentence on the standard error, node_modules is as it was, and it exits with 1.

Place: tools/setup calls it, for the page of `ouro report`. Only the standard library, since npm is
three hundred packages in Debian; what it does not do is what such a list does not need: packages
for one system only, scripts, programs, packages by Git. npm_packages_test tests it.
"""

import base64
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request

REGISTRY = "https://registry.npmjs.org"  # npm's own default
SECONDS = 60  # for a tarball
MAX_BYTES = 50 * 1000 * 1000  # of a tarball
MAX_FILES = 10000  # of a package
NAME = re.compile(r"(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*")
STAMP = ".ouroboros"  # in node_modules: the hash of the list that it was made from


class Trouble(Exception):
    """A sentence that says what went wrong."""


class Package:
    """An entry of the list: where it goes, and what it has to be."""

    def __init__(self, place, entry):
        self.place = place
        self.name = entry.get("name") or place.rpartition("node_modules/")[2]
        self.version = str(entry.get("version", ""))
        self.integrity = str(entry.get("integrity", ""))
        parts = pathlib.PurePosixPath(place).parts
        if parts[:1] != ("node_modules",) or ".." in parts or not NAME.fullmatch(self.name):
            raise Trouble(f'the list has a package in a strange place: "{place}"')
        if not re.fullmatch(r"[0-9A-Za-z.+-]+", self.version):
            raise Trouble(f"the list has no version of {self.name}")
        if not re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", self.integrity):
            raise Trouble(f"the list has no SHA-512 of {self.name}")

    def digest(self):
        return base64.b64decode(self.integrity.removeprefix("sha512-"))

    def is_whole(self, tarball):
        return hashlib.sha512(tarball).digest() == self.digest()


def packages(text):
    """The packages of a list, in its order; those for development are none of ours."""
    try:
        lock = json.loads(text)
        entries = lock["packages"]
        version = lock["lockfileVersion"]
    except (ValueError, KeyError, TypeError):
        raise Trouble("the list is not a package-lock.json") from None
    if version != 3:
        raise Trouble(f"the list has version {version}, not 3")
    return [Package(place, entry) for place, entry in entries.items()
            if place and not entry.get("dev")]


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(home) / "ouroboros/npm-tarballs"


def by_npm(package):
    """The tarball, by the command `npm`."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder,
                 f"{package.name}@{package.version}"], cwd=folder, capture_output=True, text=True,
                errors="replace", stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Trouble(f"npm had no {package.name} after {SECONDS} s") from None
        files = list(pathlib.Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(files) != 1:
            raise Trouble(f"npm cannot pack {package.name} {package.version}")
        return files[0].read_bytes()


def by_registry(package, registry):
    """The tarball, from where registries have it."""
    base = package.name.rpartition("/")[2]
    url = f"{registry.rstrip('/')}/{package.name}/-/{base}-{package.version}.tgz"
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            return answer.read(MAX_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Trouble(f"{package.name} {package.version} cannot be downloaded: {error}") from None


def tarball(package):
    """The bytes of the package, as its hash says, from the cache or else brought and kept there."""
    kept = cache() / (package.digest().hex() + ".tgz")
    if kept.is_file():
        text = kept.read_bytes()
        if package.is_whole(text):
            return text
    if shutil.which("npm"):
        text = by_npm(package)
    else:
        text = by_registry(package, os.environ.get("npm_config_registry") or REGISTRY)
    if len(text) > MAX_BYTES or not package.is_whole(text):
        raise Trouble(f"{package.name} {package.version} is not what its hash says")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as file:
        file.write(text)
    os.replace(file.name, kept)
    return text


def unpack(text, folder):
    """The files of a tarball, which are all below one folder in it, whatever that is called."""
    with tarfile.open(fileobj=io.BytesIO(text), mode="r:gz") as archive:
        for count, member in enumerate(archive):
            if count == MAX_FILES:
                raise Trouble(f"a package has more than {MAX_FILES} files")
            parts = pathlib.PurePosixPath(member.name).parts[1:]
            if not member.isfile():
                continue  # folders come with their files; there are no links in packages
            if not parts or ".." in parts:
                raise Trouble(f'a package has a file in a strange place: "{member.name}"')
            path = folder.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.extractfile(member).read())


def install(folder):
    """Makes node_modules what the list says, all at once. Whether there was anything to do."""
    text = (folder / "package-lock.json").read_bytes()
    modules = folder / "node_modules"
    stamp = hashlib.sha512(text).hexdigest() + "\n"
    if (modules / STAMP).is_file() and (modules / STAMP).read_text() == stamp:
        return False
    with tempfile.TemporaryDirectory(dir=folder, prefix="node_modules.") as made:
        fresh = pathlib.Path(made)
        for package in packages(text):
            try:
                unpack(tarball(package), fresh / package.place)
            except (tarfile.TarError, EOFError) as error:
                raise Trouble(f"{package.name} is no tarball: {error}") from None
        (fresh / "node_modules").mkdir(exist_ok=True)
        (fresh / "node_modules" / STAMP).write_text(stamp)
        if modules.exists():
            shutil.rmtree(modules)
        os.rename(fresh / "node_modules", modules)
    return True


def main():
    if len(sys.argv) != 2:
        sys.exit("npm_packages.py: give the folder of a package-lock.json")
    try:
        install(pathlib.Path(sys.argv[1]))
    except (Trouble, OSError) as error:
        sys.exit(f"npm_packages.py: {error}")


if __name__ == "__main__":
    main()
