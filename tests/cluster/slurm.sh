#!/bin/sh
# slurm.sh BINARY: workers that Slurm starts leave the bits of local ones, also when a node's daemon
# and a running step are killed in the middle.
#
# The cluster is three slurmd on this host (a build with multiple-slurmd, as Debian's), in a folder
# of its own with ports and keys of its own; it needs root. Status 77 where there is no Slurm.
# Everything that runs here has SLURM_CONF of that folder in its environment: so it is found and
# ended, whatever happens.
set -u
binary=$1
source=$(cd "$(dirname "$0")" && pwd)

skip() {
    echo "SKIP cluster_slurm: $*"
    exit 77
}

[ "$(id -u)" = 0 ] || skip "only root may start slurmd"
for program in munged slurmctld slurmd srun sinfo scancel; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null ||
        skip "there is no $program (Debian: slurmctld slurmd slurm-client munge)"
done
PATH="$PATH:/usr/sbin:/sbin"
folder=$(mktemp -d)
chmod 700 "$folder"
export SLURM_CONF="$folder/slurm.conf" ISOFLOP_CACHE="$folder/cache"

# --- processes ---

# Processes that were started with a variable, and with another one if there is one (NAME=VALUE).
processes_with() {
    found=$(grep -lsxzF -e "$1" /proc/[0-9]*/environ)
    # shellcheck disable=SC2086
    [ $# -lt 2 ] || [ -z "$found" ] || found=$(grep -lsxzF -e "$2" $found)
    echo "$found" | cut -d / -f 3
}

# Those of the cluster, and whatever was started from here.
members() {
    processes_with "SLURM_CONF=$SLURM_CONF"
}

# Workers on a node.
workers_on() {
    for pid in $(processes_with "SLURM_CONF=$SLURM_CONF" "SLURMD_NODENAME=$1"); do
        grep -qsz -x -e --worker "/proc/$pid/cmdline" && echo "$pid"
    done
}

clean() {
    for signal in TERM KILL KILL; do
        # shellcheck disable=SC2046
        kill -"$signal" $(members) 2>/dev/null && sleep 1
    done
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

fail() {
    echo "cluster_slurm: $*" >&2
    tail -n 20 "$folder"/*.log >&2
    exit 1
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    end=$(($(date +%s) + $1)) what=$2
    shift 2
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || fail "waited in vain for $what"
        sleep 0.1
    done
}

# --- the cluster ---

port=$((20000 + $$ % 20000))
host=$(hostname)
cat >"$SLURM_CONF" <<END
ClusterName=isoflop
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
SlurmUser=root
SlurmctldPort=$port
StateSaveLocation=$folder/ctl
SlurmdSpoolDir=$folder/d.%n
SlurmdPidFile=$folder/d.%n.pid
SlurmdLogFile=$folder/d.%n.log
SlurmctldLogFile=$folder/ctl.log
SlurmctldPidFile=$folder/ctl.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=5
KillWait=5
ReturnToService=2
MessageTimeout=5
MpiDefault=none
NodeName=n[1-3] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 3))] CPUs=2 State=UNKNOWN
PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2>/dev/null
chmod 400 "$folder/munge.key"

are_idle() {
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ]
}

start_cluster() {
    munged --force --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
        --pid-file="$folder/munge.pid" --log-file="$folder/munge.log" \
        --seed-file="$folder/munge.seed" || return 1
    mkdir "$folder/ctl" && slurmctld -f "$SLURM_CONF" || return 1
    for node in n1 n2 n3; do
        mkdir "$folder/d.$node" && slurmd -N "$node" -f "$SLURM_CONF" || return 1
    done
}
start_cluster >"$folder/start.log" 2>&1 ||
    skip "Slurm does not start here: $(tail -n 1 "$folder/start.log")"
wait_for 60 "three idle nodes" are_idle

# --- the runs ---

# run_study DIR EPOCHS LAUNCHER: no launcher where that is empty.
run_study() {
    "$binary" run "$source/micro.yaml" --out "$folder/$1" --jobs 2 \
        --set recipe.epochs="$2" ${3:+--launcher "$3"} >"$folder/$1.log" 2>&1
}

# What must be equal: the bytes of all weights, and every result.
write_results() { # DIR
    {
        (cd "$folder/$1" && find trials -type f -exec sha256sum {} + | sort -k 2)
        "$binary" export "$folder/$1" --format csv result
    } >"$folder/$1.results" || fail "results of '$1' cannot be read"
    [ "$(grep -c 'weights.safetensors' "$folder/$1.results")" -gt 1 ] || fail "'$1' has no weights"
}

assert_same() { # DIR DIR
    write_results "$1"
    write_results "$2"
    cmp "$folder/$1.results" "$folder/$2.results" || fail "'$1' and '$2' have other bits"
}

counted_attempts() { # DIR
    "$binary" export "$folder/$1" --format json attempt_end | grep -c '"is_counted": *1'
}

run_study local 3 "" || fail "a local run fails"
run_study slurm 3 "env ISOFLOP_CPU=generic srun -n1 -c1" || fail "a run by Slurm fails"
assert_same local slurm
"$binary" export "$folder/slurm" --format csv environment | grep -q ",generic,$host," ||
    fail "the environment is not what the worker says it is"
echo "three nodes: the bits of a local run"

# --- killed in the middle ---

epochs=120
has_checkpoint() { # TRIAL
    ls "$folder/killed/trials/$1/a1"/checkpoint-* >/dev/null 2>&1
}
are_training() {
    has_checkpoint 000001 && has_checkpoint 000002
}
has_ended() {
    [ -e "$folder/ended" ]
}

run_study whole "$epochs" "" || fail "the undisturbed run fails"
{
    run_study killed "$epochs" "srun -n1 -c2"
    echo $? >"$folder/ended"
} &
wait_for 120 "two trials in training" are_training
first="" second=""
for node in n1 n2 n3; do
    for pid in $(workers_on "$node"); do
        if [ -z "$first" ]; then
            first=$pid first_node=$node
        else
            second=$pid
        fi
    done
done
[ -n "$second" ] || fail "there are no two workers"
# One node hangs and loses its daemon: Slurm gives it up after SlurmdTimeout, and its worker, awake
# again, is an orphan. The other worker's step is killed.
kill -STOP "$first"
kill -9 "$(cat "$folder/d.$first_node.pid")"
kill -9 "$second"
is_given_up() {
    grep -q "Node failure" "$folder/killed.log" || has_ended
}
wait_for 120 "the failure of a node" is_given_up
kill -CONT "$first"
wait_for 300 "the end of the run" has_ended
[ "$(cat "$folder/ended")" = 0 ] || fail "the disturbed run ends with $(cat "$folder/ended")"
assert_same whole killed
grep -q "Node failure" "$folder/killed.log" || fail "no node was lost in the middle"
grep -q "Killed" "$folder/killed.log" || fail "no step was killed in the middle"
[ "$(counted_attempts killed)" = 0 ] || fail "what the cluster did counts against a trial"
is_gone() {
    [ -z "$(workers_on "$first_node")" ]
}
wait_for 60 "the orphan's end" is_gone
echo "a daemon and a step killed in the middle: the same bits"
