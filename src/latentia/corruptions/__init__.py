"""Ways to spoil what the encoder is given in training, so that it learns to repair."""

from collections.abc import Callable
from functools import partial

from torch import Tensor

from latentia.corruptions._block_masking import BlockMasking
from latentia.corruptions._chain import Chain
from latentia.corruptions._dropout import Dropout
from latentia.corruptions._gaussian import Gaussian
from latentia.corruptions._masking import Masking
from latentia.corruptions._salt_and_pepper import SaltAndPepper

corruptions: dict[str, Callable[[], Callable[[Tensor], Tensor]]] = {
    "dropout": partial(Dropout, 0.5),
    "gaussian": Gaussian,
    "masking": partial(Masking, 0.5),
    "salt-and-pepper": partial(SaltAndPepper, 0.1),
}

__all__ = [
    "BlockMasking",
    "Chain",
    "Dropout",
    "Gaussian",
    "Masking",
    "SaltAndPepper",
    "corruptions",
]
