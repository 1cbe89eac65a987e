"""A mixture of posteriors as the prior."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Distribution

from latentia.conditional import ConditionalDistribution, Unconditioned, family
from latentia.distributions import Delta, Mixture
from latentia.errors import IncompatiblePartsError
from latentia.heads import as_count


class Vamp(ConditionalDistribution):
    r"""A mixture of the posteriors of K learned pseudo-inputs: the codes that the encoder makes.

    .. math:: p(z \mid c) = \sum_{k=1}^K w_k\, q(z \mid u_k, c)

    The pseudo-inputs u_k learn with the model, and so does the encoder, through its posteriors as
    well as through the prior. They live where the encoder's inputs do, with no bounds of their own.

    The encoder stays the model's: it is no part of the prior's parameters or state dict, and moves
    with the model to another device or precision.

    Parameters
    ----------
    encoder : ConditionalDistribution
        q(z|x, c), with an ``in_shape``; any posterior with a density.
    n_components : int, default=50
        The number K of pseudo-inputs.
    learned_weights : bool, default=False
        Whether the weights w_k are learned; else they are 1/K.

    Raises
    ------
    ValueError
        If the encoder does not say the shape of its input, or ``n_components`` is no positive
        integer.
    IncompatiblePartsError
        When it is used, for a deterministic encoder, whose mixture has no density.

    References
    ----------
    J. M. Tomczak, M. Welling. VAE With a VampPrior. 2018.

    Examples
    --------
    >>> import torch
    >>> from latentia import conditional, heads, networks
    >>> code = heads.DiagonalNormal(2)
    >>> encoder = conditional.Amortized(networks.MLP((4, 4), code.n_params), code)
    >>> prior = Vamp(encoder, n_components=5)
    >>> prior.pseudo_inputs.shape, prior().sample((3,)).shape
    (torch.Size([5, 4, 4]), torch.Size([3, 2]))
    """

    of_posteriors = True
    logits: Tensor

    def __init__(
        self,
        encoder: ConditionalDistribution,
        n_components: int = 50,
        learned_weights: bool = False,
    ) -> None:
        super().__init__()
        in_shape = getattr(encoder, "in_shape", None)
        if in_shape is None:
            raise ValueError(
                f"encoder={encoder!r:.80} must be a ConditionalDistribution with an in_shape, such "
                "as conditional.Amortized(networks.MLP(...), head): pseudo-inputs have the shape "
                "of its input."
            )
        n_components = as_count(n_components, "n_components")
        # In a tuple, so that it is not registered a second time, and a copy of the model has a
        # prior that refers to the copied encoder.
        self._encoder = (encoder,)
        self.space = encoder.space
        self.event_shape = encoder.event_shape
        self.learned_weights = learned_weights
        self.pseudo_inputs = nn.Parameter(torch.rand(n_components, *in_shape))
        logits = torch.zeros(n_components)
        if learned_weights:
            self.logits = nn.Parameter(logits)
        else:
            self.register_buffer("logits", logits, persistent=False)

    @property
    def encoder(self) -> ConditionalDistribution:
        """The encoder, which belongs to the model."""
        return self._encoder[0]

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments after the encoder: with these and a state dict it is built
        again."""
        return {"n_components": len(self.pseudo_inputs), "learned_weights": self.learned_weights}

    @torch.no_grad()
    def start_from(self, x: Tensor) -> None:
        """Start at random examples of ``x``, shape (n, *in_shape), scaled as the encoder sees them.

        Where there are fewer examples than components, copies differ by a hundredth of the spread,
        without which they would stay equal.
        """
        n, k = len(x), len(self.pseudo_inputs)
        if n < 1 or x.shape[1:] != self.pseudo_inputs.shape[1:]:
            raise ValueError(
                f"x has shape {tuple(x.shape)}, but must hold examples of shape "
                f"{tuple(self.pseudo_inputs.shape[1:])}."
            )
        index = torch.arange(k, device=x.device) % n
        chosen = x[torch.randperm(n, device=x.device)[index]]
        chosen[n:] += 0.01 * (x.std(correction=0) + 1e-3) * torch.randn_like(chosen[n:])
        self.pseudo_inputs.copy_(chosen)

    def forward(self, *conditions: Tensor) -> Distribution:
        batch = conditions[0].shape[:1] if conditions else torch.Size()
        components = self._components(*conditions)
        if isinstance(components, Delta):
            raise IncompatiblePartsError(
                f"Vamp and a deterministic encoder ({family(self.encoder)} posterior) do not fit: "
                "a mixture of point masses has no density. Use a posterior such as "
                "heads.DiagonalNormal, or priors.LearnedMixture."
            )
        weights = Categorical(logits=self.logits.expand(*batch, -1), validate_args=False)
        return Mixture(weights, components.expand(weights.param_shape), validate_args=False)

    def _components(self, *conditions: Tensor) -> Distribution:
        u = self.pseudo_inputs
        if not conditions or isinstance(self.encoder, Unconditioned):
            return self.encoder(u)
        n, k = len(conditions[0]), len(u)
        given = [c.unsqueeze(1).expand(n, k, *c.shape[1:]) for c in conditions]
        return self.encoder(u.expand(n, *u.shape), *given)
