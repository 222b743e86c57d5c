/** Reads `NAME=value` lines as Compose does for `env_file`; comments and empty lines are left out. */
export function parseEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return new Map(entries);
}
