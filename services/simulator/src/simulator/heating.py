"""What heating a house takes from the mains: by an outdoor-compensated heat curve, as most controllers go."""

from collections.abc import Iterator
from datetime import date

from simulator.clock import DAY, HOUR, midnight
from simulator.house import Heating, House
from simulator.weather import sky

_INDOOR = 20.5  # °C that the heat curve keeps
_AIR_LOSS = 0.16  # W/K for each m²: what ventilation loses behind its heat exchanger
_GAINS = 4.0  # W for each m² that people, sun and appliances give anyway
_LEAST = 0.35  # of the full power, below which a compressor runs in cycles
_FULL = 75.0  # W of heat for each m²
_GROUND = 3.8  # W of heat for each W: the brine is as warm all winter
_CYCLES = 2  # an hour


def drawn(house: House, seed: int, day: date) -> Iterator[tuple[int, int, int]]:
    """When heating runs on a local day: start and stop as local minutes, and the watts that it draws meanwhile."""
    if house.heating is Heating.DISTRICT:
        return
    area = sum(room.area for room in house.rooms)
    first = midnight(day)
    for hour in range(0, DAY, HOUR):
        outside = sky(seed, first + hour).temperature
        wanted = (house.loss + _AIR_LOSS) * area * (_INDOOR - outside) - _GAINS * area
        share = min(1.0, max(0.0, wanted / (_FULL * area)))
        if not share:
            continue
        running = max(share, _LEAST)
        watts = round(running * _FULL * area / _performance(house.heating, outside))
        length = HOUR // _CYCLES
        minutes = round(length * share / running)
        if minutes == length:
            yield hour, hour + HOUR, watts
        elif minutes:
            yield from ((hour + n * length, hour + n * length + minutes, watts) for n in range(_CYCLES))


def _performance(heating: Heating, outside: float) -> float:
    """Heat for each W that is drawn."""
    match heating:
        case Heating.AIR_PUMP:
            return min(5.0, max(1.8, 3.4 + 0.075 * outside))
        case Heating.GROUND_PUMP:
            return _GROUND
        case _:
            return 1.0
