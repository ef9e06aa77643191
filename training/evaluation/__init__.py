"""Honest evaluation: what a model scores on what it has never seen, through the live path."""

from training.evaluation.evaluate import Done, Prepared, evaluate, prepare
from training.evaluation.page import evaluation_page
from training.evaluation.results import MODELS, Evaluation, ModelFigures
from training.evaluation.texts import NONE, accuracy_figures, online_figures, share

__all__ = [
    "MODELS",
    "NONE",
    "Done",
    "Evaluation",
    "ModelFigures",
    "Prepared",
    "accuracy_figures",
    "evaluate",
    "evaluation_page",
    "online_figures",
    "prepare",
    "share",
]
