/** Prints lines, each with the minutes since the start: what a long search has done is seen while it goes on. */
export function createProgress(): { print(line: string): void; minutes(): string } {
  const startedAt = performance.now();
  const minutes = () => ((performance.now() - startedAt) / 60_000).toFixed(1);
  return {
    minutes,
    print: (line) => void process.stdout.write(`${minutes().padStart(5)} min  ${line}\n`),
  };
}
