import { createHash } from 'node:crypto';
import type { Fixture } from './fixture.ts';
import type { Instance } from './instance.ts';
import type { SpecificationInput } from './specification.ts';

/** An instance and when it was first listed, which is its `runningSince` unless another was given. */
export interface ListedInstance {
  readonly instance: Instance;
  readonly listedAtMs: number;
}

/** One app with everything that the API knows about it. */
export interface App {
  readonly name: string;
  readonly hash: string;
  readonly instances: readonly ListedInstance[];
  /** What single callers see instead, by their source address. */
  readonly views: ReadonlyMap<string, readonly ListedInstance[]>;
  readonly specification: SpecificationInput | null;
}

/** All apps by their names in lower case. Never changed in place, so that a stale answer is a matter of keeping an old one. */
export type World = ReadonlyMap<string, App>;

/** The app of a name, whatever its case. */
export function appNamed(world: World, name: string): App | undefined {
  return world.get(name.toLowerCase());
}

function emptyApp(name: string): App {
  const hash = createHash('sha256').update(name.toLowerCase()).digest('hex');
  return { name, hash, instances: [], views: new Map(), specification: null };
}

function withApp(world: World, name: string, change: (app: App) => App): World {
  const app = appNamed(world, name) ?? emptyApp(name);
  return new Map([...world, [name.toLowerCase(), change(app)]]);
}

/** An instance that was listed before keeps its time. */
function listed(app: App, instances: readonly Instance[], nowMs: number): readonly ListedInstance[] {
  const before = [...app.instances, ...[...app.views.values()].flat()];
  return instances.map((instance) => {
    const known = before.find(
      (other) => other.instance.ip === instance.ip && other.instance.host === instance.host,
    );
    return { instance, listedAtMs: known?.listedAtMs ?? nowMs };
  });
}

/** Replaces what everybody sees of an app; the app is created where needed. */
export function withInstances(
  world: World,
  name: string,
  instances: readonly Instance[],
  nowMs: number,
): World {
  return withApp(world, name, (app) => ({ ...app, instances: listed(app, instances, nowMs) }));
}

/** Replaces an app's specification. */
export function withSpecification(world: World, name: string, specification: SpecificationInput): World {
  return withApp(world, name, (app) => ({ ...app, specification }));
}

/** Replaces what one caller sees of an app. */
export function withView(
  world: World,
  name: string,
  caller: string,
  instances: readonly Instance[],
  nowMs: number,
): World {
  return withApp(world, name, (app) => ({
    ...app,
    views: new Map([...app.views, [caller, listed(app, instances, nowMs)]]),
  }));
}

/** Lets one caller, or every caller, see again what everybody sees. */
export function withoutViews(world: World, name: string, caller?: string): World {
  const app = appNamed(world, name);
  if (app === undefined) return world;
  const views = new Map([...app.views].filter(([ip]) => caller !== undefined && ip !== caller));
  return new Map([...world, [name.toLowerCase(), { ...app, views }]]);
}

/** The world that a fixture describes. */
export function worldOf(fixture: Fixture, nowMs: number): World {
  return fixture.apps.reduce((world, { name, instances, specification }) => {
    const populated = withInstances(world, name, instances, nowMs);
    return specification === undefined ? populated : withSpecification(populated, name, specification);
  }, new Map() as World);
}
