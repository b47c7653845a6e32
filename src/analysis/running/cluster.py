"""Workers of a Dask cluster, for who outgrows one machine; an address that is none is refused.

The cluster is somebody else's: its scheduler holds the queue, and gives the job of a worker that
died to another one.
"""

import asyncio
from concurrent.futures import Executor

from analysis.words.questions import WrongQuestion

_PATIENCE = 5.0  # seconds for a scheduler to answer


def workers(address: str) -> Executor:
    """The workers that a scheduler has, now and later, as one executor.

    Parameters
    ----------
    address
        Of the scheduler, as it prints it: tcp://10.0.0.7:8786.

    Raises
    ------
    WrongQuestion
        When Dask is not installed here, or no scheduler answers there.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise WrongQuestion(
            "--scheduler needs Dask: pip install 'lagesbild[cluster]', here and on the workers."
        ) from None
    try:
        asyncio.run(_knock(address))
    except (OSError, TypeError, ValueError) as problem:
        raise WrongQuestion(
            f"--scheduler {address!r} reaches no Dask scheduler: "
            f"{str(problem) or f'no answer within {_PATIENCE:.0f} s'}. Give the address that "
            "dask scheduler prints, such as tcp://10.0.0.7:8786."
        ) from None
    return Client(address).get_executor(pure=False)  # each job is run whenever it is handed over


async def _knock(address: str) -> None:
    """Connect once; a client of Dask's waits for good where something else than Dask listens."""
    from distributed.comm import connect
    from distributed.security import Security

    async with asyncio.timeout(_PATIENCE):
        comm = await connect(address, **Security().get_connection_args("client"))
    comm.abort()
