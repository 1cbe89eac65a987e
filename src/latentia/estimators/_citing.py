"""What a fitted estimator is made of, as BibTeX."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator

from sklearn.utils.validation import check_is_fitted
from torch import Tensor, nn

from latentia.citations import bibtex
from latentia.conditional import ConditionalDistribution
from latentia.corruptions import Chain
from latentia.estimators._parameters import as_corruption
from latentia.heads import Head
from latentia.objectives import Objective, Weight

_SPOILERS = ("corruption", "augmentation", "code_corruption")
_FITTED = ("model_", "sampler_")


class Citing:
    """Estimators that say which papers they come from."""

    @abstractmethod
    def _cited(self) -> Iterator[object]: ...

    def citation(self) -> str:
        """Return BibTeX of the papers that this model and its parts come from.

        The parts are posterior, likelihood, prior, sampler, objective, penalties and corruptions,
        each as it was chosen; a comment before an entry says which of them it is for.

        Returns
        -------
        str
            In ASCII; ready for ``print`` or a .bib file.

        Raises
        ------
        NotFittedError
            Before ``fit``, which chooses parts from the data.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from latentia import VAE
        >>> vae = VAE(max_iter=2, verbose=False).fit(load_iris().data)
        >>> print(vae.citation().partition("% VAE\\n")[0])
        % VAE, ELBO, StandardNormal
        @misc{kingma2013auto,
          author = {D. P. Kingma and M. Welling},
          title = {{Auto-Encoding Variational Bayes}},
          year = {2013},
        }
        <BLANKLINE>
        <BLANKLINE>
        """
        check_is_fitted(self)
        return bibtex(*self._cited())


class CitingParts(Citing):
    """Models of examples, whose parts are parameters and modules."""

    @abstractmethod
    def _objective(self) -> Objective: ...

    @abstractmethod
    def _penalties(self) -> list[tuple[Weight, Objective]]: ...

    def _cited(self) -> Iterator[object]:
        yield self
        yield from _within(self._objective(), Objective)
        yield from self._asked_for()
        for name in _FITTED:
            if name in vars(self):
                yield from _within(getattr(self, name), Head, ConditionalDistribution)

    def _asked_for(self) -> Iterator[object]:
        for _, penalty in self._penalties():
            yield from _within(penalty, Objective)
        for name in _SPOILERS:
            yield from _links(as_corruption(getattr(self, name, None), name))


def _within(module: nn.Module, *kinds: type) -> Iterator[nn.Module]:
    return (part for part in module.modules() if isinstance(part, kinds))


def _links(corruption: Callable[[Tensor], Tensor] | None) -> Iterator[object]:
    if isinstance(corruption, Chain):
        for link in corruption.corruptions:
            yield from _links(link)
    elif corruption is not None:
        yield corruption
