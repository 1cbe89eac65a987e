"""Ways to spoil what the encoder or the decoder is given in training."""

from collections.abc import Callable
from functools import partial

from torch import Tensor

from latentia.corruptions._apply import apply
from latentia.corruptions._binarization import Binarization
from latentia.corruptions._block_masking import BlockMasking
from latentia.corruptions._chain import Chain
from latentia.corruptions._dropout import Dropout
from latentia.corruptions._gaussian import Gaussian
from latentia.corruptions._masking import Masking
from latentia.corruptions._nested_dropout import NestedDropout
from latentia.corruptions._salt_and_pepper import SaltAndPepper

corruptions: dict[str, Callable[[], Callable[[Tensor], Tensor]]] = {
    "binarization": Binarization,
    "block-masking": BlockMasking,
    "dropout": partial(Dropout, 0.5),
    "gaussian": Gaussian,
    "masking": partial(Masking, 0.5),
    "nested-dropout": NestedDropout,
    "salt-and-pepper": partial(SaltAndPepper, 0.1),
}

__all__ = [
    "Binarization",
    "BlockMasking",
    "Chain",
    "Dropout",
    "Gaussian",
    "Masking",
    "NestedDropout",
    "SaltAndPepper",
    "apply",
    "corruptions",
]
