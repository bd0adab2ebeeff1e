"""Asks Python's packaging library what this package should answer.

    pip install packaging && python expect.py > expect.json

The inputs are here, the answers are the library's.
"""

import json

import packaging
from packaging import _manylinux, _musllinux, tags, utils
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

VERSIONS = """
0 1 1.0 1.0.0 1.1 1.1.0 1.2 1.10 2 2.0 2.0.0 2.1 10.0 0.9 0.9.9 3.11 3.11.4 2024.1.15 99999999999999999999999.1
1.0a1 1.0.a1 1.0-alpha-1 1.0alpha 1.0A1 1.0b2 1.0beta_2 1.0c3 1.0rc3 1.0-preview3 1.0pre4 1.0rc10 2.0rc1 1.1a1
1.0.post1 1.0-1 1.0post 1.0.rev3 1.0-r4 1.0.post10 2.0.post1 1.0a1.post2 1.0a1.post2.dev3 1.0.post1.dev2
1.0.dev1 1.0dev 1.0-dev-7 1.0.dev10 2.0.dev0 1.0a1.dev1 1.1.dev1 0.dev0
1.0+cpu 1.0+cu118 1.0+cu.12.1 1.0+1 1.0+01 1.0+10 1.0+A.b-c_d 1.0.post1+x 2.0+cpu 1.1+cpu 1.0a1+cpu
1!0.5 1!1.0 0!1.0 2!1 v1.0 V2.0rc1 01.002.003 1.0.0.0.0
""".split() + ["  1.0  ", "1.0\n"]

NOT_VERSIONS = """
a 1.0x 1..0 1. .1 1.0+ 1.0+_x 1.0++x 1!!0 -1 1.0.*  1.0.dev1.post1 1.0rc1a1 1.0-+x latest 1,0 1.0a-b
""".split() + ["", " ", "1.0 .0", "1.0+x y", "\u0661.0"]

SPECIFIED = """
1 1.0 1.0.0 1.1 2.0 1.0a1 1.0rc3 1.0.post1 1.0.dev1 1.0a1.dev1 1.0.post1.dev2 0.9 1!1.0 1!0.5 0 10.0 1.2.3 2024.1
""".split()

SETS = [
    "", " ", ",", ">=1.0", ">=1.0,<2", ">= 1.0 , < 2.0", "!=1.0.*,>=0.9", "~=1.0", "~=1.0.0", "~=2024.1", "==1.*", "== 1.0.*", "!=1.1.*",
    "===1.0", "===1.0+cpu", "=== 1.0.post1", "==1.0+cpu", "!=1.0+cpu", "==1.0+CPU", "~=1.0rc3", "~=1.0.post1", "~=1.0a1", "==1!1.*", "<1!0", ">1!0.5",
    ">=1.0,", "==1.0.*,!=1.0.post1", "===foo", "==01.0", "==v1.0", "<1.0.post1", ">1.0a1", "<1.0rc3", ">1.0.dev1", "<=1.0.dev1", ">1.0.post1.dev2",
    "==1.0.0.*", "==1.0.0.0.*", "!=2.*", "==99999999999999999999999.*",
    # refused
    "1.0", "=1.0", "=>1.0", ">=1.0 <2.0", "~=1", ">=1.0.*", "<2.*", "~=1.0.*", ">1.0+cpu", "<=1.0+cpu", "==1.0a1.*", "==1.0.dev1.*", "==1.0+x.*", "==", ">=",
    "==1.0||==2.0", "*", "^1.0", "== 1. 0",
]

NAMES = ["A", "a", "Foo-Bar", "foo_bar", "foo.bar", "foo--bar", "foo._-bar", "zope.interface", "3to2", "-a", "a-", ".", "", "a b", "é", "a!", "_a", "a_"]

