import { type Container, inContainer, startInContainer } from './docker.ts';

const DATA = '/data/etcd';
const COPY = '/data/etcd-copy';
const PID_FILE = '/data/etcd.pid';
const LOG_FILE = '/data/etcd.log';

/** How an etcd process of the contract is started. */
export interface EtcdProcessOptions {
  readonly container: Container;
  readonly name: string;
  readonly initialCluster: string;
  readonly initialState: 'new' | 'existing';
  readonly token: string;
  readonly quotaBytes: number;
}

export function peerUrlAt({ address }: Container): string {
  return `https://${address}:2380`;
}

export function clientUrlAt({ address }: Container): string {
  return `https://${address}:2379`;
}

function tlsFlags(prefix: '' | 'peer-'): readonly string[] {
  return [
    `--${prefix}trusted-ca-file=/certificates/ca.pem`,
    `--${prefix}cert-file=/certificates/node.pem`,
    `--${prefix}key-file=/certificates/node.key`,
    `--${prefix}client-cert-auth`,
  ];
}

/** Starts etcd as the product does, with faster elections. */
export async function startEtcd(options: EtcdProcessOptions): Promise<void> {
  const { container, name, initialCluster, initialState, token, quotaBytes } = options;
  const flags = [
    `--name=${name}`,
    `--data-dir=${DATA}`,
    `--listen-peer-urls=${peerUrlAt(container)}`,
    `--initial-advertise-peer-urls=${peerUrlAt(container)}`,
    `--listen-client-urls=${clientUrlAt(container)}`,
    `--advertise-client-urls=${clientUrlAt(container)}`,
    `--initial-cluster=${initialCluster}`,
    `--initial-cluster-state=${initialState}`,
    `--initial-cluster-token=${token}`,
    '--experimental-peer-skip-client-san-verification=true',
    '--heartbeat-interval=100',
    '--election-timeout=1000',
    `--quota-backend-bytes=${quotaBytes}`,
    ...tlsFlags(''),
    ...tlsFlags('peer-'),
  ];
  const start = `exec etcd ${flags.map((flag) => `'${flag}'`).join(' ')}`;
  await startInContainer(container, `echo $$ > ${PID_FILE}; ${start} >> ${LOG_FILE} 2>&1`);
}

/** Kills etcd and waits for its end; nothing happens where none runs. */
export async function killEtcd(container: Container): Promise<void> {
  const gone = `for i in $(seq 100); do kill -9 "$pid" 2> /dev/null || exit 0; sleep 0.05; done; exit 1`;
  await inContainer(container, `pid=$(cat ${PID_FILE} 2> /dev/null) || exit 0; rm ${PID_FILE}; ${gone}`);
}

/** Forgets the member that ran here. */
export async function wipeEtcd(container: Container): Promise<void> {
  await killEtcd(container);
  await inContainer(container, `rm -rf ${DATA} ${COPY} ${LOG_FILE}`);
}

/** Whether the process that was started last still runs. */
export async function isEtcdRunning(container: Container): Promise<boolean> {
  const line = `kill -0 "$(cat ${PID_FILE})" 2> /dev/null && echo yes || echo no`;
  return (await inContainer(container, line)) === 'yes';
}

/** Keeps a copy of the data of a member that does not run. */
export async function keepCopyOfEtcd(container: Container): Promise<void> {
  await inContainer(container, `cp -a ${DATA} ${COPY}`);
}

/** Puts the copy in the place of the data. */
export async function restoreCopyOfEtcd(container: Container): Promise<void> {
  await inContainer(container, `rm -rf ${DATA} && mv ${COPY} ${DATA}`);
}

/** The end of etcd's log, to explain a failure. */
export async function logOf(container: Container): Promise<string> {
  return inContainer(container, `tail -n 5 ${LOG_FILE} 2> /dev/null || true`);
}
