"""The code that explains an example best, by search with the decoder alone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from latentia.errors import IncompatiblePartsError
from latentia.estimators._rules import COUNT
from latentia.estimators._sampling import Sampling
from latentia.heads import Quantizer, TopK
from latentia.inference import most_likely_code
from latentia.models import Batch, LatentEnergy, LatentVariableModel
from latentia.spaces import Box, Real, Space
from latentia.training import seeded

#: Codes that are searched for at once.
_CODES = 4096

#: Where the codes of an encoder may be searched for.
_SPACES: dict[str, Callable[[tuple[int, ...]], Space]] = {
    "real": Real,
    "unit": partial(Box, low=0.0, high=1.0),
}


class CodeSearch(NamedTuple):
    """How searches for codes ended, an entry for each example.

    Parameters
    ----------
    energy : ndarray of shape (n,)
        The energy of the code that was found.
    start : ndarray of shape (n,)
        The energy of the encoder's code, never below the other.
    converged : ndarray of bool, shape (n,)
        Whether the best search ended by itself, and not for want of steps.
    """

    energy: np.ndarray
    start: np.ndarray
    converged: np.ndarray


class MostLikely(Sampling):
    """Codes by search instead of by the encoder."""

    def most_likely_code(
        self,
        X: Any,
        y: Any = None,
        *,
        n_restarts: int = 8,
        n_steps: int = 200,
        return_report: bool = False,
    ) -> Any:
        r"""Return the code of each example that explains it best, shape (n, n_components).

        .. math:: \check z = \arg\min_z E(x, z), \qquad
                  E(x, z) = -\log p(x|z) - \log p(z)

        the maximum a posteriori code, where the model has a prior; without one the second term is
        absent, and with a ``norm`` that takes the place of the first. The search starts at the
        encoder's code and at draws from ``sampler_``, always the same, and is never worse than
        :meth:`transform`. It runs in double precision.

        Parameters
        ----------
        X : array, frame or tensor of shape (n, *event)
        y : array-like of length n, default=None
            The condition of each example, where the model has one.
        n_restarts : int, default=8
            Searches for each example, the one from the encoder's code among them.
        n_steps : int, default=200
            The most often that the energies are computed.
        return_report : bool, default=False
            Also return how the searches ended.

        Returns
        -------
        ndarray, or ndarray and CodeSearch
            Energies are in the units of :meth:`energy`.

        Raises
        ------
        IncompatiblePartsError
            For codes that are not any numbers: directions, categories or words of a codebook.
        ValueError
            If ``n_restarts`` or ``n_steps`` is below 1.

        References
        ----------
        Y. LeCun, S. Chopra, R. Hadsell, M. Ranzato, F. J. Huang. A Tutorial on Energy-Based
        Learning. 2006.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from latentia import VAE
        >>> X = load_iris().data
        >>> vae = VAE(max_iter=5, random_state=0, verbose=False).fit(X)
        >>> codes, report = vae.most_likely_code(X, return_report=True)
        >>> codes.shape, bool((report.energy <= report.start).all())
        ((150, 2), True)
        """
        for name, number in {"n_restarts": n_restarts, "n_steps": n_steps}.items():
            if not COUNT.fits(number):
                raise ValueError(f"{name}={number!r} must be {COUNT.what}.")
        batch = self.as_batch(X, y)
        model = copy.deepcopy(self.model_).double()
        energy = self._energy_of_codes(model)
        with torch.no_grad(), seeded(0, self._device):
            parts = [
                self._search(model, energy, block, n_restarts, n_steps)
                for block in _blocks(batch, max(1, _CODES // n_restarts))
            ]
        z, *numbers = (torch.cat(part).cpu() for part in zip(*parts, strict=True))
        codes = z.to(batch.x.dtype)
        found = codes if isinstance(X, Tensor) else codes.numpy()
        return (found, CodeSearch(*(t.numpy() for t in numbers))) if return_report else found

    def _energy_of_codes(self, model: LatentVariableModel) -> LatentEnergy:
        space = getattr(model.encoder, "space", "real")
        head = getattr(model.encoder, "head", None)
        if space not in _SPACES or isinstance(head, Quantizer | TopK):
            kind = space if space not in _SPACES else type(head).__name__
            raise IncompatiblePartsError(
                f"most_likely_code and codes of {kind!r} do not fit: it walks from code to code "
                "through numbers of any size, and few of them are such codes. Use transform, or "
                "an EnergyAutoencoder, which knows other spaces."
            )
        return LatentEnergy(
            model.decoder,
            _SPACES[space](model.encoder.event_shape),
            cost=getattr(self, "norm", None),
            regularizer=model.prior,
        )

    def _search(
        self,
        model: LatentVariableModel,
        energy: LatentEnergy,
        block: Batch,
        n_restarts: int,
        n_steps: int,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        x, c = block.x.double(), tuple(t.double() for t in block.conditions)
        guess = energy.space.project(model.encode(x, *c)).unsqueeze(0)
        start = torch.cat([guess, self._more_starts(energy, block, n_restarts - 1).to(guess)])
        least = most_likely_code(energy, x, *c, start=start, n_restarts=n_restarts, n_steps=n_steps)
        units = self._log_jacobian()
        first = energy(x, guess, *c)[0]
        return least.z.flatten(1), least.energy - units, first - units, least.converged

    def _more_starts(self, energy: LatentEnergy, block: Batch, k: int) -> Tensor:
        """Return k draws for each example, or none where the space is searched by a grid."""
        if energy.space.bounded:
            k = 0
        given = block.conditions
        drawn = self.sampler_(*given).sample(torch.Size((k,)))
        shape = (k, len(block), *energy.space.event_shape)
        return drawn if given else drawn.unsqueeze(1).expand(shape)


def _blocks(batch: Batch, rows: int) -> Iterator[Batch]:
    for at in torch.arange(len(batch)).split(rows):
        yield batch.take(at.to(batch.x.device))
