import { readFile, realpath } from 'node:fs/promises';

/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  readonly mountPoint: string;
  /** What of the source is mounted: a path within its file system. */
  readonly root: string;
  readonly fileSystem: string;
  readonly source: string;
}

/** Reads `/proc/self/mountinfo` (see proc(5)). Lines of another form are left out. */
export function parseMountInfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => {
    // Optional fields stand before the separator, so the fields behind it are counted from there.
    const [before, after] = line.split(' - ');
    const [, , , root, mountPoint] = before?.split(' ') ?? [];
    const [fileSystem, source] = after?.split(' ') ?? [];
    if (root === undefined || mountPoint === undefined || fileSystem === undefined || source === undefined) {
      return [];
    }
    return [
      {
        mountPoint: decodeOctal(mountPoint),
        root: decodeOctal(root),
        fileSystem,
        source: decodeOctal(source),
      },
    ];
  });
}

/** Whether something is mounted exactly there; links in the path are followed. */
export async function isMountPoint(path: string, mountInfoPath = '/proc/self/mountinfo'): Promise<boolean> {
  const [real, text] = await Promise.all([realpath(path), readFile(mountInfoPath, 'utf8')]);
  return parseMountInfo(text).some(({ mountPoint }) => mountPoint === real);
}

/** The kernel writes space, tab, line break and backslash as three octal digits, and bytes beyond ASCII as they are. */
function decodeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
