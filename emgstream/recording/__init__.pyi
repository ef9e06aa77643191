# The names of this room: the one list of them, for type checkers and for lazy_loader.

from .cue_events import CueListener as CueListener
from .cue_events import CueStarted as CueStarted
from .cue_events import Event as Event
from .cue_events import RepetitionEnded as RepetitionEnded
from .cue_events import RepetitionOutcome as RepetitionOutcome
from .free_protocol import FreeProtocol as FreeProtocol
from .growing_file import expected_bytes as expected_bytes
from .guided_protocol import GuidedProtocol as GuidedProtocol
from .guided_protocol import ProtocolPhase as ProtocolPhase
from .guided_protocol import ProtocolView as ProtocolView
from .protocol_documents import check_label as check_label
from .protocol_documents import free_document as free_document
from .protocol_documents import free_labels as free_labels
from .protocol_documents import guided_document as guided_document
from .recorder import Recorder as Recorder
from .recovery import RecoveryReport as RecoveryReport
from .recovery import put_in_order as put_in_order
from .session_description import SessionDescription as SessionDescription
from .sidecar import read_sidecar as read_sidecar
from .sidecar import sidecar_path as sidecar_path
from .signal_check import SignalCheck as SignalCheck
from .signal_check_report import SignalCheckReport as SignalCheckReport
from .signal_check_report import contraction_for as contraction_for
from .signal_check_report import judge_signal_check as judge_signal_check
from .simulated_subject import SimulatedSubject as SimulatedSubject
from .take import Take as Take
