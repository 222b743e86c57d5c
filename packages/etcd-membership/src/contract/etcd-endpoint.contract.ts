import { afterAll, beforeAll, describe } from 'vitest';
import { describeConnection } from './connection-cases.ts';
import { describeData } from './data-cases.ts';
import { describeKeys } from './key-value-cases.ts';
import { describeJoining, describeLeaving } from './membership-cases.ts';
import { modelHarness } from './model-harness.ts';
import { describeRealConnection } from './real-connection-cases.ts';
import { createRealHarness } from './real-harness.ts';
import { describeStatus } from './status-cases.ts';

const realHarness = createRealHarness();

describe.each([modelHarness, realHarness])('$name', (harness) => {
  beforeAll(() => harness.open());
  afterAll(() => harness.close());

  describeStatus(harness);
  describeJoining(harness);
  describeLeaving(harness);
  describeData(harness);
  describeKeys(harness);
  describeConnection(harness);
  if (harness === realHarness) describeRealConnection(realHarness);
});
