"""Evaluation of models on recordings they have not seen, through the live path."""

from emgstream_training.evaluation.evaluate import (
    EvaluationProgress,
    PreparedEvaluation,
    evaluate,
    prepare,
)
from emgstream_training.evaluation.evaluation_page import evaluation_page
from emgstream_training.evaluation.results import MODELS, Evaluation, ModelFigures
from emgstream_training.evaluation.texts import NONE, accuracy_figures, online_figures, share

__all__ = [
    "MODELS",
    "NONE",
    "Evaluation",
    "EvaluationProgress",
    "ModelFigures",
    "PreparedEvaluation",
    "accuracy_figures",
    "evaluate",
    "evaluation_page",
    "online_figures",
    "prepare",
    "share",
]
