"""Jupyter asks for a kernel and gets a fork of a warm process, or a cold kernel, which it says.

Everything else is Jupyter's own: papermill, nbclient and JupyterLab find an ordinary ipykernel.
"""

import asyncio
import os
import sys
import warnings
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from analysis.running import forks

FORKS = "LAGESBILD_FORKS"  # the address of a fork server


class WarmProvisioner(LocalProvisioner):
    """A kernel forked by the server whose address the environment gives.

    Where there is no such server, or it refuses, the kernel is started cold.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel of a command that runs our own Python's ipykernel."""
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            return await super().launch_kernel(cmd, **kwargs)
        address = os.environ.get(FORKS, "")
        folder = str(kwargs.get("cwd") or os.getcwd())
        try:
            self.process = forks.fork(address, cmd[2:], kwargs["env"], folder, kwargs["stderr"])
        except forks.NoFork as why:
            warnings.warn(f"A cold kernel, which takes longer: {why}", stacklevel=2)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel to end, and go on as soon as it has."""
        while await self.poll() is None:
            await asyncio.sleep(0.005)
        return await super().wait()
