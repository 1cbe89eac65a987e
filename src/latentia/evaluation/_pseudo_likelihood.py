"""How well each unit of a Boltzmann machine is predicted from all others."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from latentia.errors import IncompatiblePartsError
from latentia.evaluation._batches import over_batches
from latentia.models import RBM, Bipartite


def pseudo_log_likelihood(
    rbm: RBM, x: Tensor, *, exact: bool = False, batch_size: int = 1000
) -> Tensor:
    r"""Return the pseudo-log-likelihood of examples in nats, summed over the d visible units.

    .. math:: \sum_{i=1}^d \log p(v_i \mid v_{-i})
              = \sum_{i=1}^d \log \sigma\left(F(\tilde v^{(i)}) - F(v)\right)

    where :math:`\tilde v^{(i)}` is v with unit i flipped. It needs no normalising constant. With
    one unit for each example, drawn at random, the sum is estimated without bias by d times its
    term.

    Parameters
    ----------
    rbm : RBM
        With Bernoulli visible units.
    x : Tensor, shape (n, \*visible)
        Zeros and ones; grey values in [0, 1] are taken as rates, which flip to one minus them.
    exact : bool, default=False
        Whether all units are flipped, at d times the cost, instead of one at random.
    batch_size : int, default=1000
        Examples at once.

    Returns
    -------
    Tensor, shape (n,)

    Raises
    ------
    IncompatiblePartsError
        For normal visible units, which do not flip.
    ValueError
        For values outside [0, 1].

    References
    ----------
    J. Besag. Statistical Analysis of Non-Lattice Data. 1975.

    Examples
    --------
    >>> rbm = RBM(4, n_hidden=2)
    >>> _ = rbm.weight.data.zero_()
    >>> pseudo_log_likelihood(rbm, torch.zeros(1, 4))  # -4 log 2
    tensor([-2.7726])
    """
    if not rbm.visible.countable:
        raise IncompatiblePartsError(
            "pseudo_log_likelihood and normal visible units do not fit: it flips units, which must "
            "be 0 or 1. Use inference.log_partition or inference.anneal_partition with "
            "rbm.free_energy."
        )
    rbm.check(x)
    machine = rbm.machine
    measure = _of_all if exact else _of_one
    return torch.cat(
        over_batches(lambda v: measure(machine, machine.flat(v)), rbm, x, (), batch_size)
    )


def _of_one(machine: Bipartite, v: Tensor) -> Tensor:
    unit = torch.randint(v.shape[1], (len(v),), device=v.device)
    return v.shape[1] * _log_conditional(machine, v, machine.up(v), unit)


def _of_all(machine: Bipartite, v: Tensor) -> Tensor:
    inputs, total = machine.up(v), torch.zeros_like(v[:, 0])
    for unit in torch.arange(v.shape[1], device=v.device):
        total += _log_conditional(machine, v, inputs, unit.expand(len(v)))
    return total


def _log_conditional(machine: Bipartite, v: Tensor, inputs: Tensor, unit: Tensor) -> Tensor:
    r"""Return the logarithm of p(v_i | others) for one unit i of each example.

    A flip changes the inputs of the hidden units by one column of the weights.
    """
    change = 1 - 2 * v.gather(1, unit.unsqueeze(1))
    flipped = inputs + change * machine.weight.T[unit]
    hidden, bias = machine.hidden, machine.hidden.bias
    gain = hidden.log_partition(flipped, bias) - hidden.log_partition(inputs, bias)
    gain = gain + change.squeeze(1) * machine.visible.bias[unit]
    return logsigmoid(-gain)
