"""JUnit XML, for the many tools that show test results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    FunctionReport,
    ReviewReport,
)
from regoose_ci.reports import wording
from regoose_ci.reports.neutralise import reveal

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(report: ReviewReport) -> str:
    """Return one test suite per reviewed file, with the outcomes on head.

    A behaviour change is a failure of its catching test; a function that was left out is skipped,
    one whose review failed is an error.
    """
    root = ET.Element("testsuites", name="regoose", time=f"{report.duration_s:.3f}")
    for path in dict.fromkeys(function.path for function in report.functions):
        suite = ET.SubElement(root, "testsuite", name=_xml(path))
        for function in report.functions:
            if function.path == path:
                suite.extend(_cases(function))
        _count(suite)
    if report.error:
        suite = ET.SubElement(root, "testsuite", name="regoose")
        case = ET.SubElement(suite, "testcase", classname="regoose", name="review")
        _add(case, "error", report.error.message, report.error.remedy)
        _count(suite)
    _count(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(function: FunctionReport) -> Iterable[ET.Element]:
    waiting = list(function.behaviour_changes)
    for test in function.tests:
        change = _change_of(test, waiting)
        if change:
            waiting.remove(change)
        case = _case(function, test.name)
        case.set("file", _xml(test.file))
        _add_outcome(case, test, change)
        yield case
    for change in waiting:
        case = _case(function, f"behaviour_change_{change.id}")
        _add_change(case, change)
        yield case
    if not function.tests and not function.behaviour_changes:
        case = _case(function, wording.name_of(function))
        if function.status == "failed":
            _add(case, "error", wording.skip_reason(function), function.detail)
        else:
            reason = "no test was kept" if function.status == "tested" else ""
            _add(case, "skipped", reason or wording.skip_reason(function), function.detail)
        yield case


def _change_of(
    test: AcceptedTestReport, changes: Iterable[BehaviourChangeReport]
) -> BehaviourChangeReport | None:
    if test.kind != "catching":
        return None
    name = test.name.partition("[")[0]
    defined = re.compile(rf"\bdef {re.escape(name)}\b")
    return next((c for c in changes if test.id == c.id or defined.search(c.test)), None)


def _add_outcome(
    case: ET.Element, test: AcceptedTestReport, change: BehaviourChangeReport | None
) -> None:
    if change:
        _add_change(case, change)
    elif test.head == "not_run":
        _add(case, "skipped", "not run on head", "")
    elif test.head != "passed":
        tag = "failure" if test.head == "failed" else "error"
        _add(case, tag, f"before: {test.base}, after: {test.head}", "")


def _add_change(case: ET.Element, change: BehaviourChangeReport) -> None:
    detail = f"{change.call}\nbefore: {change.base}\nafter:  {change.head}\n\n{change.test}"
    _add(case, "failure", f"before: {change.base}; after: {change.head}", detail)


def _case(function: FunctionReport, name: str) -> ET.Element:
    return ET.Element(
        "testcase",
        classname=_xml(wording.name_of(function)),
        name=_xml(name),
        line=str(function.line),
    )


def _add(case: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, message=_xml(message)).text = _xml(text)


def _count(element: ET.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", reveal(text))
