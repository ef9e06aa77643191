"""Evaluation of models on recordings they have not seen, through the live path."""

from emgstream_training.evaluation.evaluate import (
    EvaluationProgress,
    FoldEpoch,
    PreparedEvaluation,
    evaluate,
    prepare,
)
from emgstream_training.evaluation.evaluation_page import evaluation_page
from emgstream_training.evaluation.results import Evaluation, ModelFigures

__all__ = [
    "Evaluation",
    "EvaluationProgress",
    "FoldEpoch",
    "ModelFigures",
    "PreparedEvaluation",
    "evaluate",
    "evaluation_page",
    "prepare",
]
