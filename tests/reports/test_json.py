"""The report for programs is the record, no more and no less."""

import pytest
from tests.reports import sample

from guildmark.look import Look
from guildmark.records import Report, read_report
from guildmark.reports import json


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_what_is_written_reads_back_as_the_same_record(text):
    report = Report(sample.told_by(text).assessment, ())
    assert read_report(json.render(report, Look()).encode()) == report


def test_it_holds_the_assessment_and_the_verdicts():
    assert read_report(json.render(sample.REPORT, sample.LOOK).encode()) == sample.REPORT
