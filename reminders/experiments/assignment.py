"""Which arm of an experiment a patient is in: for good, by lot, and found again by computing it.

A keyed hash is the lot: nobody without the key can foresee it, nothing need be drawn or kept for
it to come out the same, and two experiments fall independently of each other. So Kohavi, Tang and
Xu, Trustworthy Online Controlled Experiments (2020), chapter 4.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate

BITS = 256


def arm_of(key: bytes, experiment: str, patient_id: int, weights: Sequence[int]) -> int:
    """The place of a patient's arm among `weights`, which say how many of their sum each arm gets.

    key: secret bytes, the same for as long as the experiment lives. experiment: its name for
    good; another name is another lot. The arms must keep their order and weights.
    Raises ValueError where the weights are not whole positive numbers.
    """
    if not weights or any(weight < 1 for weight in weights):
        raise ValueError("weights")
    said = f"{experiment}\0{patient_id}".encode()
    drawn = int.from_bytes(hmac.new(key, said, sha256).digest())
    # Scaled up rather than the remainder: no arm is favoured by more than one part in 2**256.
    place = drawn * sum(weights) >> BITS
    return next(arm for arm, end in enumerate(accumulate(weights)) if place < end)
