#!/usr/bin/env python3
"""Puts the speech runtime and the models of manifest.toml in place, and nothing else.

A package is fetched by pip, by name and by hash; a plain address by HTTPS, resumed where it broke off. Every file is
checked before it gets its name, so that what is in place is whole. What is in place is known by its stamp (size,
time, hash), and a second run is over at once.
"""

import argparse
import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11; pip carries the same reader
    from pip._vendor import tomli as tomllib

HERE = pathlib.Path(__file__).resolve().parent
TRIES = 4
BLOCK = 1 << 20


class Refused(Exception):
    """Something to tell the person at the keyboard, with the cure."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="items to fetch (default: all that are not optional)")
    parser.add_argument("--models", metavar="DIR", help="where to put them (default: $PORTICO_MODELS, or this folder)")
    parser.add_argument("--machine", default=platform.machine(), choices=["x86_64", "aarch64"], help="whose libraries to fetch")
    parser.add_argument("--list", action="store_true", help="say what the manifest names, and whether it is in place")
    parser.add_argument("--verify", action="store_true", help="hash every file again, whatever its stamp says")
    parser.add_argument("--keep", action="store_true", help="keep what was downloaded in the cache folder")
    options = parser.parse_args()
    place = pathlib.Path(options.models or os.environ.get("PORTICO_MODELS") or HERE).resolve()
    try:
        items = read_manifest(options.machine)
        if options.list:
            return show(items, place)
        chosen = choose(items, options.names)
        if not options.verify and all(in_place(item, place) for item in chosen):
            print(f"models: all {len(chosen)} in place in {place}")
            return 0
        place.mkdir(parents=True, exist_ok=True)
        with only_one(place):
            for item in chosen:
                provide(item, place, options)
    except Refused as refusal:
        print(f"\nmodels: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmodels: stopped; run it again to go on from here", file=sys.stderr)
        return 130
    return 0


# The manifest: what there is, for this machine.


def read_manifest(machine):
    items = []
    for path in (HERE / "manifest.toml", HERE / "own.toml"):
        if not path.exists():
            continue
        try:
            listed = tomllib.loads(path.read_text("utf-8")).get("item", [])
        except tomllib.TOMLDecodeError as error:
            raise Refused(f"{path} cannot be read: {error}") from None
        items += [for_machine(item, machine, path) for item in listed]
    return items


def for_machine(item, machine, path):
    """The item as this machine needs it: one source, and the files that concern it."""
    name = item.get("name", "?")
    try:
        sources = [s for s in item["source"] if s.get("machine", machine) == machine]
        if not sources:
            raise Refused(f"{name} has no source for {machine} in {path}")
        files = [f for f in item["file"] if f.get("machine", machine) == machine]
        for file in files:
            inside = pathlib.PurePosixPath(file["to"])
            if inside.is_absolute() or ".." in inside.parts:
                raise Refused(f"{name} in {path} would write outside its folder: {file['to']}")
            file["sha256"], file["size"], file["from"]  # noqa: B018  each must be there
        source = sources[0]
        source["sha256"], source["size"]  # noqa: B018
        if pathlib.PurePosixPath(name).name != name or name.startswith("."):
            raise Refused(f"{name!r} in {path} is not a name for a folder")
    except KeyError as missing:
        raise Refused(f"{name} in {path} lacks {missing}") from None
    return {**item, "source": source, "file": files}


def choose(items, names):
    unknown = set(names) - {item["name"] for item in items}
    if unknown:
        raise Refused(f"the manifest does not name {', '.join(sorted(unknown))}; --list shows what it does")
    return [item for item in items if (item["name"] in names if names else not item.get("optional", False))]


def show(items, place):
    for item in items:
        state = "in place" if in_place(item, place) else ("optional" if item.get("optional") else "missing")
        size = sum(file["size"] for file in item["file"])
        print(f"{item['name']:24} {state:9} {size / 1e6:6.1f} MB  {item['licence']}\n{'':24} {item['what']}")
    return 0


# What is in place.


def stamp_path(item, place):
    return place / item["name"] / ".stamp.json"


def in_place(item, place):
    """By stamp alone: no hashing, so that a start is not held up."""
    try:
        stamp = json.loads(stamp_path(item, place).read_text("utf-8"))
        for file in item["file"]:
            size, mtime_ns, sha256 = stamp[file["to"]]
            found = os.stat(place / item["name"] / file["to"])
            if (found.st_size, found.st_mtime_ns) != (size, mtime_ns):
                return False
            if (file["size"], file["sha256"]) != (size, sha256):
                return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def verified(item, place):
    """By hash; writes a fresh stamp when every file is right."""
    stamp = {}
    for file in item["file"]:
        path = place / item["name"] / file["to"]
        try:
            found = path.stat()
        except OSError:
            return False
        if found.st_size != file["size"] or sha256_of(path) != file["sha256"]:
            return False
        stamp[file["to"]] = [found.st_size, found.st_mtime_ns, file["sha256"]]
    write_whole(stamp_path(item, place), json.dumps(stamp, indent=1).encode())
    return True


# Fetching.


def provide(item, place, options):
    name = item["name"]
    if not options.verify and in_place(item, place):
        print(f"{name}: in place")
        return
    if verified(item, place):
        print(f"{name}: in place, every hash is right")
        return
    cache = place / ".cache"
    cache.mkdir(exist_ok=True)
    archive = obtain(item, cache)
    (place / name).mkdir(exist_ok=True)
    with opened(archive) as member:
        for file in item["file"]:
            put(item, file, place / name / file["to"], member)
    if not verified(item, place):
        raise Refused(f"{name} was extracted, but a file has another hash than the manifest names; nothing uses it")
    if not options.keep:
        archive.unlink()
        with contextlib.suppress(OSError):
            cache.rmdir()
    print(f"{name}: in place ({sum(f['size'] for f in item['file']) / 1e6:.1f} MB, {item['licence']})")


def obtain(item, cache):
    source = item["source"]
    wanted = cache / (source.get("wheel") or pathlib.PurePosixPath(urllib.parse.urlparse(source["url"]).path).name)
    if wanted.exists() and sha256_of(wanted) == source["sha256"]:
        return wanted
    if "package" in source:
        by_pip(item["name"], source, cache, wanted)
    else:
        by_https(item["name"], source, wanted)
    if not wanted.exists():
        raise Refused(f"{item['name']}: {wanted.name} did not arrive; is another file listed under this version?")
    found = sha256_of(wanted)
    if found != source["sha256"]:
        wanted.unlink()
        raise Refused(
            f"{item['name']}: REFUSED, the hash is wrong.\n  expected {source['sha256']}\n  received {found}\n"
            "  The file was thrown away. Somebody on the way may have changed it: try again from another network;\n"
            "  if it stays so, do not edit the hash, but ask whoever gave you this manifest."
        )
    return wanted


def by_pip(name, source, cache, wanted):
    """pip finds the package index that this machine is set up for; the hash decides whether we take what it brings."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        raise Refused("pip is missing: apt-get install python3-pip")
    with tempfile.TemporaryDirectory(dir=cache) as work:
        requirements = pathlib.Path(work, "requirements.txt")
        requirements.write_text(f"{source['package']}=={source['version']} --hash=sha256:{source['sha256']}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-cache-dir"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--python-version=3.11", "--retries=5"]
        command += [f"--platform={tag}" for tag in source["platforms"]]
        command += ["--dest", work, "--requirement", str(requirements)]
        for attempt in range(1, TRIES + 1):
            with progress(name, source["size"], lambda: size_of_tree(work)):
                done = subprocess.run(
                    command, env={**os.environ, "TMPDIR": work}, capture_output=True, text=True, check=False
                )
            if done.returncode == 0:
                break
            said = (done.stderr or done.stdout).strip()
            if "HASHES" in said or "hashes" in said:
                raise Refused(
                    f"{name}: REFUSED, the package index offers another file than the manifest names.\n{indent(said)}\n"
                    "  Nothing was kept. Check the package index that pip uses (pip config list), or try another network."
                )
            if attempt == TRIES:
                raise Refused(f"{name}: pip could not fetch it.\n{indent(said)}\n  Run it again when the network is back.")
            wait(name, attempt)
        arrived = pathlib.Path(work, wanted.name)
        if arrived.exists():
            os.replace(arrived, wanted)


def by_https(name, source, wanted):
    """Goes on where an earlier try broke off."""
    address = urllib.parse.urlparse(source["url"])
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise Refused(f"{name}: {source['url']} is not an https address")
    part = wanted.with_name(wanted.name + ".part")
    for attempt in range(1, TRIES + 1):
        try:
            with progress(name, source["size"], lambda: part.stat().st_size if part.exists() else 0):
                transfer(source, part)
            os.replace(part, wanted)
            return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # what we have is longer than what there is
                part.unlink()
            if (error.code < 500 and error.code not in (408, 416, 429)) or attempt == TRIES:
                raise Refused(f"{name}: {source['url']} answered {error.code} {error.reason}") from None
        except (OSError, EOFError) as error:
            if attempt == TRIES:
                raise Refused(f"{name}: {source['url']}: {error}\n  Run it again when the network is back.") from None
        wait(name, attempt)


def transfer(source, part):
    have = part.stat().st_size if part.exists() else 0
    if have > source["size"]:
        part.unlink()
        have = 0
    if have == source["size"]:
        return
    request = urllib.request.Request(source["url"], headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        resumed = have and answer.status == 206
        with open(part, "ab" if resumed else "wb") as out:
            room = source["size"] - (have if resumed else 0)
            while block := answer.read(min(BLOCK, room + 1)):
                room -= len(block)
                if room < 0:
                    out.close()
                    part.unlink()
                    raise Refused(f"{source['url']} is longer than the {source['size']} bytes that the manifest names")
                out.write(block)
    if room:
        raise EOFError(f"{room} bytes did not arrive")


@contextlib.contextmanager
def opened(archive):
    """Gives a function from a member's name to its bytes; a plain file is its own only member."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            yield wheel.read
    else:
        yield lambda _name: archive.read_bytes()


def put(item, file, path, member):
    try:
        content = member(file["from"])
    except KeyError:
        raise Refused(f"{item['name']}: the package does not hold {file['from']}") from None
    if file.get("convert") == "moonshine-tokens":
        content = moonshine_tokens(content)
    if len(content) != file["size"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise Refused(f"{item['name']}: REFUSED, {file['to']} is not the file that the manifest names")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def moonshine_tokens(packed):
    """tokenizer.bin is byte strings, each behind its length: one byte, or two where the first is 128 or more. The
    engine wants one line for each: the string in base 64, and its number."""
    lines, at = [], 0
    while at < len(packed):
        length = packed[at]
        at += 1
        if length >= 128:
            length = length - 128 + packed[at] * 128
            at += 1
        lines.append(f"{base64.b64encode(packed[at:at + length]).decode()} {len(lines)}\n")
        at += length
    return "".join(lines).encode()


# Small things.


@contextlib.contextmanager
def progress(name, total, have):
    """A bar on a terminal; a line now and then elsewhere."""
    done = threading.Event()
    terminal = sys.stdout.isatty()

    def draw():
        while not done.wait(0.2 if terminal else 10):
            share = min(have() / total, 1)
            bar = "#" * int(share * 30)
            line = f"{name:24} [{bar:30}] {share:4.0%} of {total / 1e6:.1f} MB"
            print(f"\r{line}" if terminal else line, end="" if terminal else "\n", flush=True)

    if not terminal:
        print(f"{name}: fetching {total / 1e6:.1f} MB", flush=True)
    painter = threading.Thread(target=draw, daemon=True)
    painter.start()
    try:
        yield
    finally:
        done.set()
        painter.join()
        if terminal:
            print("\r" + " " * 78 + "\r", end="", flush=True)


def size_of_tree(folder):
    total = 0
    for path in pathlib.Path(folder).rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def wait(name, attempt):
    pause = 2**attempt
    print(f"{name}: the network broke off; going on in {pause} s", file=sys.stderr)
    time.sleep(pause)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_whole(path, content):
    """The file has its name only when all of it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with open(partial, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, path)


def indent(text):
    return "\n".join("    " + line for line in text.splitlines()[-8:])


@contextlib.contextmanager
def only_one(place):
    """Two runs at once would fetch everything twice."""
    with open(place / ".lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("models: another fetch is at work; waiting for it", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
