import { adoptionSituations } from './adoption-situations.ts';
import { clashSituations } from './clash-situations.ts';
import { copySituations } from './copy-situations.ts';
import { foundingSituations } from './founding-situations.ts';
import { fullVolumeSituations } from './full-volume-situations.ts';
import { intentSituations } from './intent-situations.ts';
import { leftBehindSituations } from './left-behind-situations.ts';
import { membershipSituations } from './membership-situations.ts';
import { mutationSituations } from './mutation-situations.ts';
import { operatorSituations } from './operator-situations.ts';
import { recoverySituations } from './recovery-situations.ts';
import { restartSituations } from './restart-situations.ts';
import type { Situation } from './situation.ts';
import { sizeSituations } from './size-situations.ts';
import { standingSituations } from './standing-situations.ts';
import { survivorSituations } from './survivor-situations.ts';
import { voterSituations } from './voter-situations.ts';
import { witnessSituations } from './witness-situations.ts';

/** All written situations: tests play each of them, the mutation check plays them with a mistake. */
export const situations: readonly Situation[] = [
  ...adoptionSituations,
  ...clashSituations,
  ...copySituations,
  ...foundingSituations,
  ...fullVolumeSituations,
  ...intentSituations,
  ...leftBehindSituations,
  ...membershipSituations,
  ...mutationSituations,
  ...operatorSituations,
  ...recoverySituations,
  ...restartSituations,
  ...sizeSituations,
  ...standingSituations,
  ...survivorSituations,
  ...voterSituations,
  ...witnessSituations,
];
