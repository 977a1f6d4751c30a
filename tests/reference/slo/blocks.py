"""Block lengths of the circular block bootstrap by the Python package arch (pip install arch==8.0.0), for the tests of
stats/src/slo/bootstrap.rs. The series are AR(1) with the noise of a linear congruential generator."""

import numpy as np
from arch.bootstrap import optimal_block_length


def series(n, phi):
    state, y, out = 12345, 0.0, []
    for _ in range(n):
        state = (1103515245 * state + 12345) % 2**31
        y = phi * y + (state / 2**31 - 0.5)
        out.append(y)
    return np.array(out)


for n, phi in [(500, 0.0), (500, 0.5), (2000, 0.8), (1000, -0.4)]:
    print(n, phi, repr(float(optimal_block_length(series(n, phi))["circular"].iloc[0])))
