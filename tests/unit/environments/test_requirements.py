from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

import pytest

from regoose_ci.environments.project_files import EntryPoint, ProjectRequirements, VersionFile
from regoose_ci.environments.requirements import find_requirements


def read_project(files: Mapping[str, str]) -> ProjectRequirements:
    content = {path: dedent(text).encode() for path, text in files.items()}
    return find_requirements(content.get, sorted(content))


def read_pyproject(text: str) -> ProjectRequirements:
    return read_project({"pyproject.toml": text})


def test_the_standard_table_is_read() -> None:
    found = read_pyproject(
        """
        [build-system]
        requires = ["hatchling>=1.27"]
        build-backend = "hatchling.build"
        [project]
        name = "Sample-Project"
        version = "1.2"
        requires-python = ">=3.10"
        dependencies = ["idna >= 3", "six"]
        [project.scripts]
        sample = "sample.cli:main"
        [project.entry-points."sample.plugins"]
        one = "sample.one"
        """
    )

    assert found == ProjectRequirements(
        requires_python=">=3.10",
        dependencies=("idna>=3", "six"),
        build_requires=("hatchling>=1.27",),
        build_backend="hatchling.build",
        distribution_name="Sample-Project",
        version="1.2",
        entry_points=(
            EntryPoint("console_scripts", "sample", "sample.cli:main"),
            EntryPoint("sample.plugins", "one", "sample.one"),
        ),
        sources=("pyproject.toml",),
    )


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "p"\noptional-dependencies.tests = ["hypothesis"]',
        '[project]\nname = "p"\n[project.optional-dependencies]\ndev = ["hypothesis", "ruff"]',
        '[project]\nname = "p"\n[dependency-groups]\ntest = ["hypothesis", "pytest>=8"]',
        '[dependency-groups]\nunit-tests = ["hypothesis"]\ndocs = ["sphinx", "furo"]',
        '[dependency-groups]\nchecks = ["hypothesis", "pytest"]',
        '[dependency-groups]\nTest = [{include-group = "base_"}]\n"base-" = ["hypothesis"]',
        '[tool.pdm.dev-dependencies]\ntooling = ["black", "pytest", "hypothesis"]',
        '[tool.uv]\ndev-dependencies = ["hypothesis"]',
        '[tool.hatch.envs.default]\ndependencies = ["pytest", "coverage", "hypothesis"]',
        '[tool.poetry.group.test.dependencies]\nhypothesis = "*"',
        '[tool.poetry.dev-dependencies]\nhypothesis = "*"\nmypy = "^1"',
        '[tool.flit.metadata.requires-extra]\ntest = ["hypothesis"]',
    ],
)
def test_test_dependencies_are_found_wherever_they_are_kept(text: str) -> None:
    assert read_pyproject(text).test_dependencies == ("hypothesis",)


def test_an_extra_that_names_the_project_itself_is_resolved() -> None:
    found = read_pyproject(
        """
        [project]
        name = "sample"
        [project.optional-dependencies]
        http = ["h2"]
        all = ["sample[http]", "trio"]
        test = ["Sample[all]", "sample[test]", "hypothesis"]
        """
    )

    assert found.test_dependencies == ("h2", "trio", "hypothesis")


def test_groups_that_include_each_other_end() -> None:
    found = read_pyproject(
        """
        [dependency-groups]
        test = ["six", {include-group = "dev"}]
        dev = ["idna", {include-group = "test"}]
        """
    )

    assert found.test_dependencies == ("six", "idna")


def test_poetry_ranges_become_standard_ones() -> None:
    found = read_pyproject(
        """
        [tool.poetry]
        name = "sample"
        version = "0.4.0"
        packages = [{include = "sample", from = "src"}]
        [tool.poetry.dependencies]
        python = "^3.8"
        idna = "^3.4"
        six = {version = "~1.16", extras = ["all"], python = "<3.12"}
        tool = {version = "*", optional = true}
        own = {git = "https://example.com/own.git"}
        """
    )

    assert found.requires_python == ">=3.8,<4"
    assert found.dependencies == (
        "idna<4,>=3.4",
        'six[all]<1.17,>=1.16; python_version < "3.12"',
    )
    assert found.package_roots == ("src",)
    assert found.problems == ("own is required from an address of its own and was left out.",)


