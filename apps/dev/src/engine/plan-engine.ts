/** What is known about Docker on this machine. */
export interface EngineFacts {
  readonly answers: boolean;
  /** What the client said when no engine answered. */
  readonly complaint: string;
  readonly dockerHost: string | undefined;
  readonly hasClient: boolean;
  readonly hasDaemon: boolean;
  readonly isRoot: boolean;
  readonly canInstall: boolean;
}

/** What to do about the engine. */
export type EnginePlan =
  | { readonly kind: 'use' }
  | { readonly kind: 'start' }
  | { readonly kind: 'install' }
  | { readonly kind: 'refuse'; readonly cause: string; readonly mend: string };

/** Decides how to come by a Docker engine; one that runs is never touched. */
export function planEngine(facts: EngineFacts): EnginePlan {
  if (facts.answers) return { kind: 'use' };
  if (facts.dockerHost !== undefined) {
    return {
      kind: 'refuse',
      cause: `DOCKER_HOST is ${facts.dockerHost}, and no engine answers there: ${facts.complaint}`,
      mend: 'start that engine, or unset DOCKER_HOST',
    };
  }
  if (/permission denied/i.test(facts.complaint)) {
    return {
      kind: 'refuse',
      cause: 'Docker runs, but this user may not use it',
      mend: 'run the command as root, or join the group docker (usermod -aG docker USER, then log in again)',
    };
  }
  if (facts.hasClient && facts.hasDaemon && facts.isRoot) return { kind: 'start' };
  if (facts.canInstall) return { kind: 'install' };
  return {
    kind: 'refuse',
    cause: facts.hasClient
      ? `no Docker engine answers: ${facts.complaint}`
      : 'Docker is not installed, and only root with apt can have it installed',
    mend: facts.hasClient
      ? 'start Docker (systemctl start docker), or run the command as root'
      : 'install Docker, or run the command as root on Debian or Ubuntu',
  };
}
