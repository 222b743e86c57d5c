import { clusterKeys } from '../../identity/member-record.ts';
import type { Mirror } from '../../identity/mirror.ts';
import type { NodeState } from '../../identity/node-state.ts';
import type { ProcessState } from '../../supervisor/index.ts';
import { act } from '../act.ts';
import type { Action, Decision } from '../action.ts';
import { decide } from '../decide.ts';
import { aCopy, processesIn } from '../member-builder.ts';
import type { Ports } from '../ports.ts';
import { anEndpoint, type Call, somePorts } from '../ports-builder.ts';
import { remember } from '../remember.ts';
import { isMarkDue } from '../standing.ts';
import type { Seen, View } from '../view.ts';

/** What is only about this node's own texts, and happens between any two steps. */
const housekeeping: ReadonlySet<string> = new Set([
  'router-servers-differ',
  'member-addresses-differ',
  'patroni-config-differs',
]);

/** One node that decides and acts, tick after tick, on a volume and programs that are kept in memory. */
export interface Path {
  readonly view: () => View;
  readonly calls: readonly Call[];
  /** What the node sees of the others, from the next tick on. */
  readonly see: (difference: Partial<View>) => void;
  /** The decisions of so many ticks beside housekeeping, without repeated waits, as `reason` or `reason: action`. */
  readonly run: (ticks: number) => Promise<readonly string[]>;
}

interface Disk {
  state: NodeState;
  mirror: Mirror | null;
  volume: View['volume'];
}

function portsOf(
  disk: Disk,
  running: Map<string, ProcessState>,
  calls: Call[],
  orderDone: () => void,
): Ports {
  const base = somePorts(calls);
  return somePorts(calls, {
    supervisor: {
      ...base.supervisor,
      start: async (name) => void running.set(name, 'running'),
      stop: async (name) => void running.set(name, 'stopped'),
    },
    operator: { ...base.operator, done: orderDone },
    localEtcd: anEndpoint('local', calls, { get: async () => null }),
    routedEtcd: anEndpoint('routed', calls, { get: async () => null }),
    volume: {
      ...base.volume,
      state: () => disk.state,
      mirror: () => disk.mirror,
      writeState: async (state) => {
        disk.state = state;
      },
      writeMirror: async (mirror) => {
        disk.mirror = mirror;
      },
      quarantineEtcd: async () => {
        disk.volume = { ...disk.volume, etcdData: false };
      },
      adoptRootData: async () => {
        disk.volume = { ...disk.volume, atRoot: false, postgres: aCopy('7000') };
        return { ok: true };
      },
      setAsidePostgres: async () => {
        disk.volume = { ...disk.volume, postgres: { kind: 'absent' }, setAside: true };
      },
    },
  });
}

function ofNow<T>(reading: Seen<T>, nowMs: number): Seen<T> {
  return reading.ok ? { ...reading, seenAtMs: nowMs } : reading;
}

function textOf({ reason, action }: Decision): string {
  return action.kind === 'wait' ? reason : `${reason}: ${textOfAction(action)}`;
}

function textOfAction(action: Action): string {
  return action.kind === 'stop-program' ? `stop ${action.program}` : action.kind;
}

/** A node in the given view; a tick takes a second, and all that it sees is of that tick. */
export function aPath(start: View): Path {
  const calls: Call[] = [];
  const disk: Disk = { state: start.state, mirror: start.mirror, volume: start.volume };
  const running = new Map<string, ProcessState>();
  for (const { name, state } of start.processes.ok ? start.processes.value : []) running.set(name, state);
  let view = start;
  const ports = portsOf(disk, running, calls, () => {
    view = { ...view, operatorOrder: null };
  });
  const pass = (ms: number) => {
    view = { ...view, nowMs: view.nowMs + ms, wallMs: view.wallMs + ms };
  };
  const look = (): View => {
    const { nowMs, witnesses } = view;
    const answers = witnesses.answers.map((answer) => ({ ...answer, atMs: nowMs }));
    return {
      ...view,
      ...disk,
      lookedAtMs: nowMs,
      processes: processesIn(Object.fromEntries(running)),
      listing: ofNow(view.listing, nowMs),
      latestListing: ofNow(view.latestListing, nowMs),
      etcd: ofNow(view.etcd, nowMs),
      localEtcd: ofNow(view.localEtcd, nowMs),
      postgres: ofNow(view.postgres, nowMs),
      witnesses: { ...witnesses, answers },
    };
  };
  const tick = async (): Promise<Decision> => {
    pass(1000);
    const looked = look();
    view = { ...looked, memory: remember(looked) };
    const decision = decide(view, new Set());
    const { applied, memory } = await act(ports, view, decision.action);
    // A started etcd has a directory from then on.
    if (decision.action.kind === 'start-etcd') disk.volume = { ...disk.volume, etcdData: true };
    const standing = memory?.standing ?? view.memory.standing;
    // As in the loop: no tick is completed while a mark is due that is not written yet.
    const isCompleted = !isMarkDue(view) || disk.state.stale !== null;
    const lastTick = isCompleted ? { atMs: view.nowMs, wallMs: view.wallMs } : standing.lastTick;
    view = {
      ...view,
      ...disk,
      applied: { ...view.applied, ...applied },
      memory: { ...view.memory, ...memory, standing: { ...standing, lastTick } },
    };
    return decision;
  };
  const run = async (ticks: number): Promise<readonly string[]> => {
    const steps: string[] = [];
    for (let count = 0; count < ticks; count += 1) {
      let decision = await tick();
      while (housekeeping.has(decision.reason) && decision.action.kind !== 'wait') decision = await tick();
      const text = textOf(decision);
      // An action that is decided twice in a row is told twice: it did not do what it was decided for.
      if (decision.action.kind !== 'wait' || steps.at(-1) !== text) steps.push(text);
    }
    return steps;
  };
  return {
    view: () => ({ ...view, ...disk }),
    calls,
    see: (difference) => {
      view = { ...view, ...difference };
    },
    run,
  };
}

/** Keys that were written through an etcd, in order, without the prefix that they have in common. */
export function writtenKeys({ calls, view }: Path): readonly string[] {
  const { root, patroniRoot } = clusterKeys(view().config.appName);
  return calls.flatMap(([method, key]) =>
    method.includes('.put') && typeof key === 'string'
      ? [key.startsWith(root) ? key.slice(root.length) : `patroni/${key.slice(patroniRoot.length)}`]
      : [],
  );
}
