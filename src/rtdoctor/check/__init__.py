"""A check from what is to be done to its diagnosis: the one place that joins all others.

The command line and a program that imports rtdoctor call the same function, ``run_check``; the
docstrings of ``NewDiagnosis`` and ``NewSurvey`` have examples.
"""
