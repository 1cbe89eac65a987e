"""The paragraphs that docstrings share."""

from __future__ import annotations

from latentia.estimators._training import HISTORY, TRAINING

_CODE_SIZE = """n_components : int, default=2
        Dimensions of the code."""

_OBJECTIVE = """objective : str or callable, default="elbo"
        What is minimised: a name in ``objectives.objectives``, or a function that returns an
        Objective, such as ``partial(objectives.IWAE, n_bounds=5)``.
    beta : float, schedule or None, default=None
        Weight of the divergence; this, ``free_bits`` and ``n_samples`` go to the objective, and
        None is its own default: 1 for the evidence lower bound.
    free_bits : float or None, default=None
        Nats for each code dimension that cost nothing; 0 for the evidence lower bound.
    n_samples : int or None, default=None
        Codes drawn for each example in training; 1 for the evidence lower bound."""

_NETWORK = """network : str or networks.Architecture, default="mlp"
        "mlp", or "convolutional" for images of 8 x 8 pixels and more.
    hidden_layer_sizes : sequence of int or None, default=None
        Units (mlp) or channels (convolutional) of the encoder's hidden layers; the decoder mirrors
        them. () is one affine map. None is (256,), or (32, 64, ...) by the size of the image.
    activation : str, default="relu"
        A name in ``networks.activations``.
    layer_norm : bool, default=False
        Normalise hidden features of each example.
    dropout : float, default=0.0
        Share of hidden units set to zero in training, in [0, 1)."""

_CONDITION = """condition : {"y"} or None, default=None
        "y" makes it a model of x given y, the second argument of ``fit`` and of every method: its
        labels are one-hot and its measurements standardised.
    conditioned : sequence of str, default=("encoder", "decoder")
        Which of "encoder", "decoder" and "prior" see the condition. A network predicts a prior that
        does from y: of the posterior's kind, unless another is asked for.
    embedding : int or None, default=None
        Learned numbers that stand for the condition in encoder and decoder; None is the condition
        itself."""

_SCALING = """scaling : str, default="auto"
        A name in ``data.scalings``, fitted in ``fit`` and undone in every output: "auto" divides
        8-bit images by 255 and other images by their maximum, standardises tables, and leaves
        alone what lies in [0, 1] already: images, tables that start at 0, and whatever a
        likelihood of values in [0, 1] was chosen for."""

_AUGMENTATION = """augmentation : str, callable or None, default=None
        What is done to the scaled examples each time that training uses them, target included: an
        object such as ``corruptions.Binarization()``, or a function of a batch that keeps its
        shape."""

_CONTAMINATION = """contamination : float, default=0.1
        Share of the held-out (with early stopping) or training data that ``predict`` calls
        outliers, in (0, 0.5]."""

_MODEL = f"""likelihood : str or callable, default="auto"
        p(x|z): a name in ``heads.likelihoods``, or a function of the event shape that returns a
        Head. "auto" is "bernoulli" for data of zeros and ones, else "normal" with a learned scale.
    {_SCALING}
    corruption : str, callable or None, default=None
        What spoils the scaled example that the encoder is given in training, held-out examples
        included; the target stays clean. A name in ``corruptions.corruptions``, an object such as
        ``corruptions.Masking(0.25)``, or a function of a batch that keeps its shape.
    {_AUGMENTATION}
    penalty : str, callable, mapping or None, default=None
        What is added to the loss: a name in ``objectives.penalties``; a function without arguments
        that returns an Objective; or several names with their weights, such as
        ``{{"code-norm": 0.01, "decoder-gradient": 0.1}}``.
    penalty_weight : float or schedule, default=0.1
        The weight of a single penalty.
    {_CONTAMINATION}"""

_UNITS = f"""likelihood : {{"auto", "bernoulli", "normal"}}, default="auto"
        The visible units. Bernoulli ones are 0 or 1, or rates in between; normal ones are any
        numbers, and learn their variances. "auto" is "bernoulli" where the scaled data lie in
        [0, 1], and else "normal".
    {_SCALING} Normal units standardise.
    {_AUGMENTATION}
    corruption, penalty, penalty_weight
        Of other estimators: these units have no use for them.
    {_CONTAMINATION}"""

_HEAD = """encoder : estimator
        Fitted; in a ``FrozenEstimator`` if it must survive ``clone``.
    freeze : bool or int, default=True
        True keeps the encoder as it is; False trains all of it; a number keeps so many of its first
        layers.
    hidden_layer_sizes : sequence of int, default=()
        Units of the hidden layers of the head; () is one affine map of the code.
    activation : str, default="relu"
        Of these layers.
    dropout : float, default=0.0
        Of these layers."""

_ATTRIBUTES = """model_, encoder_, decoder_ : Module
        The fitted model and its parts.
    objective_ : Objective
        What was made small, with what it learned itself; not kept on disk.
    sampler_ : ConditionalDistribution
        The distribution of codes that ``sample`` draws from.
    offset_ : float
        Minus the energy above which ``predict`` calls an example an outlier.
    n_components_ : int
        Dimensions of the code.
    overcomplete_ : bool
        Whether the code has more dimensions than the data.
    conditions_ : Conditions or None
        What y was, where it is a condition.
    <history attributes>
    scaling_ : data.Affine
        What is done to x before the encoder and undone after the decoder.
    likelihood_ : str or callable
        What "auto" stood for.
    event_shape_ : tuple of int
        Shape of one example."""

_OPTIONS = """K. Sohn, H. Lee, X. Yan. Learning Structured Output Representation using Deep
    Conditional Generative Models. 2015. With ``condition``.
    D. J. Im, S. Ahn, R. Memisevic, Y. Bengio. Denoising Criterion for Variational Auto-Encoding
    Framework. 2017. With ``corruption``.
    T. Rainforth et al. Tighter Variational Bounds Are Not Necessarily Better. 2018. With
    ``objective="ciwae"``."""

#: What stands for each mark in a docstring.
PARAGRAPHS = {
    "<shared attributes>": _ATTRIBUTES,
    "<head parameters>": _HEAD,
    "<condition parameters>": _CONDITION,
    "<code size>": _CODE_SIZE,
    "<network parameters>": _NETWORK,
    "<objective parameters>": _OBJECTIVE,
    "<model parameters>": _MODEL,
    "<references of options>": _OPTIONS,
    "<training parameters>": TRAINING,
    "<unit parameters>": _UNITS,
    "<training parameters of units>": TRAINING.replace("default=1e-3", "default=5e-3").replace(
        '"constant"', '"linear"'
    ),
    "<training parameters of a head>": TRAINING.replace(
        """default=1e-3
        A schedule""",
        """default=None
        None is 1e-2 for a head alone, and 1e-3 where the encoder learns too. A schedule""",
    ),
    "<history attributes>": HISTORY,
}


def documented(cls: type) -> type:
    """Write what several estimators share into the docstring of one, where it says so."""
    for mark, paragraph in PARAGRAPHS.items():
        cls.__doc__ = (cls.__doc__ or "").replace(mark, paragraph)
    return cls