def test_setup_cfg_is_read() -> None:
    found = read_project(
        {
            "setup.cfg": """
            [metadata]
            name = sample
            version = attr: sample.__version__
            [options]
            python_requires = >=3.9
            package_dir =
                = src
            install_requires =
                idna>=2.5,<4
                # a comment
                urllib3<1.27 ; python_version >= "3"
            [options.extras_require]
            test = pretend
            docs = sphinx
            [options.entry_points]
            console_scripts =
                sample = sample.cli:main
            """,
            "src/sample/__init__.py": "__version__ = '2.1'\n",
        }
    )

    assert found.dependencies == ("idna<4,>=2.5", 'urllib3<1.27; python_version >= "3"')
    assert found.test_dependencies == ("pretend",)
    assert (found.version, found.requires_python) == ("2.1", ">=3.9")
    assert found.package_roots == ("src",)
    assert found.entry_points == (EntryPoint("console_scripts", "sample", "sample.cli:main"),)


def test_setup_py_is_read_without_running_it() -> None:
    found = read_project(
        {
            "setup.py": """
            import os
            from setuptools import setup
            raise SystemExit("must not run")
            here = os.path.dirname(__file__)
            about = {}
            with open(os.path.join(here, "sample", "__about__.py")) as file:
                exec(file.read(), about)
            requires = ["idna>=2.5", "six"]
            tests = ["pretend", "pytest"]
            setup(
                name=about["__title__"],
                version=about["__version__"],
                install_requires=requires + ["certifi"],
                tests_require=tests,
                extras_require={"socks": ["PySocks"], "testing": tests},
                package_dir={"": "lib"},
                use_scm_version={"write_to": "lib/sample/_version.py"},
            )
            """,
            "sample/__about__.py": "__title__ = 'sample'\n__version__ = '3.0'\n",
        }
    )

    assert (found.distribution_name, found.version) == ("sample", "3.0")
    assert found.dependencies == ("idna>=2.5", "six", "certifi")
    assert found.test_dependencies == ("pretend",)
    assert found.package_roots == ("lib",)
    assert found.version_files == (VersionFile("lib/sample/_version.py"),)


def test_arguments_unpacked_from_a_dictionary_are_read() -> None:
    source = """
    from setuptools import setup
    config = dict(name="sample", install_requires=["six"], ext_modules=extensions())
    setup(**config)
    """

    found = read_project({"setup.py": source})

    assert (found.distribution_name, found.dependencies) == ("sample", ("six",))
    assert found.compiled


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("pyproject.toml", "[project]\nclassifiers = [{0!r}, {1!r}, {2!r}]"),
        ("pyproject.toml", "[tool.poetry]\nclassifiers = [{0!r}, {1!r}, {2!r}]"),
        ("setup.cfg", "[metadata]\nclassifiers =\n  {0}\n  {1}\n  {2}"),
        ("setup.py", "setup(classifiers=[{0!r}, {1!r}, {2!r}])"),
    ],
)
def test_the_newest_python_of_the_classifiers_is_found(path: str, content: str) -> None:
    language = "Programming Language :: Python ::"
    text = content.format(f"{language} 3.9", f"{language} 3.11", f"{language} 3 :: Only")

    assert read_project({path: text}).newest_python == (3, 11)


def test_computed_requirements_fall_back_to_the_requirements_file() -> None:
    found = read_project(
        {
            "setup.py": "from setuptools import setup\nsetup(install_requires=read('r.txt'))\n",
            "requirements.txt": "six==1.16.0  # pinned\n",
        }
    )

    assert found.dependencies == ("six==1.16.0",)
    assert found.problems == ("setup.py computes install_requires, which is not run to find it.",)


def test_a_requirements_file_beside_stated_dependencies_serves_the_tests() -> None:
    found = read_project(
        {
            "pyproject.toml": """
            [project]
            name = "sample"
            dependencies = ["idna"]
            optional-dependencies.http2 = ["h2<5"]
            """,
            "requirements.txt": "-e .[http2]\nchardet==5.1.0\nmypy==1.0\n",
        }
    )

    assert found.dependencies == ("idna",)
    assert found.test_dependencies == ("chardet==5.1.0", "h2<5")


