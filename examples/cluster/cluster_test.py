# SPDX-License-Identifier: Apache-2.0

"""A campaign on many machines: an array of jobs under Slurm, of which a node dies in the middle,
and GNU parallel over ssh. The machines are one: several slurmd, and sshd on a port of its own.

Place: beside the scripts that it runs. What is not installed, or does not start here, is said to be
NOT TESTED.
"""

import getpass
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from fuzz.testing import ouro_driver
from fuzz.testing.ouro_driver import OURO, alive

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
NODES = 3
SPECIMEN = "planted:enabled-again"  # any sequence finds its bug within a second
SECONDS = 6                         # of each task; what takes longer is Slurm
BOUND = 100                         # of everything that is waited for
PATH = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"

CONF = """\
ClusterName=test
SlurmctldHost={host}
SlurmctldAddr=127.0.0.1
SlurmctldPort={port}
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=2
MessageTimeout=4
SlurmdTimeout=5
KillWait=2
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SwitchType=switch/none
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] State=UNKNOWN
PartitionName=all Nodes=n[1-{nodes}] Default=YES State=UP
"""


def free_ports(count):
    """The first of so many consecutive ports that nobody uses now."""
    for first in range(20000 + os.getpid() % 20000, 60000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as listener:
                    listener.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no free ports")


def until(condition, what):
    end = time.monotonic() + BOUND
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("waited in vain for " + what)
        time.sleep(0.1)


def processes_of(mark):
    """The living processes that have that entry in their environment."""
    found = []
    for name in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(name, "rb") as file:
                entries = file.read().split(b"\0")
        except OSError:  # it ended, or is another user's
            continue
        if mark.encode() in entries:
            found.append(int(name.split("/")[2]))
    return found


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class ClusterTest(unittest.TestCase):

    def setUp(self):
        # Not in TEST_TMPDIR, whose long path is too long for sockets.
        self.folder = tempfile.mkdtemp(prefix="ouro-cluster-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {**os.environ, "PATH": PATH, "OURO": OURO}

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def need(self, *programs):
        for program in programs:
            if shutil.which(program, path=PATH) is None:
                self.give_up(f"{program} is not installed")

    def give_up(self, why):
        print(f"NOT TESTED: {self.id().split('.')[-1]}: {why}", file=sys.stderr)
        self.skipTest(why)

    def run_it(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder,
                              timeout=BOUND, env=self.environment, check=False, **options)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name, *command):
        with open(self.path(f"{name}.out"), "w") as out:
            child = subprocess.Popen(command, stdout=out, stderr=out, cwd=self.folder,
                                     env=self.environment, start_new_session=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def read(self, *parts):
        with open(self.path(*parts)) as file:
            return file.read()

    def read_all(self, *parts):
        """The programs in a folder of the run; one that is replaced meanwhile is left out."""
        texts = []
        for name in glob.glob(self.path("run", *parts, "*.gct")):
            try:
                texts.append(self.read(name))
            except FileNotFoundError:
                pass
        return texts

    def found(self, task):
        """The findings of a task, each by its signature."""
        found = {}
        for text in self.read_all(f"task-{task}", "found"):
            (line,) = [line for line in text.splitlines() if line.startswith("# signature: ")]
            found[line] = text
        return found

    def check_merged(self, tasks):
        """The merge has what each task found."""
        merged = "".join(self.read_all("all", "found"))
        for task in tasks:
            self.assertTrue(self.found(task), f"task {task}")
            for signature in self.found(task):
                self.assertIn(signature + "\n", merged)
        self.assertTrue(self.read_all("all", "corpus"))

    # ---- Slurm

    def start_cluster(self):
        self.need("slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "sinfo")
        first = free_ports(NODES + 1)
        os.mkdir(self.path("state"))
        for i in range(1, NODES + 1):
            os.mkdir(self.path(f"spool-n{i}"))
        with open(self.path("slurm.conf"), "w") as file:
            file.write(CONF.format(folder=self.folder, user=getpass.getuser(), nodes=NODES,
                                   host=socket.gethostname().split(".")[0], port=first,
                                   first=first + 1, last=first + NODES))
        self.environment["SLURM_CONF"] = self.path("slurm.conf")
        self.addCleanup(self.end_jobs)
        head = self.start("slurmctld", "slurmctld", "-D", "-f", self.path("slurm.conf"))
        nodes = {f"n{i}": self.start(f"n{i}", "slurmd", "-D", "-N", f"n{i}", "-f",
                                     self.path("slurm.conf")) for i in range(1, NODES + 1)}
        end = time.monotonic() + 20
        while time.monotonic() < end and head.poll() is None:
            done = subprocess.run(["sinfo", "-h", "-o", "%D %t"], capture_output=True, text=True,
                                  env=self.environment, check=False)
            if done.stdout.strip() == f"{NODES} idle":
                return nodes
            time.sleep(0.2)
        self.give_up("a cluster does not start here: " + self.read("slurmctld.out")[-500:])

    def end_jobs(self):
        for i in range(1, NODES + 1):
            for pid in processes_of(f"SLURMD_NODENAME=n{i}"):
                if pid != os.getpid():
                    kill(pid)

    def submit(self, *arguments):
        return self.run_it("sbatch", "--parsable", *arguments).split(";")[0].strip()

    def tasks(self, job):
        """The state and the node of each task of an array that is not over."""
        rows = self.run_it("squeue", "-h", "-r", "-j", job, "-o", "%K %T %N").splitlines()
        return {int(row.split()[0]): row.split()[1:] for row in rows}

    def test_a_node_dies(self):
        nodes = self.start_cluster()
        job = self.submit("--array=1-3", "--cpus-per-task=1", "-o", "task-%a.log",
                          f"{SCRIPTS}/campaign.sbatch", SPECIMEN, str(SECONDS), self.path("run"))
        last = self.submit("--dependency=afterany:" + job, "-o", "merge.log",
                           f"{SCRIPTS}/merge.sbatch", SPECIMEN, self.path("run"))
        until(lambda: all(self.found(task) for task in (1, 2, 3)), "findings of all tasks")
        victim = 2
        state, node = self.tasks(job)[victim]
        self.assertEqual(state, "RUNNING")
        # The machine is gone: first those who would report that, slurmd and the parents of what it
        # runs, then that.
        running = processes_of(f"SLURMD_NODENAME={node}")
        reporters = {parent_of(pid) for pid in running} - {0, 1, *running}
        for pid in [nodes[node].pid, *reporters, *running]:
            kill(pid)
        until(lambda: not [pid for pid in processes_of(f"SLURMD_NODENAME={node}") if alive(pid)],
              "the end of the node")
        kept = self.found(victim)
        corpus = set(os.listdir(self.path("run", f"task-{victim}", "corpus")))
        self.assertTrue(kept)
        self.assertTrue(corpus)
        until(lambda: not self.tasks(job), "the end of all tasks")
        until(lambda: not self.run_it("squeue", "-h", "-j", last).strip(), "the merge")
        self.assertIn("resumes in ", self.read(f"task-{victim}.log"),
                      self.read("slurmctld.log"))
        left = set(os.listdir(self.path("run", f"task-{victim}", "corpus")))
        self.assertLessEqual({name for name in corpus if name.endswith(".gct")}, left)
        self.assertLessEqual(set(kept), set(self.found(victim)))
        self.check_merged((1, 2, 3))
        self.assertRegex(self.read("merge.log"), r"\d+ findings? under \d+ headlines?")

    # ---- GNU parallel

    def start_sshd(self):
        """Returns a command of ssh that leads back here."""
        self.need("parallel", "sshd", "ssh", "ssh-keygen")
        port = free_ports(1)
        for name in ("host", "user"):
            self.run_it("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name))
        with open(self.path("sshd_config"), "w") as file:
            file.write(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {self.path('host')}\n"
                       f"AuthorizedKeysFile {self.path('user.pub')}\nStrictModes no\nUsePAM no\n"
                       f"PidFile {self.path('sshd.pid')}\nPasswordAuthentication no\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        sshd = self.start("sshd", shutil.which("sshd", path=PATH), "-D", "-f",
                          self.path("sshd_config"))
        ssh = (f"ssh -p {port} -i {self.path('user')} -o StrictHostKeyChecking=no "
               f"-o UserKnownHostsFile={self.path('known')} -o BatchMode=yes")
        end = time.monotonic() + 20
        while time.monotonic() < end and sshd.poll() is None:
            done = subprocess.run([*ssh.split(), "127.0.0.1", "true"], capture_output=True,
                                  text=True, env=self.environment, check=False)
            if done.returncode == 0:
                return ssh
            time.sleep(0.2)
        self.give_up("ssh does not lead back here: " + self.read("sshd.out")[-500:])

    def test_parallel(self):
        ssh = self.start_sshd()
        self.environment["PARALLEL_HOME"] = self.path("parallel")
        os.mkdir(self.path("parallel"))
        with open(self.path("parallel", "will-cite"), "w"):
            pass
        self.run_it("parallel", "--env", "OURO", "--env", "TEST_TMPDIR", "-j2", "-S",
                    f"2/{ssh} 127.0.0.1", "--joblog", "log", "bash", f"{SCRIPTS}/campaign.sbatch",
                    SPECIMEN, "2", self.path("run"), "{}", ":::", "1", "2", "3")
        self.run_it("bash", f"{SCRIPTS}/merge.sbatch", SPECIMEN, self.path("run"))
        self.check_merged((1, 2, 3))
        again = self.run_it("bash", f"{SCRIPTS}/campaign.sbatch", SPECIMEN, "1", self.path("run"),
                            "1")
        self.assertEqual(again, "task 1 is done\n")


if __name__ == "__main__":
    ouro_driver.main()
