"""The content of a model file, for people: facts, and the layers of its network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from emgstream.app.decision_time import decision_time_s
from emgstream.app.evaluation_names import PATH_NAMES
from emgstream.app.network_words import network_words
from emgstream.bundle import Model
from emgstream.manifest import Manifest
from emgstream.network.network_backend import choose_backend
from emgstream.network.network_layers import layers_of, network_json
from emgstream.significant_digits import percent
from emgstream.steps import Step
from emgstream.translation import tr, tr_n

__all__ = ["LAYERS", "layer_rows", "model_document", "model_facts"]

LAYERS = (tr("layer"), tr("kind"), tr("output"), tr("parameters"))
"""The captions over the rows of `layer_rows`."""

_MOST_SPOKEN = 10


def layer_rows(model: Model) -> list[tuple[str, ...]]:
    """Return each layer of the network, under `LAYERS`, and the number of all parameters.

    Raises ModelFileError where the weights are not those of a network of emgstream.
    """
    layers = layers_of(model)
    rows = [
        (
            _spoken(layer.name),
            layer.kind,
            " × ".join(map(str, layer.output_shape)),
            f"{layer.n_parameters:,}" if layer.n_parameters else "–",
        )
        for layer in layers
    ]
    total = sum(layer.n_parameters for layer in layers)
    return [*rows, (tr("all"), "", "", f"{total:,}")]


def model_document(model: Model) -> dict[str, Any]:
    """Return the manifest and the network as JSON's own types; raises as `layer_rows`."""
    return {**model.manifest.to_json(), "network": network_json(model)}


def model_facts(model: Model) -> Iterator[tuple[str, str]]:
    """Give a name and a text for everything in the manifest, and the time of a decision."""
    manifest = model.manifest
    document = manifest.to_json()
    yield tr("model"), manifest.title
    yield tr("created"), manifest.created
    yield tr("channels"), f"{', '.join(manifest.channel_names)} ({manifest.unit})"
    yield tr("rate"), _rate(manifest.sampling_rate_hz)
    yield tr("conditioning"), _settings(document["conditioning"])
    yield from _step(manifest.step, document["step"])
    for transform in document["transforms"]:
        yield tr("transform"), _settings(transform)
    every = tr("step") if manifest.hop == 1 else tr("{hop} steps", hop=manifest.hop)
    span = tr(
        "{n_steps} steps ({window_samples:,} samples)",
        n_steps=manifest.n_steps,
        window_samples=manifest.window_samples,
    )
    yield tr("window"), tr("{span}, a decision every {every}", span=span, every=every)
    yield tr("looks back"), _looks_back(manifest)
    yield tr("classes"), ", ".join(manifest.class_names)
    for entry in manifest.training_data:
        yield tr("trained on"), _settings({**entry, "sha256": f"{entry.get('sha256', '?'):.12}…"})
    yield from _measured(manifest.evaluation)
    shares = manifest.calibration.get("shares")
    if isinstance(shares, Mapping):
        yield tr("paths"), ", ".join(_shares(shares))
    if manifest.shift is not None:
        yield (
            tr("another day"),
            tr_n(
                "told where the signals are unlike those of {n} session of the training",
                "told where the signals are unlike those of all {n} sessions of the training",
                len(manifest.shift.sessions),
            ),
        )
    words = network_words(choose_backend())
    yield tr("network"), tr("run on this computer by {words}", words=words)
    yield tr("a decision"), _decision_time(model)
    yield tr("versions"), _settings(manifest.versions)


def _looks_back(manifest: Manifest) -> str:
    n_samples, rate_hz = manifest.reach_samples, manifest.sampling_rate_hz
    samples = tr_n("{n:,} sample", "{n:,} samples", n_samples)
    if rate_hz is None:
        return samples
    return tr("{duration:,.0f} ms ({samples})", duration=1e3 * n_samples / rate_hz, samples=samples)


def _decision_time(model: Model) -> str:
    manifest, taken_ms = model.manifest, f"{1e3 * decision_time_s(model):.2g}"
    if manifest.sampling_rate_hz is None:
        return tr("takes {taken} ms on this computer", taken=taken_ms)
    until_next_ms = 1e3 * manifest.hop * manifest.step.length / manifest.sampling_rate_hz
    return tr(
        "takes {taken} ms on this computer, of the {until:.3g} ms until the next",
        taken=taken_ms,
        until=until_next_ms,
    )


def _step(step: Step, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the length of a step and its features; those that differ in their span alone at once."""
    if not step.context:
        yield tr("step"), _settings(entry)
        return
    yield tr("step"), tr_n("{n:,} sample", "{n:,} samples", step.length)
    for name, features in (
        (tr("of each step"), step.features),
        (tr("of the newest"), step.context),
    ):
        for kind in dict.fromkeys(replace(one, span=1) for one in features):
            spans = [one.span for one in features if replace(one, span=1) == kind]
            settings = {key: value for key, value in asdict(kind).items() if key != "span"}
            over = tr("over {spans} steps", spans=", ".join(map(str, spans)))
            yield name, f"{_spoken(kind.kind)} {over}, {_settings(settings)}"


def _shares(shares: Mapping[str, Any]) -> Iterator[str]:
    for path, share in shares.items():
        if isinstance(share, int | float):
            yield f"{PATH_NAMES.get(path, _spoken(str(path)))} {percent(share)}"


def _measured(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in evaluation.items():
        figures = value if isinstance(value, Mapping) else {"is": value}
        yield tr("measured"), f"{_spoken(name)}:"
        yield from (("", f"{_spoken(what)} {_value(figure)}") for what, figure in figures.items())


def _rate(rate_hz: float | None) -> str:
    return tr("not known") if rate_hz is None else f"{round(rate_hz, 1):g} Hz"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _settings(entry: Mapping[str, Any]) -> str:
    words = (f"{name} {_value(value)}" for name, value in entry.items() if name != "kind")
    return ", ".join([*([str(entry["kind"])] if "kind" in entry else []), *words])


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return _values(value)
    if isinstance(value, Mapping):
        return _settings(value)
    return str(value)


def _values(values: list[Any]) -> str:
    """Return what a list holds; of many numbers the range, as ``--json`` has them all."""
    leaves = list(_leaves(values))
    if len(leaves) <= _MOST_SPOKEN or not all(isinstance(leaf, int | float) for leaf in leaves):
        return " ".join(map(_value, values))
    return tr(
        "{low:.5g} to {high:.5g} ({n} numbers)",
        low=min(leaves),
        high=max(leaves),
        n=len(leaves),
    )


def _leaves(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _leaves(value)
        else:
            yield value
