/** A program cannot start, for a reason that the person at the terminal can act on: the message is enough, no stack. */
export class StartError extends Error {
  override name = "StartError";

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
