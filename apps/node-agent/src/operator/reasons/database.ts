import type { ReasonArea } from './reason.ts';

/** What the agent does in the database. */
export const databaseArea: ReasonArea = {
  title: 'In the database',
  about: 'What the agent beside the primary does in PostgreSQL.',
  reasons: {
    'database-not-created': { means: '`POSTGRES_DB` and the roles of a new cluster are created' },
    'roles-not-checked': { means: 'roles that the environment names are added where missing' },
    'postgres-without-patroni': {
      means: 'PostgreSQL has outlived Patroni and the lease that it served under, so it is ended',
    },
    'user-data-unknown': {
      means: 'it is looked whether anything of a user exists, which is never given up unasked',
    },
    'user-data-known': { means: 'it is known that something of a user exists' },
    'asked-recently': { means: 'it was looked a moment ago whether anything of a user exists' },
    'not-primary': { means: 'only the primary is asked whether anything of a user exists' },
  },
};
