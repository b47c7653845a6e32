"""Every format that a raw file may be received in, by the name that a record gives it."""

from collections.abc import Callable
from pathlib import Path

from analysis.data.formats import (
    boundaries,
    bra,
    bra_lagesbild,
    bra_ntu,
    bra_sol,
    jsonstat,
    kolada,
    polisen,
    pxjson,
    spss,
    tables,
)
from analysis.data.formats.mapping import Reading, mapped
from analysis.data.formats.received import Received
from analysis.data.where import located
from analysis.words.questions import one_of

FORMATS: dict[str, Callable[[list[Path], dict], Received]] = {
    "table": tables.read,
    "spss": spss.read,
    "boundaries": boundaries.read,
    "json-stat": jsonstat.read,
    "px-json": pxjson.read,
    "kolada": kolada.read,
    "bra-municipalities": bra.read,
    "bra-lagesbild-reported": bra_lagesbild.read_reported,
    "bra-lagesbild-ntu": bra_lagesbild.read_survey,
    "bra-ntu": bra_ntu.read,
    "bra-sol": bra_sol.read,
    "polisen-events": polisen.events,
    "polisen-snapshots": polisen.snapshots,
}


def receive(files: list[Path], reading: Reading) -> Received:
    """The rows of a raw file under our names.

    Parameters
    ----------
    files
        The edition in force; every edition, oldest first, for formats that add them up.
    reading
        What the record says of it.

    Raises
    ------
    WrongQuestion
        For an unknown format, a file that is not of it, or a column that the file lacks.
    """
    read = FORMATS[one_of("reading format", reading.format, FORMATS)]
    found = mapped(read(files, reading.options), reading, files[-1].name)
    return located(found, files[-1].parent, reading.located) if reading.located else found
