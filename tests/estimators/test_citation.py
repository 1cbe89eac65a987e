"""A fitted model cites the parts that it has, and no others."""

import re

import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError

from latentia import VAE, Autoencoder, StackedAutoencoder, citations, load, recipes, save
from latentia.corruptions import Chain, Gaussian, Masking
from latentia.estimators import HierarchicalVAE, SemiSupervisedVAE
from latentia.priors import Flow
from latentia.training import Linear

X, Y = load_iris(return_X_y=True)
QUICK = {"max_iter": 1, "verbose": False, "random_state": 0}
OF_VAE = {"kingma2013auto", "rezende2014stochastic"}
OF_AUTOENCODER = {"hinton2006reducing"}
LEARNED_SCALE = {"rybkin2021simple"}

MODELS = {
    "vae": (VAE(likelihood="laplace"), OF_VAE),
    "likelihood": (VAE(), OF_VAE | LEARNED_SCALE),
    "prior": (VAE(likelihood="laplace", prior="vamp"), OF_VAE | {"tomczak2018vae"}),
    "flow": (
        VAE(likelihood="laplace", prior="flow"),
        OF_VAE | {"durkan2019neural", "chen2016variational"},
    ),
    "option": (VAE(likelihood="laplace", beta=4.0), OF_VAE | {"higgins2017beta"}),
    "schedule": (
        VAE(likelihood="laplace", beta=Linear(0.0, 1.0, 10)),
        OF_VAE | {"bowman2016generating"},
    ),
    "condition": (VAE(likelihood="laplace", condition="y"), OF_VAE | {"sohn2015learning"}),
    "condition of a hierarchy": (
        HierarchicalVAE(likelihood="laplace", condition="y"),
        OF_VAE | {"burda2015importance", "sonderby2016ladder", "sohn2015learning"},
    ),
    "linear": (
        Autoencoder(likelihood="laplace", hidden_layer_sizes=()),
        OF_AUTOENCODER | {"baldi1989neural"},
    ),
    "objective": (
        VAE(likelihood="laplace", objective="adversarial"),
        OF_VAE | {"makhzani2016adversarial"},
    ),
    "code": (
        Autoencoder(likelihood="laplace", code="top-k"),
        OF_AUTOENCODER | {"makhzani2013k"},
    ),
    "corruptions": (
        Autoencoder(
            likelihood="laplace",
            corruption=Chain(Masking(0.2), Chain(Gaussian(0.1))),
            code_corruption="nested-dropout",
        ),
        OF_AUTOENCODER | {"vincent2008extracting", "vincent2010stacked", "rippel2014learning"},
    ),
    "penalties": (
        Autoencoder(likelihood="laplace", penalty={"contractive": 0.1, "code-norm": 0.1}),
        OF_AUTOENCODER | {"rifai2011contractive", "ghosh2020variational"},
    ),
    "layers": (
        StackedAutoencoder(
            (3, 2), of=Autoencoder(corruption="masking", max_iter=1), likelihood="laplace"
        ),
        OF_AUTOENCODER
        | {"bengio2007greedy", "vincent2010stacked", "vincent2008extracting"}
        | LEARNED_SCALE,
    ),
    "labels": (
        SemiSupervisedVAE(likelihood="laplace"),
        {"kingma2014semi", "kingma2013auto"},
    ),
}


def keys(model):
    return set(re.findall(r"@misc\{(.+),", model.citation()))


@pytest.mark.parametrize("name", MODELS)
def test_what_is_cited_is_what_the_model_is_made_of(name, tmp_path):
    model, papers = MODELS[name]
    model = model.set_params(**QUICK).fit(X, Y)
    assert keys(model) == papers
    assert load(save(model, tmp_path / "model")).citation() == model.citation()


@pytest.mark.parametrize("name", recipes.names())
def test_what_is_made_by_a_recipe_cites_its_reference(name):
    digits, labels = load_digits(n_class=2, return_X_y=True)
    recipe = recipes.recipes[name]
    images = "convolutional" in recipe.parameters.values()
    model = recipes.make(name, **QUICK)
    if "of" in recipe.parameters:
        model.set_params(of__max_iter=1)
    model.fit(digits[:20].reshape(-1, 8, 8) if images else digits[:20], labels[:20])
    cited = {paper.key for paper in citations.parse(recipe.reference)}
    assert cited and cited <= keys(model)


def test_a_fitted_sampler_is_cited():
    model = Autoencoder(likelihood="laplace", **QUICK).fit(X)
    before = keys(model)
    assert keys(model.fit_sampler(lambda codes: Flow(2), X)) - before == {"durkan2019neural"}


def test_a_predictor_cites_the_encoder_that_it_came_from(tmp_path):
    model = VAE(likelihood="laplace", **QUICK).fit(X)
    predictor = model.transfer("classifier", **QUICK).fit(X, Y)
    assert keys(predictor) == OF_VAE
    assert load(save(predictor, tmp_path / "model")).citation() == predictor.citation()


@pytest.mark.parametrize("model", [VAE(), Autoencoder(), StackedAutoencoder()])
def test_nothing_is_cited_before_fit(model):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        model.citation()
