/**
 * Whatever reads the output of this process may be gone: a closed pipe, as of `| head`, is no reason to stop, or to end with
 * another exit code.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}
