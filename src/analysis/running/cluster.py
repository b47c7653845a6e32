"""Workers of a Dask cluster, for who outgrows one machine; an address that is none is refused.

The cluster is somebody else's: its scheduler holds the queue, and gives the job of a worker that
died to another one.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future

from analysis.words.questions import WrongQuestion

GONE = "the scheduler of the cluster is gone; start one, then run again: what is made stays made"
_PATIENCE = 5.0  # seconds for a scheduler to answer


class Cluster(Executor):
    """The workers that a scheduler has, now and later.

    Parameters
    ----------
    client
        A ``distributed.Client`` that is connected.
    """

    def __init__(self, client):
        self._client, self._executor = client, client.get_executor(pure=False)

    def submit(self, make: Callable, /, *asked) -> Future:
        """Hand a job over; it is run anew each time.

        Raises
        ------
        ConnectionError
            When the scheduler is gone: a job handed over then would never end.
        """
        if self._client.status != "running":
            raise ConnectionError(GONE)
        return self._executor.submit(make, *asked)


def workers(address: str) -> Cluster:
    """The workers of the scheduler at an address.

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
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a run says what it lost
    try:
        asyncio.run(_knock(address))
    except (OSError, TypeError, ValueError) as problem:
        raise WrongQuestion(
            f"--scheduler {address!r} reaches no Dask scheduler: "
            f"{str(problem) or f'no answer within {_PATIENCE:.0f} s'}. Give the address that "
            "dask scheduler prints, such as tcp://10.0.0.7:8786."
        ) from None
    return Cluster(Client(address))


async def _knock(address: str) -> None:
    """Connect once; a client of Dask's waits for good where something else than Dask listens."""
    from distributed.comm import connect
    from distributed.security import Security

    async with asyncio.timeout(_PATIENCE):
        comm = await connect(address, **Security().get_connection_args("client"))
    comm.abort()
