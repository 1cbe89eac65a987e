"""``latentia fit``."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from latentia.cli._estimator import estimator_of
from latentia.cli._fitting import examples_of, finish, train
from latentia.cli._interruption import saving_when_terminated, saying_how_to_go_on
from latentia.cli._options import (
    DATA,
    MODEL,
    OUTPUT,
    TRAINING,
    ArrayName,
    Data,
    Epochs,
    Hidden,
    LabelName,
    LearningRate,
    OutFolder,
    Overwrite,
    Quiet,
    Rows,
    Seed,
    at_least,
    hidden_sizes,
    sizes,
    whole_or_word,
)
from latentia.cli._resume import kept_in, left_behind, settings_of
from latentia.cli._runs import last_run, new_run
from latentia.cli._several import agreed, is_first, is_one_of_several, is_started_again, launch
from latentia.cli._wording import in_options


def _model(default: object) -> Parameter:
    # What the estimator takes where nothing is said; a test compares them.
    return Parameter(group=MODEL, show_default=str(default))


def _training(default: object) -> Parameter:
    return Parameter(group=TRAINING, show_default=str(default))


def fit(
    data: Annotated[Data | None, Parameter(group=DATA, show_default=False)] = None,
    /,
    *,
    x: ArrayName = None,
    label: LabelName = None,
    rows: Rows = None,
    model: Annotated[str, Parameter(group=MODEL)] = "vae",
    latent: Annotated[int | None, _model(2), at_least(1)] = None,
    hidden: Annotated[Hidden, _model("256 for mlp")] = None,
    layers: Annotated[str | None, _model("256,64")] = None,
    network: Annotated[str | None, _model("mlp")] = None,
    code: Annotated[str | None, _model("identity")] = None,
    tied: Annotated[bool | None, _model(False)] = None,
    likelihood: Annotated[str | None, _model("auto")] = None,
    norm: Annotated[str | None, Parameter(group=MODEL)] = None,
    scaling: Annotated[str | None, _model("auto")] = None,
    corruption: Annotated[str | None, Parameter(group=MODEL)] = None,
    code_corruption: Annotated[str | None, Parameter(group=MODEL)] = None,
    posterior: Annotated[str | None, _model("diagonal")] = None,
    prior: Annotated[str | None, _model("auto")] = None,
    space: Annotated[str | None, _model("real")] = None,
    regularizer: Annotated[str | None, Parameter(group=MODEL)] = None,
    objective: Annotated[str | None, _model("elbo")] = None,
    samples: Annotated[int | None, Parameter(group=MODEL), at_least(1)] = None,
    conditional: Annotated[bool | None, Parameter(group=MODEL)] = None,
    conditioned: Annotated[str | None, _model("encoder,decoder")] = None,
    beta: Annotated[float | None, Parameter(group=MODEL, validator=Number(gte=0))] = None,
    penalty: Annotated[str | None, Parameter(group=MODEL)] = None,
    penalty_weight: Annotated[float | None, _model(0.1), Parameter(validator=Number(gte=0))] = None,
    epochs: Epochs = None,
    batch_size: Annotated[int | None, _training(128), at_least(1)] = None,
    micro_batch_size: Annotated[str | None, Parameter(group=TRAINING)] = None,
    optimizer: Annotated[str | None, _training("adam")] = None,
    learning_rate: Annotated[LearningRate, _training(0.001)] = None,
    schedule: Annotated[str | None, _training("constant")] = None,
    patience: Annotated[int | None, Parameter(group=TRAINING), at_least(0)] = None,
    seed: Seed = 0,
    device: Annotated[str | None, _training("auto")] = None,
    precision: Annotated[str | None, _training("float32")] = None,
    processes: Annotated[int, Parameter(group=TRAINING), at_least(1)] = 1,
    compile: Annotated[bool | None, _training("auto"), Parameter(negative="--no-compile")] = None,
    deterministic: Annotated[bool | None, _training(False)] = None,
    out: OutFolder = None,
    overwrite: Overwrite = False,
    resume: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    checkpoint_minutes: Annotated[float, Parameter(group=OUTPUT, validator=Number(gte=0))] = 3.0,
    quiet: Quiet = False,
) -> int:
    """Train a model, and write it with numbers, pictures and a page that shows them.

    A tenth of the data is held out to see when training should stop; the best weights are kept.
    Ctrl-C ends training early and keeps what was learned. A run that was stopped otherwise goes on
    with --resume, and ends as if nothing had happened.

    Parameters
    ----------
    model : str
        A name listed by `latentia models`; what it is made of comes before the defaults below.
    latent : int
        Dimensions of the code. 2 can be looked at; more reconstruct better.
    layers : str
        Units of each layer of a stacked model, such as 500,250,30, the last of which is the code;
        or codes of each layer of a hierarchy, the lowest first.
    network : str
        mlp, or convolutional for images.
    code : str
        What the code of an autoencoder is: identity, relu, sigmoid, tanh, top-k, finite-scalar or
        vector-quantized.
    tied : bool
        Decode with the encoder's weights, transposed.
    likelihood : str
        What the decoder predicts: numbers by normal, normal-feature, normal-predicted, normal-unit,
        laplace or student-t; zeros and ones by bernoulli; values from 0 to 1 by
        continuous-bernoulli or beta; levels of grey by categorical, discretized-logistic or
        logistic-mixture; counts by poisson, negative-binomial, zero-inflated-poisson or
        zero-inflated-negative-binomial; shares by multinomial. auto looks at the data.
    norm : str
        The distance to reconstruct by instead of the likelihood: squared_error, l2,
        absolute_error, huber, binary_cross_entropy or categorical_cross_entropy.
    scaling : str
        What is done to the data first, and undone in every output: auto, standard, minmax, max,
        unit or none.
    corruption : str
        What spoils the input of the encoder in training, so that the model learns to repair:
        gaussian, masking, block-masking, salt-and-pepper, dropout, nested-dropout or binarization.
    code_corruption : str
        What spoils the code in training, such as nested-dropout, which orders it by importance;
        the names are those of --corruption.
    beta : float
        Price of information in the code of a VAE, by default 1: above for simpler codes, below for
        better reconstructions. Of an energy-autoencoder the inverse temperature, by default
        infinite: then only the best code of an example counts.
    posterior : str
        What a VAE infers from an example: a normal code by diagonal, full or low-rank; one with
        heavier tails by laplace or student-t; one of any shape by inverse-autoregressive or flow;
        a direction by von-mises-fisher or power-spherical; categories by categorical or
        gumbel-softmax; a point by delta.
    prior : str
        Where a VAE samples codes from: standard, learned, mixture, vamp or flow for numbers,
        uniform-sphere, categorical, autoregressive or gumbel-softmax for their kind; auto suits the
        posterior.
    space : str
        Where the codes of an energy-autoencoder live: real, box, circle (one angle), or categories.
    regularizer : str
        What codes of an energy-autoencoder cost: l1, l2 or normal; by default nothing.
    objective : str
        What a VAE is trained by: elbo; a tighter bound by iwae, dreg, miwae, piwae, ciwae or renyi;
        wake-sleep, constrained, factor, adversarial; or one part of it by reconstruction or
        divergence.
    samples : int
        Codes drawn for each example in a step.
    conditional : bool
        Learn the examples given their labels, to draw new ones of any label.
    conditioned : str
        Which parts see the label, with commas: some of encoder, decoder and prior. A prior that
        does is of the posterior's kind, or with --prior mixture a mixture for each label.
    penalty : str
        What is added to the loss: code-norm, contractive, decoder-gradient, decorrelation,
        kl-sparsity, l1, orthogonality or spectral-norm; with a prior also dip, mmd or
        total-correlation; and quantization, which a vector-quantized code has already.
    penalty_weight : float
        How much one unit of the penalty counts beside one of the loss.
    batch_size : int
        Examples in a step.
    micro_batch_size : str
        Examples in memory at once, where those of a step are too many: a number, or auto, which
        halves them until they fit. The pieces add up to the same step.
    optimizer : str
        adam, adamw, adam-low-momentum for adversaries, rmsprop, sgd or sgd-momentum; lbfgs takes
        all data in every step, for small problems that must converge.
    schedule : str
        How the learning rate changes until the last pass: constant, cosine, linear or one-cycle.
    patience : int
        Stop after so many passes without a lower loss on held-out data; by default what makes about
        1,000 steps. 0 uses all data and stops only after the last pass.
    device : str
        cpu, cuda, cuda:1 or mps; auto is cuda where there is one.
    precision : str
        The numbers a step is computed in: float32, bfloat16 for products alone, on processors and
        devices that have it, tensorfloat32 on CUDA, or float64.
    processes : int
        Processes that train together, each on its part of every batch; torchrun starts them on
        several machines.
    compile : bool
        Compile a step first, which takes some tens of seconds and changes results by rounding only;
        auto does where at least 20,000 steps are to come.
    deterministic : bool
        Take only algorithms that give the same bits every time on a GPU too, more slowly.
    resume : Path
        The folder of a run that was stopped: go on from its last checkpoint, with the data and the
        options that it was started with.
    checkpoint_minutes : float
        Minutes between checkpoints, which lie in the folder until the model does.

    Examples
    --------
        latentia fit digits
        latentia fit digits --model convolutional-vae --latent 10
        latentia fit patients.csv --label outcome --latent 5 --out runs/patients
        latentia fit digits --conditional --latent 8
        latentia fit photos/ --model autoencoder --latent 64 --epochs 100
        latentia fit digits --model stacked-denoising-autoencoder --layers 128,32 --epochs 50
        latentia fit ellipse --model energy-autoencoder --space circle
        latentia fit --resume runs/digits-vae-2
    """
    if processes > 1 and not is_one_of_several():
        return launch(processes)
    parameters = {
        "n_components": latent,
        "hidden_layer_sizes": hidden_sizes(hidden),
        "layers": sizes(layers, "--layers"),
        "network": network,
        "code": code,
        "tied": tied,
        "likelihood": likelihood,
        "norm": norm,
        "scaling": scaling,
        "corruption": corruption,
        "code_corruption": code_corruption,
        "posterior": posterior,
        "prior": prior,
        "space": space,
        "regularizer": regularizer,
        "objective": objective,
        "n_samples": samples,
        "condition": "y" if conditional else None,
        "conditioned": conditioned and conditioned.split(","),
        "beta": beta,
        "penalty": penalty,
        "penalty_weight": penalty_weight,
        "max_iter": epochs,
        "batch_size": batch_size,
        "micro_batch_size": whole_or_word(micro_batch_size),
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "learning_rate_schedule": schedule,
        "n_iter_no_change": patience or None,
        "early_stopping": patience != 0,
        "random_state": seed,
        "device": device,
        "precision": precision,
        "compile": compile,
        "deterministic": deterministic,
        "verbose": not quiet,
    }
    source: dict[str, Any] = {"spec": data, "x": x, "y": label, "n": rows, "seed": seed}
    settings: dict[str, Any] = {"model": model, "data": source, "parameters": parameters}
    if resume is not None:
        if out is not None:
            raise ValueError(
                f"--out {out} has no use beside --resume, which writes to its own run."
            )
        settings = agreed(partial(settings_of, resume, settings))
        source = settings["data"]
        parameters = settings["parameters"] | {"verbose": not quiet}
    if source["spec"] is None:
        raise ValueError(
            "fit needs DATA, such as latentia fit digits, or a run to go on with: --resume RUN."
        )
    with in_options():
        estimator = estimator_of(settings["model"], parameters)
    parts = (Path(source["spec"]).resolve().stem, model, estimator.n_components_)
    if is_started_again():
        resume = agreed(lambda: resume or left_behind(last_run(out, *parts), settings))
    folder = resume or agreed(lambda: new_run(out, overwrite, *parts))
    dataset = examples_of(source, folder)
    kept = kept_in(folder, checkpoint_minutes, settings)
    if resume is None:
        agreed(lambda: shutil.rmtree(kept.folder, ignore_errors=True))  # of what is overwritten
    with saving_when_terminated(kept), saying_how_to_go_on(kept, folder):
        train(estimator.set_params(checkpoints=kept), dataset, folder)
        if is_first():
            finish(estimator.set_params(checkpoints=None), dataset, source, folder)
    return 0
