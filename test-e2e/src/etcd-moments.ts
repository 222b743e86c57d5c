import { VOLUME_PATH } from './cluster/cluster-options.ts';
import type { ClusterNode } from './cluster/node.ts';

/**
 * What happens in the moment of an add: `the agent is killed` that asked for it, or `etcd pauses` for longer than the agent
 * waits for an answer, which it then gives up.
 */
export type LostAnswer = 'the agent is killed' | 'etcd pauses';

const ETCD_PAUSE_S = 6;

/** Helpers of the scripts below: processes by name, and signals. */
const prelude = `
import glob, os, re, signal, subprocess, time
def pids(name):
    found = []
    for path in glob.glob('/proc/[0-9]*/comm'):
        try:
            with open(path) as file:
                if file.read().strip() == name: found.append(int(path.split('/')[2]))
        except OSError: pass
    return found
def until(probe, seconds, pause):
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer: return answer
        if time.monotonic() > end: raise SystemExit('it did not happen')
        time.sleep(pause)
def send(pid, name): os.kill(pid, getattr(signal, name))
`;

const responses: Readonly<Record<LostAnswer, string>> = {
  'the agent is killed': `send(agent, 'SIGKILL')`,
  'etcd pauses': `send(etcd, 'SIGSTOP'); time.sleep(${ETCD_PAUSE_S}); send(etcd, 'SIGCONT')`,
};

/**
 * Waits on etcd's leader until it has written the addition of a node's next member to its log, and loses the answer: that is
 * given only once another voter has the entry, too. Looked for is a member name that the log does not hold yet.
 */
export async function loseAnswerOfAdd(
  leader: ClusterNode,
  nodeId: string,
  loss: LostAnswer,
  timeoutMs: number,
): Promise<void> {
  const script = `${prelude}
agent = int(subprocess.check_output(['supervisorctl', '-c', '/etc/flux-pg/supervisord.conf', 'pid', 'updater']))
[etcd] = pids('etcd')
path = sorted(glob.glob('${VOLUME_PATH}/etcd/member/wal/*.wal'))[-1]
entry = re.compile(rb'"peerURLs":\\["https://(${nodeId}-[^.]+)\\.fluxpg')
log = open(path, 'rb', buffering=0)
written = log.read().rstrip(b'\\0')
known = set(entry.findall(written))
start = max(0, len(written) - 8192)
def added():
    log.seek(start)
    return set(entry.findall(log.read(1 << 20))) - known
until(added, ${timeoutMs / 1000}, 0.001)
${responses[loss]}
print('done', flush=True)
`;
  await leader.exec(['python3', '-c', script], timeoutMs + 15_000);
}

/**
 * Stops a node's etcd as soon as it runs, as a machine does that hangs: it stays a learner that is not in sync. Two scripts and
 * not one, so that the test can look at the others meanwhile.
 */
export async function stopEtcdAtStart(node: ClusterNode, timeoutMs: number): Promise<void> {
  const script = `${prelude}
[etcd] = until(lambda: pids('etcd'), ${timeoutMs / 1000}, 0.002)
send(etcd, 'SIGSTOP')
`;
  await node.exec(['python3', '-c', script], timeoutMs + 15_000);
}

/** Lets it go on. */
export async function continueEtcd(node: ClusterNode): Promise<void> {
  await node.exec(['python3', '-c', `${prelude}\nfor etcd in pids('etcd'): send(etcd, 'SIGCONT')`]);
}