REQUIREMENTS = [
    "a", "A", "foo-bar", "Foo_Bar.baz", "name>=1.0", "name >= 1.0", "name>=1.0,<2", "name ( >=1.0, <2 )", "name(==1.0)", "name ()", "name[a]", "name[a,b]", "name [ a , b ]>=1",
    "name[]", "name[ ]==1", "name[Foo_Bar]", "name; python_version<'3'", "name ;python_version < '3.12' and extra == 'x'", "name==1.0;os_name=='posix'",
    "name @ https://e.example/n-1.0-py3-none-any.whl", "name@https://e.example/x.whl", "name[x] @ file:///a/b.whl ; sys_platform == 'linux'",
    "name @ git+https://e.example/r.git@main#egg=name", "name@ https://e.example/a;b", "name===1.0", "name === weird-local", "name~=1.0", "name!=1.0.*", "name == 1.0.post1 ",
    "  name  ", "\tname\t>=1", "name>=1.0,", "n.a-m_e[ex-tra1,ex.tra2]~=2.2,!=2.2.3; python_version >= '3.8' or (os_name == 'nt' and platform_machine == 'x86_64')",
    # refused
    "", " ", "-name", "name-", "name>=", "name>=1.0 <2", "name[a", "name[a b]", "name[,]", "name[a,]", "name[-a]", "name @", "name @ ", "name;", "name; ", "name; foo == 'x'", "name (>=1", "name>=1)",
    "name @ https://e.example/x whl", "name @ https://e.example/x.whl; ", "name >=1.0 python_version < '3'", "na me", "name==1.*.1", "name>1.0.*", "name=1.0", "name,other", "ñame", "name[a]b", "name == 1.0 == 2.0", ">=1.0",
    "name @ https://e.example/x.whl ;", "name \n", "name\n>=1",
]

VARIABLES = """
python_version python_full_version os_name sys_platform platform_release platform_system platform_version platform_machine
platform_python_implementation implementation_name implementation_version extra
""".split()

MARKERS = [
    "python_version < '3.12'", "python_version<'3.9'", "python_version >= '3.10'", "python_version > '3.9'", "python_version <= '3.11'", "python_version == '3.11'", "python_version == '3.1'",
    "python_version != '3.11'", "python_version == '3.*'", "python_version ~= '3.8'", "python_version === '3.11'", "python_version in '3.10, 3.11'", "python_version not in '2.7 3.6'", "python_version in '3.1'",
    "python_version < 'foo'", "python_version == 'foo'", "python_version >= 'foo'", "python_version != 'foo'", "python_version > ''",
    "'3.10' < python_version", "'3.11' == python_version", "'3.12' >= python_version", "'3.1' in python_version", "'3.12' not in python_version", "'x' == python_version", "'3.11' ~= python_version",
    "python_full_version >= '3.11.4'", "python_full_version < '3.11.8'", "python_full_version == '3.11.*'", "python_full_version ~= '3.11.2'", "python_full_version < '3.13.0rc1'", "python_full_version === '3.11.7'",
    "implementation_version >= '3.9'", "implementation_name == 'cpython'", "implementation_name != 'cpython'", "implementation_name == 'CPython'",
    "platform_python_implementation == 'CPython'", "platform_python_implementation != 'PyPy'", "python_implementation == 'CPython'", "platform.python_implementation == 'CPython'",
    "os_name == 'posix'", "os.name == 'posix'", "os_name == 'nt'", "os_name > 'a'", "os_name >= 'posix'", "os_name <= 'posix'", "os_name < 'z'", "'pos' in os_name", "os_name in 'posix nt'", "os_name not in 'posix nt'",
    "sys_platform == 'linux'", "sys.platform == 'linux'", "sys_platform == 'win32'", "sys_platform != 'darwin'", "sys_platform in 'linux linux2'", "'linux' in sys_platform", "'linux' == sys_platform",
    "platform_system == 'Linux'", "platform_system == 'linux'", "platform_system != 'Windows'", "platform_machine == 'x86_64'", "platform_machine == 'aarch64'", "platform.machine != 'arm64'", "platform_machine in 'x86_64 amd64'",
    "platform_release == ''", "platform_release >= '5.0'", "platform_release < '5.0'", "platform_release != '1'", "'tegra' in platform_release", "platform_version == ''", "platform.version >= '1'", "platform_version < '1'",
    "extra == 'test'", "extra == 'Test'", "extra == 'my_extra'", "extra != 'test'", "'test' == extra", "extra in 'test dev'", "extra == ''", "extra >= 'test'",
    "python_version >= '3.8' and python_version < '3.12'", "python_version < '3.8' or os_name == 'posix'", "python_version < '3.8' or os_name == 'nt' and extra == 'test'",
    "(python_version < '3.8' or os_name == 'posix') and extra == 'test'", "os_name == 'nt' or (python_version < '3.8' and sys_platform == 'linux')",
    "((os_name == 'posix'))", "( os_name=='posix' )and( sys_platform=='linux' )", "os_name=='posix'and sys_platform=='linux'", "\tos_name\t==\t'posix'\t",
    'os_name == "posix"', '"posix" == os_name and python_version >= "3"', "os_name == 'it\"s'",
    "python_version > '3' and python_version < '4' and os_name != 'nt' or sys_platform == 'win32' and platform_machine == 'x86_64' or extra == 'a'",
    # refused
    "", " ", "python_version", "python_version <", "< '3'", "python_version < 3", "python_version < '3", "python_version = '3'", "python_version < '3' and", "and python_version < '3'", "python_version < '3' or or os_name == 'x'",
    "(python_version < '3'", "python_version < '3')", "foo == 'x'", "os_name == posix", "os_name not 'x'", "os_name notin 'x'", "python_version < '3' xor os_name == 'x'", "not os_name == 'x'", "os_name == 'x' ; os_name == 'y'",
    "os_name ~= 'x'", "os_name === 'x'", "python_version ~= '3'", "Python_Version < '3'", "extra == 'a' AND extra == 'b'", "()",
]

