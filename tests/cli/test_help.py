"""The help of fit says what the library has: every choice, every default."""

import re

import pytest

from latentia import (
    VAE,
    Autoencoder,
    EnergyAutoencoder,
    StackedAutoencoder,
    corruptions,
    data,
    heads,
    models,
    networks,
    objectives,
    priors,
    spaces,
    training,
)
from latentia.cli import app
from latentia.cli._options import hidden_sizes, sizes
from latentia.cli._wording import OPTIONS

CHOICES = {
    "--code": heads.codes,
    "--corruption": corruptions.corruptions,
    "--likelihood": heads.likelihoods,
    "--network": networks.networks,
    "--norm": objectives.norms,
    "--objective": objectives.objectives,
    "--optimizer": training.optimizers,
    "--penalty": objectives.penalties,
    "--posterior": heads.posteriors,
    "--prior": priors.priors,
    "--regularizer": models.regularizers,
    "--scaling": data.scalings,
    "--schedule": training.schedules,
    "--space": spaces.spaces,
}
ARGUMENTS = {
    argument.name: argument.parameter
    for argument in app["fit"].assemble_argument_collection(parse_docstring=True)
}


@pytest.mark.parametrize("option", CHOICES)
def test_every_choice_is_named(option):
    words = set(re.findall(r"[\w-]+", ARGUMENTS[option].help))
    assert set(CHOICES[option]) <= words


def test_defaults_are_those_of_the_estimators():
    made = (EnergyAutoencoder(), Autoencoder(), StackedAutoencoder(), VAE())
    defaults = {name: value for model in made for name, value in model.get_params().items()}
    shown = {name: ARGUMENTS[option].show_default for name, option in OPTIONS.items()
             if option in ARGUMENTS and option != "--model"}  # fmt: skip
    assert sizes(shown.pop("layers"), "--layers") == defaults["layers"]
    assert shown.pop("conditioned") == ",".join(defaults["conditioned"])
    (width,) = hidden_sizes(shown.pop("hidden_layer_sizes").removesuffix(" for mlp"))
    assert networks.networks["mlp"].default_sizes((4,)) == (width,)
    for name, text in shown.items():
        assert text == (None if defaults[name] is None else str(defaults[name])), name
