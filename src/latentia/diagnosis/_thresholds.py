"""What several checks ask."""

from __future__ import annotations

from latentia.diagnosis._vitals import Vitals

#: Steps below which a model has hardly begun: Adam moves a weight by 1e-3 at most in each.
FEW_STEPS = 300
#: Squared error beside that of PCA. A network that is trained out beats PCA; one whose code has a
#: price gives up the directions that vary least, which costs less than half as much again.
WORSE_THAN_PCA = {False: 1.15, True: 1.5}
# The same for a weight on the divergence that was chosen above 1.
_COSTS_TOO_MUCH = 1.3
#: Fewer than half of the dimensions: a few that a VAE leaves alone are its way to choose a size.
USED = 0.5
# Nats that a code tells. One draw for each of a thousand examples shows less than this by chance.
_NOTHING = 0.05


def is_collapsed(vitals: Vitals) -> bool:
    """Whether the code of a distribution says nothing of the example."""
    code = vitals.code
    return not code.deterministic and (code.n_active == 0 or code.information < _NOTHING)


def is_costly(vitals: Vitals) -> bool:
    """Whether a weight above 1 on the divergence has cost more of the data than it should."""
    fit = vitals.fit
    if vitals.beta <= 1 or is_collapsed(vitals) or fit.n_steps < FEW_STEPS:
        return False
    few = vitals.code.n_active < USED * vitals.n_components
    return few or (fit.pca_error is not None and fit.error > _COSTS_TOO_MUCH * fit.pca_error)
