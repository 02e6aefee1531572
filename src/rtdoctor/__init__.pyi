"""The names of the library as type checkers and editors see them; ``__init__.py`` loads them."""

from rtdoctor.check.full_check import Finished as Finished
from rtdoctor.check.full_check import run_check as run_check
from rtdoctor.check.setups import setup_from_yaml as setup_from_yaml
from rtdoctor.check.task import NewDiagnosis as NewDiagnosis
from rtdoctor.check.task import NewSurvey as NewSurvey
from rtdoctor.check.task import Replay as Replay
from rtdoctor.check.task import Resume as Resume
from rtdoctor.check.watcher import Watcher as Watcher
from rtdoctor.domain.finding import Diagnosis as Diagnosis
from rtdoctor.domain.finding import Verdict as Verdict
from rtdoctor.domain.outcome import Outcome as Outcome
from rtdoctor.domain.run import Observation as Observation
from rtdoctor.domain.run import Run as Run
from rtdoctor.domain.setup import Setup as Setup
from rtdoctor.errors import RtdoctorError as RtdoctorError
from rtdoctor.explain.explanation import Explanation as Explanation
from rtdoctor.explain.ranking import explain_text as explain_text
from rtdoctor.probe.limits import Limits as Limits
from rtdoctor.targets.embedded_sandbox import serve_sandbox as serve_sandbox
from rtdoctor.targets.target import Target as Target

__version__: str
