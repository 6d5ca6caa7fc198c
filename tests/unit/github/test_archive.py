from __future__ import annotations

import io
import stat
import warnings
import zipfile

import pytest

from regoose_ci.github import ArchiveLimits, read_archive
from regoose_ci.github.errors import BadAnswerError


def zipped(*files: tuple[str | zipfile.ZipInfo, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # two files of one name
        for name, content in files:
            archive.writestr(name, content, compress_type=method)
    return buffer.getvalue()


def test_the_report_and_its_tests_are_read_and_nothing_else():
    data = zipped(
        ("report.json", "{}"), ("tests/test_a.py", "pass"), ("report.html", "<b>"),
        ("tests/conftest.py", "bad"), ("../report.json", "bad"), ("/report.json", "bad"),
        ("tests/../report.json", "bad"), ("tests/test_a.py\n", "bad"), ("tests/x/test_b.py", "bad"),
    )  # fmt: skip
    assert read_archive(data) == {"report.json": b"{}", "tests/test_a.py": b"pass"}


def test_a_link_is_refused():
    link = zipfile.ZipInfo("report.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadAnswerError, match="link"):
        read_archive(zipped((link, "/etc/passwd")))


def test_two_files_of_one_name_are_refused():
    with pytest.raises(BadAnswerError, match="two files"):
        read_archive(zipped(("report.json", "1"), ("report.json", "2")))


@pytest.mark.parametrize(
    "limits",
    [
        ArchiveLimits(zipped_bytes=10),
        ArchiveLimits(entries=1),
        ArchiveLimits(file_bytes=999),
        ArchiveLimits(total_bytes=1_999),
    ],
)
def test_more_than_the_limits_is_refused(limits: ArchiveLimits):
    data = zipped(("report.json", "x" * 1_000), ("tests/test_a.py", "y" * 1_000))
    assert len(read_archive(data)) == 2
    with pytest.raises(BadAnswerError):
        read_archive(data, limits)


def test_a_size_that_is_a_lie_does_not_help():
    data = zipped(("report.json", "x" * 100_000))
    lie = data.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != data
    with pytest.raises(BadAnswerError):
        read_archive(lie, ArchiveLimits(file_bytes=1_000))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compressions_are_refused(method: int):
    with pytest.raises(BadAnswerError, match="compressed"):
        read_archive(zipped(("report.json", "{}"), method=method))


def test_what_is_no_zip_file_is_refused():
    whole = zipped(("report.json", "x" * 5_000))
    for data in (b"", b"PK", b"<html>", whole[:-30], whole[:40] + b"\0\xff" * 8 + whole[56:]):
        with pytest.raises(BadAnswerError, match="not a sound zip file"):
            read_archive(data)
