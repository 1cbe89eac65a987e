"""Whether an energy tells data from anything else."""

from __future__ import annotations

import torch
from torch import Tensor


def energy_gap(of_data: Tensor, elsewhere: Tensor) -> Tensor:
    r"""Return how often an example has less energy than a point elsewhere.

    .. math:: P\left(F(y) < F(y')\right) + \tfrac{1}{2} P\left(F(y) = F(y')\right)

    over all pairs, the area under the receiver operating characteristic. 1 is an energy that
    separates the data from everything else; 0.5 is one that has collapsed: it is as low elsewhere,
    usually because its codes can explain any point.

    Parameters
    ----------
    of_data : Tensor, shape (n,)
        Energies of examples, such as free energies.
    elsewhere : Tensor, shape (m,)
        Energies of other points, such as uniform noise in the box of the data.

    Returns
    -------
    Tensor, a number in [0, 1]

    Raises
    ------
    ValueError
        If one of them is empty, or no list of numbers.

    Examples
    --------
    >>> import torch
    >>> energy_gap(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
    tensor(0.8750)
    """
    for name, energies in {"of_data": of_data, "elsewhere": elsewhere}.items():
        if energies.dim() != 1 or len(energies) < 1:
            raise ValueError(
                f"{name} has shape {tuple(energies.shape)}, but must hold energies of shape (n,)."
            )
    order = elsewhere.sort().values
    above = len(order) - torch.searchsorted(order, of_data, right=True)
    not_below = len(order) - torch.searchsorted(order, of_data)
    return ((above + not_below) / 2).to(of_data).mean() / len(order)
