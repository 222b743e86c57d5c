import { execFile } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 180_000;

/** What the test runner sets for its own children would help a package to find what it has not declared. */
const withoutRunner = ['NODE_PATH', 'NODE_OPTIONS', 'NODE_ENV', 'VITEST'].flatMap((name) => ['-u', name]);

/** Runs a program to its end. Throws when it cannot be started or does not end in time, and not for its exit status. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  return await new Promise((resolve, reject) => {
    const options = { cwd, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile('env', [...withoutRunner, program, ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, stdout, stderr });
      else reject(error);
    });
  });
}

/** Runs a program that has to succeed, and gives what it printed. Throws with all that it said otherwise. */
export async function mustRun(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args, cwd);
  if (exitCode === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}\n${stdout}\n${stderr}`);
}
