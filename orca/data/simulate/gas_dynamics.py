"""One-dimensional gas dynamics without viscosity: finite volumes of second order, periodic.

A gas is (density, velocity, pressure); a flow is what is conserved: (density, momentum, energy).
"""

import numpy as np
from jaxtyping import Float

GAMMA = 5.0 / 3.0
LEAST_PRESSURE = 1e-4


def flow_of(gas: Float[np.ndarray, "3 *grid"]) -> Float[np.ndarray, "3 *grid"]:
    """Return density, momentum and energy of a gas."""
    density, velocity, pressure = gas
    momentum = density * velocity
    return np.stack([density, momentum, pressure / (GAMMA - 1) + 0.5 * momentum * velocity])


def gas_of(flow: Float[np.ndarray, "3 *grid"]) -> Float[np.ndarray, "3 *grid"]:
    """Return density, velocity and pressure of a flow; pressure is kept above 1e-4."""
    density, momentum, energy = flow
    velocity = momentum / density
    pressure = (GAMMA - 1) * (energy - 0.5 * momentum * velocity)
    return np.stack([density, velocity, np.maximum(pressure, LEAST_PRESSURE)])


def wave_speed(flow: Float[np.ndarray, "3 n x"]) -> Float[np.ndarray, " n"]:
    """Return the speed of each sample's fastest wave."""
    density, velocity, pressure = gas_of(flow)
    return (np.abs(velocity) + np.sqrt(GAMMA * pressure / density)).max(axis=1)


def hydrodynamic_step(
    flow: Float[np.ndarray, "3 n x"], interval: Float[np.ndarray, "n 1"], spacing: float
) -> Float[np.ndarray, "3 n x"]:
    """Return the flow after `interval`, by a step of two stages (Heun's)."""
    ratio = interval / spacing
    ahead = flow - ratio * outflow(flow)
    ahead -= ratio * outflow(ahead)
    ahead += flow
    ahead *= 0.5
    return ahead


def outflow(flow: Float[np.ndarray, "3 n x"]) -> Float[np.ndarray, "3 n x"]:
    """Return what leaves each cell less what enters it, per unit of time."""
    gas = gas_of(flow)
    padded = np.concatenate([gas[..., -2:], gas, gas[..., :2]], axis=-1)
    steps = np.diff(padded, axis=-1)
    half = limited(steps[..., :-1], steps[..., 1:])
    middle = padded[..., 1:-1]
    return np.diff(flux((middle + half)[..., :-1], (middle - half)[..., 1:]), axis=-1)


def limited(
    before: Float[np.ndarray, "*grid"], after: Float[np.ndarray, "*grid"]
) -> Float[np.ndarray, "*grid"]:
    """Return half the slope: half the central one, at most either one-sided, 0 at extrema.

    Source: van Leer 1977, Journal of Computational Physics 23, 263-275.
    """
    sum_ = before + after
    size = np.minimum(np.abs(before), np.abs(after))
    np.minimum(size, 0.25 * np.abs(sum_), out=size)
    np.copysign(size, sum_, out=size)
    size *= before * after > 0
    return size


def flux(
    left: Float[np.ndarray, "3 *grid"], right: Float[np.ndarray, "3 *grid"]
) -> Float[np.ndarray, "3 *grid"]:
    """Return the flux of density, momentum and energy between two gases.

    Source: Toro, Spruce & Speares 1994, Shock Waves 4, 25-34 (HLLC).
    """
    sound_left = np.sqrt(GAMMA * left[2] / left[0])
    sound_right = np.sqrt(GAMMA * right[2] / right[0])
    slowest = np.minimum(np.minimum(left[1] - sound_left, right[1] - sound_right), 0.0)
    fastest = np.maximum(np.maximum(left[1] + sound_left, right[1] + sound_right), 0.0)
    into_left = left[0] * (slowest - left[1])
    into_right = right[0] * (fastest - right[1])
    contact = right[2] - left[2] + left[1] * into_left - right[1] * into_right
    contact /= into_left - into_right
    from_left = contact >= 0
    density, velocity, pressure = np.where(from_left, left, right)
    edge = np.where(from_left, slowest, fastest)
    into = np.where(from_left, into_left, into_right)
    energy = pressure / (GAMMA - 1) + 0.5 * density * velocity**2
    squeezed = into / (edge - contact)
    behind = pressure + into * (contact - velocity)
    inside = squeezed * contact
    inside_energy = (energy * (edge - velocity) - pressure * velocity + behind * contact) / (
        edge - contact
    )
    return np.stack(
        [
            density * velocity + edge * (squeezed - density),
            density * velocity**2 + pressure + edge * (inside - density * velocity),
            (energy + pressure) * velocity + edge * (inside_energy - energy),
        ]
    )
