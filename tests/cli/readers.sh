#!/bin/sh
# readers.sh BINARY: what `export` writes for other programs is read by those programs: event files by
# TensorBoard, the study by Optuna. Skipped (77) where Python has not both packages; ISOFLOP_PYTHON names
# another Python.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
python=${ISOFLOP_PYTHON:-python3}
"$python" -c 'import tensorboard, optuna' 2>/dev/null ||
    skip "$python has no tensorboard or no optuna (ISOFLOP_PYTHON names another)"

cat >study.yaml <<'EOF2'
study: readers
question: who reads this?
data: {name: polytex, train: 80, val: 40, test: 40}
recipe: {epochs: 2, batch: 20, warmup_epochs: 0, ema: 0, augment: none}
network: {resolution: 8}
seeds: [1, 2]
parts:
  - curves: {width: [1, 1.5], depth: [2], resolution: []}
EOF2
{
    "$binary" run study.yaml --out s &&
        "$binary" export --format tensorboard s --output events &&
        "$binary" export --format optuna s --output optuna.db &&
        "$binary" export --format csv s result >result.csv
} 2>log || { cat log; exit 1; }

"$python" - <<'EOF2'
import csv, glob, math, os
import optuna
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

with open("result.csv", newline="") as f:
    rows = list(csv.DictReader(f))
trials = sorted({int(r["trial"]) for r in rows})

runs = sorted(os.listdir("events"))
assert [int(r.split("-")[0]) for r in runs] == trials, runs
for run in runs:
    log = EventAccumulator(os.path.join("events", run)).Reload()
    own = [r for r in rows if int(r["trial"]) == int(run.split("-")[0])]
    tags = {"loss/train": "train_loss", "loss/val": "val_loss", "top1/val": "val_top1", "lr": "lr"}
    assert set(log.Tags()["scalars"]) == set(tags) | {"loss/test", "top1/test"}, log.Tags()
    for tag, column in tags.items():
        events = log.Scalars(tag)
        assert [e.step for e in events] == [int(r["epoch"]) for r in own]
        for event, row in zip(events, own):  # a scalar is a float: half a unit of 24 bits
            assert math.isclose(event.value, float(row[column]), rel_tol=2**-24, abs_tol=1e-30), (tag, event, row)
    (test,) = log.Scalars("top1/test")
    assert test.step == 2 and math.isclose(test.value, float(own[-1]["test_top1"]), rel_tol=2**-24)
    assert all(a.wall_time < b.wall_time for a, b in zip(log.Scalars("lr"), log.Scalars("lr")[1:]))

storage = "sqlite:///optuna.db"
assert optuna.get_all_study_names(storage) == ["readers"]
study = optuna.load_study(study_name="readers", storage=storage)
assert study.direction == optuna.study.StudyDirection.MAXIMIZE
assert study.user_attrs["question"] == "who reads this?" and study.user_attrs["demo"] is True
done = {int(r["trial"]): r for r in rows if r["outcome"] == "done" and int(r["epoch"]) == 2}
assert len(study.trials) == len(done) == len(trials)
for trial in study.trials:
    row = done[trial.user_attrs["trial"]]
    assert trial.state == optuna.trial.TrialState.COMPLETE
    assert trial.value == float(row["final_val_top1"]) and trial.user_attrs["test_top1"] == float(row["test_top1"])
    assert trial.user_attrs["seed"] == int(row["seed"]) and set(trial.params) == {"depth", "width", "resolution"}
    assert sorted(trial.intermediate_values) == [1, 2] and trial.intermediate_values[2] == float(row["val_top1"])
    assert trial.datetime_start <= trial.datetime_complete
assert study.best_value == max(float(r["final_val_top1"]) for r in done.values())
study.trials_dataframe()
EOF2
