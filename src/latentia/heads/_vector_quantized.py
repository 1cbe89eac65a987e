"""The head of a code of words from a codebook."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latentia._names import lookup
from latentia._share import WHOLE, Share
from latentia.distributions import nearest
from latentia.heads._head import as_count
from latentia.heads._quantizer import Quantizer

_LEARNS_BY_GRADIENT = {"gradient": True, "moving-average": False}


class VectorQuantized(Quantizer):
    r"""A point mass at the codewords nearest to the vectors of the raw output.

    .. math:: z_m = e_{k(m)}, \qquad k(m) = \arg\min_k \lVert r_m - e_k \rVert

    Gradients pass straight through to the network. The codebook learns by
    ``objectives.Quantization``, which is to be added to the loss; estimators add it by themselves.

    Parameters
    ----------
    event_shape : int or tuple of int
        Shape of one code.
    n_codes : int, default=512
        Words in the codebook.
    n_vectors : int, default=1
        How many vectors one code is made of, in the order of its numbers; each is replaced by a
        word of the same codebook.
    codebook : {"moving-average", "gradient"}, default="moving-average"
        A codeword is the moving average of the vectors it stands for, or a parameter.

    Raises
    ------
    ValueError
        For sizes that are not positive or do not divide a code, or another kind of codebook.

    References
    ----------
    A. van den Oord, O. Vinyals, K. Kavukcuoglu. Neural Discrete Representation Learning. 2017.

    Examples
    --------
    >>> head = VectorQuantized(4, n_codes=8, n_vectors=2)
    >>> code = head(torch.randn(5, 4))
    >>> code.indices.shape
    torch.Size([5, 2])
    >>> bool((head.vectors(code.indices) == code.mean).all())
    True
    """

    learns_by = "quantization"
    counts: Tensor
    sums: Tensor

    def __init__(
        self,
        event_shape: int | Sequence[int],
        n_codes: int = 512,
        n_vectors: int = 1,
        codebook: str = "moving-average",
    ) -> None:
        super().__init__(event_shape, n_vectors)
        n = as_count(n_codes, "n_codes")
        self.learns_by_gradient = lookup(_LEARNS_BY_GRADIENT, codebook, "codebook")
        words = torch.randn(n, self.vector_size)
        self.register_buffer("counts", torch.zeros(n))
        if self.learns_by_gradient:
            self.codebook = nn.Parameter(words)
        else:
            self.register_buffer("codebook", words)
            # Both averages start at zero, so that their ratio is a mean from the first step.
            self.register_buffer("sums", torch.zeros_like(words))

    @property
    def is_started(self) -> bool:
        """Whether the codebook has seen any vectors; to ask waits for the device."""
        return bool(self.counts.any())

    @torch.no_grad()
    def start_from(self, x: Tensor, share: Share = WHOLE) -> None:
        """Start at the centres of k-means over the vectors of continuous codes x, (n, *event).

        Where there are fewer vectors than codewords, the rest of the codebook is left unused.
        """
        from sklearn.cluster import KMeans
        from sklearn.exceptions import ConvergenceWarning

        vectors = self._flat(share.gather(x))
        k = min(self.n_codes, len(vectors.unique(dim=0)))
        with warnings.catch_warnings():
            # Vectors that differ in their last digits only may share a centre.
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = KMeans(k, n_init=1, max_iter=50, random_state=0).fit(vectors.cpu().numpy())
        centres = torch.from_numpy(fitted.cluster_centers_).to(self.codebook)
        sizes = torch.from_numpy(fitted.labels_).long().bincount(minlength=self.n_codes)
        words = centres[torch.arange(self.n_codes) % k]
        self._set(share.first(words), share.first(sizes.to(self.counts)))

    @torch.no_grad()
    def follow(self, z: Tensor, decay: float, share: Share = WHOLE) -> None:
        """Take continuous codes z (n, *event) into the moving averages of one step.

        With a ``share`` of a batch, those of the other processes are taken too.
        """
        vectors = self._flat(share.own(z))
        index = nearest(vectors, self.codebook)
        counts = torch.zeros_like(self.counts).index_add_(0, index, torch.ones_like(vectors[:, 0]))
        self.counts.lerp_(share.sum(counts), 1 - decay)
        if self.learns_by_gradient:
            return
        sums = torch.zeros_like(self.sums).index_add_(0, index, vectors)
        self.sums.lerp_(share.sum(sums), 1 - decay)
        # A word that stands for nothing stays where it is.
        least = torch.finfo(self.counts.dtype).tiny ** 0.5
        means = self.sums / self.counts.clamp(min=least).unsqueeze(1)
        self.codebook.copy_(torch.where(self.counts.unsqueeze(1) > least, means, self.codebook))

    @torch.no_grad()
    def revive(self, z: Tensor, below: float, share: Share = WHOLE) -> None:
        """Draw words used less than ``below`` times the mean anew, from codes z (n, *event).

        With a ``share`` of a batch, all processes take what the first has drawn.
        """
        vectors = self._flat(z)
        mean = self.counts.mean()
        dead = self.counts < below * mean
        rows = torch.randint(len(vectors), (self.n_codes,), device=vectors.device)
        drawn = share.first(vectors[rows])
        words = torch.where(dead.unsqueeze(1), drawn, self.codebook)
        self._set(words, torch.where(dead, mean, self.counts))

    def _flat(self, z: Tensor) -> Tensor:
        return self.parts(z).flatten(0, -2).to(self.codebook)

    def _set(self, words: Tensor, counts: Tensor) -> None:
        self.codebook.copy_(words)
        self.counts.copy_(counts)
        if not self.learns_by_gradient:
            self.sums.copy_(words * counts.unsqueeze(1))
