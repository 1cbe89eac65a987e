"""Kill a fit at random moments, again and again: it resumes, and ends as if nothing had happened.

``python killed.py 100`` kills a hundred times. Each process trains with a checkpoint at every step
and then writes its model twice, as the command line does, so most kills hit a write.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import torch
from sklearn.datasets import load_digits

from latentia import VAE, artifacts
from latentia.training import Checkpoints

X = load_digits().images[:96]
FILES = ("model.safetensors", "history.csv", "config.json")


def train(run: Path) -> None:
    torch.set_num_threads(1)
    artifacts.recover(run)
    if artifacts.is_model(run):
        artifacts.load(run)  # whole, whenever it is there
    kept = Checkpoints(artifacts.checkpoints_of(run), every_minutes=0)
    model = VAE(
        hidden_layer_sizes=(16,),
        max_iter=15,
        batch_size=32,
        early_stopping=True,
        random_state=0,
        verbose=False,
        checkpoints=kept,
    ).fit(X)
    artifacts.save(model, run, keep_checkpoints=True)
    artifacts.save(model, run, {"history.csv": model.history_.to_csv()})


def started(run: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        train(run)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def contents(run: Path) -> list[bytes]:
    return [(run / name).read_bytes() for name in FILES]


def main(n_kills: int) -> int:
    moments = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        whole, run = Path(folder, "whole"), Path(folder, "run")
        start = time.monotonic()
        assert os.waitpid(started(whole), 0)[1] == 0
        seconds = time.monotonic() - start
        expected = contents(whole)
        killed = finished = 0
        while killed < n_kills:
            child = started(run)
            time.sleep(moments.uniform(0, 0.7 * seconds))
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            if os.WIFSIGNALED(status):
                killed += 1
                continue
            assert status == 0, f"after {killed} kills it did not resume"
            assert contents(run) == expected, f"after {killed} kills it is another model"
            finished += 1
            shutil.rmtree(run)
        assert os.waitpid(started(run), 0)[1] == 0
        assert contents(run) == expected
        left = sorted(path.name for path in Path(folder).iterdir())
        assert left == ["run", "whole"], left
        assert not (artifacts.checkpoints_of(run)).exists()
    print(f"{killed} kills, {finished + 1} runs that ended the same.")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
