import { printable } from './printable.ts';
import { type Reading, unreadable } from './reading.ts';
import { isSameApp } from './same-app.ts';
import { describeProblems, specificationSchema } from './wire-schemas.ts';

/** One container of an app. */
export interface Component {
  /** Unique within the app. */
  readonly name: string;
  /** With its registry, where that is not Docker Hub, and its tag. */
  readonly image: string;
  /** Ports on the node, in the order of `containerPorts`. */
  readonly ports: readonly number[];
  /** Ports in the container; the first is reached at the first of `ports`, and so on. */
  readonly containerPorts: readonly number[];
}

/** What an app's owner has ordered. */
export interface AppSpecification {
  /** In the spelling in which it was registered. */
  readonly name: string;
  /** How many instances Flux keeps running, 1 to 100. */
  readonly instances: number;
  /** The version of the specification format. */
  readonly version: number;
  /** Whether the components are hidden (enterprise apps); `instances` is readable all the same. */
  readonly encrypted: boolean;
  /** Empty for encrypted apps and for specification formats before version 4. */
  readonly components: readonly Component[];
}

/** Flux takes image names of up to 200 characters. */
const MAX_TEXT_LENGTH = 256;

/** Reads the data of `/apps/appspecifications/APP`. */
export function readSpecification(data: unknown, app: string): Reading<AppSpecification> {
  const parsed = specificationSchema.safeParse(data);
  if (!parsed.success) return unreadable(describeProblems(parsed.error));
  const { name, instances, version, enterprise, compose } = parsed.data;
  if (!isSameApp(name, app)) return unreadable('the specification of another app');
  const components = (compose ?? []).map(({ name, repotag, ports, containerPorts }) => ({
    name: printable(name, MAX_TEXT_LENGTH),
    image: printable(repotag, MAX_TEXT_LENGTH),
    ports,
    containerPorts,
  }));
  return { ok: true, value: { name, instances, version, encrypted: Boolean(enterprise), components } };
}
