import { printable } from './printable.ts';
import { type Reading, unreadable } from './reading.ts';
import { describeProblems, runningContainerSchema } from './wire-schemas.ts';

/** A container of an app that a node says it runs. */
export interface RunningComponent {
  /** The app's name, as in the container's. */
  readonly app: string;
  /** Null for an app of one container, which has no components. */
  readonly component: string | null;
  /** Docker's word for it, such as `running`; Flux lists only those that run. */
  readonly state: string;
  /** Docker's text, such as `Up 3 days`. */
  readonly status: string;
}

/** What a node runs, according to the node itself. */
export interface RunningApps {
  /** In the order of their apps and components. */
  readonly components: readonly RunningComponent[];
  /** Containers whose name is none that Flux gives; the node's own services are among them. */
  readonly others: readonly string[];
}

/** Flux names a container `fluxAPP` or `fluxCOMPONENT_APP`; apps from before 2021 have `zel` instead. */
const CONTAINER_NAME = /^\/?(?:flux|zel)(?:([A-Za-z0-9]+)_)?([A-Za-z0-9-]+)$/;

function byName(left: RunningComponent, right: RunningComponent): number {
  const [first, second] = [left, right].map(({ app, component }) => `${app}\n${component ?? ''}`);
  if (first === second) return 0;
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

/** Reads the data of `/apps/listrunningapps`. */
export function readRunningApps(data: unknown, maxEntries: number): Reading<RunningApps> {
  if (!Array.isArray(data)) return unreadable('the running apps are no array');
  if (data.length > maxEntries) {
    return { ok: false, code: 'too-large', reason: `${data.length} containers, more than ${maxEntries}` };
  }
  const components: RunningComponent[] = [];
  const others: string[] = [];
  for (const row of data) {
    const parsed = runningContainerSchema.safeParse(row);
    if (!parsed.success) return unreadable(describeProblems(parsed.error));
    const { Names, State, Status } = parsed.data;
    const name = Names[0] ?? '';
    const [, component, app] = CONTAINER_NAME.exec(name) ?? [];
    if (app === undefined) others.push(printable(name, 80));
    else
      components.push({
        app,
        component: component ?? null,
        state: printable(State, 80),
        status: printable(Status, 80),
      });
  }
  return { ok: true, value: { components: components.sort(byName), others } };
}

/** Reads the data of `/flux/version`. */
export function readVersion(data: unknown): Reading<{ readonly version: string }> {
  return typeof data === 'string' && /^\d{1,6}\.\d{1,6}\.\d{1,6}[0-9A-Za-z.-]{0,40}$/.test(data)
    ? { ok: true, value: { version: data } }
    : unreadable('the version is no text like 8.17.0');
}
