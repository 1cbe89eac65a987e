"""Whether the derivative of a draw is that of what is drawn from."""

from __future__ import annotations

from torch.distributions import Distribution, OneHotCategoricalStraightThrough


def is_pathwise(distribution: Distribution) -> bool:
    r"""Whether draws can be differentiated without a bias.

    .. math:: \nabla_\phi E_{z \sim q_\phi}\, f(z) = E\, \nabla_\phi f(z_\phi)
              \text{ for every smooth } f

    A draw that passes gradients straight through has ``rsample`` too, but its derivative is another
    function's: right for a linear f alone. A distribution of one's own with such draws says so by
    an attribute ``straight_through = True``.

    Parameters
    ----------
    distribution : Distribution
        Any; what it is made of is asked too.

    Examples
    --------
    >>> import torch
    >>> from torch.distributions import Bernoulli, Independent, Normal
    >>> one = torch.ones(3)
    >>> is_pathwise(Independent(Normal(one, one), 1)), is_pathwise(Bernoulli(one))
    (True, False)
    >>> is_pathwise(OneHotCategoricalStraightThrough(one))
    False
    """
    known = isinstance(distribution, OneHotCategoricalStraightThrough)
    if not distribution.has_rsample or getattr(distribution, "straight_through", known):
        return False
    inner = (getattr(distribution, name, None) for name in ("base_dist", "first"))
    return all(is_pathwise(part) for part in inner if isinstance(part, Distribution))
