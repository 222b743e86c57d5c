import { GenericContainer, StartupCheckStrategy, type StartupStatus } from 'testcontainers';
import { type InternalNetwork, ownLabels } from './engine.ts';

/** What a node is doing is the harness's business; for the engine it is enough that its first process runs. */
class RunsStrategy extends StartupCheckStrategy {
  override async checkStartupState(): Promise<StartupStatus> {
    return 'SUCCESS';
  }
}

/** A container with a fixed address on an internal network; the host reaches it there, so no port is published. */
export class PlacedContainer extends GenericContainer {
  constructor(image: string, name: string, network: InternalNetwork, address: string) {
    super(image);
    this.withName(name);
    this.withLabels({ ...ownLabels });
    this.withAutoCleanup(false);
    this.withNetworkMode(network.name);
    this.withWaitStrategy(new RunsStrategy());
    this.createOpts.NetworkingConfig = {
      EndpointsConfig: {
        [network.name]: { IPAMConfig: { IPv4Address: address } },
      },
    };
  }

  /** Flux gives every component a memory limit, and the node fits PostgreSQL's memory to it. */
  withMemoryLimit(gibibytes: number): this {
    return this.withResourcesQuota({ memory: gibibytes });
  }

  /** How long Docker leaves a container between SIGTERM and SIGKILL. */
  withStopTimeout(seconds: number): this {
    this.createOpts.StopTimeout = seconds;
    return this;
  }
}
