import { type Reading, unreadable } from './reading.ts';
import { describeProblems, specificationSchema } from './wire-schemas.ts';

/** One container of an app. */
export interface Component {
  readonly name: string;
  readonly image: string;
  /** Ports on the node, in the order of `containerPorts`. */
  readonly ports: readonly number[];
  readonly containerPorts: readonly number[];
}

/** What an app's owner has ordered. */
export interface AppSpecification {
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

/** Reads the data of `/apps/appspecifications/APP`. */
export function readSpecification(data: unknown, app: string): Reading<AppSpecification> {
  const parsed = specificationSchema.safeParse(data);
  if (!parsed.success) return unreadable(describeProblems(parsed.error));
  const { name, instances, version, enterprise, compose } = parsed.data;
  if (name.toLowerCase() !== app.toLowerCase()) return unreadable('the specification of another app');
  const components = (compose ?? []).map(({ name, repotag, ports, containerPorts }) => ({
    name,
    image: repotag,
    ports,
    containerPorts,
  }));
  return { ok: true, value: { name, instances, version, encrypted: Boolean(enterprise), components } };
}