def test_dynamic_dependencies_are_read_from_the_file_they_name() -> None:
    found = read_project(
        {
            "pyproject.toml": """
            [project]
            name = "sample"
            dynamic = ["dependencies"]
            [tool.setuptools.dynamic]
            dependencies = {file = ["requirements/core.txt"]}
            """,
            "requirements/core.txt": "six\n",
        }
    )

    assert found.dependencies == ("six",)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            '[tool.setuptools_scm]\nversion_file = "src/p/_version.py"',
            VersionFile("src/p/_version.py"),
        ),
        (
            '[tool.setuptools_scm]\nwrite_to = "p/v.py"\nwrite_to_template = "v = {version!r}"',
            VersionFile("p/v.py", "v = {version!r}"),
        ),
        (
            '[tool.hatch.build.hooks.vcs]\nversion-file = "src/p/_version.py"',
            VersionFile("src/p/_version.py"),
        ),
        ('[tool.pdm.version]\nsource = "scm"\nwrite_to = "p/VERSION"', VersionFile("p/VERSION")),
    ],
)
def test_generated_version_files_are_found(table: str, expected: VersionFile) -> None:
    assert read_pyproject(table).version_files == (expected,)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"pyproject.toml": "[project"}, "pyproject.toml is not valid TOML."),
        ({"setup.py": "print 'old'"}, "setup.py cannot be parsed."),
        ({"setup.cfg": "no section"}, "setup.cfg cannot be read."),
        ({"requirements.txt": "???\n"}, "'???' is not a requirement and was left out."),
        (
            {"requirements.txt": "own @ https://example.com/own.whl\n"},
            "own is required from an address of its own and was left out.",
        ),
        (
            {"pyproject.toml": '[project]\nname = "p"\ndependencies = ["own @ file:///etc"]'},
            "own is required from an address of its own and was left out.",
        ),
    ],
)
def test_what_cannot_be_read_is_a_sentence(files: Mapping[str, str], problem: str) -> None:
    assert read_project(files).problems == (problem,)


def test_a_project_without_any_file_requires_nothing() -> None:
    assert read_project({"module.py": "x = 1\n"}) == ProjectRequirements(
        build_requires=("setuptools",), build_backend="setuptools.build_meta:__legacy__"
    )


@pytest.mark.parametrize("value", ["3", "[1, {a = 2}]", "{a = 1}", "true"])
def test_values_of_the_wrong_type_are_passed_over(value: str) -> None:
    found = read_pyproject(
        f"""
        [project]
        name = {value}
        dependencies = {value}
        optional-dependencies = {value}
        [tool.poetry]
        group = {value}
        packages = {value}
        [tool.hatch]
        envs = {value}
        [dependency-groups]
        test = {value}
        """
    )

    assert (found.distribution_name, found.dependencies) == (None, ())


@pytest.mark.parametrize(
    "requirement",
    [
        r"six; python_version > '2\n--index-url https://example.com/simple\n'",
        r"six; python_version > '\x'",
        "six; " + "(" * 5000,
    ],
    ids=["an option behind a line end", "no text of Python's", "deep"],
)
def test_what_is_more_or_less_than_a_requirement_is_left_out(requirement: str) -> None:
    found = read_project({"requirements.txt": f"{requirement}\nidna\n"})

    assert found.dependencies == ("idna",)
    assert found.problems == (f"{requirement[:100]!r} is not a requirement and was left out.",)


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = 'p'\n[project.optional-dependencies]\n"
        + "\n".join(f"x{n} = ['p[x{n + 1}]', 'p[x{n + 1},x{n}]']" for n in range(60))
        + "\nx60 = ['idna']\ntests = ['p[x0]']",
        "[dependency-groups]\n"
        + "\n".join(
            f"x{n} = [{{include-group = 'x{n + 1}'}}, {{include-group = 'x{n + 1}'}}]"
            for n in range(60)
        )
        + "\nx60 = ['idna']\ntests = [{include-group = 'x0'}]",
    ],
    ids=["extras", "groups"],
)
def test_what_is_included_again_and_again_is_read_once(text: str) -> None:
    assert read_pyproject(text).test_dependencies == ("idna",)


def test_lists_of_setup_py_that_double_each_other_are_read_once() -> None:
    lists = "\n".join(f"x{n} = [x{n + 1}, x{n + 1}]" for n in reversed(range(18)))
    source = f"x18 = []\n{lists}\nsetup(name='p', install_requires=['idna'], extras_require=x0)"

    assert read_project({"setup.py": source}).dependencies == ("idna",)
