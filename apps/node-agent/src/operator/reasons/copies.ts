import type { ReasonArea } from './reason.ts';

/** When a copy of the data may be deleted. */
export const copiesArea: ReasonArea = {
  title: 'Deleting a copy',
  about: 'A copy is deleted only where a serving primary is proven to hold all of it.',
  reasons: {
    'partial-copy': { means: 'the copy is what a clone or initdb left, so it may be deleted' },
    'contained-in-leader': {
      means: 'the primary holds everything that is in the copy, so it may be deleted',
    },
    'no-leader': { means: 'no primary serves, so the copy is kept' },
    'leader-itself': { means: "the copy is the primary's own" },
    'foreign-system': { means: 'the copy is of another PostgreSQL system than the primary, and is kept' },
    'rewind-cut-short': {
      means: 'the copy was being rewound, and may hold what nobody else has; it is kept',
    },
    'tail-kept': {
      means: 'the copy holds rows that the primary does not have, and is kept',
      todo: 'save what is needed of it from `quarantine/` on the volume',
    },
  },
};
