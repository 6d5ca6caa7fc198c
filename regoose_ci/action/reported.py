"""The report that a run of the action left as its artifact."""

from __future__ import annotations

from regoose_ci.domain.report_files import REPORT
from regoose_ci.github import ArchiveLimits, GitHub, read_archive
from regoose_ci.reports.directory import Reported, reported_in


def read_artifact(github: GitHub, run_id: int, name: str) -> Reported | None:
    """Read the report that a run left as its artifact; None where there is none any more.

    Raises:
        GitHubError: It cannot be fetched, or is not an archive of plain files.
        InfrastructureError: It is no report.
    """
    limits = ArchiveLimits()
    left = [one for one in github.artifacts(run_id) if one.name == name and not one.expired]
    if not left:
        return None
    newest = max(left, key=lambda artifact: artifact.id)
    data = github.download_artifact(newest.id, limits.zipped_bytes)
    files = read_archive(data, limits)
    return reported_in(files) if REPORT in files else None
