"""A check from what is to be done to its diagnosis: the one place that joins all others.

The command line and a program that imports rtdoctor call the same function:

>>> from rtdoctor import NewDiagnosis, run_check, serve_sandbox, setup_from_yaml
>>> async with serve_sandbox() as sandbox:
...     setup = setup_from_yaml("auth: undefined")
...     finished = await run_check(NewDiagnosis(setup, sandbox))
>>> finished.diagnosis.verdict
<Verdict.EXPLAINED: 'explained'>
"""
