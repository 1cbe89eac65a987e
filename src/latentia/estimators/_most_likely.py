"""The code that explains an example best, by search with the decoder alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from latentia.estimators._code_spaces import space_of_codes
from latentia.estimators._rules import COUNT
from latentia.estimators._sampling import Sampling
from latentia.inference import most_likely_code
from latentia.models import Batch, LatentEnergy, LatentVariableModel
from latentia.training import seeded

#: Codes that are searched for at once.
_CODES = 4096


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
        :meth:`transform`. Codes that can be counted, of categories or of the words of a codebook,
        are all compared, which is exact. It runs in double precision.

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
            For codes that cannot be searched, such as directions and sparse codes, and more than
            16,384 words or categories together.
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
        check_search(n_restarts, n_steps)
        batch = self.as_batch(X, y)
        model = copy.deepcopy(self.model_).double()
        energy = self._energy_of_codes(model)
        with torch.no_grad(), seeded(0, self._device):
            each = int(energy.space.volume) if energy.space.discrete else n_restarts
            parts = [
                self._search(model, energy, block, n_restarts, n_steps)
                for block in _blocks(batch, max(1, _CODES // each))
            ]
        z, *numbers = (torch.cat(part).cpu() for part in zip(*parts, strict=True))
        codes = z.to(batch.x.dtype)
        found = codes if isinstance(X, Tensor) else codes.numpy()
        return (found, CodeSearch(*(t.numpy() for t in numbers))) if return_report else found

    def _energy_of_codes(self, model: LatentVariableModel) -> LatentEnergy:
        return LatentEnergy(
            model.decoder,
            space_of_codes(model),
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
        if energy.space.bounded or k == 0:
            # A grid is searched, or every code compared.
            return torch.zeros(0, len(block), *energy.space.event_shape)
        given = block.conditions
        drawn = self.sampler_(*given).sample(torch.Size((k,)))
        shape = (k, len(block), *energy.space.event_shape)
        return drawn if given else drawn.unsqueeze(1).expand(shape)


def check_search(n_restarts: int, n_steps: int) -> None:
    """Refuse a search of nothing."""
    for name, number in {"n_restarts": n_restarts, "n_steps": n_steps}.items():
        if not COUNT.fits(number):
            raise ValueError(f"{name}={number!r} must be {COUNT.what}.")


def _blocks(batch: Batch, rows: int) -> Iterator[Batch]:
    for at in torch.arange(len(batch)).split(rows):
        yield batch.take(at.to(batch.x.device))