LOCK_MARKERS = [
    "'dev' in extras", "'Dev' in extras", "'dev' not in extras", "'test_all' in dependency_groups", "'test-all' not in dependency_groups", "'dev' in extras and 'x' in dependency_groups",
    "'dev' in extras or 'docs' in dependency_groups", "python_version >= '3.8' and 'a' in extras",
]

ENVIRONMENTS = [
    {"python": "3.11.7", "machine": "x86_64", "extra": ""},
    {"python": "3.11.7", "machine": "x86_64", "extra": "test"},
    {"python": "3.9.0", "machine": "aarch64", "extra": "my-extra"},
    {"python": "3.13.1", "machine": "aarch64", "extra": "a"},
]

LOCK_SETS = [[[], []], [["dev"], []], [["a", "Dev"], ["Test.All"]], [[], ["docs", "x"]], [["dev"], ["x"]]]

WHEELS = """
numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl six-1.16.0-py2.py3-none-any.whl Foo_Bar-1.0-1-py3-none-any.whl foo.bar-1.0-12abc-py3-none-any.whl
a-1.0+cpu-cp39-abi3-linux_x86_64.whl a-1!2.0rc1-py3-none-any.whl a-1.0.post1-002-py3-none-any.whl PyYAML-6.0-CP311-cp311-Manylinux_2_17_x86_64.whl torch-2.1.0+cu118-cp311-cp311-linux_x86_64.whl
a-1.0-py3-none-any.zip a-1.0-py3-none.whl a-1.0-b1-py3-none-any.whl a-1.0-1-2-py3-none-any.whl a-x-py3-none-any.whl a__b-1.0-py3-none-any.whl a-1.0-py3-none-any -1.0-py3-none-any.whl a!-1.0-py3-none-any.whl
""".split()

TARGETS = [
    ["3.11.7", "amd64", "glibc", "2.36"], ["3.9", "arm64", "glibc", "2.31"], ["3.12.1", "amd64", "glibc", "2.17"], ["3.13", "arm64", "glibc", "2.41"], ["3.10.2", "amd64", "musl", "1.2"],
    ["3.11", "arm64", "musl", "1.1"], ["3.8", "amd64", "glibc", "2.5"], ["3.11", "s390x", "glibc", "2.28"],
]

MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "s390x": "s390x"}


def attempt(function, *args):
    try:
        return function(*args)
    except Exception:  # whatever it is: the answer is "refused"
        return None


def version(text):
    v = attempt(Version, text)
    return None if v is None else {"normal": str(v), "public": v.public, "pre": v.is_prerelease}


def specifier(text):
    s = attempt(SpecifierSet, text)
    if s is None:
        return None
    return "".join("1" if s.contains(Version(v), prereleases=True) else "0" for v in VERSIONS)


def requirement(text):
    r = attempt(Requirement, text)
    if r is None:
        return None
    return {
        "name": utils.canonicalize_name(r.name),
        "extras": sorted(utils.canonicalize_name(e) for e in r.extras),
        "url": r.url or "",
        "specifiers": sorted(str(s) for s in r.specifier),
        "marker": r.marker is not None,
    }


def environment(e):
    return {
        "implementation_name": "cpython", "implementation_version": e["python"], "os_name": "posix", "platform_machine": e["machine"], "platform_release": "", "platform_system": "Linux",
        "platform_version": "", "python_full_version": e["python"], "platform_python_implementation": "CPython", "python_version": ".".join(e["python"].split(".")[:2]), "sys_platform": "linux", "extra": e["extra"],
    }


def marker(text):
    m = attempt(Marker, text)
    if m is None:
        return None
    answers = [attempt(m.evaluate, environment(e)) for e in ENVIRONMENTS]
    return None if None in answers else answers


def lock_marker(text):
    m = Marker(text)
    e = environment(ENVIRONMENTS[0])
    return [m.evaluate({**e, "extras": set(x), "dependency_groups": set(g)}, context="lock_file") for x, g in LOCK_SETS]


def wheel(text):
    w = attempt(utils.parse_wheel_filename, text)
    if w is None:
        return None
    name, version, build, ts = w
    return {"name": name, "version": str(version), "build": "".join(str(b) for b in build), "tags": sorted(str(t) for t in ts)}


def target(python, arch, libc, level):
    major, minor = (int(n) for n in level.split("."))
    numbers = tuple(int(n) for n in python.split(".")[:2])
    machine = MACHINES[arch]
    platforms = []
    if libc == "glibc":
        _manylinux._get_glibc_version = lambda: (major, minor)
        _manylinux._is_compatible = lambda *_: True
        _manylinux._have_compatible_abi = lambda *_: True
        platforms += _manylinux.platform_tags([machine])
    else:
        platforms += [f"musllinux_{major}_{m}_{machine}" for m in range(minor, -1, -1)]
    platforms.append("linux_" + machine)
    interpreter = "cp%d%d" % numbers
    found = list(tags.cpython_tags(numbers, [interpreter], platforms)) + list(tags.compatible_tags(numbers, interpreter, platforms))
    return [str(t) for t in found]


ordered = sorted((v for v in VERSIONS), key=Version)
specs = sorted({op + v for op in ["==", "!=", "<", ">", "<=", ">=", "~=", "==="] for v in SPECIFIED}) + SETS

print(json.dumps({
    "packaging": packaging.__version__,
    "versions": [[v, version(v)] for v in VERSIONS + NOT_VERSIONS],
    "ordered": [[v, str(Version(v))] for v in ordered],
    "specifiers": [[s, specifier(s)] for s in specs],
    "against": VERSIONS,
    "names": [[n, utils.canonicalize_name(n), attempt(lambda x: utils.canonicalize_name(x, validate=True), n) is not None] for n in NAMES],
    "requirements": [[r, requirement(r)] for r in REQUIREMENTS],
    "environments": ENVIRONMENTS,
    "markers": [[m, marker(m)] for m in MARKERS],
    "lockSets": LOCK_SETS,
    "lockMarkers": [[m, lock_marker(m)] for m in LOCK_MARKERS],
    "wheels": [[w, wheel(w)] for w in WHEELS],
    "targets": [[t, target(*t)] for t in TARGETS],
}, indent=0, ensure_ascii=True, sort_keys=True))
