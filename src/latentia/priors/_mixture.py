"""A mixture of normal distributions, fixed or fitted to codes."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Categorical, Distribution, MultivariateNormal

from latentia import distributions
from latentia.conditional import ConditionalDistribution
from latentia.priors._codes import check_codes, least_variance


class Mixture(ConditionalDistribution):
    r"""A mixture of K normals with full covariance, with buffers that training leaves alone.

    .. math:: p(z) = \sum_{k=1}^K w_k\, N(z; \mu_k, L_k L_k^\top)

    Parameters
    ----------
    weights : Tensor of shape (K,) or int
        Probabilities of the components; an integer K stands for equal ones.
    loc : Tensor of shape (K, d) or int
        Means; an integer d stands for zeros.
    scale_tril : Tensor of shape (K, d, d) or None, default=None
        Lower triangular factors of the covariances, with positive diagonals; None is the identity.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    P. Ghosh, M. S. M. Sajjadi, A. Vergari, M. Black, B. Schölkopf. From Variational to
    Deterministic Autoencoders. 2020.

    Examples
    --------
    >>> import torch
    >>> codes = torch.tensor([[-9.0], [-7.0], [1.0], [3.0]])
    >>> Mixture.fit(codes, n_components=2).loc.sort(0).values.round()
    tensor([[-8.],
            [ 2.]])
    """

    weights: Tensor
    loc: Tensor
    scale_tril: Tensor

    def __init__(
        self, weights: Tensor | int, loc: Tensor | int, scale_tril: Tensor | None = None
    ) -> None:
        super().__init__()
        weights = torch.full((weights,), 1 / weights) if isinstance(weights, int) else weights
        loc = weights.new_zeros(len(weights), loc) if isinstance(loc, int) else loc
        if scale_tril is None:
            scale_tril = torch.eye(loc.shape[-1]).to(loc).repeat(len(weights), 1, 1)
        shapes = tuple(weights.shape), tuple(loc.shape), tuple(scale_tril.shape)
        k, d = loc.shape if loc.dim() == 2 else (0, 0)
        if shapes != ((k,), (k, d), (k, d, d)):
            raise ValueError(
                "weights must have shape (K,), loc (K, d) and scale_tril (K, d, d), but the shapes "
                f"are {shapes[0]}, {shapes[1]} and {shapes[2]}."
            )
        self.event_shape = (d,)
        self.register_buffer("weights", weights)
        self.register_buffer("loc", loc)
        self.register_buffer("scale_tril", scale_tril.contiguous())

    @classmethod
    def fit(cls, codes: Tensor, n_components: int = 10, seed: int = 0) -> Mixture:
        """Maximise the likelihood of codes, from the clusters of k-means.

        Parameters
        ----------
        codes : Tensor, shape (n, d)
            At least 2, and at least ``n_components``.
        n_components : int, default=10
            The number K of components.
        seed : int, default=0
            For k-means.

        Raises
        ------
        ValueError
            If there are fewer codes than components.
        """
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture

        check_codes(codes)
        if not 1 <= n_components <= len(codes):
            raise ValueError(
                f"n_components={n_components} must be between 1 and {len(codes)}, the number of "
                "codes."
            )
        mixture = GaussianMixture(
            n_components, reg_covar=float(least_variance(codes)), random_state=seed
        )
        with warnings.catch_warnings():
            # Fewer distinct codes than components, or a last step short of the optimum, is a
            # density all the same.
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(codes.detach().double().cpu().numpy())
        fitted = (torch.from_numpy(a) for a in (mixture.weights_, mixture.means_))
        covariances = torch.from_numpy(mixture.covariances_)
        return cls(*(t.to(codes) for t in (*fitted, torch.linalg.cholesky(covariances))))

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments: with these and a state dict it is built again."""
        n_components, d = self.loc.shape
        return {"weights": n_components, "loc": d}

    def forward(self, *conditions: Tensor) -> Distribution:
        prior = distributions.Mixture(
            Categorical(logits=self.weights.log(), validate_args=False),
            MultivariateNormal(self.loc, scale_tril=self.scale_tril, validate_args=False),
            validate_args=False,
        )
        return prior.expand(conditions[0].shape[:1]) if conditions else prior
