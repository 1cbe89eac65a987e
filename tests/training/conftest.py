"""Two processes that train together, started once for all tests that need them."""

from __future__ import annotations

import importlib.util
import multiprocessing
import pickle
import sys

import pytest
import torch
import torch.distributed as dist


class Pair:
    """Runs a function in two processes of one gloo group, and returns what both return."""

    def __init__(self, folder):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["latentia"])
        self.ends, self.processes = [], []
        for rank in range(2):
            here, there = context.Pipe()
            process = context.Process(target=serve, args=(there, rank, f"file://{folder}/store"))
            process.start()
            self.ends.append(here)
            self.processes.append(process)

    def __call__(self, function, *arguments):
        file = sys.modules[function.__module__].__file__
        for end in self.ends:
            end.send((function.__module__, file, pickle.dumps((function, arguments))))
        answers = [end.recv() for end in self.ends]
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return answers

    def close(self):
        for process in self.processes:
            process.kill()
            process.join()


def serve(end, rank, store):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=2)
    while True:
        module, file, call = end.recv()
        try:
            learn(module, file)
            function, arguments = pickle.loads(call)
            end.send(function(*arguments))
        except BaseException as error:
            end.send(error)


def learn(name, file):
    """Import a test file by its place, as pytest does."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise


@pytest.fixture(scope="session")
def pair(tmp_path_factory):
    """A :class:`Pair`."""
    both = Pair(tmp_path_factory.mktemp("pair"))
    yield both
    both.close()
